from odoo import api, models


class PaymentReminderSetup(models.AbstractModel):
    _inherit = "payment.reminder.setup"

    @api.model
    def _find_other_problems(self):
        # EXTENDS payment_reminders
        problems = super()._find_other_problems()
        if self.env["payment.reminder.engine"]._is_running():
            return problems
        text = self.env._(
            "The job queue has started no job of reminders for an hour, so the "
            "scheduled actions do the work themselves, which takes longer. Let whoever "
            "runs Odoo see that queue_job is among its server-wide modules."
        )
        return [*problems, self._make_problem("queue_job", text, can_leave=True)]
