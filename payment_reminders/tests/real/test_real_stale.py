from odoo.tests import tagged

from .real_common import RealCase


class StaleCommon(RealCase):
    """What changed since a message was rendered is in it, or it does not leave."""

    purpose = "stale"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls.start_child()

    def send_and_change(self, what, by_sms=False, **more):
        """Send two notices; change the second while the gateway holds the first.

        Both were rendered at once. The change is committed before the second leaves.
        """
        first, second = self.stage("-first"), self.stage("-second", **more)
        if by_sms:
            partners = [first["partner"], second["partner"]]
            self.run_scene("forget_emails", partners=partners)
        changed = []

        def meanwhile(_recipients):
            if not changed:
                changed.append(what)
                self.run_scene(
                    "change", child=self.clerk, what=what, reminder=second["reminder"]
                )

        self.smtp.before_taking = self.gateway.before_taking = meanwhile
        self.addCleanup(setattr, self.smtp, "before_taking", None)
        self.addCleanup(setattr, self.gateway, "before_taking", None)
        self.run_scene("dispatch", reminders=[first["reminder"], second["reminder"]])
        self.assertTrue(changed)
        return second

    def assertSentOnce(self, second, address):
        """It left in the same run, once, and to that address alone."""
        everything = [
            mail for mail in self.smtp.mails if second["name"] in mail.recipients[0]
        ]
        [mail] = everything
        self.assertEqual(mail.recipients, [f"{second['name']}@{address}"])
        self.assertEqual(self.look(second["reminder"])["state"], "sent")
        self.run_scene("cron_send")
        self.assertEqual(len(self.smtp.sent_to(mail.recipients[0])), 1)
        return mail.body


@tagged("-standard", "payment_reminders_long")
class TestRealStale(StaleCommon):
    def test_a_fee_was_reversed(self):
        second = self.send_and_change("fee_reversed", fee=100.0)
        body = self.assertSentOnce(second, "customer.test")
        self.assertIn("You owe 1000.0", body)
        self.assertEqual(self.look(second["reminder"])["fees"], 0)

    def test_the_invoice_was_moved(self):
        second = self.send_and_change("moved")
        self.assertFalse(self.mails_to(second["name"]))
        self.assertIn(self.look(second["reminder"])["state"], ("held", "cancelled"))
        self.assertFalse(self.smtp.sent_to("somebody@else.test"))


@tagged("-standard", "payment_reminders_long")
class TestMoreStale(StaleCommon):
    def test_the_address_was_corrected(self):
        second = self.send_and_change("address_corrected")
        self.assertSentOnce(second, "corrected.test")

    def test_the_number_was_corrected(self):
        second = self.send_and_change("address_corrected", by_sms=True)
        self.assertFalse(self.gateway.sent_to(second["phone"]))
        corrected = second["phone"].replace("+4526", "+4527")
        self.assertEqual(len(self.gateway.sent_to(corrected)), 1)
        self.assertEqual(self.look(second["reminder"])["state"], "sent")

    def test_an_invoice_contact_was_added(self):
        second = self.send_and_change("invoice_contact")
        self.assertSentOnce(second, "books.test")

    def test_the_customer_was_renamed(self):
        second = self.send_and_change("renamed")
        self.assertSentOnce(second, "customer.test")
        [mail] = self.mails_to(second["name"])
        self.assertIn("Renamed ApS", mail.parsed["To"])

    def test_the_customer_was_merged(self):
        second = self.send_and_change("merged")
        self.assertSentOnce(second, "corrected.test")

    def test_nothing_changed(self):
        """The first of the two goes as it was rendered."""
        self.send_and_change("address_corrected")
        [mail] = self.mails_to(self.name("-first"))
        self.assertIn("You owe 1000.0", mail.body)

    def test_what_was_put_off_does_not_go_to_the_old_address(self):
        second = self.stage()
        self.smtp.rules = {"connect": "451 Not now"}
        self.gateway.rule = 503
        self.run_scene("dispatch", reminders=[second["reminder"]])
        self.smtp.rules = {}
        self.gateway.rule = None
        self.run_scene("change", what="address_corrected", reminder=second["reminder"])
        self.run_scene("dispatch", reminders=[second["reminder"]])
        self.assertSentOnce(second, "corrected.test")
