from odoo import api, models

from odoo.addons.payment_reminders.models.sending.sender import NOTICES_PER_BATCH

#: Set while the scheduled action sends, whose batches may go into the queue.
SLICING = "payment_reminders_slicing"


class PaymentReminderSender(models.AbstractModel):
    _inherit = "payment.reminder.sender"

    @api.model
    def _cron_send(self):
        # EXTENDS payment_reminders
        return super(
            PaymentReminderSender, self.with_context(**{SLICING: True})
        )._cron_send()

    @api.model
    def _start_where_stopped(self, reminders):
        # EXTENDS payment_reminders: what a job will send is given to no other
        if self._is_for_queue(reminders):
            engine = self.env["payment.reminder.engine"]
            reminders = engine._leave_out_waiting(reminders, "_job_send")
        return super()._start_where_stopped(reminders)

    @api.model
    def _dispatch_batch(self, reminders):
        # EXTENDS payment_reminders: the send brake has looked at the whole run; what
        # makes a full batch of it is a job
        if not self._is_for_queue(reminders):
            return super()._dispatch_batch(reminders)
        notices = self.env["payment.reminder"].browse(reminders.ids)
        self.env["payment.reminder.engine"]._put(notices, "_job_send")
        return {}

    @api.model
    def _is_for_queue(self, reminders):
        return (
            self.env.context.get(SLICING)
            and len(reminders) >= NOTICES_PER_BATCH
            and self.env["payment.reminder.engine"]._is_running()
        )
