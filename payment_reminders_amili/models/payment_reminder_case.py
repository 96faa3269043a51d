from odoo import models


class PaymentReminderCase(models.Model):
    _inherit = "payment.reminder.case"

    def _get_personal_fields(self):
        # EXTENDS payment_reminders
        personal = super()._get_personal_fields()
        name = "payment.reminder.handover"
        return {**personal, name: [*personal.get(name, ()), "amili_body"]}
