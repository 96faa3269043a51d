from odoo import api, fields, models

from ...rules import statute


class PaymentReminderJurisdictionMargin(models.Model):
    """Which interest the claims due from a day on bear."""

    _name = "payment.reminder.jurisdiction.margin"
    _description = "Statutory Interest Margin"
    _inherit = ["payment.reminder.law.row"]
    _order = "jurisdiction_id, valid_from desc, debtor"

    jurisdiction_id = fields.Many2one(
        "payment.reminder.jurisdiction", required=True, index=True, ondelete="cascade"
    )
    valid_from = fields.Date(
        string="For claims due from",
        required=True,
        help="A claim keeps the margin of its due date for good.",
    )
    debtor = fields.Selection(
        [("all", "Anybody"), ("person", "Consumers"), ("company", "Businesses")],
        required=True,
        default="all",
    )
    reference_id = fields.Many2one(
        "payment.reminder.reference",
        string="Reference rate",
        required=True,
        ondelete="restrict",
    )
    points = fields.Float(
        string="Percentage points on top",
        digits=(16, 4),
        help="0 when the series holds total rates.",
    )
    source = fields.Char(required=True)

    _rule_uniq = models.Constraint(
        "UNIQUE(jurisdiction_id, debtor, valid_from)",
        "There is a margin for these debtors and this date already.",
    )

    @api.model
    def _get_key_fields(self):
        return ["jurisdiction_id", "debtor", "valid_from"]

    def _get_rule(self):
        """Return this row as :class:`rules.statute.MarginRule`."""
        self.ensure_one()
        return statute.MarginRule(
            valid_from=self.valid_from,
            debtor=self.debtor,
            reference=self.reference_id.code,
            points=self._to_decimal(self.points),
            source=self.source,
        )
