"""What people read of a notice in the queue, filter it by and do about it."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...rules import guard, schedule
from ...rules.lifecycle import BUSY, OPEN, WAITING
from ...rules.remedy import Remedy, find_remedies
from ...rules.verdict import EARLY, MONEY_CODES, OVERRIDABLE, Code
from ...tools.selections import labels_of
from ..notice.words import BUTTONS


class PaymentReminder(models.Model):
    _inherit = "payment.reminder"

    is_big = fields.Boolean(
        string="Big amount", compute="_compute_is_big", search="_search_is_big"
    )
    is_first = fields.Boolean(
        string="First-time debtor",
        compute="_compute_is_first",
        search="_search_is_first",
        help="No reminder was ever sent to this customer.",
    )
    is_held_by_bank_line = fields.Boolean(compute="_compute_held_by")
    is_held_by_credit = fields.Boolean(compute="_compute_held_by")
    is_held_by_transaction = fields.Boolean(compute="_compute_held_by")
    is_held_by_law = fields.Boolean(compute="_compute_held_by")
    is_held_by_halt = fields.Boolean(compute="_compute_held_by")
    is_held_by_invoice = fields.Boolean(compute="_compute_held_by")
    can_release = fields.Boolean(
        compute="_compute_held_by",
        help="A person's hold is what keeps it back, so that lifting it helps.",
    )
    heads_up_date = fields.Date(
        readonly=True, copy=False, help="The day on which people were told of it."
    )
    blocker = fields.Selection(related="case_id.blocker")
    next_text = fields.Char(related="case_id.next_text")
    fix = fields.Json(
        string="What to do",
        compute="_compute_fix",
        help="The button that helps best, as {label, method, confirm, why}; empty when "
        "there is nothing to do.",
    )
    fix_method = fields.Char(compute="_compute_fix")
    days_overdue = fields.Integer(
        compute="_compute_days_overdue", help="Of the oldest invoice on the reminder."
    )
    invoice_count = fields.Integer(
        string="Number of invoices", compute="_compute_days_overdue"
    )
    run_id = fields.Many2one(
        "payment.reminder.run",
        string="Created in",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    channel_choice = fields.Selection(
        selection=labels_of("payment.reminder.delivery", "channel", ("other",)),
        string="Chosen channel",
        readonly=True,
        help="Empty: as the step says.",
    )
    personal_text = fields.Text(
        readonly=True, help="Words of this notice alone, above the text of the step."
    )
    attach_invoices = fields.Boolean(
        readonly=True, help="The PDF of each invoice goes with the e-mail."
    )
    override_codes = fields.Json(
        string="Overridden",
        readonly=True,
        copy=False,
        help="Codes of what a manager let pass for this notice.",
    )
    override_by_id = fields.Many2one(
        "res.users",
        string="Overridden by",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
    )
    override_note = fields.Char(string="Overridden because", readonly=True, copy=False)

    @api.depends("line_ids.date_due", "company_id", "state")
    def _compute_days_overdue(self):
        today = {company: company._get_reminder_today() for company in self.company_id}
        for reminder in self:
            lines = reminder.line_ids
            oldest = min(filter(None, lines.mapped("date_due")), default=None)
            # What became of it after it left is told by the case.
            is_open = oldest and reminder.state in BUSY
            days = (today[reminder.company_id] - oldest).days if is_open else 0
            reminder.days_overdue = max(days, 0)
            reminder.invoice_count = len(lines.move_id or lines)

    @api.depends("case_id.blockers", "state", "held_by_id", "hold_note")
    @api.depends_context("lang", "uid")
    def _compute_fix(self):
        labels = dict(self._fields["blocker"]._description_selection(self.env))
        for reminder in self:
            codes = [code for code, _since in reminder.sudo().case_id.blockers or ()]
            buttons = reminder._get_fixes(codes)
            why = [labels.get(code, code) for code in codes if code not in EARLY]
            reminder.fix = buttons and {**buttons[0], "why": ", ".join(why)}
            reminder.fix_method = buttons and buttons[0]["method"]

    def _get_fixes(self, codes):
        """Return the buttons that help against what is in the way of this notice.

        :param codes: everything in the way of it
        :return: list of {label, method, confirm}, what helps best first
        """
        self.ensure_one()
        if self.state not in BUSY:
            return []
        here = self.state == "held" and bool(self.held_by_id or self.hold_note)
        remedies = find_remedies(codes, is_held_here=here)
        buttons = [BUTTONS[remedy] for remedy in remedies if self._may_use(remedy)]
        return [
            {
                "label": str(self.env._(button.label)),
                "method": button.method,
                "confirm": str(self.env._(button.confirm)) if button.confirm else "",
            }
            for button in buttons
        ]

    def _may_use(self, remedy):
        """Tell whether whoever looks may do this about this notice, as it is now."""
        if remedy == Remedy.APPROVE and self.state != "proposed":
            return False
        if remedy == Remedy.RELEASE and self.held_by_id != self.env.user:
            return self.env.user._is_reminder_manager()
        return self.env.user.has_groups(BUTTONS[remedy].groups)

    @api.depends("amount_claim", "company_id")
    def _compute_is_big(self):
        for reminder in self:
            limit = reminder.company_id.sudo().reminder_big_amount
            reminder.is_big = reminder.amount_claim >= limit

    @api.model
    def _search_is_big(self, operator, value):
        if operator != "in":
            return NotImplemented
        big = Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain("amount_claim", ">=", company.sudo().reminder_big_amount)
            for company in self.env.companies
        )
        return self._match_boolean(big, value)

    def _get_reminded_domain(self):
        """Return the domain of demands that were really sent."""
        return Domain(
            [
                ("counts", "=", True),
                ("step_kind", "!=", schedule.NUDGE),
            ]
        )

    @api.depends("partner_id", "counts")
    def _compute_is_first(self):
        # What others sent to this customer counts too.
        reminded = {
            partner
            for (partner,) in self.sudo()._read_group(
                self._get_reminded_domain()
                & Domain("partner_id", "in", self.partner_id.ids),
                ["partner_id"],
            )
        }
        for reminder in self:
            reminder.is_first = reminder.partner_id not in reminded

    @api.model
    def _search_is_first(self, operator, value):
        if operator != "in":
            return NotImplemented
        sent = self.sudo()._search(self._get_reminded_domain())
        first = Domain("partner_id", "not in", sent.subselect("partner_id"))
        return self._match_boolean(first, value)

    @api.model
    def _match_boolean(self, domain, values):
        """Return the domain of records for which ``domain`` is one of ``values``."""
        wanted = set(map(bool, values))
        if len(wanted) == 2:
            return Domain.TRUE
        return domain if True in wanted else ~domain

    def action_snooze(self, date=None):
        """Snooze the cases of these notices; see the case."""
        wrong = self.filtered(lambda r: r.state not in WAITING)
        if wrong == self:
            raise UserError(wrong._describe_states())
        return (self - wrong).case_id.action_snooze(date)

    def action_undo_snooze(self):
        """Send to the customers of these notices again, who were snoozed by mistake.

        Other holds stay.
        """
        snoozed = self.case_id.filtered("snoozed_until")
        snoozed._check_may_act()
        # Who may end it was asked; the machine writes.
        snoozed.sudo().snoozed_until = False
        for case in snoozed:
            case._log_event("released", {"reasons": ["snoozed"], "note": ""})
        return True

    # -- what holds a notice --------------------------------------------------------

    @api.depends("verdict", "state", "held_by_id", "hold_note")
    def _compute_held_by(self):
        for reminder in self:
            waits = reminder.state in WAITING
            codes = set(reminder.verdict or []) if waits else set()
            reminder.is_held_by_bank_line = Code.UNMATCHED_BANK_LINE in codes
            reminder.is_held_by_credit = Code.UNALLOCATED_CREDIT in codes
            reminder.is_held_by_transaction = Code.PENDING_TRANSACTION in codes
            reminder.is_held_by_law = Code.LAW_UNSURE in codes
            reminder.is_held_by_halt = bool(codes & {Code.SEND_BRAKE, Code.STALE_BANK})
            reminder.is_held_by_invoice = Code.INVOICE_NOT_SENT in codes
            reminder.can_release = reminder.state == "held" and (
                bool(reminder.held_by_id or reminder.hold_note)
                or not codes - EARLY - {Code.HELD}
            )

    def action_open_bank_lines(self):
        """Open the bank lines that hold this notice, and those ignored for its case."""
        self.ensure_one()
        self.check_access("read")
        # sudo: what the guard saw is for managers, whose bank lines it was is not.
        ids = self.sudo()._get_doubtful_ids("bank_line")
        ids += self.sudo().case_id.ignored_line_ids.statement_line_id.ids
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Bank Lines Not Matched Yet"),
            "res_model": "account.bank.statement.line",
            "view_mode": "list",
            "views": [
                (
                    self.env.ref("payment_reminders.bank_statement_line_view_list").id,
                    "list",
                )
            ],
            "domain": [("id", "in", ids)],
            "context": {"reminder_case_id": self.case_id.id, "create": False},
        }

    def action_open_credits(self):
        """Open where the customer's open credits are matched: the invoices."""
        self.ensure_one()
        self.check_access("read")
        drafts = self.sudo()._get_doubtful_ids("draft_credit_note")
        moves = self.move_ids | self.env["account.move"].browse(drafts)
        if not moves:
            # What another program keeps is matched there; the case says what it is.
            return self.case_id._get_records_action()
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Match on the Invoice"),
            "res_model": "account.move",
            "context": {"create": False},
        }
        if len(moves) == 1:
            return {**action, "view_mode": "form", "res_id": moves.id}
        return {
            **action,
            "view_mode": "list,form",
            "domain": [("id", "in", moves.ids)],
        }

    def action_ignore_credits(self):
        """Say that the money on the account is not for what this notice asks."""
        self.ensure_one()
        self.env["res.users"]._check_reminder_manager()
        self.check_access("read")
        # sudo: what the guard saw is kept for managers alone, whom the caller is.
        facts = self.sudo().facts
        self.case_id._ignore_money(
            [
                (money.source, money.record_id)
                for money in guard.Facts.from_json(facts).money
                if MONEY_CODES[money.source] == Code.UNALLOCATED_CREDIT
                # One of another program is left out there, on what we know of it.
                and money.source != "credit_elsewhere"
            ]
            if facts
            else []
        )
        return True

    def _get_doubtful_ids(self, source):
        """Return which records of one source of money the guard saw last."""
        self.ensure_one()
        if not self.facts:
            return []
        facts = guard.Facts.from_json(self.facts)
        return [money.record_id for money in facts.money if money.source == source]

    # -- the approve desk -----------------------------------------------------------

    def get_desk_panes(self):
        """Return what the approve desk shows of these notices, in their order."""
        self.check_access("read")
        return self.env["payment.reminder.desk"]._read_panes(self)

    @api.model
    def get_desk_count(self, domain=()):
        """Return how many notices of a list wait for a person.

        :param domain: of the list
        :return: {"left": to be approved or mended, "fix": of these, to be mended}
        """
        waiting = Domain(domain) & Domain("state", "in", BUSY)
        stopped = Domain("blocker", "not in", (False, *EARLY)) | Domain(
            "state", "=", "uncertain"
        )
        return {
            "left": self.search_count(
                waiting & (stopped | Domain("state", "in", ("proposed", "held")))
            ),
            "fix": self.search_count(
                waiting & (stopped | Domain("state", "=", "held"))
            ),
        }

    def action_word(self, text=None):
        """Put words of this notice alone above the text of its step.

        :param text: empty: none any more
        """
        self.ensure_one()
        self.env["res.users"]._check_reminder_manager()
        self.check_access("read")
        self._lock_or_explain()
        if self.state not in WAITING:
            raise UserError(self._describe_states())
        # A manager words it; the machine writes.
        self.sudo().personal_text = (text or "").strip() or False
        return True

    def action_open_customer(self):
        """Open the contact of the customer, where its addresses are."""
        self.ensure_one()
        return self._open_record(self.partner_id)

    def action_open_case(self):
        """Open the case, where holds and snoozes of the customer are lifted."""
        self.ensure_one()
        return self._open_record(self.case_id)

    def action_open_queries(self):
        """Open the questions of the customer that wait for an answer."""
        self.ensure_one()
        return self._open_record(self.case_id._get_open_queries())

    def action_open_plans(self):
        """Open the payment plans of the customer that are in force."""
        self.ensure_one()
        return self._open_record(self.case_id._get_active_plans())

    def _open_record(self, records):
        """Return the action that shows these records; the only one as a form."""
        self.check_access("read")
        action = {"type": "ir.actions.act_window", "res_model": records._name}
        if len(records) == 1:
            return {**action, "views": [(False, "form")], "res_id": records.id}
        return {
            **action,
            "name": records._description,
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", records.ids)],
        }

    def action_open_halts(self):
        """Open what holds every notice of the company."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "payment_reminders.payment_reminder_halt_action"
        )
        action["domain"] = [("company_id", "in", self.company_id.ids)]
        return action

    def action_open_other_sender(self):
        """Open the addons that remind these customers as well, to take one out."""
        self.check_access("read")
        seen = self.env["payment.reminder.explanation"]
        names = {facts.other_sender for r in self if (facts := seen._get_seen_facts(r))}
        return {
            "type": "ir.actions.act_window",
            "res_model": "ir.module.module",
            "name": self.env._("Other Programs"),
            "views": [(False, "list"), (False, "form")],
            "domain": [("name", "in", sorted(names))],
        }

    def _get_unsent_items(self):
        """Return the due items whose invoice this notice waits for."""
        self.ensure_one()
        facts = self._read_facts(fields.Datetime.now())[self]
        ids = [
            item.item_id
            for item in facts.items
            if guard.needs_invoice_sent(facts) and not item.invoice_sent
        ]
        return self.env["payment.reminder.item"].browse(ids)

    def action_send_invoices(self):
        """Open Odoo's own dialog that sends the invoices that did not arrive."""
        self.ensure_one()
        self.check_access("read")
        moves = self.sudo()._get_unsent_items().move_id.with_env(self.env)
        if not moves:
            raise UserError(
                self.env._("Every invoice of this reminder was sent to the customer.")
            )
        return moves.action_send_and_print()

    def action_vouch_for_invoices(self):
        """Say that the invoices reached the customer another way."""
        self.env["res.users"]._check_reminder_manager()
        self.check_access("read")
        for reminder in self.sudo():
            items = reminder._get_unsent_items()
            if items:
                items.invoice_vouched_by_id = self.env.uid
                reminder.case_id._log_event(
                    "invoice_vouched",
                    {
                        "reminder": reminder.id,
                        "items": items.ids,
                        "by": self.env.uid,
                    },
                )
        self.sudo()._recheck()
        return True

    def action_let_transactions_go(self):
        """Let online payments that are under way hold these notices no longer."""
        self.env["res.users"]._check_reminder_manager()
        self.check_access("read")
        # A manager decides; the machine writes.
        slow = self.env["payment.reminder.slow.transaction"].sudo()
        for case in self.sudo().case_id:
            ids = slow._let_go(case)
            if ids:
                case._log_event("transaction_let_go", {"ids": ids, "by": self.env.uid})
        self.sudo()._recheck()
        return True

    def action_open_law(self):
        """Open the law of which nobody knows whether it still holds."""
        self.ensure_one()
        return self._open_record(self.step_id.ladder_id.jurisdiction_id)

    def action_send_by_law(self):
        """Say that the law as it stands here allows these notices, each once."""
        self.env["res.users"]._check_reminder_manager()
        self.check_access("read")
        for reminder in self:
            passed = set(reminder.override_codes or ()) | {Code.LAW_UNSURE.value}
            note = reminder.override_note or self.env._(
                "The law allows this notice today."
            )
            reminder._override(sorted(passed), note)
        self.sudo()._recheck()
        return True

    def action_create_reminders(self):
        """Open the dialog with everything of which a reminder is due."""
        self.env["res.users"]._check_reminder_manager()
        cases = self.env["payment.reminder.case"]
        # What fell due, or was posted late, since the last night is overdue as well.
        for company in self.env["res.company"]._get_reminder_companies():
            if company in self.env.companies:
                cases.sudo().with_company(company)._open_due(company.sudo())
        return self.env["payment.reminder.wizard"]._open_cases(
            cases.search(
                cases._get_overdue_domain()
                & Domain("company_id", "in", self.env.companies.ids)
            )
        )

    # -- what a manager chooses for one notice -----------------------------------

    def _override(self, codes, note):
        """Let what stands in the way of these notices pass, once, for a reason.

        :param codes: codes of ``rules.verdict.OVERRIDABLE``
        :param note: why, in words; goes into the trail
        """
        self.env["res.users"]._check_reminder_manager()
        if not note:
            raise UserError(self.env._("Say why you override what is in the way."))
        if set(codes) - OVERRIDABLE:
            raise UserError(
                self.env._(
                    "The law or the books forbid this reminder: that cannot be "
                    "overridden."
                )
            )
        self.sudo().write(
            {
                "override_codes": sorted(codes),
                "override_by_id": self.env.uid,
                "override_note": note,
            }
        )
        for reminder in self:
            reminder.case_id._log_event(
                "overridden",
                {"reminder": reminder.id, "codes": sorted(codes), "note": note},
            )

    def action_check(self):
        """Ask the guard about these notices now; nothing is sent."""
        self.case_id._check_may_act()
        self._lock_or_explain()
        now = fields.Datetime.now()
        explanation = self.env["payment.reminder.explanation"]
        found = []
        for reminder, facts in self._read_facts(now, as_if_released=True).items():
            codes = guard.check(facts, now)
            if reminder.state in OPEN:
                reminder._note_verdict(codes, facts)
            found += [
                explanation._explain_code(code, reminder, facts) for code in codes
            ]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if found else "success",
                "title": self.env._("The guard, right now"),
                "message": " ".join(dict.fromkeys(found))
                or self.env._("Nothing stands in the way."),
                "sticky": bool(found),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_hold_invoices(self):
        """Open the dialog that holds the invoices of these notices until a day."""
        return self.env["payment.reminder.invoice.hold.wizard"]._open(self)

    def action_replay(self):
        """Show what the guard saw when it judged this notice, and judge it again."""
        self.ensure_one()
        self.env["res.users"]._check_reminder_manager()
        self.check_access("read")
        replays = self.env["payment.reminder.replay"]._make(self)
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Replay: %s", self.display_name),
            "res_model": replays._name,
            "target": "new" if len(replays) == 1 else "current",
        }
        if len(replays) == 1:
            return action | {"view_mode": "form", "res_id": replays.id}
        return action | {
            "view_mode": "list,form",
            "domain": [("id", "in", replays.ids)],
        }
