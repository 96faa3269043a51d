from odoo.tests import freeze_time, tagged

from ..tags import takes_long
from .gateway_common import MOBILE_E164, GatewayCommon


@tagged("post_install", "-at_install")
class TestAddressee(GatewayCommon):
    """Whom a notice reaches, as people fill the fields."""

    def dispatch(self, reminder):
        with self.gateways():
            stopped = reminder._dispatch()
            return self.mailed, self.texted, stopped.get(reminder)

    # -- several addresses in one field ---------------------------------------------

    def test_all_addresses_of_a_field_get_the_notice(self):
        self.customer.email = "Anna <a@x.example>; Bo <B@x.example>"
        self.customer.phone = MOBILE_E164
        reminder = self.ripe()
        mailed, texted, _stopped = self.dispatch(reminder)
        self.assertEqual((mailed, texted), (["a@x.example", "b@x.example"], []))
        self.assertEqual(reminder.state, "sent")
        states = [(d.channel, d.recipient, d.state) for d in reminder.delivery_ids]
        self.assertEqual(
            states,
            [
                ("email", "a@x.example", "sent"),
                ("email", "b@x.example", "sent"),
                ("sms", MOBILE_E164, "skipped"),
            ],
        )
        numbers = reminder.delivery_ids.filtered("message_id").mapped("message_id")
        self.assertEqual(len(set(numbers)), 2)
        self.assertEqual(len(reminder.case_id.claim_line_ids), 0)
        self.assertEqual(reminder.channel_summary, "E-mail")
        # Run once more, nothing leaves.
        self.assertEqual(self.dispatch(reminder)[0], [])

    @takes_long
    def test_both_addresses_get_the_fee_once(self):
        self.ladder.step_ids.filtered(lambda s: s.name == "Reminder 1").write(
            {"fee_policy": "amount", "fee_amount": 100}
        )
        self.customer.email = "a@x.example\nb@x.example"
        reminder = self.ripe()
        self.assertEqual(len(self.dispatch(reminder)[0]), 2)
        self.assertEqual(reminder.case_id.amount_fees, 100)

    @takes_long
    def test_one_of_two_addresses_has_got_a_notice_today(self):
        twin = self.make_customer("Nordlys Two", "c@x.example, AP@nordlys.example")
        first = self.ripe()
        self.dispatch(first)
        self.make_invoice(due=11, partner=twin)
        second = self.propose().filtered(lambda r: r.partner_id == twin)
        self.ripen(second)
        mailed, _texted, codes = self.dispatch(second)
        self.assertEqual((mailed, codes), ([], ["spacing"]))
        with freeze_time("2026-09-16 08:00:00"):
            self.propose()
            mailed, _texted, _codes = self.dispatch(second)
        self.assertEqual(mailed, ["c@x.example", "ap@nordlys.example"])

    def test_a_refused_address_does_not_keep_the_other_from_it(self):
        self.customer.email = "a@x.example; b@x.example"
        reminder = self.ripe()
        self.dispatch(reminder)
        first, second = reminder.delivery_ids
        first._receive_bounce(first, "5.1.1", "Nobody of that name")
        self.assertEqual((first.state, second.state), ("bounced", "sent"))
        self.assertEqual(reminder.state, "sent")
        self.assertTrue(reminder.counts)
        facts = self.env["payment.reminder.facts"]
        found = facts._read_recipients(reminder.case_id)[reminder.case_id.id]
        self.assertEqual([address for _p, address in found["email"]], ["b@x.example"])

    def test_the_mails_of_the_page_go_to_all_of_them_too(self):
        self.customer.email = "a@x.example; b@x.example"
        case = self.ripe().case_id
        case._mail_customer("payment_reminders.mail_template_new_link")
        mail = self.env["mail.mail"].search([("res_id", "=", case.id)], limit=1)
        self.assertIn("a@x.example", mail.email_to)
        self.assertIn("b@x.example", mail.email_to)

    def test_what_cannot_be_read_beside_an_address_is_noted(self):
        self.customer.email = "a@x.example; call & ask"
        reminder = self.ripe()
        self.assertEqual(self.dispatch(reminder)[0], ["a@x.example"])
        notes = reminder.case_id.message_ids.mapped("body")
        self.assertTrue(any("“call &amp; ask”" in note for note in notes))

    def test_nothing_is_noted_when_all_was_read(self):
        self.customer.email = "mailto:a@x.example;"
        reminder = self.ripe()
        self.assertEqual(self.dispatch(reminder)[0], ["a@x.example"])
        notes = reminder.case_id.message_ids.mapped("body")
        self.assertFalse(any("cannot be read" in note for note in notes))

    def test_a_hold_shows_what_could_not_be_read(self):
        reminder = self.ripe()
        self.customer.write({"email": "ann smith@x.example", "phone": "ask Bo"})
        self.assertEqual(self.dispatch(reminder)[2], ["no_recipient"])
        self.assertIn("“ann smith@x.example”", reminder.held_reason)
        self.assertIn("“ask Bo”", reminder.held_reason)
        self.customer.write({"email": False, "phone": "+45 86 12 34"})
        reminder.invalidate_recordset()
        self.assertIn("“+45 86 12 34”", reminder.held_reason)
        self.customer.write({"email": False, "phone": False})
        reminder.invalidate_recordset()
        self.assertIn("Add an e-mail address", reminder.held_reason)

    # -- to whom the invoice was addressed ------------------------------------------

    def make_contact(self, name, email=False, **vals):
        return self.make_customer(
            name,
            email,
            is_company=False,
            parent_id=self.customer.id,
            type="contact",
            **vals,
        )

    def test_the_addressee_of_the_invoice_comes_before_the_company(self):
        ida = self.make_contact("Ida", "ida@nordlys.example")
        reminder = self.ripe(partner=ida)
        self.assertEqual(reminder.case_id.partner_id, self.customer)
        self.assertEqual(self.dispatch(reminder)[0], ["ida@nordlys.example"])
        self.assertEqual(reminder.delivery_ids.filtered("date_sent").partner_id, ida)

    def test_a_company_without_an_address_is_reached_by_its_addressee(self):
        self.customer.email = False
        ida = self.make_contact("Ida", "ida@nordlys.example")
        self.assertEqual(
            self.dispatch(self.ripe(partner=ida))[0], ["ida@nordlys.example"]
        )

    def test_an_addressee_without_an_address_leaves_it_to_the_company(self):
        ida = self.make_contact("Ida")
        self.assertEqual(
            self.dispatch(self.ripe(partner=ida))[0], ["ap@nordlys.example"]
        )

    def test_the_customers_own_choice_comes_before_the_addressee(self):
        ida = self.make_contact("Ida", "ida@nordlys.example")
        bo = self.make_contact("Bo", "bo@nordlys.example")
        self.customer.reminder_contact_id = bo
        self.assertEqual(
            self.dispatch(self.ripe(partner=ida))[0], ["bo@nordlys.example"]
        )

    @takes_long
    def test_the_addressee_of_a_paid_invoice_is_not_asked(self):
        ida = self.make_contact("Ida", "ida@nordlys.example")
        paid = self.make_invoice(due=12, partner=ida)
        self.make_invoice(due=10)
        self.propose()
        self.pay(paid)
        reminder = self.propose()
        self.ripen(reminder)
        self.assertEqual(self.dispatch(reminder)[0], ["ap@nordlys.example"])

    def test_one_notice_to_one_addressee_of_the_oldest_invoice(self):
        ida = self.make_contact("Ida", "ida@nordlys.example")
        bo = self.make_contact("Bo", "bo@nordlys.example")
        self.make_invoice(due=12, partner=bo)
        self.assertEqual(
            self.dispatch(self.ripe(partner=ida))[0], ["bo@nordlys.example"]
        )

    # -- phone numbers --------------------------------------------------------------

    @takes_long
    def test_a_mobile_number_is_found_as_people_write_it(self):
        self.customer.email = False
        sweden = self.env.ref("base.se")
        reminder = self.ripe()
        for text, country, number in [
            ("20123456 / 86123456", False, "+4520123456"),
            ("+45 (0) 20 12 34 56", False, "+4520123456"),
            ("20123456 (Ann)", False, "+4520123456"),
            ("Mobil: 20 12 34 56", False, "+4520123456"),
            ("20123456\n30123456", False, "+4520123456"),
            ("T 20 12 34 56, M 30 12 34 56", False, "+4520123456"),
            ("070-123 45 67, 08-123 456 78", sweden, "+46701234567"),
            ("08-123 456 78, 070-123 45 67", sweden, "+46701234567"),
            ("+46 (0)70-123 45 67", False, "+46701234567"),
            ("08-123 456 78", sweden, None),
            ("12345678 (CVR)", sweden, None),
        ]:
            self.customer.country_id = country or self.env.ref("base.dk")
            self.customer.phone = text
            facts = self.env["payment.reminder.facts"]._read_guard_facts(reminder)
            expected = (f"sms:{number}",) if number else ()
            self.assertEqual(facts[reminder].recipients, expected, text)

    def test_a_contact_without_a_country_is_in_its_companys(self):
        self.customer.write({"email": False, "phone": False})
        ida = self.make_contact("Ida", phone="20 12 34 56")
        ida.country_id = False
        reminder = self.ripe(partner=ida)
        self.assertEqual(self.dispatch(reminder)[1], [MOBILE_E164])

    def test_a_list_of_two_partners_is_one_addressee(self):
        facts = self.env["payment.reminder.facts"]
        ida, bo = self.make_contact("Ida"), self.make_contact("Bo")
        reached = [(ida, "1"), (ida, "2"), (bo, "3")]
        self.assertEqual(facts._get_addressees(reached), reached[:2])
        self.assertEqual(facts._get_addressees([]), [])
