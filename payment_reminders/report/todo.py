from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from ..models.notice.words import WORDS
from ..rules.verdict import MONEY_CODES, Code, Obstacle
from ..tools.selections import labels_of

#: What has to be done, in the order of the list, and which codes of what is in the way
#: ask for it. What lifts itself, or waits for somebody else, asks nothing of anybody.
WORK = {
    "halt": (),
    "uncertain": (Obstacle.UNCERTAIN,),
    "approve": (Code.NOT_APPROVED,),
    "question": (),
    "plan": (),
    "call": (),
    "money": (
        Code.UNALLOCATED_CREDIT,
        Code.UNMATCHED_BANK_LINE,
        Code.PENDING_TRANSACTION,
    ),
    "invoice": (Code.INVOICE_NOT_SENT,),
    "address": (Code.NO_RECIPIENT,),
    "letter": (),
    "hold": (
        Code.CREDITED,
        Code.PARTIAL_PAYMENT,
        Code.STALE_BANK,
        Code.OPEN_QUERY,
        Code.INSOLVENCY,
        Code.STATUS_UNKNOWN,
        Code.BLOCKED,
        Code.HELD,
        Code.EXCLUDED,
        Code.OTHER_SENDER,
        Code.SEND_BRAKE,
    ),
    "ended": (Obstacle.LADDER_ENDED,),
}
#: What somebody decided waits for that person only while a notice stands still by it.
DECIDED = (Code.HELD, Code.EXCLUDED, Code.BLOCKED, Code.OTHER_SENDER)
#: Of these a row names the money or the invoices, of others what lifts them.
NAMED = (
    *MONEY_CODES.values(),
    Code.INVOICE_NOT_SENT,
    Code.PENDING_TRANSACTION,
    Code.BLOCKED,
    Code.CREDITED,
    Code.PARTIAL_PAYMENT,
    Code.EXCLUDED,
)
#: One row of each source has ids of its own: that of the record, times this, plus a
#: number. Of addons are 5 and 6.
SOURCES = 8
#: Of a customer's words the list shows so many letters.
MOST_LETTERS = 160


class PaymentReminderTodo(models.Model):
    """One thing that waits for a person, with its document and what to do about it."""

    _name = "payment.reminder.todo"
    _inherit = "payment.reminder.report"
    _shows_company = True
    _description = "Reminder Work To Do"
    _auto = False
    _order = "sequence, date, id"
    _rec_name = "work"
    _depends = {
        "payment.reminder": ["state", "to_print", "date_proposed", "hold_end_date"],
        "payment.reminder.case": ["state", "blocker", "blockers", "user_id"],
        "payment.reminder.call": ["state", "date_next", "date_due"],
        "payment.reminder.halt": ["date_end", "date_start"],
        "payment.reminder.plan": ["state", "case_id", "create_date"],
        "payment.reminder.query": ["state", "case_id", "date_asked", "date_deadline"],
    }

    sequence = fields.Integer(readonly=True)
    work = fields.Selection(
        [
            ("halt", "Let reminders leave again"),
            ("uncertain", "Find out whether it went out"),
            ("approve", "Approve"),
            ("question", "Answer a question"),
            ("plan", "Decide on a payment plan"),
            ("call", "Call today"),
            ("money", "Match money that came in"),
            ("invoice", "Send the invoice"),
            ("address", "Add an address"),
            ("letter", "Print letters"),
            ("hold", "Look at what is on hold"),
            ("ended", "Decide what comes after the last step"),
        ],
        string="What to do",
        readonly=True,
        group_expand="_group_expand_work",
    )
    code = fields.Selection(
        selection=labels_of("payment.reminder.case", "blocker"),
        string="In the way",
        readonly=True,
    )
    date = fields.Date(string="Since", readonly=True)
    date_deadline = fields.Date(string="Answer by", readonly=True)
    case_id = fields.Many2one("payment.reminder.case", readonly=True)
    reminder_id = fields.Many2one("payment.reminder", string="Notice", readonly=True)
    query_id = fields.Many2one(
        "payment.reminder.query", string="Question", readonly=True
    )
    plan_id = fields.Many2one("payment.reminder.plan", readonly=True)
    is_brake = fields.Boolean(related="halt_id.is_brake")
    halt_id = fields.Many2one("payment.reminder.halt", readonly=True)
    step_id = fields.Many2one("payment.reminder.step", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(string="Total claim", compute="_compute_amount")
    text = fields.Char(string="Why", compute="_compute_text")
    phone = fields.Char(
        compute="_compute_phone", help="Of whom to call; of other rows none is read."
    )

    @api.model
    def _group_expand_work(self, works, domain):
        """Order the groups as the list does, not by their codes."""
        return sorted(works, key=self._get_works().index)

    @api.model
    def _get_works(self):
        """Return all that may have to be done, in the order of the list (hook)."""
        return list(WORK)

    @property
    def _table_query(self):
        return SQL(" UNION ALL ").join(
            [
                self._get_case_query(),
                self._get_letter_query(),
                self._get_question_query(),
                self._get_plan_query(),
                self._get_halt_query(),
                self._get_call_query(),
            ]
        )

    @api.model
    def _get_case_query(self):
        """Return what is in the way of cases, and what may be done about it now.

        The index of ``blocker`` finds the cases, ``_one_open_per_case`` the notice of
        each.
        """
        works = self._get_works()
        codes = {str(code): work for work, codes in WORK.items() for code in codes}
        whens = [
            SQL("WHEN %s THEN %s", code, works.index(work))
            for code, work in codes.items()
        ]
        return SQL(
            """
            SELECT found.*, (%(works)s)[found.sequence + 1] AS work
              FROM (
                SELECT state.id::bigint * %(sources)s AS id,
                       CASE state.blocker %(whens)s END AS sequence,
                       state.blocker AS code,
                       COALESCE(notice.date_proposed,
                                (state.blockers->0->>1)::timestamp)::date AS date,
                       NULL::date AS date_deadline, state.id AS case_id,
                       notice.id AS reminder_id, NULL::integer AS query_id,
                       NULL::integer AS plan_id, NULL::integer AS halt_id,
                       notice.step_id, state.company_id, state.partner_id,
                       state.user_id, state.currency_id
                  FROM payment_reminder_case state
                  LEFT JOIN payment_reminder notice ON notice.case_id = state.id
                   AND notice.state IN
                       ('proposed', 'approved', 'held', 'sending', 'uncertain')
                 WHERE state.blocker IN %(codes)s
                   AND state.state != 'closed'
                   AND notice.hold_end_date IS NULL
                   AND NOT (state.blocker IN %(decided)s AND notice.id IS NULL)
                   AND NOT (state.blocker = %(query)s AND EXISTS (
                       SELECT FROM payment_reminder_query query
                        WHERE query.case_id = state.id AND query.state = 'open'))
                   AND NOT (state.blocker IN %(halted)s AND EXISTS (
                       SELECT FROM payment_reminder_halt halt
                        WHERE halt.company_id = state.company_id
                          AND halt.date_end IS NULL))
              ) found
            """,
            works=works,
            sources=SOURCES,
            whens=SQL(" ").join(whens),
            codes=tuple(codes),
            decided=tuple(map(str, DECIDED)),
            query=str(Code.OPEN_QUERY),
            halted=(str(Code.STALE_BANK), str(Code.SEND_BRAKE)),
        )

    @api.model
    def _get_letter_query(self):
        """Return the letters to print, which ``_to_print_idx`` finds."""
        return SQL(
            """
            SELECT notice.id::bigint * %(sources)s + 1, %(sequence)s, NULL::varchar,
                   COALESCE(notice.approved_date, notice.date_proposed)::date,
                   NULL::date, notice.case_id, notice.id, NULL::integer,
                   NULL::integer, NULL::integer, notice.step_id, notice.company_id,
                   notice.partner_id, notice.user_id, notice.currency_id, %(work)s
              FROM payment_reminder notice
             WHERE notice.to_print AND notice.state = 'approved'
            """,
            **self._get_place("letter"),
        )

    @api.model
    def _get_question_query(self):
        """Return the questions without an answer, which ``_open_idx`` finds."""
        return SQL(
            """
            SELECT query.id::bigint * %(sources)s + 2, %(sequence)s, NULL::varchar,
                   query.date_asked::date, query.date_deadline, query.case_id,
                   NULL::integer, query.id, NULL::integer, NULL::integer,
                   NULL::integer, state.company_id, state.partner_id, state.user_id,
                   state.currency_id, %(work)s
              FROM payment_reminder_query query
              JOIN payment_reminder_case state ON state.id = query.case_id
             WHERE query.state = 'open'
            """,
            **self._get_place("question"),
        )

    @api.model
    def _get_plan_query(self):
        """Return the plans that nobody decided on, which ``_proposed_idx`` finds."""
        return SQL(
            """
            SELECT plan.id::bigint * %(sources)s + 3, %(sequence)s, NULL::varchar,
                   plan.create_date::date, NULL::date, plan.case_id, NULL::integer,
                   NULL::integer, plan.id, NULL::integer, NULL::integer,
                   state.company_id, state.partner_id, state.user_id,
                   state.currency_id, %(work)s
              FROM payment_reminder_plan plan
              JOIN payment_reminder_case state ON state.id = plan.case_id
             WHERE plan.state = 'proposed' AND state.state != 'closed'
            """,
            **self._get_place("plan"),
        )

    @api.model
    def _get_halt_query(self):
        """Return what stops all reminders, which ``_one_open_per_reason`` finds."""
        return SQL(
            """
            SELECT halt.id::bigint * %(sources)s + 4, %(sequence)s, NULL::varchar,
                   halt.date_start::date, NULL::date, NULL::integer, NULL::integer,
                   NULL::integer, NULL::integer, halt.id, NULL::integer,
                   halt.company_id, NULL::integer, NULL::integer, NULL::integer,
                   %(work)s
              FROM payment_reminder_halt halt
             WHERE halt.date_end IS NULL
            """,
            **self._get_place("halt"),
        )

    @api.model
    def _get_call_query(self):
        """Return whom to call today, by the same domain as the list of calls.

        Who was sent every step stands elsewhere on this list.
        """
        # sudo: whose rows somebody sees is decided on this list
        cases = self.env["payment.reminder.case"].sudo()
        to_call = cases._search(cases._get_to_call_domain())
        return SQL(
            # The call by ``_one_open_per_case``.
            """
            SELECT state.id::bigint * %(sources)s + 7, %(sequence)s, NULL::varchar,
                   COALESCE(call.date_due, %(today)s::date), NULL::date, state.id,
                   NULL::integer, NULL::integer, NULL::integer, NULL::integer,
                   call.step_id, state.company_id, state.partner_id, state.user_id,
                   state.currency_id, %(work)s
              FROM payment_reminder_case state
              LEFT JOIN payment_reminder_call call ON call.id = state.call_id
             WHERE state.id IN %(to_call)s
               AND state.is_ladder_ended IS NOT TRUE
            """,
            to_call=to_call.subselect(),
            today=fields.Date.context_today(self),
            **self._get_place("call"),
        )

    @api.model
    def _get_place(self, work):
        return {
            "sources": SOURCES,
            "sequence": self._get_works().index(work),
            "work": work,
        }

    # -- in words -------------------------------------------------------------------

    @api.depends("reminder_id", "case_id", "plan_id")
    def _compute_amount(self):
        for todo in self:
            document = todo.reminder_id or todo.case_id
            todo.amount = document.amount_claim if document else 0.0

    @api.depends("work")
    def _compute_phone(self):
        self.phone = False
        for todo in self.filtered(lambda todo: todo.work == "call"):
            todo.phone = todo.case_id.contact_phone

    @api.depends("work", "code")
    @api.depends_context("lang")
    def _compute_text(self):
        for todo in self:
            describe = getattr(todo, f"_describe_{todo.work}", todo._describe_obstacle)
            todo.text = describe()

    def _describe_approve(self):
        parts = [self.step_id.name, self.reminder_id.leaves_text]
        return ", ".join(filter(None, parts))

    def _describe_letter(self):
        channels = self.reminder_id.channel_summary
        return ", ".join(filter(None, [self.step_id.name, channels]))

    def _describe_call(self):
        case, call = self.case_id, self.case_id.call_id
        parts = [
            call.step_id.name,
            self.phone or self.env._("no number is known"),
            case.last_promise and self.env._("promised %s", case.last_promise),
            call.tries and self.env._("not reached %s times", call.tries),
            call.is_undecided and self.env._("decide what follows"),
        ]
        return ", ".join(filter(None, parts))

    def _describe_uncertain(self):
        explanation = self.env["payment.reminder.explanation"]
        known = explanation._explain_uncertain(self.reminder_id)
        return " ".join(known) or self.step_id.name

    def _describe_question(self):
        kind = self.query_id.kind
        label = dict(
            self.query_id._fields["kind"]._description_selection(self.env)
        ).get(kind)
        words = " ".join((self.query_id.description or "").split())[:MOST_LETTERS]
        return f"{label}: “{words}”" if words else label

    def _describe_plan(self):
        plan = self.plan_id
        last = max(plan.instalment_ids.mapped("date_due"), default=None)
        if not last:
            return self.env._("No instalments yet")
        if len(plan.instalment_ids) == 1:
            return self.env._("All of it on %s", format_date(self.env, last))
        return self.env._(
            "%(number)s instalments, the last on %(date)s",
            number=len(plan.instalment_ids),
            date=format_date(self.env, last),
        )

    def _describe_halt(self):
        return f"{self.halt_id.display_name}. {self.halt_id.description}"

    def _describe_obstacle(self):
        """Return what is in the way, and which money or invoices, or what lifts it."""
        notice = self.reminder_id
        if notice.held_by_id and self.code == Code.HELD:
            return notice.held_reason
        label = dict(self._fields["code"]._description_selection(self.env))[self.code]
        is_seen = self.code in NAMED and self.code in (notice.verdict or ())
        detail = self._get_detail() if is_seen else ""
        words = WORDS.get(self.code)
        lift = words.lift if words else None
        if not detail and lift:
            detail = self.env._(lift)
        return f"{label}: {detail}" if detail else label

    def _get_detail(self):
        """Return the money or the invoices that the guard saw in the way."""
        explanation = self.env["payment.reminder.explanation"]
        facts = explanation._get_seen_facts(self.reminder_id)
        if not facts:
            return ""
        keys = explanation._get_text_keys(self.code, facts)
        values = [
            explanation._get_values(key, self.code, self.reminder_id, facts)
            for key in keys
        ]
        name = "money" if self.code in MONEY_CODES.values() else "invoices"
        return ", ".join(filter(None, dict.fromkeys(value[name] for value in values)))

    # -- what to do -----------------------------------------------------------------

    def _get_document(self):
        """Return the record that a row is about."""
        self.ensure_one()
        return (
            self.halt_id
            or self.query_id
            or self.plan_id
            or self.reminder_id
            or self.case_id
        )

    def action_open(self):
        """Open the document of this row."""
        document = self._get_document()
        return {
            "type": "ir.actions.act_window",
            "res_model": document._name,
            "res_id": document.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def action_approve(self):
        """Approve the notices of these rows."""
        return self._get_notices("approve").action_approve()

    def action_settle_sent(self):
        """Say that these notices went out."""
        return self._get_notices("uncertain").action_settle_sent()

    def action_settle_not_sent(self):
        """Say that these notices did not go out."""
        return self._get_notices("uncertain").action_settle_not_sent()

    def action_print_letters(self):
        """Print the letters of these rows."""
        return self._get_notices("letter").action_print_letters()

    def _get_notices(self, work):
        """Return, to a manager, the notices of which this has to be done."""
        self.env["res.users"]._check_reminder_manager()
        notices = self.filtered(lambda todo: todo.work == work).reminder_id
        if not notices:
            raise UserError(self.env._("Nothing that you selected needs this."))
        return notices

    def action_release_halt(self):
        """Let reminders of the company leave again."""
        return self.halt_id.action_release()

    def action_answer(self):
        """Open the dialog that answers the question."""
        self.ensure_one()
        if not self.query_id:
            return self.action_open()
        return self.query_id.action_open_answer_wizard()

    def action_call(self):
        """Open the dialog with the number, what to say, and how the call ended."""
        self.ensure_one()
        return self.case_id.action_call()

    def action_match(self):
        """Open where the money that holds this row is matched."""
        self.ensure_one()
        notice = self.reminder_id
        if notice and self.code == Code.UNMATCHED_BANK_LINE:
            return notice.action_open_bank_lines()
        if notice and self.code == Code.UNALLOCATED_CREDIT:
            return notice.action_open_credits()
        return self.action_open()

    def action_send_invoice(self):
        """Open Odoo's dialog that sends the invoices that did not arrive."""
        self.ensure_one()
        if self.reminder_id:
            return self.reminder_id.action_send_invoices()
        return self.action_open()

    def action_add_address(self):
        """Open the customer, who has no address that can be used."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.partner",
            "res_id": self.partner_id.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def action_import_statements(self):
        """Open the journals, where bank statements are imported."""
        self.check_access("read")
        return self.env["ir.actions.act_window"]._for_xml_id(
            "account.open_account_journal_dashboard_kanban"
        )

    def action_create_reminders(self):
        """Open the dialog with everything of which a reminder is due."""
        return self.env["payment.reminder"].action_create_reminders()

    # -- the lists beside this one ----------------------------------------------------

    @api.model
    def get_links(self):
        """Return the lists beside this one that are in use, as a client shows them.

        :return: list of dicts: name, action (an XML id), count (0: none waits)
        """
        self.browse().check_access("read")
        return [
            {
                "name": name,
                "action": action if "." in action else f"payment_reminders.{action}",
                "count": self.env[model].search_count(waiting),
            }
            for name, action, model, waiting, (source, used) in self._get_lists()
            if self.env[model].has_access("read")
            and self.env[source].search_count(used, limit=1)
        ]

    @api.model
    def _get_lists(self):
        """Return (name, action, model, domain of what waits, what makes it used).

        The last is a model and a domain that finds something where the list is in use.
        (hook) An addon adds its own, with the action's whole XML id.
        """
        queue = self.env._("Queue")
        letters = self.env._("Letters to Print")
        questions = self.env._("Questions")
        calls = self.env._("To Call Today")
        plans = self.env._("Plans")
        watch = self.env._("Insolvency Watch")
        by_hand = self.env._("Created by Hand")
        question, plan = "payment.reminder.query", "payment.reminder.plan"
        status, run = "payment.reminder.company.status", "payment.reminder.run"
        return [
            (
                queue,
                "payment_reminder_action",
                "payment.reminder",
                [("state", "in", ("proposed", "approved", "held", "uncertain"))],
                ("payment.reminder.case", []),
            ),
            (
                letters,
                "payment_reminder_print_action",
                "payment.reminder",
                [("to_print", "=", True), ("state", "=", "approved")],
                ("payment.reminder.step", [("channels", "like", "letter")]),
            ),
            (
                questions,
                "payment_reminder_query_action",
                question,
                [("state", "=", "open")],
                (question, []),
            ),
            (
                calls,
                "payment_reminder_case_action_call",
                "payment.reminder.case",
                [("is_to_call", "=", True)],
                ("payment.reminder.case", [("is_to_call", "=", True)]),
            ),
            (
                plans,
                "payment_reminder_plan_action",
                plan,
                [("state", "=", "proposed")],
                (plan, []),
            ),
            (
                watch,
                "payment_reminder_company_status_action",
                status,
                ["|", ("status", "not in", ("active", False)), ("remark", "!=", False)],
                (status, []),
            ),
            (
                by_hand,
                "payment_reminder_run_action",
                run,
                [("state", "=", "running")],
                (run, []),
            ),
        ]
