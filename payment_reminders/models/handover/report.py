from odoo import fields, models
from odoo.exceptions import UserError

from ...rules import handover
from ...rules.handover import Kind, Outcome
from ...tools.decimals import to_decimal
from ...tools.money import format_code

#: {state: states that may follow it}
TRANSITIONS = {
    "waiting": {"sending", "told", "failed", "dropped"},
    "sending": {"waiting", "told", "failed", "uncertain"},
    "uncertain": {"waiting", "told"},
    "failed": {"waiting", "told", "dropped"},
    "told": set(),
    "known": set(),
    "own": set(),
    "not_told": set(),
    "dropped": set(),
}


class PaymentReminderHandoverReport(models.Model):
    """Money, or a credit note, that a service is told of, once."""

    _name = "payment.reminder.handover.report"
    _description = "Report to a Collection Service"
    _order = "id desc"
    _rec_name = "reference"

    handover_id = fields.Many2one(
        "payment.reminder.handover",
        string="Hand-over",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    case_id = fields.Many2one(related="handover_id.case_id")
    company_id = fields.Many2one(
        related="handover_id.company_id", store=True, index=True
    )
    currency_id = fields.Many2one(related="handover_id.currency_id")
    kind = fields.Selection(
        [
            ("payment", "Payment"),
            ("credit", "Credit note"),
            ("write_off", "Written off"),
            ("reversal", "Taken back"),
        ],
        required=True,
        readonly=True,
    )
    reversed_kind = fields.Selection(
        [
            ("payment", "Payment"),
            ("credit", "Credit note"),
            ("write_off", "Written off"),
        ],
        string="Of",
        readonly=True,
        help="What was taken back.",
    )
    amount = fields.Monetary(readonly=True)
    date = fields.Date(string="Value date", readonly=True)
    reference = fields.Char(readonly=True, help="Of the payment or credit note.")
    matching_id = fields.Integer(readonly=True, help="Of the journal items (id).")
    key = fields.Char(
        required=True,
        readonly=True,
        help="Hand-over and matching, or how many there were: each sum once.",
    )
    state = fields.Selection(
        [
            ("waiting", "To be told"),
            ("sending", "Being told"),
            ("told", "Told"),
            ("uncertain", "Uncertain"),
            ("failed", "Refused"),
            ("known", "Known when handed over"),
            ("own", "The service's own money"),
            ("not_told", "Not told"),
            ("dropped", "No longer to be told"),
        ],
        required=True,
        readonly=True,
        default="waiting",
        index=True,
    )
    not_before = fields.Datetime(
        string="Told from",
        readonly=True,
        help="What is taken back is often put right again a moment later.",
    )
    tries = fields.Integer(readonly=True)
    reason = fields.Char(readonly=True, help="What the service said, in words.")
    date_told = fields.Datetime(string="Told on", readonly=True)
    told_by_id = fields.Many2one(
        "res.users", string="Told by", readonly=True, index="btree_not_null"
    )

    _key_uniq = models.UniqueIndex("(key)", "This was written down already.")
    # What the scheduled action asks for.
    _waiting_idx = models.Index("(handover_id) WHERE state IN ('waiting', 'sending')")

    def _set_state(self, state, **vals):
        """Bring these to ``state``; the only place that does."""
        for report in self:
            if state not in TRANSITIONS[report.state]:
                labels = dict(self._fields["state"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "This is not possible for what is “%s”.", labels[report.state]
                    )
                )
        if state == "told":
            vals = {"date_told": fields.Datetime.now(), **vals}
        self.sudo().write({"state": state, **vals})

    def action_told(self):
        """Say that the service was told, as whoever told it by hand knows."""
        self.handover_id._check_may_act()
        reports = self.filtered(lambda r: "told" in TRANSITIONS[r.state])
        reports._set_state("told", told_by_id=self.env.uid)
        for report in reports.sudo():
            report.handover_id.case_id._log_event(
                "handover_report", report._get_payload()
            )
        return True

    def action_tell_again(self):
        """Let these be told again: a person asked, and the service has nothing."""
        self.handover_id._check_may_act()
        self._set_state("waiting", tries=0, reason=False)
        return True

    def _get_payload(self):
        """Return what the trail keeps of this."""
        self.ensure_one()
        return {
            "handover": self.handover_id.id,
            "key": self.key,
            "kind": self.kind,
            "amount": str(self.currency_id.round(self.amount)),
            "day": str(self.date or ""),
            "state": self.state,
        }

    def _note_answer(self, answer):
        """Note what became of telling this."""
        self.ensure_one()
        record = self.handover_id
        if self.state != "sending":
            return
        match answer.outcome:
            case Outcome.DONE:
                self._set_state("told", reason=answer.reason or False)
                record.case_id._log_event("handover_report", self._get_payload())
            case Outcome.REFUSED:
                self._set_state("failed", reason=answer.reason or False)
                self._ask_person()
            case Outcome.UNCERTAIN:
                self._set_state("uncertain", reason=answer.reason or False)
                self._ask_person()
            case _:
                self._set_state("waiting", reason=answer.reason or False)
                record.write(record._prepare_rest(answer))

    def _ask_person(self):
        """Ask a manager to tell the service by hand, or what it has."""
        self.ensure_one()
        record = self.handover_id
        told = record.with_context(lang=record.case_id._get_responsible().lang)
        kinds = dict(self._fields["kind"]._description_selection(told.env))
        told._call_manager(
            told.env._(
                "Tell %(service)s: %(kind)s of %(amount)s",
                service=told.service_label,
                kind=kinds[self.kind].lower(),
                amount=format_code(told.env, self.amount, told.currency_id),
            ),
            told.env._(
                "%(invoice)s: the service has to hear of it from a person. %(reason)s "
                "Then say here that it was told.",
                invoice=told.move_id.name or "",
                reason=self.reason or "",
            ),
        )

    # -- the books ---------------------------------------------------------------

    def _get_told(self):
        """Return this as :class:`rules.handover.Told`."""
        self.ensure_one()
        return handover.Told(
            Kind(self.kind),
            to_decimal(self.amount, self.currency_id.decimal_places),
            self.matching_id or None,
            Kind(self.reversed_kind) if self.reversed_kind else None,
        )

    def _says(self, change):
        """Tell whether this says what a :class:`rules.handover.Change` says."""
        self.ensure_one()
        amount = to_decimal(self.amount, self.currency_id.decimal_places)
        return (self.kind, self.reversed_kind or None, amount) == (
            str(change.kind),
            change.reversed_kind and str(change.reversed_kind),
            change.amount,
        )

    def _follow_kind(self):
        """Do what follows from a report that was written down a moment ago."""
        self.ensure_one()
        record = self.handover_id
        record.case_id._log_event("handover_report", self._get_payload())
        if self.kind == "write_off":
            record._ask_about_loss(self)
        elif self.state == "waiting" and (
            record._is_by_hand() or self.kind == "reversal"
        ):
            self._ask_person()
