"""Taking a customer's personal data out of a case, when there is a right to that.

The trail needs no change: it names nobody (``models/trail/event.py``).
"""

from odoo import models

from ...tools.hiding import strip_facts


class PaymentReminderDelivery(models.Model):
    _inherit = "payment.reminder.delivery"

    def _erase_personal_data(self):
        texts = self.env["sms.sms"].search([("reminder_delivery_id", "in", self.ids)])
        self.mail_mail_id.unlink()
        texts.mail_message_id.unlink()
        texts.unlink()
        for delivery in self:
            delivery.write(
                {
                    "recipient": self.env._("erased"),
                    "key": f"erased-{delivery.id}",
                    "partner_id": False,
                    "failure_reason": False,
                    "letter_pdf": False,
                    "letter_html": False,
                    "is_dead_end": False,
                    "facts": delivery.facts and strip_facts(delivery.facts),
                }
            )
