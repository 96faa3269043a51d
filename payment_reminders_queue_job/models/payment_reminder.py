from odoo import models

from odoo.addons.payment_reminders.tools import transactions


class PaymentReminder(models.Model):
    _inherit = "payment.reminder"

    def _job_recheck(self):
        """Look again at these notices, which wait in the queue."""
        self.env["payment.reminder.engine"]._note_seen()
        transactions.run_each(
            self.exists(),
            lambda some: some._recheck(
                some.env["payment.reminder.facts"]._find_moved_notices(some)
            ),
        )

    def _job_send(self):
        """Guard and send these notices of a run that the send brake let go on."""
        self.env["payment.reminder.engine"]._note_seen()
        self.env["payment.reminder.sender"]._dispatch_batch(self.exists())
