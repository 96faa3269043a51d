from odoo import fields, models


class PaymentReminderReference(models.Model):
    """A series of reference rates, such as the lending rate of a central bank."""

    _name = "payment.reminder.reference"
    _description = "Reference Rate Series"
    _order = "code"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, copy=False)
    country_id = fields.Many2one("res.country", ondelete="restrict")
    rate_ids = fields.One2many("payment.reminder.rate", "reference_id", string="Rates")

    _code_uniq = models.Constraint(
        "UNIQUE(code)", "There is a reference rate with this code already."
    )
