from odoo.addons.payment_reminders.tests.sending.gateway_common import (
    MOBILE,
    MOBILE_E164,
    GatewayCommon,
)
from odoo.addons.payment_reminders.tests.service_common import ServiceMixin


class SmsBridgeCommon(ServiceMixin, GatewayCommon):
    """A company whose reminders go by SMS first, then by e-mail."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"sms_sender": "+4511223344", "sms_receive": True})
        cls.customer.phone = MOBILE
        cls.ladder.step_ids.write(
            {"channels": "sms,email", "channel_mode": "first_that_works"}
        )
        cls.inbound = cls.env["payment.reminder.inbound"].sudo()
        cls.boss = cls.make_user(
            "boss", "base.group_system", "payment_reminders.group_reminder_manager"
        )

    def send_one(self, **vals):
        """Send the notice of a new invoice; return it."""
        notice = self.ripe(**vals)
        with self.mail_server():
            notice._dispatch()
            self.mails = self.mailed
        return notice

    def make_other(self, name, number):
        """Make a customer with an address and a telephone of its own."""
        phone = f"+452012{number:04}"
        return self.make_customer(name, f"{name}@x.example", phone=phone)

    def get_sms(self, notice):
        return notice.delivery_ids.filtered(lambda d: d.channel == "sms")

    def write_to_us(self, text, number=MOBILE_E164, key="in1", provider="any"):
        """Let a customer write an SMS, and let it be worked off; return its row."""
        self.inbound._take(
            self.company, provider, "message", key, number=number, text=text
        )
        self.work()
        return self.inbound.search([("external_id", "=", key)])

    def work(self):
        """Run the scheduled action."""
        self.inbound._cron_receive()
        self.env.invalidate_all()
