from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time

from ..common import ReminderCommon
from ..tags import takes_long

COSTS = ("amount_fee", "amount_interest", "amount_compensation")


class TestClaimLedger(ReminderCommon):
    """What notices claimed is on the ledger, to the cent, whatever was paid between."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dkk = cls.use_danish_law(fee_policy="statutory", charge_interest=True)

    def make_danish(self, due="2026-03-02", amount=10000.0):
        return self.make_invoice(due=due, amount=amount, currency_id=self.dkk.id)

    def send_on(self, day):
        with freeze_time(f"{day} 08:00:00"):
            reminder = self.propose()
            self.send(reminder)
            self.assertEqual(reminder.state, "sent", reminder.held_reason)
            return reminder

    def check_sums(self, reminder):
        """The ledger sums to what this notice shows beside the invoices."""
        shown = reminder.amount_costs_before + sum(reminder[name] for name in COSTS)
        self.assertAlmostEqual(reminder.case_id.amount_costs, shown, places=2)
        self.assertAlmostEqual(
            reminder.amount_claim, reminder.amount_principal + shown, places=2
        )

    @takes_long
    def test_sums_over_notices_with_part_payments(self):
        move = self.make_danish()
        paid = 0
        for day, amount in (
            ("2026-03-16", 1234.56),
            ("2026-04-14", 0.01),
            ("2026-05-12", 0),
        ):
            reminder = self.send_on(day)
            self.check_sums(reminder)
            self.assertAlmostEqual(reminder.amount_principal, 10000 - paid, places=2)
            if amount:
                with freeze_time(f"{day} 12:00:00"):
                    self.pay(move, amount, payment_date=day)
                    paid += amount
                    reminder.case_id.with_user(self.manager).action_release()
        case = reminder.case_id
        self.assertEqual(len(case.reminder_ids), 3)
        self.assertGreater(case.amount_interest, 0)
        self.assertAlmostEqual(
            sum(case.claim_line_ids.mapped("amount")), case.amount_costs, places=2
        )

    def test_running_interest_is_what_the_next_notice_claims(self):
        self.make_danish()
        first = self.send_on("2026-03-16")
        case = first.case_id
        self.assertGreater(first.amount_interest, 0)
        with freeze_time("2026-04-14 08:00:00"):
            case.invalidate_recordset()
            running = case.amount_interest_running
            self.assertGreater(running, 0)
            self.assertAlmostEqual(case.amount_claim_today, case.amount_claim + running)
            self.assertAlmostEqual(self.propose().amount_interest, running, places=2)

    def test_specification_is_kept_as_claimed(self):
        self.make_danish()
        first = self.send_on("2026-03-16")
        rows = first._get_interest_specification()
        self.assertEqual(sum(row["days"] for row in rows), 14)
        self.assertAlmostEqual(
            sum(float(row["amount"]) for row in rows), first.amount_interest, places=2
        )
        self.send_on("2026-04-14")
        self.assertEqual(first._get_interest_specification(), rows)

    def test_missing_rate_stops_the_interest_and_tells_the_managers(self):
        self.make_danish(due="2026-06-15")
        self.refresh()
        case = self.env["payment.reminder.case"].search(
            [("partner_id", "=", self.customer.id)]
        )
        self.assertTrue(case.is_rate_missing)
        self.assertEqual(str(case.interest_running_until), "2026-06-30")
        reminder = self.propose()
        self.assertIn("interest:no_rate", reminder.remarks)
        self.assertIn("06/30/2026 only", reminder.remark_text)
        health = self.env["res.company"].get_reminder_health()
        self.assertIn(
            "Danmarks Nationalbank",
            " ".join(problem["text"] for problem in health),
        )
        told = self.ladder.activity_ids.filtered(lambda a: a.user_id == self.manager)
        self.assertEqual(len(told), 1)
        told.action_done()
        self.refresh()
        self.assertFalse(
            self.ladder.activity_ids.filtered(lambda a: a.user_id == self.manager)
        )

    def test_entries_are_only_reversed(self):
        self.make_danish()
        case = self.send_on("2026-03-16").case_id
        fee = case.claim_line_ids.filtered(lambda line: line.kind == "fee")
        with self.assertRaises(UserError):
            fee.amount = 50
        with self.assertRaises(UserError):
            fee.unlink()
        with self.assertRaises(UserError):
            fee.with_user(self.manager).action_reverse()
        fee.with_user(self.manager).action_reverse("Charged in error")
        self.assertEqual(case.amount_fees, 0)
        self.assertEqual(fee.reversed_by_ids.note, "Charged in error")

    # -- money that came in -------------------------------------------------------

    def divide(self, case, amount, **vals):
        wizard = (
            self.env["payment.reminder.payment.wizard"]
            .with_user(self.manager)
            .create({"case_id": case.id, "amount": amount, **vals})
        )
        return wizard

    def test_money_is_divided_by_the_order_of_the_law(self):
        self.make_danish()
        case = self.send_on("2026-03-16").case_id
        interest = case.amount_interest
        wizard = self.divide(case, 10050)
        self.assertEqual(wizard.amount_principal, 10000)
        self.assertAlmostEqual(wizard.amount_interest, min(interest, 50), places=2)
        self.ladder.jurisdiction_id.payment_order = "costs_first"
        wizard = self.divide(case, 150)
        self.assertEqual(wizard.amount_fee, 100)
        before = case.amount_costs
        wizard.note = "Line 7"
        wizard.action_confirm()
        self.assertAlmostEqual(
            case.amount_costs,
            before - wizard.amount_fee - wizard.amount_interest,
            places=2,
        )
        self.assertEqual(case.amount_principal, 10000, "The accounts are left alone")

    def test_money_for_the_principal_alone_changes_nothing(self):
        self.make_danish()
        case = self.send_on("2026-03-16").case_id
        with self.assertRaises(UserError):
            self.divide(case, 500).action_confirm()

    # -- a fee that a person lowers -------------------------------------------------

    def open_wizard(self, move, **vals):
        action = move.action_open_reminder_wizard()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        wizard.write(vals)
        return wizard

    def test_fee_dropped_by_hand_stays_dropped_at_sending(self):
        move = self.make_danish()
        with freeze_time("2026-03-16 08:00:00"):
            self.refresh()
            self.open_wizard(
                move, fee_choice="none", fee_note="Our fault"
            ).action_propose()
            reminder = move.reminder_case_id.reminder_ids
            self.assertEqual(reminder.amount_fee, 0)
            self.assertEqual(reminder.fee_limit_by_id, self.env.user)
            self.send(reminder)
            self.assertEqual((reminder.state, reminder.amount_fee), ("sent", 0))
            self.assertIn(
                f"lowered by {self.env.user.name}: Our fault", reminder.remark_text
            )
            self.check_sums(reminder)
        kinds = reminder.case_id.event_ids.mapped("kind")
        self.assertIn("fee_lowered", kinds)

    def test_fee_of_a_notice_in_the_queue_is_lowered(self):
        self.make_danish()
        with freeze_time("2026-03-16 08:00:00"):
            reminder = self.propose().with_user(self.manager)
            self.assertTrue(reminder.can_lower_fee)
            action = reminder.action_lower_fee()
            dialog = (
                self.env[action["res_model"]]
                .with_user(self.manager)
                .with_context(**action["context"])
                .create({"amount": 40, "note": "Agreed on the phone"})
            )
            dialog.action_confirm()
            self.assertEqual(reminder.amount_fee, 40)
            with self.assertRaisesRegex(UserError, "lowered or dropped, not"):
                dialog.amount = 41
                dialog.action_confirm()
            with self.assertRaises(AccessError):
                reminder.with_user(self.rep).action_lower_fee()
            self.send(reminder.with_user(self.env.user))
            self.assertEqual((reminder.state, reminder.amount_fee), ("sent", 40))
            self.assertFalse(reminder.can_lower_fee)

    def test_fee_is_never_raised_by_hand(self):
        move = self.make_danish()
        with freeze_time("2026-03-16 08:00:00"):
            self.refresh()
            self.open_wizard(
                move, fee_choice="lower", fee_amount=500, fee_note="More"
            ).action_propose()
            reminder = move.reminder_case_id.reminder_ids
            self.assertEqual(reminder.amount_fee, 100)
            with self.assertRaises(UserError):
                reminder._lower_fee(101, "More")
