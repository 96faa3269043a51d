"""Why not, why next: what comes next on a case, and everything that is in the way."""

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date, format_datetime

from ...rules import guard, outlook
from ...rules.guard import Code
from ...rules.lifecycle import BUSY

BLOCKERS = [
    ("uncertain", "Uncertain whether it went out"),
    ("no_ladder", "No ladder"),
    ("not_posted", "Invoice not posted"),
    ("paid", "Paid"),
    ("in_payment", "Payment on its way"),
    ("credited", "Credited"),
    ("nothing_due", "Nothing due any more"),
    ("partial_payment", "Partly paid"),
    ("amount_changed", "Amount changed"),
    ("unallocated_credit", "Money not matched"),
    ("unmatched_bank_line", "Bank line not matched"),
    ("stale_bank", "Bank statements too old"),
    ("pending_transaction", "Online payment under way"),
    ("open_query", "Open question"),
    ("payment_plan", "Payment plan"),
    ("insolvency", "Insolvent"),
    ("status_unknown", "Register says nothing certain"),
    ("blocked", "Invoice blocked"),
    ("held", "On hold"),
    ("snoozed", "Snoozed"),
    ("excluded", "Excluded"),
    ("handed_over", "Handed over"),
    ("no_recipient", "No usable address"),
    ("invoice_not_sent", "Invoice never sent"),
    ("not_approved", "Waits for approval"),
    ("hold_window", "Hold window"),
    ("spacing", "Too soon after the last one"),
    ("ladder_changed", "Ladder changed"),
    ("send_brake", "Send brake"),
    ("neutralized", "Copy of a database"),
    ("already_sent", "Sent before"),
    ("not_started", "Reminders have not started"),
    ("held_out", "Nudge held out for the comparison"),
    ("ladder_ended", "Ladder ended"),
]


class PaymentReminderCase(models.Model):
    _inherit = "payment.reminder.case"

    blocker = fields.Selection(
        BLOCKERS,
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
    next_text = fields.Char(
        string="Why not, why next",
        compute="_compute_next_text",
        search="_search_next_text",
        help="What comes next and when, everything in the way, since when, what would "
        "lift it and who may.",
    )

    def _get_open_queries(self):
        return self.query_ids.filtered(lambda query: query.state != "closed")

    def _get_active_plans(self):
        return self.plan_ids.filtered(lambda plan: plan.state == "active")

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
        "is_ladder_ended",
        "snoozed_until",
        "next_date",
        "next_step_id",
        "freeze_ids.date_end",
        "query_ids.state",
        "plan_ids.state",
        "reminder_ids.state",
        "reminder_ids.verdict",
        "reminder_ids.hold_until",
        "partner_id.reminder_excluded",
    )
    def _compute_blockers(self):
        open_cases = self.filtered(lambda case: case.state != "closed")
        facts = self.env["payment.reminder.facts"]._read_next_facts(open_cases)
        notices = open_cases._find_open_notices()
        now = fields.Datetime.now()
        for case in self:
            codes = ()
            if case in facts:
                notice = notices.get(case)
                codes = outlook.find_obstacles(
                    outlook.Situation(
                        case_codes=tuple(
                            str(code) for code in guard.check_case(facts[case], now)
                        ),
                        notice_state=notice.state if notice else None,
                        verdict=tuple(notice.verdict or ()) if notice else (),
                        hold_until=(notice.hold_until or None) if notice else None,
                        has_ladder=bool(case.ladder_id),
                        ladder_ended=case.is_ladder_ended,
                        has_started=case.company_id._has_reminders_started(),
                        held_out=case._is_held_out(),
                    ),
                    now,
                )
            known = dict(case.blockers or ())
            case.blockers = [
                [code, case._get_blocked_since(code) or known.get(code) or str(now)]
                for code in codes
            ]
            case.blocker_codes = f",{','.join(codes)}," if codes else False
            case.blocker = codes[0] if codes else False

    def _get_blocked_since(self, code):
        """Return from when records of their own say that something is in the way."""
        self.ensure_one()
        records = {
            Code.OPEN_QUERY: self._get_open_queries(),
            Code.PAYMENT_PLAN: self._get_active_plans(),
        }.get(code)
        if records:
            return str(min(records.mapped("create_date")).replace(microsecond=0))
        freezes = self._get_open_freezes().filtered(
            lambda freeze: guard.FREEZE_CODES.get(freeze.reason, Code.HELD) == code
        )
        return str(min(freezes.mapped("date_start"))) if freezes else None

    # -- in words ---------------------------------------------------------------

    @api.depends("blockers", "next_step_id", "next_date", "state", "user_id")
    @api.depends_context("lang", "tz")
    def _compute_next_text(self):
        # What is said of a case may be read by whoever may read the case.
        cases = self.sudo()
        labels = dict(self._fields["blocker"]._description_selection(self.env))
        words = self._get_blocker_words()
        notices = cases._find_open_notices()
        for case in cases:
            notice = notices.get(case, self.env["payment.reminder"])
            case.next_text = " ".join(
                [
                    case._describe_next(notice),
                    *(
                        case._describe_blocker(code, since, notice, labels, words)
                        for code, since in case.blockers or ()
                    ),
                ]
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
                "%(step)s is in the queue and leaves after %(moment)s.",
                step=notice.step_id.name,
                moment=format_datetime(self.env, notice.hold_until, dt_format="short"),
            )
        if not self.next_step_id:
            return self.env._("No step comes next.")
        day = max(filter(None, (self.next_date, self.snoozed_until)), default=None)
        if day and day <= self.company_id._get_reminder_today():
            return self.env._("%s is due now.", self.next_step_id.name)
        return self.env._(
            "%(step)s comes on %(date)s.",
            step=self.next_step_id.name,
            date=format_date(self.env, day),
        )

    def _describe_blocker(self, code, since, notice, labels, words):
        """Return one obstacle, since when, what lifts it and who may, in words."""
        self.ensure_one()
        notes = [
            f"“{freeze.note}”"
            for freeze in self._get_open_freezes()
            if freeze.note and guard.FREEZE_CODES.get(freeze.reason, Code.HELD) == code
        ]
        return self.env._(
            "%(what)s since %(since)s: %(lift)s (%(who)s).",
            what=" ".join([labels.get(code, code), *notes]),
            since=format_date(
                self.env,
                fields.Datetime.context_timestamp(
                    self, fields.Datetime.to_datetime(since)
                ).date(),
            ),
            lift=self._get_lift_words(code, words),
            who=self._get_lifter_words(outlook.get_lifter(code), notice),
        )

    def _get_lift_words(self, code, words):
        if code == Code.SNOOZED:
            return self.env._("ends on %s", format_date(self.env, self.snoozed_until))
        return words.get(code, self.env._("look at it"))

    def _get_lifter_words(self, lifter, notice):
        """Return who may lift an obstacle, in words."""
        if lifter == outlook.Lifter.TIME:
            return self.env._("passes by itself")
        if lifter == outlook.Lifter.BOOKKEEPER:
            return self.env._("whoever keeps the books")
        if lifter == outlook.Lifter.HOLDER:
            held = self._get_open_freezes().filtered(lambda f: f.reason == "manual")
            holders = held.user_id | notice.sudo().held_by_id
            if holders:
                return self.env._(
                    "%s or a manager", ", ".join(holders.sudo().mapped("name"))
                )
        return self.env._("a manager")

    @api.model
    def _get_blocker_words(self):
        """Return {code: what lifts it}, in words."""
        return {
            "uncertain": self.env._("say whether the customer got it"),
            "no_ladder": self.env._("choose a ladder for the customer or the company"),
            "not_posted": self.env._("post the invoice, or leave it"),
            "paid": self.env._("nothing to do"),
            "in_payment": self.env._("match the payment when the bank shows it"),
            "credited": self.env._("look at the rest and release the case"),
            "nothing_due": self.env._("nothing to do"),
            "partial_payment": self.env._("look at the rest and release the case"),
            "amount_changed": self.env._("a new proposal follows"),
            "unallocated_credit": self.env._("match the money with an invoice"),
            "unmatched_bank_line": self.env._("match the bank line"),
            "stale_bank": self.env._("import the bank statements"),
            "pending_transaction": self.env._("its outcome decides"),
            "open_query": self.env._("answer and close the question"),
            "payment_plan": self.env._("the plan is kept, broken or cancelled"),
            "insolvency": self.env._("decide by hand what to do"),
            "status_unknown": self.env._("check the customer by hand"),
            "blocked": self.env._("lift the block on the invoice"),
            "held": self.env._("release it"),
            "excluded": self.env._("allow reminders on the customer or invoice"),
            "handed_over": self.env._("the collection service has it"),
            "no_recipient": self.env._("add an address to the customer"),
            "invoice_not_sent": self.env._("send the invoice"),
            "not_approved": self.env._("approve it"),
            "hold_window": self.env._("it leaves when the window has passed"),
            "spacing": self.env._("it waits its turn"),
            "ladder_changed": self.env._("approve the new proposal"),
            "send_brake": self.env._("look at the run and release it"),
            "neutralized": self.env._("send from the real database"),
            "already_sent": self.env._("nothing to do"),
            "not_started": self.env._("they start on the day that was chosen"),
            "held_out": self.env._("it comes later, or now if a manager says so"),
            "ladder_ended": self.env._("call, agree on a plan, collect or close"),
        }

    @api.model
    def _search_next_text(self, operator, value):
        """Find cases by words of what is in the way or of the next step."""
        if operator not in ("ilike", "=ilike") or not isinstance(value, str):
            return NotImplemented
        labels = self._fields["blocker"]._description_selection(self.env)
        words = self._get_blocker_words()
        wanted = value.strip("%").casefold()
        return Domain("next_step_id.name", operator, value) | Domain.OR(
            Domain("blocker_codes", "like", f",{code},")
            for code, label in labels
            if wanted in label.casefold() or wanted in words.get(code, "").casefold()
        )
