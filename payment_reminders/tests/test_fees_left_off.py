from odoo.tests import freeze_time

from .common import ReminderCommon


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
