from odoo import fields, models


class PaymentReminderRateReject(models.TransientModel):
    """Why what was read of a rate is not taken over."""

    _name = "payment.reminder.rate.reject"
    _description = "Reject a Reading"

    reading_ids = fields.Many2many("payment.reminder.rate.reading", required=True)
    reason = fields.Char(required=True)

    def action_confirm(self):
        """Reject them; the reason is kept."""
        self.ensure_one()
        self.env["res.users"]._check_reminder_manager()
        self.reading_ids._reject(self.reason)
        return {"type": "ir.actions.act_window_close"}
