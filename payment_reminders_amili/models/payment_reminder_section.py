from odoo import api, models


class PaymentReminderSection(models.Model):
    _inherit = "payment.reminder.section"

    @api.model
    def _get_sections(self):
        # EXTENDS payment_reminders
        sections = super()._get_sections()
        company = self.env.company
        is_used = company.country_id.code == "SE" or company.amili_terms_accepted_on
        if not is_used or not self.env.user.has_group("base.group_system"):
            return sections
        return {
            **sections,
            "amili": (
                self.env._("Visma Amili"),
                self.env._("Set up, test and switch on the collection service"),
                "fa-handshake-o",
                "payment_reminders_amili.payment_reminder_amili_guide_action",
                None,
            ),
        }
