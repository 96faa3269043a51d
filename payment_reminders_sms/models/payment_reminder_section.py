from odoo import api, models


class PaymentReminderSection(models.Model):
    _inherit = "payment.reminder.section"

    @api.model
    def _get_sections(self):
        # EXTENDS payment_reminders
        sections = super()._get_sections()
        if not self.env.company._is_sms_bridge():
            return sections
        return {
            **sections,
            "inbound": (
                self.env._("Incoming SMS"),
                self.env._("What customers wrote, and what was done with it"),
                "fa-commenting-o",
                "payment_reminders_sms.payment_reminder_inbound_action",
                "payment.reminder.inbound",
            ),
        }
