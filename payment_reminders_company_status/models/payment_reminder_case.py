from odoo import api, models


class PaymentReminderCase(models.Model):
    _inherit = "payment.reminder.case"

    @api.model
    def _cron_company_status(self):
        # EXTENDS payment_reminders
        result = super()._cron_company_status()
        self.env["payment.reminder.register"].sudo()._run()
        return result
