from odoo import fields, models


class PaymentReminderFeeWizard(models.TransientModel):
    """Lowers or drops the fee of a notice that waits in the queue."""

    _name = "payment.reminder.fee.wizard"
    _description = "Lower the Fee of a Reminder"

    reminder_id = fields.Many2one("payment.reminder", required=True, readonly=True)
    currency_id = fields.Many2one(related="reminder_id.currency_id")
    amount_before = fields.Monetary(
        related="reminder_id.amount_fee", string="Fee as it stands"
    )
    amount = fields.Monetary(
        string="Lower it to", help="0 drops the fee. It is never raised."
    )
    note = fields.Char(
        string="Why", required=True, help="Kept on the reminder with your name."
    )

    def action_confirm(self):
        """Lower the fee; what the notice asks for goes down with it."""
        self.ensure_one()
        self.env["res.users"]._check_reminder_manager()
        self.reminder_id.check_access("read")
        self.reminder_id._lock_or_explain()
        # A manager decides; the machine writes.
        self.reminder_id.sudo()._lower_fee(self.amount, self.note)
        return {"type": "ir.actions.act_window_close"}
