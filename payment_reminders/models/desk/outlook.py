"""Why not, why next: what comes next on a case, and everything that is in the way."""

from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ...rules import guard
from ...rules.lifecycle import BUSY
from ...rules.verdict import Code, Lifter, get_freeze_code, get_lifter
from ...tools.days import format_day
from ..notice.words import WORDS

#: So long a broken promise is a reason to call.
BROKEN_DAYS = 30


class PaymentReminderCase(models.Model):
    _inherit = "payment.reminder.case"

    blocker = fields.Selection(
        [(code, words.label) for code, words in WORDS.items()],
        string="In the way",
        compute="_compute_blockers",
        store=True,
        index=True,
        help="The first of what stands in the way of the next reminder.",
    )
    blocker_codes = fields.Char(
        compute="_compute_blockers",
        store=True,
        help="Codes of everything in the way, each between commas.",
    )
    blockers = fields.Json(
        compute="_compute_blockers",
        store=True,
        help="[[code, since when it is in the way (UTC)]]",
    )
    case_obstacles = fields.Json(
        compute="_compute_case_obstacles",
        store=True,
        help="Codes of what was in the way when the books were last read, whatever "
        "becomes of the notice.",
    )
    next_text = fields.Char(
        string="Why not, why next",
        compute="_compute_next_text",
        search="_search_next_text",
        help="What comes next and when, everything in the way, since when, what would "
        "lift it and who may.",
    )

    why_text = fields.Char(
        string="Why it waits",
        compute="_compute_why_text",
        help="The first of what is in the way and what lifts it, and how many more "
        "there are.",
    )
    next_label = fields.Char(
        string="Next step",
        compute="_compute_next_label",
        help="The next step and the day from which it comes.",
    )

    # What the case is called by, seen at a glance; nothing of it is kept.
    open_item_ids = fields.Many2many(
        "payment.reminder.item",
        compute="_compute_open_item_ids",
        compute_sudo=True,
        string="Open items",
    )
    settled_item_ids = fields.Many2many(
        "payment.reminder.item",
        compute="_compute_open_item_ids",
        compute_sudo=True,
        string="Settled items",
    )
    call_date = fields.Date(string="Last called", readonly=True, copy=False)
    call_result = fields.Selection(
        [
            ("promised", "Promised to pay"),
            ("question", "Asked a question"),
            ("missed", "Not reached"),
            ("wrong_number", "Wrong number"),
            ("done", "Spoken to"),
        ],
        readonly=True,
        copy=False,
    )
    call_id = fields.Many2one(
        "payment.reminder.call",
        string="Call to make",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
        help="The call of a step of its ladder, while it is not made.",
    )
    call_ids = fields.One2many("payment.reminder.call", "case_id", readonly=True)
    is_to_call = fields.Boolean(
        string="To call today",
        compute="_compute_is_to_call",
        search="_search_is_to_call",
    )
    last_promise = fields.Char(compute="_compute_last_promise", compute_sudo=True)
    last_contact = fields.Char(compute="_compute_last_contact", compute_sudo=True)

    @api.depends("item_ids.is_dropped")
    def _compute_open_item_ids(self):
        for case in self:
            items = case.item_ids
            case.open_item_ids = items.filtered(
                lambda item: not item.is_dropped and item.amount_residual > 0
            )
            case.settled_item_ids = items - case.open_item_ids

    # -- whom to call ---------------------------------------------------------------

    @api.model
    def _get_to_call_domain(self):
        """Return the domain of cases whose customers are to be called today.

        A call is the next step of the ladder or planned by hand, a promise was broken,
        or the ladder has ended. Not whom a promise, a plan or a question keeps waiting,
        nor whom somebody called today; nor who has paid by the books of this moment.
        """
        today = fields.Date.context_today(self)
        call = self.env.ref("mail.mail_activity_data_call").id
        broken = fields.Date.add(today, days=-BROKEN_DAYS)
        owes = Domain("state", "!=", "closed") & self._get_owing_domain()
        of_ladder = Domain("call_id.state", "=", "open") & Domain(
            "call_id.date_next", "<=", today
        )
        waits = Domain("query_ids", "any", [("state", "=", "open")]) | Domain(
            "plan_ids", "any", [("state", "in", ("proposed", "active"))]
        )
        planned = Domain(
            "activity_ids",
            "any",
            [("activity_type_id", "=", call), ("date_deadline", "<=", today)],
        )
        at_a_loss = Domain("is_ladder_ended", "=", True) | Domain(
            "plan_ids",
            "any",
            [("state", "=", "broken"), ("instalment_ids.date_due", ">=", broken)],
        )
        by_us = Domain("call_date", "=", False) | Domain("call_date", "<", today)
        # What the ladder asks for comes on the day that was said.
        by_us &= planned | at_a_loss & Domain("call_id", "=", False)
        return owes & (of_ladder & Domain("blocker", "=", False) | by_us & ~waits)

    @api.model
    def _get_owing_domain(self):
        """Return the domain of cases of which something may be asked for now.

        By the books: before the case follows a payment, a moment later, nobody is to
        call. Whoever may see a case may know that, without any right to its invoices.
        """
        line = [
            ("reconciled", "=", False),
            ("no_followup", "=", False),
            ("parent_state", "=", "posted"),
        ]
        move = [
            ("payment_state", "in", ("not_paid", "partial")),
            ("reminder_excluded", "=", False),
            "|",
            ("reminder_hold_until", "=", False),
            ("reminder_hold_until", "<=", fields.Date.context_today(self)),
        ]
        return Domain(
            "item_ids",
            "any!",
            Domain("is_dropped", "=", False)
            & Domain("handover_id", "=", False)
            & (
                Domain("source", "!=", "books")
                | Domain("move_line_id", "any!", line) & Domain("move_id", "any!", move)
            ),
        )

    @api.depends_context("uid")
    def _compute_is_to_call(self):
        found = self.search(Domain("id", "in", self.ids) & self._get_to_call_domain())
        for case in self:
            case.is_to_call = case in found

    @api.model
    def _search_is_to_call(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = self._get_to_call_domain()
        return domain if True in value else ~domain

    @api.depends("plan_ids.state")
    @api.depends_context("lang")
    def _compute_last_promise(self):
        labels = dict(self.plan_ids._fields["state"]._description_selection(self.env))
        plans = self.plan_ids.filtered(lambda plan: plan.kind == "promise")
        by_case = plans.sorted("id").grouped("case_id")
        for case in self:
            last = by_case.get(case, plans.browse())[-1:]
            day = last.instalment_ids[:1].date_due
            case.last_promise = day and self.env._(
                "%(day)s (%(state)s)",
                day=format_day(self.env, day),
                state=labels[last.state],
            )

    @api.depends("call_date", "call_result", "reminder_ids.sent_date")
    @api.depends_context("lang")
    def _compute_last_contact(self):
        results = dict(self._fields["call_result"]._description_selection(self.env))
        for case in self:
            last = case._get_page_reminder()
            sent = last and case.company_id._get_reminder_today(last.sent_date)
            if case.call_date and (not sent or case.call_date >= sent):
                day, what = case.call_date, results[case.call_result]
            else:
                day, what = sent, last.step_id.name
            said = f"{format_day(self.env, day)}: {what}" if day else False
            case.last_contact = said

    def action_call_promised(self):
        """Open the dialog of a promise to pay."""
        self.ensure_one()
        self._check_may_act()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "payment_reminders.payment_reminder_promise_wizard_action"
        )
        return {**action, "context": {"default_case_id": self.id}}

    def action_call_question(self):
        """Open the dialog that notes what was asked."""
        self.ensure_one()
        self._check_may_act()
        return self.env["payment.reminder.call.wizard"]._open(self, "question")

    def action_call(self):
        """Open the dialog of a call: whom, about what, and how it ended."""
        self.ensure_one()
        self._check_may_act()
        calls = self.env["payment.reminder.call"]
        if calls._is_too_late(self):
            return calls._tell_too_late(self, has_called=False)
        return self.env["payment.reminder.call.wizard"]._open(self)

    def action_call_missed(self):
        """Nobody answered: call again on the next working day."""
        self._check_may_act()
        calls = self.env["payment.reminder.call"]
        paid = self.filtered(calls._is_too_late)
        for case in paid:
            calls._note_too_late(case, "missed")
        for case in self - paid:
            calls._note_missed(case)
        return calls._tell_too_late(paid) if paid else True

    def action_call_wrong_number(self):
        """The number is not the customer's: nobody calls or texts it any more."""
        self.ensure_one()
        self._check_may_act()
        calls = self.env["payment.reminder.call"]
        calls._mark_wrong_number(self)
        if calls._is_too_late(self):
            calls._note_too_late(self, "wrong_number")
            return calls._tell_too_late(self)
        self._note_call("wrong_number")
        return True

    def _note_question(self, kind, text):
        """Note what a customer asked on the phone, which holds the case.

        :param kind: a code of the question's ``kind``
        """
        self.ensure_one()
        self._check_may_act()
        self._check_open()
        # Before the question holds what the call is about.
        self._note_call("question")
        # A rep has no right to make questions, but to stop own customers' reminders.
        self.env["payment.reminder.query"].sudo().create(
            {"case_id": self.id, "kind": kind, "description": text}
        )

    def _note_call(self, result, again=None):
        """Note how a call ended; calls that were planned until today are done.

        :param result: a code of ``call_result``
        :param again: the day of the next try, if nobody was reached
        """
        self.ensure_one()
        case = self.sudo()
        today = case.company_id._get_reminder_today()
        case.write({"call_date": today, "call_result": result})
        call = case.call_id
        told = call._prepare_trail() if call else {}
        case._log_event("called", {"result": result, **told})
        if call:
            call._take(result, again)
        call = self.env.ref("mail.mail_activity_data_call")
        case.activity_ids.filtered(
            lambda a: a.activity_type_id == call and a.date_deadline <= today
        ).action_done()

    # -- other buttons ----------------------------------------------------------------

    def action_print_statement(self):
        """Print what is open on the accounts of these customers."""
        self.check_access("read")
        # The report is of customers, and of the company that is chosen.
        other = self.company_id - self.env.company
        if other:
            raise UserError(
                self.env._(
                    "Choose the company %s first: the statement is of one company.",
                    other[0].name,
                )
            )
        report = self.env.ref("payment_reminders.action_report_statement")
        # The report has rights of its own; which partners it is of is theirs to judge.
        return report.sudo().report_action(self.partner_id, config=False)

    def action_send_statement(self):
        """Open the e-mail that brings the customer a statement of account."""
        self.ensure_one()
        self.check_access("read")
        contact = self.sudo()._get_customer_contact()[0] or self.sudo().partner_id
        return self.env["payment.reminder.statement"]._compose(
            self, self.env["res.partner"].browse(contact.id), self.sudo().company_id
        )

    def action_view_trail(self):
        """Open the trail of this case."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Trail"),
            "res_model": "payment.reminder.event",
            "view_mode": "list,form",
            "domain": [("case_id", "=", self.id)],
            "context": {"create": False},
        }

    def _find_open_notices(self):
        """Return {case: its notice in the queue} of these cases; few have none."""
        notices = (
            self.env["payment.reminder"]
            .sudo()
            .search_fetch(
                [
                    ("case_id", "in", self.ids),
                    ("state", "in", BUSY),
                ],
                ["case_id", "state", "verdict", "hold_until", "step_id", "held_by_id"],
            )
        )
        return {notice.case_id: notice for notice in notices}

    @api.depends(
        "state",
        "ladder_id",
        "snoozed_until",
        "is_handed_over",
        "next_date",
        "next_step_id",
        "freeze_ids.date_end",
        "query_ids.state",
        "plan_ids.state",
        "partner_id.reminder_excluded",
    )
    def _compute_case_obstacles(self):
        """Ask the guard about the cases alone: no act on a notice changes that."""
        open_cases = self.filtered(lambda case: case.state != "closed")
        facts = self.env["payment.reminder.facts"]._read_next_facts(open_cases)
        now = fields.Datetime.now()
        for case in self:
            codes = guard.check_case(facts[case], now) if case in facts else ()
            case.case_obstacles = list(codes)

    @api.depends(
        "case_obstacles",
        "is_ladder_ended",
        "reminder_ids.state",
        "reminder_ids.verdict",
        "reminder_ids.hold_until",
        "call_id.verdict",
    )
    def _compute_blockers(self):
        notices = self._find_open_notices()
        now = fields.Datetime.now()
        for case in self:
            codes = ()
            company = case.company_id
            if case.state != "closed":
                state, verdict, hold_until = case._get_standing(notices.get(case))
                codes = guard.find_obstacles(
                    guard.Situation(
                        case_codes=tuple(case.case_obstacles or ()),
                        notice_state=state,
                        verdict=verdict,
                        hold_until=hold_until,
                        has_ladder=bool(case.ladder_id),
                        ladder_ended=case.is_ladder_ended,
                        held_out=case._is_held_out(),
                        has_started=not company.reminder_start_date
                        or company._has_reminders_started(),
                    ),
                    now,
                )
            case.blockers = case._date_blockers(codes, now) if codes else []
            case.blocker_codes = f",{','.join(codes)}," if codes else False
            case.blocker = codes[0] if codes else False

    def _get_standing(self, notice):
        """Return (state, verdict, end of the hold window) of what waits on this case.

        :param notice: its notice in the queue, or None: then its call, if it has one
        """
        self.ensure_one()
        if notice:
            return notice.state, tuple(notice.verdict or ()), notice.hold_until or None
        if call := self.call_id:
            return (
                ("held" if call.verdict else "approved"),
                tuple(call.verdict or ()),
                None,
            )
        return None, (), None

    @contextmanager
    def _look_once(self, at_end=True):
        """Look for what is in the way of these cases once, at the end of an act.

        A step of the act that flushes would look each time.

        :param at_end: False: the act puts nothing in the way, and takes nothing away
        """
        found = [
            self._fields[name]
            for name in ("case_obstacles", "blocker", "blocker_codes", "blockers")
        ]
        cases = self - self.env.protected(found[0])
        for field in found if at_end else ():
            self.env.remove_to_compute(field, cases)
        try:
            with self.env.protecting(found, cases):
                yield
        finally:
            for field in found if at_end else ():
                self.env.add_to_compute(field, cases)

    def _look_again(self):
        """Ask anew what is in the way: books and address book change no row of ours."""
        self.modified(["next_date"])

    def _date_blockers(self, codes, now):
        """Return [[code, since when]] of what is in the way, as far as it is known."""
        known = dict(self.blockers or ())
        return [
            [code, self._get_blocked_since(code) or known.get(code) or str(now)]
            for code in codes
        ]

    def _end_hold_windows(self):
        """Note that the hold windows of notices of these cases are over.

        As :meth:`_compute_blockers` would: time alone took this out of the way.
        """
        free = self.try_lock_for_update()
        self.env.cr.execute(
            SQL(
                """
                UPDATE payment_reminder_case state
                   SET blockers = rest.blockers,
                       blocker = rest.blockers -> 0 ->> 0,
                       blocker_codes = NULLIF(
                           REPLACE(state.blocker_codes, %(code)s, ','), ',')
                  FROM (SELECT old.id,
                               jsonb_agg(one ORDER BY place) FILTER (
                                   WHERE one ->> 0 != %(window)s) AS blockers
                          FROM payment_reminder_case old
                         CROSS JOIN jsonb_array_elements(old.blockers)
                               WITH ORDINALITY AS found (one, place)
                         WHERE old.id = ANY(%(ids)s)
                         GROUP BY old.id) rest
                 WHERE state.id = rest.id
                """,
                code=f",{Code.HOLD_WINDOW},",
                window=str(Code.HOLD_WINDOW),
                ids=free.ids,
            )
        )
        names = ["blockers", "blocker", "blocker_codes"]
        free.invalidate_recordset(names, flush=False)

    def _get_blocked_since(self, code):
        """Return from when records of their own say that something is in the way."""
        self.ensure_one()
        records = None
        if code == Code.OPEN_QUERY:
            records = self._get_open_queries()
        elif code == Code.PAYMENT_PLAN:
            records = self._get_active_plans()
        if records:
            return str(min(records.mapped("create_date")).replace(microsecond=0))
        if not self.freeze_ids:
            return None
        freezes = self._get_open_freezes().filtered(
            lambda freeze: get_freeze_code(freeze.reason) == code
        )
        return str(min(freezes.mapped("date_start"))) if freezes else None

    # -- in words ---------------------------------------------------------------

    @api.depends("blockers", "next_step_id", "next_date", "state", "user_id")
    @api.depends_context("lang", "tz")
    def _compute_next_text(self):
        # What is said of a case may be read by whoever may read the case.
        cases = self.sudo()
        labels = dict(self._fields["blocker"]._description_selection(self.env))
        notices = cases._find_open_notices()
        for case in cases:
            notice = notices.get(case, self.env["payment.reminder"])
            case.next_text = " ".join(
                [
                    case._describe_next(notice),
                    *(
                        case._describe_blocker(code, since, notice, labels)
                        for code, since in case.blockers or ()
                        # When it leaves is told; its window may be over by now.
                        if code != Code.HOLD_WINDOW
                    ),
                ]
            )

    @api.depends("blockers", "snoozed_until")
    @api.depends_context("lang")
    def _compute_why_text(self):
        labels = dict(self._fields["blocker"]._description_selection(self.env))
        for case in self:
            # What is said of a case may be read by whoever may read the case.
            codes = [code for code, _since in case.sudo().blockers or ()]
            words = [
                f"{labels.get(code, code)}: {case._get_lift_words(code)}"
                for code in codes[:1]
            ]
            if len(codes) > 1:
                words.append(f"(+{len(codes) - 1})")
            case.why_text = " ".join(words)

    @api.depends("next_step_id", "next_date", "snoozed_until", "state")
    @api.depends_context("lang")
    def _compute_next_label(self):
        for case in self:
            day = max(filter(None, (case.next_date, case.snoozed_until)), default=None)
            is_open = case.state != "closed" and case.next_step_id
            case.next_label = is_open and ", ".join(
                filter(None, [case.next_step_id.name, format_day(self.env, day)])
            )

    def _describe_next(self, notice):
        """Return the next step of this case and its earliest moment, in words."""
        self.ensure_one()
        if self.state == "closed":
            reasons = self._fields["close_reason"]._description_selection(self.env)
            return self.env._(
                "Closed: %s.", dict(reasons).get(self.close_reason, self.close_note)
            )
        if notice and notice.state == "uncertain":
            return self.env._("%s: find out whether it went out.", notice.step_id.name)
        if notice:
            return self.env._(
                "%(step)s is in the queue. Leaves: %(leaves)s.",
                step=notice.step_id.name,
                leaves=notice.leaves_text,
            )
        if call := self.call_id:
            return call._describe()
        if not self.next_step_id:
            held = self.item_ids.filtered(lambda item: item.is_held)
            return (
                self._describe_held(held) if held else self.env._("No step comes next.")
            )
        day = max(filter(None, (self.next_date, self.snoozed_until)), default=None)
        if day and day <= self.company_id._get_reminder_today():
            return self.env._("%s is due now.", self.next_step_id.name)
        return self.env._(
            "%(step)s comes on %(date)s.",
            step=self.next_step_id.name,
            date=format_date(self.env, day),
        )

    def _describe_held(self, items):
        """Tell of invoices that a person holds back, one by one."""
        return self.env._(
            "Held, one by one: %s.",
            ", ".join(
                f"{item.move_id.name} ({format_date(self.env, item.held_until)}: "
                f"{item.hold_reason})"
                for item in items
            ),
        )

    def _describe_blocker(self, code, since, notice, labels):
        """Return one obstacle, since when, what lifts it and who may, in words."""
        self.ensure_one()
        notes = [
            f"“{freeze.note}”"
            for freeze in self._get_open_freezes()
            if freeze.note and get_freeze_code(freeze.reason) == code
        ]
        what = " ".join([labels.get(code, code), *notes])
        if get_lifter(code) == Lifter.TIME:
            return self.env._(
                "%(what)s: %(lift)s.", what=what, lift=self._get_lift_words(code)
            )
        return self.env._(
            "%(what)s since %(since)s: %(lift)s (%(who)s).",
            what=what,
            since=format_date(
                self.env,
                fields.Datetime.context_timestamp(
                    self, fields.Datetime.to_datetime(since)
                ).date(),
            ),
            lift=self._get_lift_words(code),
            who=self._get_lifter_words(get_lifter(code), notice),
        )

    def _get_lift_words(self, code):
        """Return what lifts an obstacle, in words."""
        if code == Code.SNOOZED:
            return self.env._("ends on %s", format_date(self.env, self.snoozed_until))
        lift = WORDS[code].lift if code in WORDS else None
        return self.env._(lift) if lift else self.env._("look at it")

    def _get_lifter_words(self, lifter, notice):
        """Return who may lift an obstacle, in words."""
        if lifter == Lifter.BOOKKEEPER:
            return self.env._("a bookkeeper")
        if lifter == Lifter.HOLDER:
            held = self._get_open_freezes().filtered(lambda f: f.reason == "manual")
            holders = held.user_id | notice.sudo().held_by_id
            if holders:
                return self.env._(
                    "%s or a manager", ", ".join(holders.sudo().mapped("name"))
                )
        return self.env._("a manager")

    @api.model
    def _search_next_text(self, operator, value):
        """Find cases by words of what is in the way or of the next step."""
        if operator not in ("ilike", "=ilike") or not isinstance(value, str):
            return NotImplemented
        labels = self._fields["blocker"]._description_selection(self.env)
        wanted = value.strip("%").casefold()
        return Domain("next_step_id.name", operator, value) | Domain.OR(
            Domain("blocker_codes", "like", f",{code},")
            for code, label in labels
            if wanted in label.casefold()
            or ((lift := WORDS[code].lift) and wanted in self.env._(lift).casefold())
        )

    def _is_held_out(self):
        """Tell whether nothing but the comparison keeps the next message back."""
        self.ensure_one()
        compared = self.item_ids.filtered("nudge_not_before")
        if not compared:
            return False
        today = self.company_id._get_reminder_today()
        is_due = self.next_step_id and self.next_date and self.next_date <= today
        return not is_due and any([item._is_kept_back(today) for item in compared])
