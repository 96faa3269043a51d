from unittest.mock import patch

from odoo import fields
from odoo.fields import Command
from odoo.tests import freeze_time

from ..common import ReminderCommon
from ..tags import takes_long


class SettledMoneyCommon(ReminderCommon):
    """A reminder with a fee of 100 that went out on 15 September."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ladder.step_ids.filtered(lambda s: s.name == "Reminder 1").write(
            {"fee_policy": "amount", "fee_amount": 100}
        )
        cls.ladder.rest_policy = "keep"

    def setUp(self):
        super().setUp()
        self.started = 0
        self.start()

    def start(self):
        """Let a new customer get the reminder."""
        self.started += 1
        self.payer = self.make_customer(
            f"Payer {self.started}", f"{self.started}@payer.example"
        )
        self.move = self.owe(10)
        self.reminder = self.propose().filtered(
            lambda notice: notice.partner_id == self.payer
        )
        self.send(self.reminder)
        self.assertEqual(self.reminder.amount_claim, 1100)
        self.case = self.reminder.case_id

    def owe(self, due, amount=1000):
        return self.make_invoice(due, amount, self.payer)

    def get_receivable(self, move):
        return move.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )

    def come_in(self, amount, booked=(), day=None, matched=None):
        """Match a bank line with the invoice, and book what is over as income.

        :param booked: amounts that go elsewhere
        """
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.company_data["default_journal_bank"].id,
                "date": day or fields.Date.today(),
                "payment_ref": "Transfer",
                "amount": amount,
                "partner_id": self.payer.id,
            }
        )
        _liquidity, suspense, _other = line._seek_for_lines()
        receivable = self.get_receivable(self.move)
        matched = amount - sum(booked) if matched is None else matched
        income = self.company_data["default_account_revenue"]
        line.with_context(
            force_delete=True,
            skip_account_move_synchronization=True,
            skip_readonly_check=True,
        ).write(
            {
                "line_ids": [
                    Command.delete(suspense.id),
                    Command.create(
                        {
                            "account_id": receivable.account_id.id,
                            "partner_id": self.payer.id,
                            "credit": matched,
                        }
                    ),
                    *(
                        Command.create(
                            {
                                "account_id": income.id,
                                "credit": max(part, 0),
                                "debit": max(-part, 0),
                            }
                        )
                        for part in booked
                    ),
                ]
            }
        )
        (self.get_receivable(line.move_id) | receivable).reconcile()
        self.assertTrue(line.is_reconciled)
        return line

    def get_notices(self):
        return self.case.reminder_ids - self.reminder

    def get_kinds(self):
        return self.case.event_ids.mapped("kind")


class TestCostsCameAlong(SettledMoneyCommon):
    """Who pays the whole reminder in one sum is not asked for the fee again."""

    @takes_long
    def test_what_was_booked_as_income_settles_the_fee(self):
        for policy in ("keep", "notice", "ask"):
            with self.subTest(policy=policy):
                self.ladder.rest_policy = policy
                self.come_in(1100, booked=[100])
                self.refresh()
                self.assertEqual(self.case.amount_costs, 0)
                self.assertEqual(
                    (self.case.state, self.case.close_reason), ("closed", "paid")
                )
                self.assertFalse(self.get_notices(), "No “Thank you … still open”")
                self.assertIn("costs_paid", self.get_kinds())
                self.start()

    def test_the_next_reminder_asks_nothing_of_it(self):
        self.come_in(1100, booked=[100])
        self.owe(5, 500)
        with freeze_time("2026-09-28 08:00:00"):
            again = self.propose().filtered(lambda r: r.partner_id == self.payer)
        self.assertEqual(again.amount_costs_before, 0)

    def test_what_is_over_on_a_payment_asks_a_person(self):
        self.ladder.rest_policy = "notice"
        payment = self.pay(self.move, 1100)
        self.refresh()
        self.assertFalse(self.get_notices())
        self.assertEqual(self.case.state, "frozen")
        self.assertIn("100.00\N{NO-BREAK SPACE}USD more came in", self.case.hold_reason)
        self.assertEqual(len(self.case.activity_ids), 1)
        # The bookkeeper books it by an entry of its own.
        over = self.get_receivable(payment.move_id)
        if over:
            entry = self.env["account.move"].create(
                {
                    "move_type": "entry",
                    "line_ids": [
                        Command.create(
                            {
                                "account_id": over.account_id.id,
                                "partner_id": self.payer.id,
                                "debit": 100,
                            }
                        ),
                        Command.create(
                            {
                                "account_id": self.company_data[
                                    "default_account_revenue"
                                ].id,
                                "credit": 100,
                            }
                        ),
                    ],
                }
            )
            entry.action_post()
            (over | self.get_receivable(entry)).reconcile()
        self.refresh()
        self.assertFalse(self.get_notices())
        wizard = self.env["payment.reminder.rest.wizard"].with_user(self.manager)
        wizard.create(
            {"case_id": self.case.id, "choice": "paid", "note": "The fee"}
        ).action_confirm()
        self.assertEqual((self.case.state, self.case.amount_costs), ("closed", 0))

    def test_a_person_who_says_no_is_not_asked_again(self):
        self.ladder.rest_policy = "notice"
        self.pay(self.move, 1150)
        self.refresh()
        self.assertIn("150.00\N{NO-BREAK SPACE}USD more came in", self.case.hold_reason)
        wizard = self.env["payment.reminder.rest.wizard"].with_user(self.manager)
        wizard.create(
            {"case_id": self.case.id, "choice": "keep", "note": "Other money"}
        ).action_confirm()
        self.refresh()
        self.assertEqual((self.case.state, self.case.amount_costs), ("closed", 100))

    @takes_long
    def test_while_another_invoice_is_open_a_person_is_asked_too(self):
        self.owe(5, 700)
        self.refresh()
        self.come_in(1130, booked=[130])
        self.refresh()
        self.assertEqual(self.case._get_open_freezes().mapped("reason"), ["rest"])
        self.assertIn("130.00\N{NO-BREAK SPACE}USD more came in", self.case.hold_reason)
        self.case.with_user(self.manager).action_release("Not the fee")
        self.refresh()
        self.assertEqual(self.case.state, "active")

    @takes_long
    def test_look_alikes_settle_nothing(self):
        for amount, booked, matched in (
            (1000, [], None),
            (1050, [50], None),  # less than the fee
            (995, [-5], 1000),  # a bank's charge
        ):
            with self.subTest(amount=amount):
                self.come_in(amount, booked, matched=matched)
                self.refresh()
                self.assertEqual(self.case.state, "closed")
                self.assertEqual(self.case.amount_costs, 100, "kept")
                self.start()


class TestPaidBefore(SettledMoneyCommon):
    """Who had paid when a reminder left owes nothing for it."""

    def pay_late_booked(self, day, without_entry=False):
        with freeze_time("2026-09-17 08:00:00"):
            if without_entry:
                self.pay(self.move, payment_date=day)
            else:
                self.come_in(1000, day=day)
            self.refresh()

    @takes_long
    def test_in_time_or_before_the_notice_left(self):
        for day in ("2026-09-03", "2026-09-05", "2026-09-14"):
            for policy in ("keep", "notice"):
                with self.subTest(day=day, policy=policy):
                    self.ladder.rest_policy = policy
                    self.pay_late_booked(day)
                    self.assertEqual(self.case.amount_costs, 0)
                    self.assertEqual(self.case.state, "closed")
                    self.assertFalse(self.get_notices())
                    waived = self.case.event_ids.filtered(
                        lambda event: event.kind == "costs_waived"
                    )[-1:]
                    self.assertEqual(waived.payload["reason"], "paid_before")
                    self.start()

    def test_a_registered_payment_too(self):
        self.pay_late_booked("2026-09-10", without_entry=True)
        self.assertEqual((self.case.state, self.case.amount_costs), ("closed", 0))

    @takes_long
    def test_beside_an_invoice_that_is_still_open(self):
        self.owe(5, 700)
        self.refresh()
        self.pay_late_booked("2026-09-10")
        self.assertEqual(self.case.amount_costs, 0)
        with freeze_time("2026-09-28 08:00:00"):
            again = self.propose().filtered(lambda r: r.partner_id == self.payer)
        self.assertEqual(again.amount_costs_before, 0)

    @takes_long
    def test_money_that_came_after_the_notice_leaves_the_fee(self):
        for day in ("2026-09-15", "2026-09-16"):
            with self.subTest(day=day):
                self.pay_late_booked(day)
                self.assertEqual(self.case.state, "closed")
                self.assertEqual(self.case.amount_costs, 100)
                self.start()

    @takes_long
    def test_a_part_in_time_is_not_all(self):
        with freeze_time("2026-09-17 08:00:00"):
            with patch.object(
                self.registry["payment.reminder.case"], "_refresh_after_commit"
            ):
                self.come_in(600, day="2026-09-01")
                self.come_in(400, day="2026-09-16")
            self.refresh()
        self.assertEqual(self.case.amount_costs, 100)
