from odoo import api, models


class PaymentReminderSection(models.Model):
    _inherit = "payment.reminder.section"

    @api.model
    def _get_sections(self):
        # EXTENDS payment_reminders
        sections = super()._get_sections()
        webhooks = self.env["payment.reminder.webhook"]
        can_make = webhooks.has_access("create")
        if not can_make and not webhooks.search_count([], limit=1):
            return sections
        return {
            **sections,
            "webhooks": (
                self.env._("Webhooks"),
                self.env._("Other systems that are told what happens"),
                "fa-plug",
                "payment_reminders_webhook.payment_reminder_webhook_action",
                "payment.reminder.webhook",
            ),
        }
