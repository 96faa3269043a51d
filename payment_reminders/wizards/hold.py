from odoo import fields, models
from odoo.exceptions import UserError

#: What may be done to the records of each model.
CHOICES = {
    "payment.reminder": ("hold", "snooze", "release", "cancel", "withdraw", "send"),
    "payment.reminder.case": ("hold", "snooze", "release", "close"),
    "payment.reminder.claim.line": ("reverse",),
}


class PaymentReminderHoldWizard(models.TransientModel):
    """Asks why (and until when) cases or notices are held, snoozed or cancelled."""

    _name = "payment.reminder.hold.wizard"
    _description = "Hold Payment Reminders"

    action = fields.Selection(
        [
            ("hold", "Hold"),
            ("snooze", "Snooze"),
            ("release", "Release"),
            ("close", "Close"),
            ("cancel", "Cancel"),
            ("reverse", "Reverse"),
            ("withdraw", "Withdraw"),
            ("send", "Send without Waiting"),
        ],
        required=True,
        default="hold",
    )
    reason = fields.Char()
    tell = fields.Boolean(
        string="Tell the customer",
        default=True,
        help="By e-mail or SMS, as the reminder reached them.",
    )
    date = fields.Date(
        string="Until",
        default=lambda self: fields.Date.add(fields.Date.context_today(self), days=7),
    )

    def action_confirm(self):
        """Do to the records of the context what was chosen."""
        self.ensure_one()
        self.check_access("read")
        records = self._get_records()
        argument = self.date if self.action == "snooze" else self.reason
        if self.action == "send":
            return records.action_send_without_waiting(self.reason)
        method = getattr(records, f"action_{self.action}")
        if self.action == "release" and records._name == "payment.reminder":
            told = method()
        elif self.action == "withdraw":
            told = method(self.reason, tell=self.tell)
        else:
            told = method(argument)
        if isinstance(told, dict) and not self.env.context.get("reminder_desk"):
            return told
        # The approve desk tells of it itself.
        return {"type": "ir.actions.act_window_close"}

    def _get_records(self):
        context = self.env.context
        model = context.get("active_model")
        ids = context.get("active_ids") or context.get("active_id")
        if self.action not in CHOICES.get(model, ()) or not ids:
            raise UserError(
                self.env._("Open this dialog from the reminders or cases it is about.")
            )
        return self.env[model].browse(ids)
