from datetime import timedelta

from odoo import fields
from odoo.tests import freeze_time

from ..common import ReminderCommon
from ..tags import takes_long


class TestPlanMoney(ReminderCommon):
    """A plan is not broken while its instalment lies unmatched at the bank."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.move = cls.make_invoice(due=10)
        cls.refresh()
        cls.case = cls.move.reminder_case_id

    def agree(self, kind="plan", count=3):
        today = self.case.company_id._get_reminder_today()
        plan = self.env["payment.reminder.plan"].create(
            {
                "case_id": self.case.id,
                "kind": kind,
                "instalment_count": count,
                "first_date": today + timedelta(days=10),
            }
        )
        plan.action_split()
        plan.with_user(self.manager).action_approve()
        self.assertEqual(plan.state, "active")
        return plan

    def come_in(self, amount, **vals):
        return self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.company_data["default_journal_bank"].id,
                "date": fields.Date.today(),
                "payment_ref": "Transfer",
                "amount": amount,
                **vals,
            }
        )

    def follow(self, day):
        with freeze_time(f"{day} 08:00:00"):
            self.env["payment.reminder.plan"]._cron_plans()

    def pay_on(self, day, amount, **vals):
        with freeze_time(f"{day} 08:00:00"):
            return self.come_in(amount, **vals)

    def get_told(self, plan):
        return [
            summary
            for summary in plan.activity_ids.mapped("summary")
            if "Match the payment" in summary
        ]

    def test_the_plan_waits_and_a_person_is_told_once(self):
        for payer in (
            {"partner_id": self.customer.id},
            {"partner_name": "NORDLYS"},
            {"payment_ref": f"Rate 1 {self.move.name}"},
            {},
        ):
            with self.subTest(payer=payer):
                plan = self.agree()
                line = self.pay_on("2026-09-25", 333.34, **payer)
                self.follow("2026-10-20")
                self.follow("2026-10-21")
                self.assertEqual(plan.state, "active")
                self.assertEqual(plan.instalment_ids[0].state, "open")
                self.assertTrue(plan.waits_for_money)
                self.assertEqual(len(self.get_told(plan)), 1)
                activity = plan.activity_ids.filtered(
                    lambda a: "Match the payment" in a.summary
                )
                self.assertIn("333.34", activity.note)
                self.assertFalse(
                    [a for a in plan.activity_ids.mapped("summary") if "broken" in a]
                )
                line.unlink()
                plan.action_cancel()

    def test_it_breaks_once_the_line_is_ignored(self):
        plan = self.agree()
        line = self.pay_on("2026-09-25", 333.34, partner_id=self.customer.id)
        self.follow("2026-10-20")
        self.case.with_user(self.manager).sudo()._ignore_bank_lines(line)
        self.follow("2026-10-21")
        self.assertEqual(plan.state, "broken")

    def test_it_is_kept_once_the_line_is_matched(self):
        plan = self.agree(count=1)
        self.pay_on("2026-09-25", 1000, partner_id=self.customer.id)
        self.follow("2026-10-20")
        self.assertEqual(plan.state, "active", "Nothing is kept before it is booked")
        self.pay(self.move)
        self.assertEqual(plan.state, "kept")

    def test_a_payment_that_names_no_invoice_counts_too(self):
        plan = self.agree()
        with freeze_time("2026-09-25 08:00:00"):
            payment = self.env["account.payment"].create(
                {
                    "amount": 333.34,
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "partner_id": self.customer.id,
                    "journal_id": self.company_data["default_journal_bank"].id,
                }
            )
            payment.action_post()
        self.follow("2026-10-20")
        self.assertEqual(plan.state, "active")
        self.assertEqual(len(self.get_told(plan)), 1)

    def test_a_promise_waits_as_well(self):
        promise = self.agree(kind="promise", count=1)
        self.pay_on("2026-09-25", 1000)
        self.follow("2026-10-20")
        self.assertEqual(promise.state, "active")

    @takes_long
    def test_look_alikes_do_not_keep_it(self):
        other = self.make_customer("Other A/S", "o@x.example")
        for money in (
            {"amount": 333.34, "partner_id": other.id},  # another's
            {"amount": 20, "partner_id": self.customer.id},  # too little
            {"amount": 200},  # another sum, and nobody's name
            {"amount": -333.34, "partner_id": self.customer.id},  # it went out
            # From before the plan.
            {
                "amount": 333.34,
                "partner_id": self.customer.id,
                "date": "2026-09-01",
            },
        ):
            with self.subTest(money=money):
                plan = self.agree()
                line = self.pay_on("2026-09-25", **money)
                self.follow("2026-10-20")
                self.assertEqual(plan.state, "broken")
                self.assertFalse(self.get_told(plan))
                line.unlink()
                self.case.with_user(self.manager).action_release("again")
