"""What the guard is told of the company registers, and when that is too old."""

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    reminder_status_stale_days = fields.Integer(
        string="Oldest acceptable register check (days)",
        default=7,
        help="When a company register has said nothing certain of a customer for "
        "longer, the check is stale.",
    )
    reminder_status_when_stale = fields.Selection(
        [("go_on", "Go on reminding"), ("hold", "Hold the reminder")],
        string="When the check is stale",
        default="go_on",
        required=True,
        help="A register that is down is no reason to stop by itself: you decide.",
    )

    _reminder_status_stale_positive = models.Constraint(
        "CHECK(reminder_status_stale_days >= 0)",
        "The age of a register check cannot be negative.",
    )

    def _follows_company_registers(self):
        """Tell whether debtors of this company are looked up (hook of the bridges)."""
        self.ensure_one()
        return False
