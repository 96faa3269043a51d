from odoo import fields, models

from ..tools.on_the_wire import is_handing_over


class SmsSms(models.Model):
    _inherit = "sms.sms"

    reminder_delivery_id = fields.Many2one(
        "payment.reminder.delivery",
        readonly=True,
        index="btree_not_null",
        # A copy is guarded as well.
        copy=True,
        ondelete="set null",
    )

    def _send_with_api(self, *args, **kwargs):
        # EXTENDS sms: the same door as mail.mail._send
        refused = self.filtered(
            lambda sms: sms.reminder_delivery_id
            and not is_handing_over(sms.reminder_delivery_id.id)
        )
        refused.filtered(lambda sms: sms.state == "outgoing").write(
            {"state": "canceled"}
        )
        allowed = self - refused
        if not allowed:
            return None
        return super(SmsSms, allowed)._send_with_api(*args, **kwargs)
