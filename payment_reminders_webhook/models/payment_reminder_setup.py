from odoo import api, fields, models

from .payment_reminder_webhook import TELL_AFTER


class PaymentReminderSetup(models.AbstractModel):
    _inherit = "payment.reminder.setup"

    @api.model
    def _find_other_problems(self):
        # EXTENDS payment_reminders
        problems = [*super()._find_other_problems()]
        # sudo: that a receiver fails is told to whoever looks after reminders
        webhooks = self.env["payment.reminder.webhook"].sudo()
        failing = webhooks.search(
            [
                ("company_id", "=", self.env.company.id),
                ("failed_since", "<=", fields.Datetime.now() - TELL_AFTER),
            ]
        )
        return problems + [
            self._make_problem(
                f"webhook_{webhook.id}",
                self.env._(
                    "%(name)s takes no events: %(why)s. %(count)s wait for it, and are "
                    "tried again by themselves.",
                    name=webhook.name,
                    why=webhook.reason,
                    count=webhook.waiting_count,
                ),
                self._make_fix(
                    self.env._("Open %s", webhook.name),
                    "payment.reminder.webhook",
                    webhook,
                ),
                can_leave=True,
            )
            for webhook in failing
        ]
