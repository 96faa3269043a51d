"""A channel of which the core knows nothing, in forty lines: pigeons."""

from odoo import api, fields, models

from ...models.sending.wire import SENT, Wire

#: What the next pigeon comes back with, what it says when it is asked, and who flew.
loft = {"outcome": SENT, "heard": None, "flown": [], "asked": []}


class PigeonWire(Wire):
    can_settle = True

    @staticmethod
    def find_addresses(partner, company):
        return [f"loft {partner.ref}"] if partner.ref else []

    @staticmethod
    def hand_over(delivery, session):
        loft["flown"].append(delivery.recipient)
        return loft["outcome"], False, "ring 1"

    @staticmethod
    def settle(delivery, session, may_send):
        loft["asked"].append(may_send)
        return loft["heard"]


def make_model():
    class PigeonDelivery(models.Model):
        _module = None
        _name = "payment.reminder.delivery"
        _inherit = ["payment.reminder.delivery"]
        _description = "Payment Reminder Delivery"

        channel = fields.Selection(
            selection_add=[("pigeon", "Pigeon")],
            ondelete={"pigeon": lambda records: records._close_channel("pigeon")},
        )

        @api.model
        def _get_wires(self):
            return {**super()._get_wires(), "pigeon": PigeonWire}

    return PigeonDelivery
