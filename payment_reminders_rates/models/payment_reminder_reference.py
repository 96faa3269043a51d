from odoo import fields, models


class PaymentReminderReference(models.Model):
    _inherit = "payment.reminder.reference"

    accept = fields.Selection(
        [
            ("person", "By a person"),
            ("two_sources", "By itself, when two sources agree"),
        ],
        string="A reading is accepted",
        required=True,
        default="person",
        help="Never by itself where a verified rate is another one, or where all "
        "sources are computed.",
    )
    reading_ids = fields.One2many(
        "payment.reminder.rate.reading", "reference_id", string="Readings"
    )
