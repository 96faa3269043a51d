from odoo import api, models


class PaymentReminderSection(models.Model):
    _inherit = "payment.reminder.section"

    @api.model
    def _get_sections(self):
        # EXTENDS payment_reminders
        sections = super()._get_sections()
        # sudo: whether registers are asked is a setting of the company
        if not self.env.company.sudo().company_status_active:
            return sections
        return {
            **sections,
            "registers": (
                self.env._("Company Registers"),
                self.env._("How each register fares that is asked about customers"),
                "fa-building-o",
                "payment_reminders_company_status.payment_reminder_register_action",
                None,
            ),
        }
