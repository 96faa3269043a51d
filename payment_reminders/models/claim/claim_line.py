from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..notice.notice import UNDOING

#: In whose hands the note of an entry may be erased: nobody outside can make it.
ERASING = object()
#: Kinds of entries that lower a claim.
LOWERING = ("payment", "waiver", "transfer", "handover")


class PaymentReminderClaimLine(models.Model):
    """One entry of a case's claim ledger. Never changed, only reversed.

    The ledger holds what notices claimed beside the invoices: the accounts know
    nothing of it. Payments, waivers and what moved to an invoice are negative.
    """

    _name = "payment.reminder.claim.line"
    _description = "Payment Reminder Claim Line"
    _order = "date, id"

    case_id = fields.Many2one(
        "payment.reminder.case", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="case_id.company_id")
    currency_id = fields.Many2one(related="case_id.currency_id")
    kind = fields.Selection(
        [
            ("fee", "Fee"),
            ("interest", "Interest"),
            ("compensation", "Compensation"),
            ("payment", "Payment"),
            ("waiver", "Waiver"),
            ("transfer", "Moved to an invoice"),
            ("handover", "Went along to a service"),
        ],
        required=True,
    )
    amount = fields.Monetary(required=True)
    date = fields.Date(required=True, default=fields.Date.context_today)
    reminder_id = fields.Many2one(
        "payment.reminder", index="btree_not_null", ondelete="restrict"
    )
    reversal_of_id = fields.Many2one(
        "payment.reminder.claim.line",
        string="Reverses",
        ondelete="restrict",
        index="btree_not_null",
    )
    reversed_by_ids = fields.One2many(
        "payment.reminder.claim.line", "reversal_of_id", string="Reversed by"
    )
    settles = fields.Selection(
        [
            ("fee", "Fee"),
            ("interest", "Interest"),
            ("compensation", "Compensation"),
        ],
        help="Which kind of cost a payment, waiver or move is for. Empty: by the order "
        "of the law.",
    )
    move_id = fields.Many2one(
        "account.move",
        string="Invoice of the costs",
        index="btree_not_null",
        ondelete="set null",
    )
    handover_id = fields.Many2one(
        "payment.reminder.handover",
        string="Hand-over",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="With which these costs went to a collection service: it claims them.",
    )
    note = fields.Char()
    user_id = fields.Many2one(
        "res.users", default=lambda self: self.env.user, index="btree_not_null"
    )
    transaction_id = fields.Many2one(
        "payment.transaction",
        string="Online payment",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )

    _reversal_uniq = models.UniqueIndex(
        "(reversal_of_id) WHERE reversal_of_id IS NOT NULL",
        "This entry is reversed already.",
    )

    @api.constrains("kind", "amount", "reversal_of_id")
    def _check_sign(self):
        for line in self.filtered(lambda line: not line.reversal_of_id):
            lowers = line.kind in LOWERING
            wrong = (
                line.amount > 0
                if lowers
                else (line.amount < 0 and line.kind != "interest")
            )
            if wrong:
                raise ValidationError(
                    self.env._(
                        "Payments and waivers lower a claim, fees and compensation "
                        "raise "
                        "it: the sign of this entry is wrong."
                    )
                )

    def write(self, vals):
        is_erasing = self.env.context.get("reminder_erasing") is ERASING
        if is_erasing and set(vals) == {"note"} and not vals["note"]:
            return super().write(vals)
        raise UserError(
            self.env._("An entry of the claim ledger is never changed. Reverse it.")
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_kept(self):
        if self.env.context.get("reminder_undoing") is UNDOING and all(
            line.reminder_id.taken_over_id for line in self
        ):
            return
        raise UserError(
            self.env._("An entry of the claim ledger is never deleted. Reverse it.")
        )

    def action_reverse(self, reason=None):
        """Take these entries back by opposite ones.

        :param reason: why, in words
        :return: the reversing entries
        """
        self.env["res.users"]._check_reminder_manager()
        self.check_access("read")
        if not reason:
            raise UserError(self.env._("Say why the entry is reversed."))
        reversals = self._reverse(reason)
        for line in self:
            line.case_id._log_event(
                "claim_reversed",
                {"line": line.id, "amount": line.amount, "note": reason},
            )
        return reversals

    def _reverse(self, reason):
        return self.sudo().create(
            [
                {
                    "case_id": line.case_id.id,
                    "kind": line.kind,
                    "amount": -line.amount,
                    "reminder_id": line.reminder_id.id,
                    "reversal_of_id": line.id,
                    "settles": line.settles,
                    "handover_id": line.handover_id.id,
                    "note": reason,
                    "user_id": self.env.uid,
                }
                for line in self
            ]
        )

    def _get_ground(self, statute):
        """Return the paragraph on which this entry rests.

        :param statute: :class:`rules.statute.Statute` of the case's ladder
        """
        self.ensure_one()
        case, reminder = self.case_id, self.reminder_id
        debtor = case.partner_id._get_debtor_kind()
        due_dates = [day for day in reminder.line_ids.mapped("date_due") if day]
        due = min(due_dates, default=self.date)
        rule = None
        if self.kind == "fee":
            rule = statute.fee_rule(debtor, self.date, reminder.step_kind or "reminder")
        elif self.kind == "interest":
            rule = statute.margin_rule(debtor, due)
        elif self.kind == "compensation":
            rule = statute.compensation_rule(debtor, due)
        return rule.source if rule else ""

    def _erase_notes(self):
        """Erase why entries were made, in words; what they say stays."""
        self.with_context(reminder_erasing=ERASING).write({"note": False})
