from odoo import fields, models


class PaymentReminderPlan(models.Model):
    _inherit = "payment.reminder.plan"

    date_start = fields.Date(
        string="Agreed on",
        default=fields.Date.context_today,
        required=True,
        help="What comes in from this day on counts for the plan.",
    )
