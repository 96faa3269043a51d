from odoo import api, models


class PaymentReminderSection(models.Model):
    _inherit = "payment.reminder.section"

    @api.model
    def _get_sections(self):
        # EXTENDS payment_reminders
        return {
            **super()._get_sections(),
            "mirror_invoices": (
                self.env._("Mirrored Invoices"),
                self.env._("What another program keeps, imported as a file"),
                "fa-files-o",
                "payment_reminders_mirror.payment_reminder_mirror_invoice_action",
                "payment.reminder.mirror.invoice",
            ),
            "mirror_customers": (
                self.env._("Mirrored Customers"),
                self.env._("Which contact each customer of another program is"),
                "fa-address-book-o",
                "payment_reminders_mirror.payment_reminder_mirror_customer_action",
                "payment.reminder.mirror.customer",
            ),
        }
