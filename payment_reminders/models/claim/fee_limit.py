from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import float_repr

from ...rules.lifecycle import WAITING


class PaymentReminder(models.Model):
    _inherit = "payment.reminder"

    has_fee_limit = fields.Boolean(readonly=True)
    fee_limit = fields.Monetary(
        string="Fee at most", readonly=True, help="A person lowered the fee to this."
    )
    fee_limit_by_id = fields.Many2one(
        "res.users", string="Fee lowered by", readonly=True
    )
    fee_limit_note = fields.Char(string="Fee lowered because", readonly=True)

    def _lower_fee(self, amount, note):
        """Lower the fee of a notice that waits, or drop it; never raise it.

        :param amount: what is left of it, in the case's currency
        :param note: why, in words
        """
        self.ensure_one()
        if self.state not in WAITING:
            raise UserError(self._describe_states())
        if not note:
            raise UserError(self.env._("Say why the fee is lowered."))
        before = self.amount_fee
        if amount < 0 or self.currency_id.compare_amounts(amount, before) > 0:
            raise UserError(
                self.env._(
                    "The fee of this reminder is %s. It can be lowered or dropped, not "
                    "raised.",
                    self.currency_id.format(before),
                )
            )
        self.write(
            {
                "has_fee_limit": True,
                "fee_limit": amount,
                "fee_limit_by_id": self.env.uid,
                "fee_limit_note": note,
                "amount_fee": amount,
                "amount_claim": self.amount_claim - before + amount,
                "remarks": [*(self.remarks or []), "fee:by_hand"],
                "remark_values": {
                    **(self.remark_values or {}),
                    **self._get_fee_limit_words(),
                },
            }
        )
        self.case_id._log_event(
            "fee_lowered",
            {
                "reminder": self.id,
                "before": str(before),
                "fee": str(amount),
                "by": self.env.uid,
            },
        )

    def _get_fee_limit_words(self):
        return {
            "by": self.fee_limit_by_id.id or self.env.uid,
            "note": self.fee_limit_note,
        }

    def _limit_fee(self, figures):
        """Keep to what a person lowered the fee to, when it is computed anew.

        :param figures: :class:`Figures` of the day of sending, changed in place
        """
        self.ensure_one()
        if not self.has_fee_limit:
            return
        limit = Decimal(float_repr(self.fee_limit, self.currency_id.decimal_places))
        if figures.fee > limit:
            figures.fee = limit
        figures.remarks += ("fee:by_hand",)
        figures.remark_values |= self._get_fee_limit_words()
