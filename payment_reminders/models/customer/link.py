"""How long the links in reminders work."""

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    reminder_link_days = fields.Integer(
        string="Links in reminders work for (days)",
        default=90,
        help="After these days the customer asks for a new link, which goes to the "
        "e-mail address that you have of the customer.",
    )

    _reminder_link_days_sane = models.Constraint(
        "CHECK(reminder_link_days BETWEEN 1 AND 3650)",
        "A link works for at least a day, and for ten years at most.",
    )
