from odoo import fields, models

from .payment_reminder_wire import is_handing_over


class MailMail(models.Model):
    _inherit = "mail.mail"

    reminder_delivery_id = fields.Many2one(
        "payment.reminder.delivery",
        readonly=True,
        index="btree_not_null",
        # A copy is guarded as well.
        copy=True,
        ondelete="set null",
    )

    def _send(self, *args, **kwargs):
        # EXTENDS mail: the one door through which every way of sending goes. A
        # reminder leaves only when its own sender has just asked the guard; from
        # the queue, a retry or a button it does not.
        return super(MailMail, self._without_unguarded_reminders())._send(
            *args, **kwargs
        )

    def _without_unguarded_reminders(self):
        refused = self.filtered(
            lambda mail: mail.reminder_delivery_id
            and not is_handing_over(mail.reminder_delivery_id.id)
        )
        refused.filtered(lambda mail: mail.state == "outgoing").write(
            {
                "state": "cancel",
                "failure_reason": self.env._(
                    "A payment reminder is never sent from the mail queue. Release or "
                    "approve it in the reminder queue."
                ),
            }
        )
        return self - refused
