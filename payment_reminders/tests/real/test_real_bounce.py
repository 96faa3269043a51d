from odoo.tests import tagged

from ..sending import bounce_samples as samples
from .real_common import RealCase


class BounceCase(RealCase):
    """A mail server and an SMS gateway that take a message, and give it back later."""

    purpose = "bounce"

    def bounce(self, name, child=None, **values):
        [mail] = self.mails_to(name)
        address = f"{name}@customer.test"
        text = samples.POSTFIX.format(
            **{
                "number": name,
                "message_id": mail.message_id,
                "recipient": address,
                "final": address,
                "action": "failed",
                "status": "5.1.1",
                "diagnostic": "550 5.1.1 No such user",
                **values,
            }
        )
        self.run_scene("receive_mail", child=child, text=text)

    def notices(self, customer):
        numbers = self.run_scene("find_notices", partner=customer["partner"])
        return [self.look(number) for number in numbers]


@tagged("-standard", "payment_reminders_long")
class TestRealBounce(BounceCase):
    def test_the_first_bounce_of_a_customer_without_a_login(self):
        """Odoo's fetching does not try again what met another transaction."""
        customer = self.stage()
        self.run_scene("cron_send")
        self.bounce(customer["name"])
        [notice, _again] = self.notices(customer)
        self.assertEqual(notice["deliveries"]["email"]["state"], "bounced")
        counted = self.run_scene("count_bounces", partners=[customer["partner"]])
        self.assertEqual(counted, [1])
        self.assertEqual(self.read_errors(), [])


@tagged("-standard", "payment_reminders_long")
class TestRealBounces(BounceCase):
    def test_email_then_sms_then_a_person(self):
        customer = self.stage()
        self.run_scene("cron_send")
        self.bounce(customer["name"], action="delayed", status="4.4.1", number="late")
        [notice] = self.notices(customer)
        self.assertEqual(notice["deliveries"]["email"]["state"], "sent")
        self.bounce(customer["name"])
        # Told again, by another process that knows nothing of the first time.
        self.bounce(customer["name"], child=self.start_child(), number="again")
        first, second = self.notices(customer)
        self.assertEqual(first["deliveries"]["email"]["state"], "bounced")
        self.assertEqual((first["state"], second["state"]), ("sent", "approved"))
        self.run_scene("cron_send")
        [sms] = self.gateway.sent_to(customer["phone"])
        self.assertEqual(len(self.mails_to(customer["name"])), 1)
        self.run_scene("report_sms", uuid=sms.uuid, status="not_delivered")
        self.run_scene("cron_send")
        *_others, last = self.notices(customer)
        self.assertEqual((last["state"], last["verdict"]), ("held", ["no_recipient"]))
        self.assertEqual(len(self.gateway.sent_to(customer["phone"])), 1)
        self.assertEqual(last["broken"], "")
        self.assertEqual(
            [line for line in self.read_errors() if "payment_reminders" in line], []
        )
