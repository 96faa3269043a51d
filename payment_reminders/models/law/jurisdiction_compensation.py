from odoo import api, fields, models

from ...rules import statute


class PaymentReminderJurisdictionCompensation(models.Model):
    """The lump sum for late payment of claims due from a day on."""

    _name = "payment.reminder.jurisdiction.compensation"
    _description = "Statutory Compensation for Late Payment"
    _inherit = ["payment.reminder.law.row"]
    _order = "jurisdiction_id, valid_from desc, debtor"

    jurisdiction_id = fields.Many2one(
        "payment.reminder.jurisdiction", required=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="jurisdiction_id.currency_id")
    valid_from = fields.Date(string="For claims due from", required=True)
    # No choice "consumers": the directive and all its national forms leave them out.
    debtor = fields.Selection(
        [("company", "Businesses")], required=True, default="company"
    )
    amount = fields.Monetary(required=True)
    source = fields.Char(required=True)

    _rule_uniq = models.Constraint(
        "UNIQUE(jurisdiction_id, debtor, valid_from)",
        "There is a compensation for this date already.",
    )
    _amount_not_negative = models.Constraint(
        "CHECK(amount >= 0)", "A compensation cannot be negative."
    )

    @api.model
    def _get_key_fields(self):
        return ["jurisdiction_id", "debtor", "valid_from"]

    def _get_rule(self):
        """Return this row as :class:`rules.statute.CompensationRule`."""
        self.ensure_one()
        return statute.CompensationRule(
            valid_from=self.valid_from,
            debtor=self.debtor,
            amount=self._to_decimal(self.amount),
            source=self.source,
        )
