from odoo.tests import freeze_time

from ..sending.gateway_common import GatewayCommon
from ..tags import takes_long


class TestWithdrawn(GatewayCommon):
    """What was withdrawn was, for everybody who asks, never sent."""

    def send_and_withdraw(self, due="2026-09-01", day="2026-09-16"):
        with freeze_time(f"{day} 09:00:00"), self.gateways():
            move = self.make_invoice(due=due, amount=10000)
            reminder = self.propose()
            self.send(reminder)
            self.assertEqual(reminder.state, "sent")
            reminder.with_user(self.manager).action_withdraw(
                "wrong customer", tell=False
            )
            move.invalidate_recordset()
        return move, reminder

    def test_it_is_no_last_reminder_of_the_invoice(self):
        reminders = self.ladder.step_ids.filtered(lambda s: s.kind == "reminder")
        reminders.write({"fee_policy": "amount", "fee_amount": 100})
        move, reminder = self.send_and_withdraw()
        self.assertEqual(reminder.amount_fee, 100)
        self.assertFalse(move.reminder_step_id)
        self.assertFalse(move.reminder_last_date)
        self.assertEqual(move.reminder_sent_count, 0)
        self.assertEqual(move.reminder_last_fee, 0)
        self.assertFalse(move.reminder_last_channel)

    @freeze_time("2026-09-16 09:00:00")
    def test_it_counts_until_it_is_withdrawn(self):
        self.make_invoice(due="2026-09-01")
        with self.gateways():
            reminder = self.propose()
            self.assertFalse(reminder.counts)
            self.send(reminder)
        counting = reminder._get_counting_domain()
        self.assertTrue(reminder.counts)
        self.assertIn(reminder, reminder.search(counting))
        reminder.with_user(self.manager).action_withdraw("wrong", tell=False)
        self.assertFalse(reminder.counts)
        self.assertNotIn(reminder, reminder.search(counting))

    @freeze_time("2026-09-16 09:00:00")
    def test_what_is_uncertain_may_have_been_sent(self):
        self.make_invoice(due="2026-09-01")
        reminder = self.propose()
        reminder._set_state("approved")
        reminder._set_state("sending")
        reminder._set_state("uncertain", sent_date="2026-09-16 09:00:00")
        self.assertFalse(reminder.counts)
        self.assertIn(reminder, reminder.search(reminder._get_counting_domain()))

    @takes_long
    def test_it_explains_no_interest_to_the_customer(self):
        self.use_danish_law(charge_interest=True)
        move, reminder = self.send_and_withdraw("2025-12-01", "2026-01-05")
        self.assertTrue(reminder._get_interest_specification())
        case = reminder.case_id
        self.env["payment.reminder.claim.line"].sudo().create(
            {
                "case_id": case.id,
                "kind": "interest",
                "amount": 5.0,
                "date": "2026-09-16",
            }
        )
        self.pay(move)
        self.assertGreater(case.amount_interest, 0)
        self.assertEqual(case._get_interest_statement(), {})
