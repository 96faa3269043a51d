from odoo import fields, models

from ..tools.on_the_wire import is_handing_over


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
