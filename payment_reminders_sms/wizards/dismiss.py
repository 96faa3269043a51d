from odoo import fields, models
from odoo.exceptions import UserError


class PaymentReminderInboundDismissWizard(models.TransientModel):
    """Asks why SMS are nobody's."""

    _name = "payment.reminder.inbound.dismiss.wizard"
    _description = "Dismiss Incoming SMS"

    inbound_ids = fields.Many2many(
        "payment.reminder.inbound",
        "payment_reminder_inbound_dismissed",
        "wizard_id",
        "inbound_id",
        string="SMS",
        required=True,
    )
    reason = fields.Selection(
        selection=lambda self: self.env["payment.reminder.inbound"]
        ._fields["dismissal"]
        ._description_selection(self.env),
        required=True,
        default="wrong",
    )
    note = fields.Char()
    is_muted = fields.Boolean(
        string="Later ones from there, too",
        help="As long as the number is no customer's.",
    )

    def action_dismiss(self):
        """Note why these SMS, and others of their numbers, are nobody's."""
        self.ensure_one()
        self.check_access("read")
        self.inbound_ids.check_access("read")
        if self.reason == "other" and not (self.note or "").strip():
            raise UserError(self.env._("Write down the reason."))
        self.inbound_ids._dismiss(self.reason, (self.note or "").strip(), self.is_muted)
        return {"type": "ir.actions.act_window_close"}
