from decimal import Decimal
from fractions import Fraction

from odoo import fields
from odoo.tests import freeze_time

from ..common import ReminderCommon
from ..law.accruing import accrue


class TestOddAmounts(ReminderCommon):
    """Currencies without decimals or with three, old claims, days that are rare."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.law = cls.env.ref("payment_reminders.jurisdiction_dk")
        cls.ladder.jurisdiction_id = cls.law
        cls.ladder.step_ids.filtered(lambda s: s.kind != "nudge").write(
            {"fee_policy": "statutory", "charge_interest": True}
        )
        for code, rate in (("DKK", 7.0), ("JPY", 150.0), ("KWD", 0.3)):
            currency = cls.env.ref(f"base.{code}")
            currency.active = True
            currency.rate_ids.unlink()
            cls.env["res.currency.rate"].create(
                {"name": "2012-01-01", "currency_id": currency.id, "rate": rate}
            )

    def remind(self, code, amount, due, day):
        currency = self.env.ref(f"base.{code}")
        self.make_invoice(due=due, amount=amount, currency_id=currency.id)
        with freeze_time(f"{day} 08:00:00"):
            reminder = self.propose()
            self.send(reminder)
        self.assertEqual(reminder.state, "sent", reminder.held_reason)
        return reminder

    def check_ledger(self, reminder):
        """Every amount is whole in its currency, and the ledger is what is shown."""
        currency = reminder.currency_id
        shown = reminder.amount_fee + reminder.amount_interest
        self.assertEqual(
            currency.compare_amounts(reminder.case_id.amount_costs, shown), 0
        )
        for line in reminder.case_id.claim_line_ids:
            self.assertEqual(currency.round(line.amount), line.amount)

    def test_no_decimals(self):
        reminder = self.remind("JPY", 123457, "2026-03-02", "2026-03-16")
        # 100 DKK are 2142.86 JPY; 123,457 × 9.75 % × 14/365 are 461.69
        self.assertEqual((reminder.amount_fee, reminder.amount_interest), (2142, 462))
        self.check_ledger(reminder)

    def test_three_decimals(self):
        reminder = self.remind("KWD", 1234.567, "2026-03-02", "2026-03-16")
        # 100 DKK are 4.285714 KWD; 1,234.567 × 9.75 % × 14/365 are 4.6168
        self.assertEqual(
            (reminder.amount_fee, reminder.amount_interest), (4.285, 4.617)
        )
        self.check_ledger(reminder)

    def test_paid_to_the_day_and_more(self):
        """A payment before the due date, and one of more than was left."""
        dkk = self.env.ref("base.DKK")
        move = self.make_invoice(due="2026-03-02", amount=1000, currency_id=dkk.id)
        with freeze_time("2026-02-20 08:00:00"):
            self.pay(move, 400, payment_date="2026-02-20")
        with freeze_time("2026-03-16 08:00:00"):
            reminder = self.propose()
            (row,) = reminder._get_interest_specification()
            self.assertEqual((row["base"], row["days"]), ("600.00", 14))
            self.send(reminder)
            self.pay(move, 700, payment_date="2026-03-16")
        case = reminder.case_id
        self.assertEqual((case.state, case.close_reason), ("closed", "paid"))

    def test_before_the_due_date_there_is_no_interest(self):
        accrued = self.accrue(10000, "2026-03-02", "2026-02-01")
        self.assertEqual((accrued.total(), accrued.periods), (0, ()))

    def test_nothing_owed_bears_nothing(self):
        self.assertEqual(self.accrue(0, "2026-03-02", "2026-04-01").total(), 0)

    def test_29_february(self):
        due, paid = "2024-02-28", "2024-03-01"
        expected = Fraction(10000) * Fraction("11.75") / 100 * 2 / 366
        self.assertEqual(
            [str(p.end) for p in self.accrue(10000, due, "2024-02-29").periods],
            ["2024-02-29"],
        )
        accrued = self.accrue(10000, due, paid)
        self.assertEqual(accrued.total(), round(Decimal(float(expected)), 2))

    def test_claims_of_2013_keep_their_margin(self):
        # Due before 1 March 2013: 7 points, from that day on: 8 (renteloven § 5)
        for due, points in (("2013-02-27", 7), ("2013-03-04", 8)):
            accrued = self.accrue(10000, due, "2013-06-28")
            self.assertEqual(
                {period.rate for period in accrued.periods},
                {Decimal("0.20") + points},
            )
            self.assertTrue(accrued.is_complete)

    def test_danish_day_count_and_weekend_rule_are_settings(self):
        def total():
            # Due on a Saturday; a whole year of 9.75 and 9.75 % (H2 2025, H1 2026)
            return self.accrue(36500, "2025-08-30", "2026-03-02").total()

        by_default = total()
        self.law.day_count = "30/360"
        self.assertNotEqual(total(), by_default)
        # From Monday 1 September, 181 days of 30/360 (the 1st to the 2nd)
        self.assertEqual(total(), round(Decimal("36500") * 975 * 181 / 3600000, 2))
        self.law.weekend_rule = "ignore"
        # From Saturday 30 August: 182 days
        self.assertEqual(total(), round(Decimal("36500") * 975 * 182 / 3600000, 2))

    def accrue(self, principal, due, end):
        return accrue(
            self.law,
            Decimal(principal),
            "company",
            fields.Date.to_date(due),
            fields.Date.to_date(end),
        )
