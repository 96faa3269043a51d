"""Laws of other countries in whole notices: tiers, ends, one rate for all days."""

from datetime import date

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from ..common import ReminderCommon


@tagged("post_install", "-at_install")
class TestNextLaw(ReminderCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reference = cls.env["payment.reminder.reference"].create(
            {"name": "Somebody's rate", "code": "somebody", "rhythm": "constant"}
        )
        cls.env["payment.reminder.rate"].create(
            {
                "reference_id": cls.reference.id,
                "date": "2010-01-01",
                "percent": 2.15,
                "source": "Gazette",
            }
        )
        cls.law = cls.env["payment.reminder.jurisdiction"].create(
            {
                "name": "Ruritania",
                "code": "RU-R",
                "currency_id": cls.currency.id,
                "day_count": "actual/365",
                "weekend_rule": "ignore",
                "compensation_includes_fees": False,
                "margin_ids": [
                    Command.create(
                        {
                            "valid_from": "2010-01-01",
                            "reference_id": cls.reference.id,
                            "points": 8,
                            "round_up_to": 0.5,
                            "source": "Act § 1",
                        }
                    )
                ],
                "fee_ids": [
                    Command.create(
                        {
                            "valid_from": "2010-01-01",
                            "amount": 10,
                            "first_after_days": 1,
                            "source": "Act § 2",
                        }
                    )
                ],
                "compensation_ids": [
                    Command.create(
                        {
                            "valid_from": "2010-01-01",
                            "principal_from": least,
                            "amount": amount,
                            "source": "Act § 3",
                        }
                    )
                    for least, amount in ((0, 40), (1000, 70), (10000, 100))
                ],
            }
        )
        cls.ladder.step_ids.filtered(lambda step: step.kind != "nudge").write(
            {
                "fee_policy": "statutory",
                "charge_interest": True,
                "charge_compensation": True,
            }
        )
        cls.ladder.jurisdiction_id = cls.law

    def ask(self, amount=999.99):
        """Return the notice of an invoice that was due on 1 September, 14 days ago."""
        self.make_invoice("2026-09-01", amount)
        return self.propose()

    def test_statute_has_what_the_rows_say(self):
        statute = self.law._get_statute()
        rule = statute.compensation_rule("company", date(2026, 9, 1), 1000)
        self.assertEqual((rule.amount, rule.principal_from), (70, 1000))
        self.assertEqual(statute.margin_rules[0].round_up_to, 0.5)
        self.assertIsNone(statute.reviewed_until)

    def test_tier_and_rounded_rate(self):
        notice = self.ask(36500)
        self.assertEqual(notice.amount_compensation, 100)
        self.assertEqual(notice.amount_interest, 147.0)
        row = notice._get_interest_specification()[0]
        self.assertEqual(float(row["rate"]), 10.5)

    def test_lower_tier(self):
        self.assertEqual(self.ask().amount_compensation, 40)

    def test_a_constant_rate_never_warns(self):
        self.assertFalse(self.law.rate_warning)
        self.reference.rhythm = "half_year"
        self.law.invalidate_recordset(["rate_warning"])
        self.assertIn("Ruritania", self.law.rate_warning)

    def test_one_rate_for_all_days_is_said(self):
        self.law.rate_choice = "payment_day"
        notice = self.ask()
        self.assertIn("interest:payment_day", notice.remarks)
        self.assertIn("bear the rate of the day of payment", notice.remark_text)

    def test_a_fee_rule_that_ended_charges_nothing_and_says_so(self):
        self.law.fee_ids.valid_to = "2026-09-14"
        notice = self.ask()
        self.assertEqual(notice.amount_fee, 0)
        self.assertIn("the rule of the law ended on 09/14/2026", notice.remark_text)
        self.assertIn("(Act § 2)", notice.remark_text)
        self.law.fee_ids.valid_to = "2026-09-15"
        self.assertNotIn("ended", " ".join(self.ladder._lint()[1]))

    def test_lump_sum_of_another_currency_by_the_day_of_the_law(self):
        gold = self.env["res.currency"].create(
            {
                "name": "XAG",
                "symbol": "XAG",
                "rate_ids": [
                    Command.create({"name": "2026-08-30", "rate": 0.5}),
                    Command.create({"name": "2026-09-10", "rate": 0.25}),
                ],
            }
        )
        self.law.compensation_ids.amount_currency_id = gold
        self.law.convert_on = "month_end_before_due"
        notice = self.ask()
        self.assertEqual(notice.amount_compensation, 80)
        sentence = (
            f"The lump sum was converted at 2 {self.currency.name} for one XAG, the "
            "rate of 08/31/2026."
        )
        self.assertIn(sentence, notice.remark_text)
        self.law.convert_on = "notice_day"
        other = self.make_customer("Solvang ApS", "ap@solvang.example")
        self.make_invoice("2026-09-01", 500, partner=other)
        found = self.propose().filtered(lambda one: one.partner_id == other)
        self.assertEqual(found.amount_compensation, 160)

    def test_rows_that_cannot_be(self):
        with self.assertRaises(ValidationError):
            self.law.fee_ids.write({"basis": "scale", "scale": "500: 30+"})
        self.assertEqual(
            self.law.compensation_ids._get_key_fields()[-1], "principal_from"
        )

    def test_the_norwegian_demand_for_payment(self):
        """38 for the final notice, then 113 for the creditor's own demand (2026)."""
        steps = self.ladder.step_ids.sorted("sequence")
        self.ladder.write(
            {
                "step_ids": [
                    Command.delete(steps[1].id),
                    Command.update(
                        steps[2].id,
                        {
                            "kind": "final_notice",
                            "delay_from": "due_date",
                            "delay_days": 15,
                            "deadline_days": 14,
                            "charge_compensation": False,
                        },
                    ),
                    Command.update(
                        steps[3].id,
                        {
                            "kind": "demand",
                            "delay_days": 21,
                            "deadline_days": 14,
                            "charge_compensation": False,
                        },
                    ),
                ],
            }
        )
        self.ladder.jurisdiction_id = self.env.ref("payment_reminders.jurisdiction_no")
        crowns = self.env.ref("base.NOK")
        crowns.active = True
        move = self.make_invoice("2026-07-06", 10000, currency_id=crowns.id)
        asked = []
        for day in ("2026-07-21", "2026-08-12"):
            with freeze_time(f"{day} 08:00:00"):
                notice = self.propose()
                self.send(notice)
                asked.append((notice.step_kind, notice.amount_fee, notice.state))
        self.assertEqual(asked, [("final_notice", 38, "sent"), ("demand", 113, "sent")])
        self.assertEqual(move.reminder_badge, "final")

    def test_what_the_linter_says_of_an_announced_ban(self):
        norway = self.env.ref("payment_reminders.ladder_no")
        errors, warnings = norway._lint()
        self.assertFalse(errors)
        (warning,) = [one for one in warnings if "announced" in one]
        self.assertIn("01/01/2027", warning)
        self.assertIn("LOV-2026-05-22-19", warning)
