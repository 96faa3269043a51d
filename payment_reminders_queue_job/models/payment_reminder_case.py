from odoo import models

from odoo.addons.payment_reminders.tools import transactions


class PaymentReminderCase(models.Model):
    _inherit = "payment.reminder.case"

    def _job_refresh(self):
        """Look at the books of these cases again."""
        self.env["payment.reminder.engine"]._note_seen()
        transactions.run_each(self.exists(), type(self)._refresh_free)

    def _job_propose(self):
        """Propose what is due of these cases, which are of one company."""
        self.env["payment.reminder.engine"]._note_seen()
        notices = self.env["payment.reminder"]
        company = self.exists().company_id
        # Somebody may have snoozed one meanwhile, or reminded of it.
        cases = self & notices._find_due_cases(company)
        transactions.run_each(cases.with_company(company), notices._propose)
