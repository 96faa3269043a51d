from odoo.tests import freeze_time
from odoo.tools import html2plaintext

from ..common import ReminderCommon
from ..tags import takes_long


class TestFeesLeftOff(ReminderCommon):
    """What a notice does not charge is said, in words and in the trail."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.law = cls.env.ref("payment_reminders.jurisdiction_dk")
        cls.ladder.jurisdiction_id = cls.law
        # Every step after the nudge asks for what the law gives.
        cls.ladder.step_ids.filtered(
            lambda s: s.kind != "nudge"
        ).fee_policy = "statutory"

    def propose_on(self, day):
        with freeze_time(f"{day} 08:00:00"):
            return self.propose()

    def send_on(self, day):
        with freeze_time(f"{day} 08:00:00"):
            reminder = self.propose()
            self.send(reminder)
            return reminder

    def get_letter(self, reminder):
        text = html2plaintext(reminder._get_letter_block("claim"))
        return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())

    def get_dkk(self, amount):
        dkk = self.env.ref("base.DKK")
        dkk.active = True
        return dkk

    def make_danish(self):
        dkk = self.get_dkk(1)
        return self.make_invoice(due=10, currency_id=dkk.id)

    def test_fee_and_no_remark(self):
        self.make_danish()
        reminder = self.propose()
        self.assertEqual(reminder.amount_fee, 100)
        self.assertFalse(reminder.remark_text)

    def test_no_rate_no_fee(self):
        self.make_invoice(due=10)
        if self.currency.name == "DKK":
            return
        self.env.ref("base.DKK").rate_ids.unlink()
        reminder = self.propose()
        self.assertEqual(reminder.amount_fee, 0)
        self.assertEqual(reminder.remarks, ["fee:no_exchange_rate"])
        self.assertIn("no exchange rate from DKK", reminder.remark_text)

    def test_converted_with_the_rate_of_the_day(self):
        self.make_invoice(due=10)
        dkk = self.get_dkk(1)
        dkk.rate_ids.unlink()
        self.env["res.currency.rate"].create(
            {"name": "2026-01-01", "currency_id": dkk.id, "rate": 8.0}
        )
        reminder = self.propose()
        self.assertEqual(reminder.amount_fee, 12.5)
        self.assertEqual(reminder.remarks, ["fee:converted"])
        self.assertIn("0.125 USD for one DKK", reminder.remark_text)
        self.assertIn("09/15/2026", reminder.remark_text)
        self.assertIn(
            "The law names its amounts in DKK. They were converted at the rate of "
            "Sep 15, 2026: 1 DKK is 0.125 USD.",
            self.get_letter(reminder),
        )

    def test_the_letter_says_nothing_of_what_was_not_converted(self):
        self.make_danish()
        self.assertNotIn("converted", self.get_letter(self.propose()))

    def test_the_letter_says_up_to_when_interest_was_computed(self):
        self.ladder.step_ids.filtered(
            lambda s: s.kind != "nudge"
        ).charge_interest = True
        dkk = self.get_dkk(1)
        self.make_invoice(due="2026-06-15", currency_id=dkk.id)
        reminder = self.propose()
        self.assertIn("interest:no_rate", reminder.remarks)
        text = self.get_letter(reminder)
        self.assertIn("Interest up to and including Jun 30, 2026", text)
        self.assertIn("the official rate for the days after it is not", text)
        with freeze_time("2026-06-24 08:00:00"):
            reminder._cancel("again")
            # A day before the one on which it was looked at comes in tests alone.
            reminder.case_id._refresh()
            text = self.get_letter(self.propose())
        self.assertIn("Interest up to and including Jun 24, 2026", text)
        self.assertNotIn("official rate", text)

    def test_disputed_goes_without_a_fee(self):
        self.make_danish()
        self.refresh()
        case = self.env["payment.reminder.case"].search(
            [("partner_id", "=", self.customer.id)]
        )
        query = self.env["payment.reminder.query"].create(
            {"case_id": case.id, "kind": "other", "description": "?"}
        )
        case._release()
        reminder = self.env["payment.reminder.proposal"]._propose(case)
        self.assertTrue(query)
        self.assertEqual(reminder.amount_fee, 0)
        self.assertEqual(
            reminder.remark_text, "No fee: the customer has an open question."
        )
        proposed = case.event_ids.filtered(lambda e: e.kind == "proposed")
        self.assertEqual(proposed.payload["remarks"], ["fee:disputed"])

    @takes_long
    def test_conditions_of_other_laws(self):
        self.ladder.step_ids.deadline_days = 14
        for law, code, remark, words in (
            ("se", "SEK", "fee:not_agreed", "only when it was agreed beforehand"),
            ("no", "NOK", "fee:too_early", "from 14 days after the due date"),
            ("fi", "EUR", "fee:too_early", "from 14 days after the due date"),
        ):
            with self.subTest(law=law):
                self.ladder.jurisdiction_id = self.env.ref(
                    f"payment_reminders.jurisdiction_{law}"
                )
                currency = self.env.ref(f"base.{code}")
                currency.active = True
                person = self.make_customer(law, f"{law}@x.example", is_company=False)
                self.make_invoice(due=10, partner=person, currency_id=currency.id)
                reminder = self.propose().filtered(
                    lambda r, person=person: r.partner_id == person
                )
                self.send(reminder)
                self.assertEqual(reminder.state, "sent", reminder.held_reason)
                self.assertEqual((reminder.amount_fee, reminder.remarks), (0, [remark]))
                self.assertIn(words, reminder.remark_text)
                sent = reminder.case_id.event_ids.filtered(lambda e: e.kind == "sent")
                self.assertEqual(sent.payload["remarks"], [remark])

    def test_own_floor_and_share(self):
        self.make_danish()
        self.env["res.currency.rate"].search([]).unlink()
        for currency in (self.currency, self.env.ref("base.DKK")):
            self.env["res.currency.rate"].create(
                {"name": "2026-01-01", "currency_id": currency.id, "rate": 1.0}
            )
        self.company.reminder_fee_floor = 1000.01
        reminder = self.propose()
        self.assertEqual(reminder.remarks, ["fee:under_floor"])
        self.assertIn("1,000.01 DKK", reminder.remark_text)
        reminder._cancel("again")
        self.company.write({"reminder_fee_floor": 0, "reminder_fee_max_share": 9.99})
        reminder = self.propose()
        self.assertEqual(reminder.remarks, ["fee:over_share"])
        self.assertIn("9.99 %", reminder.remark_text)

    def test_courtesy_once(self):
        self.make_danish()
        self.company.reminder_first_fee_free = True
        first = self.send_on("2026-09-15")
        self.assertEqual(first.amount_fee, 0)
        self.assertEqual(first.remarks, ["fee:courtesy"])
        sent = first.case_id.event_ids.filtered(lambda e: e.kind == "sent")
        self.assertEqual(sent.payload["remarks"], ["fee:courtesy"])
        second = self.propose_on("2026-09-28")
        self.assertEqual(
            second.amount_fee, 100, "The courtesy is for the first one only"
        )

    def test_own_limits_without_a_law(self):
        self.ladder.jurisdiction_id = False
        self.company.reminder_fee_floor = 5000
        self.ladder.step_ids.filtered(lambda s: s.name == "Reminder 1").write(
            {"fee_policy": "amount", "fee_amount": 20}
        )
        self.make_invoice(due=10)
        reminder = self.propose()
        self.assertEqual(reminder.remarks, ["fee:under_floor"])
        self.company.reminder_fee_floor = 0
        reminder._cancel("again")
        self.assertEqual(self.propose().amount_fee, 20)

    def test_trifle_is_put_to_a_person(self):
        self.make_danish()
        self.env["res.currency.rate"].search([]).unlink()
        for currency in (self.currency, self.env.ref("base.DKK")):
            self.env["res.currency.rate"].create(
                {"name": "2026-01-01", "currency_id": currency.id, "rate": 1.0}
            )
        self.company.reminder_trifle_limit = 1000
        self.send_on("2026-09-15")
        case = self.send_on("2026-09-28").case_id
        with freeze_time("2026-10-12 08:00:00"):
            self.assertFalse(self.propose())
            self.assertEqual(case.state, "frozen")
            self.assertEqual(case._get_open_freezes().reason, "trifle")
            self.assertEqual(len(case.activity_ids), 1)
            self.assertFalse(self.propose())
            self.assertEqual(len(case.activity_ids), 1)
            case.with_user(self.manager).action_release()
            self.assertEqual(self.propose().step_id.name, "Final notice")
