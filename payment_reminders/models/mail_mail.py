from odoo import fields, models

from .payment_reminder_wire import is_handing_over


class MailMail(models.Model):
    _inherit = "mail.mail"

    reminder_delivery_id = fields.Many2one(
        "payment.reminder.delivery", readonly=True, index="btree_not_null", copy=False,
        ondelete="set null",
    )

    def _send(self, *args, **kwargs):
        # EXTENDS mail: the one door through which every way of sending goes. A
        # reminder leaves only when its own sender has just asked the guard; from
        # the queue, a retry or a button it does not.
        return super(MailMail, self._without_unguarded_reminders())._send(*args, **kwargs)

    def _without_unguarded_reminders(self):
        ours = self.filtered("reminder_delivery_id")
        refused = ours.filtered(lambda m: not is_handing_over(m.reminder_delivery_id.id))
        # What its own sender will still take is left alone in the queue.
        stray = refused.filtered(lambda m: m.reminder_delivery_id.state != "pending")
        stray.write(
            {
                "state": "cancel",
                "failure_reason": self.env._(
                    "A payment reminder is never sent from the mail queue. Release or "
                    "approve it in the reminder queue."
                ),
            }
        )
        return self - refused
