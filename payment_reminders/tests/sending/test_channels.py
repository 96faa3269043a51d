import smtplib

from odoo.tests import freeze_time
from odoo.tools import mute_logger

from ..tags import takes_long
from .gateway_common import MOBILE, MOBILE_E164, GatewayCommon

QUIET = (
    "odoo.addons.mail.models.mail_mail",
    "odoo.addons.payment_reminders.models.sending.sender",
)


class TestChannels(GatewayCommon):
    """Which way a notice goes, to whom, and what happens when a way is closed."""

    def set_channels(self, channels, mode="first_that_works"):
        self.ladder.step_ids.write({"channels": channels, "channel_mode": mode})

    def states(self, reminder):
        return {d.channel: d.state for d in reminder.delivery_ids}

    # -- falling back -----------------------------------------------------------

    def test_first_channel_is_enough(self):
        self.customer.phone = MOBILE
        reminder = self.ripe()
        with self.gateways():
            reminder._dispatch()
            self.assertEqual(self.mailed, ["ap@nordlys.example"])
            self.assertEqual(self.texted, [])
        self.assertEqual(self.states(reminder), {"email": "sent", "sms": "skipped"})
        self.assertEqual(reminder.channel_summary, "E-mail")

    def test_sms_only(self):
        self.customer.write({"email": False, "phone": MOBILE})
        reminder = self.ripe()
        with self.gateways():
            self.assertEqual(reminder._dispatch(), {})
            self.assertEqual(self.mailed, [])
            self.assertEqual(self.texted, [MOBILE_E164])
            self.assertEqual(self._sms[0]["body"], "You owe 1000.0")
        self.assertEqual(reminder.state, "sent")
        self.assertEqual(reminder.delivery_ids.recipient, MOBILE_E164)

    def test_bad_number_goes_to_the_next_channel(self):
        self.set_channels("sms,email")
        reminder = self.ripe()
        for number in ("12", "call me", "+45 70 12 34", "+999 20 12 34 56"):
            self.customer.phone = number
            facts = self.env["payment.reminder.facts"]._read_guard_facts(reminder)
            self.assertEqual(
                facts[reminder].recipients, ("email:ap@nordlys.example",), number
            )
        with self.gateways():
            reminder._dispatch()
            self.assertEqual(self.mailed, ["ap@nordlys.example"])

    def test_number_without_prefix_is_of_the_customers_country(self):
        self.customer.write({"email": False, "phone": "20 12 34 56"})
        reminder = self.ripe()
        with self.gateways():
            reminder._dispatch()
            self.assertEqual(self.texted, [MOBILE_E164])

    @takes_long
    def test_sms_gateway_refuses(self):
        self.customer.phone = MOBILE
        self.set_channels("sms,email")
        for error in ("wrong_number_format", "credit", "unregistered"):
            partner = self.make_customer(error, f"{error}@x.example", phone=MOBILE[:-2])
            partner.phone = f"+45 20 12 3{len(error) % 10} {len(error):02}"
            reminder = self.ripe(partner=partner)
            with self.gateways(sim_error=error):
                self.assertEqual(reminder._dispatch(), {})
                self.assertEqual(self.texted, [])
                self.assertEqual(self.mailed, [partner.email])
            self.assertEqual(reminder.state, "sent")
            self.assertEqual(self.states(reminder), {"sms": "failed", "email": "sent"})
            sms = reminder.delivery_ids.filtered(lambda d: d.channel == "sms")
            self.assertTrue(sms.failure_reason)

    def test_mail_server_refuses_the_address(self):
        self.customer.phone = MOBILE
        reminder = self.ripe()
        refused = smtplib.SMTPRecipientsRefused({"ap@nordlys.example": (550, b"no")})
        with mute_logger(*QUIET), self.mail_server(refused), self.sms_gateway():
            self.assertEqual(reminder._dispatch(), {})
            self.assertEqual(self.texted, [MOBILE_E164])
        self.assertEqual(self.states(reminder), {"email": "failed", "sms": "sent"})

    def test_mail_server_down(self):
        self.customer.phone = MOBILE
        reminder = self.ripe()
        with mute_logger(*QUIET), self.no_mail_server(), self.sms_gateway():
            self.assertEqual(reminder._dispatch(), {})
            self.assertEqual(self.texted, [MOBILE_E164])
        self.assertEqual(reminder.state, "sent")

    @takes_long
    def test_every_gateway_down(self):
        """Tried again some times, then a person has to look."""
        reminder = self.ripe()
        with mute_logger(*QUIET), self.no_mail_server():
            for _attempt in range(2):
                self.assertEqual(reminder._dispatch(), {})
                self.assertEqual(reminder.state, "approved")
            reminder._dispatch()
        self.assertEqual(reminder.state, "held")
        self.assertIn("Not sent", reminder.held_reason)
        self.assertEqual(reminder.case_id.event_ids.mapped("kind").count("failed"), 3)
        with self.gateways():
            self.propose()
            self.assertEqual(reminder.state, "held", "only a person puts it back")
            reminder.with_user(self.manager).action_release()
            self.assertEqual(reminder._dispatch(), {})
            self.assertEqual(self.mailed, ["ap@nordlys.example"])
        self.assertEqual(reminder.state, "sent")
        self.assertFalse(reminder.held_reason)

    def test_gateway_back_at_the_second_attempt(self):
        reminder = self.ripe()
        with mute_logger(*QUIET), self.no_mail_server():
            reminder._dispatch()
        with self.gateways():
            self.assertEqual(reminder._dispatch(), {})
            self.assertEqual(self.mailed, ["ap@nordlys.example"])
        self.assertEqual(len(reminder.delivery_ids), 1)

    def test_no_channel_left(self):
        reminder = self.ripe()
        refused = smtplib.SMTPRecipientsRefused({"ap@nordlys.example": (550, b"no")})
        with mute_logger(*QUIET), self.mail_server(refused):
            reminder._dispatch()
        self.assertEqual(reminder.state, "held")
        self.assertIn("550", reminder.held_reason)
        self.assertFalse(reminder.case_id.item_ids.step_id)

    def test_letter_without_an_address(self):
        self.set_channels("letter")
        reminder = self.ripe()
        self.assertEqual(reminder._dispatch(), {reminder: ["no_recipient"]})

    def test_all_channels(self):
        self.set_channels("email,sms", "all")
        self.customer.phone = MOBILE
        reminder = self.ripe()
        with self.gateways():
            self.assertEqual(reminder._dispatch(), {})
            self.assertEqual(self.mailed, ["ap@nordlys.example"])
            self.assertEqual(self.texted, [MOBILE_E164])
        self.assertEqual(self.states(reminder), {"email": "sent", "sms": "sent"})
        self.assertEqual(reminder.state, "sent")
        self.assertEqual(reminder.channel_summary, "E-mail, SMS")

    # -- texts ------------------------------------------------------------------

    def test_template_deleted_meanwhile(self):
        self.customer.phone = MOBILE
        reminder = self.ripe()
        self.ladder.step_ids.mail_template_id.unlink()
        with self.gateways():
            self.assertEqual(reminder._dispatch(), {})
            self.assertEqual(self.texted, [MOBILE_E164])
        self.assertEqual(self.states(reminder), {"email": "failed", "sms": "sent"})

    def test_all_templates_deleted(self):
        reminder = self.ripe()
        self.ladder.step_ids.mail_template_id.unlink()
        with self.gateways():
            reminder._dispatch()
        self.assertEqual(reminder.state, "held")
        self.assertIn("no e-mail text", reminder.held_reason)

    def test_text_that_cannot_be_filled_in(self):
        """It stops its own notice, and none of the others."""
        other = self.make_customer("Other", "other@x.example")
        bad_step = self.make_ladder(name="Bad").step_ids
        bad_step.mail_template_id.body_html = (
            "<t t-out='1 // int(object.case_id.id < 0)'/>"
        )
        other.reminder_ladder_id = bad_step.ladder_id
        self.make_invoice(due=11, partner=other)
        self.make_invoice(due=10)
        reminders = self.propose()
        self.ripen(reminders)
        with (
            mute_logger(
                "odoo.addons.payment_reminders.models.sending.delivery",
                "odoo.addons.mail.models.mail_render_mixin",
            ),
            self.gateways(),
        ):
            reminders._dispatch()
            self.assertEqual(self.mailed, ["ap@nordlys.example"])
        bad = reminders.filtered(lambda r: r.partner_id == other)
        self.assertEqual(bad.state, "held")
        self.assertIn("cannot be filled in", bad.held_reason)

    def test_words_of_one_notice_stand_once(self):
        """Also where the text of another one of the same step cannot be filled in."""
        other = self.make_customer("Other", "other@x.example")
        self.ladder.step_ids.mail_template_id.body_html = (
            "<t t-out=\"1 // int(object.partner_id.name != 'Other')\"/>"
        )
        self.make_invoice(due=10, partner=other)
        self.make_invoice(due=10)
        reminders = self.propose()
        self.ripen(reminders)
        good = reminders.filtered(lambda r: r.partner_id == self.customer)
        good.sudo().personal_text = "We spoke."
        with (
            mute_logger(
                "odoo.addons.payment_reminders.models.sending.delivery",
                "odoo.addons.mail.models.mail_render_mixin",
            ),
            self.gateways(),
        ):
            reminders._dispatch()
            self.assertEqual(self.mailed, ["ap@nordlys.example"])
        body = good.delivery_ids.mail_mail_id.body_html
        self.assertEqual(body.count("We spoke."), 1)

    # -- to whom ----------------------------------------------------------------

    def make_contact(self, email, **vals):
        return self.make_customer(
            "Contact",
            email,
            parent_id=self.customer.id,
            is_company=False,
            **{"type": "invoice", **vals},
        )

    def assertGoesTo(self, *addresses):
        reminder = self.ripe()
        with self.gateways():
            reminder._dispatch()
            self.assertEqual(self.mailed, list(addresses))
        return reminder

    def test_invoice_contact_comes_first(self):
        contact = self.make_contact("bills@nordlys.example")
        reminder = self.assertGoesTo("bills@nordlys.example")
        self.assertEqual(reminder.delivery_ids.partner_id, contact)

    def test_invoice_contact_without_address(self):
        self.make_contact(False)
        self.make_contact("not an address")
        self.assertGoesTo("ap@nordlys.example")

    def test_other_contacts_are_left_alone(self):
        self.make_contact("ceo@nordlys.example", type="contact")
        self.make_contact("store@nordlys.example", type="delivery")
        self.make_contact("old@nordlys.example").active = False
        self.assertGoesTo("ap@nordlys.example")

    def test_one_message_a_person(self):
        self.make_contact("AP@Nordlys.example")
        self.make_contact("Bookkeeping <ap@nordlys.example>")
        self.assertEqual(len(self.assertGoesTo("ap@nordlys.example").delivery_ids), 1)

    @takes_long
    def test_one_notice_a_day_to_an_address(self):
        """Two customers, one bookkeeper: the second notice goes another day."""
        twin = self.make_customer("Nordlys Two", "Bookkeeping <AP@Nordlys.example>")
        self.make_invoice(due=10)
        self.make_invoice(due=11, partner=twin)
        reminders = self.propose()
        self.ripen(reminders)
        with self.gateways():
            stopped = reminders._dispatch()
            self.assertEqual(self.mailed, ["ap@nordlys.example"])
        self.assertEqual(list(stopped.values()), [["spacing"]])
        second = reminders.filtered(lambda r: r.state == "held")
        self.assertEqual(len(second), 1)
        with freeze_time("2026-09-15 14:00:00"), self.gateways():
            self.propose()
            self.assertEqual(second.state, "held", "still the same day")
        with freeze_time("2026-09-16 08:00:00"), self.gateways():
            self.propose()
            self.assertEqual(second.state, "approved")
            self.assertEqual(second._dispatch(), {})
            self.assertEqual(self.mailed, ["ap@nordlys.example"])

    def test_two_currencies_are_two_notices_on_two_days(self):
        euro = self.setup_other_currency("EUR")
        self.make_invoice(due=10)
        self.make_invoice(due=11, currency_id=euro.id)
        reminders = self.propose()
        self.ripen(reminders)
        with self.gateways():
            reminders._dispatch()
            self.assertEqual(len(self.mailed), 1)
        self.assertEqual(sorted(reminders.mapped("state")), ["held", "sent"])

    def test_the_day_is_the_companys(self):
        """In Auckland the day turns at noon of UTC."""
        self.company.partner_id.tz = "Pacific/Auckland"
        zealander = {"country_id": self.env.ref("base.nz").id, "tz": "Pacific/Auckland"}
        for name in ("One", "Two"):
            partner = self.make_customer(name, "ap@nz.example", **zealander)
            self.make_invoice(due=10, partner=partner)
        reminders = self.propose()
        self.ripen(reminders)
        with self.gateways():
            with freeze_time("2026-09-15 22:00:00"):  # Wednesday, 10 o'clock
                reminders[0]._dispatch()
            with freeze_time("2026-09-16 02:00:00"):  # Wednesday, 14 o'clock
                self.assertEqual(reminders[1]._dispatch(), {reminders[1]: ["spacing"]})
            self.assertEqual(len(self.mailed), 1)
