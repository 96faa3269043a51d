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


class SmsTracker(models.Model):
    _inherit = "sms.tracker"

    reminder_delivery_id = fields.Many2one(
        "payment.reminder.delivery",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )

    def _action_update_from_provider_error(self, provider_error):
        # EXTENDS sms: what the gateway reports later, about an SMS that it took
        result = super()._action_update_from_provider_error(provider_error)
        deliveries = self.reminder_delivery_id.filtered(
            # What it says at once is the business of the wire.
            lambda delivery: not is_handing_over(delivery.id)
        )
        deliveries._receive_bounce(
            deliveries,
            provider_error,
            self.env._("The SMS gateway reported: %s", provider_error),
        )
        return result
