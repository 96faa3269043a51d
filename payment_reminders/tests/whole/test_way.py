from odoo.tests import freeze_time

from ..common import ReminderCommon


class TestWay(ReminderCommon):
    """The way of one overdue invoice, and every way of paying that ends it."""

    def test_from_due_to_sent(self):
        move = self.make_invoice(due=10)
        reminder = self.propose()
        self.assertEqual(len(reminder), 1)
        self.assertEqual(reminder.step_id.name, "Reminder 1")
        self.assertEqual(reminder.amount_principal, 1000.0)
        self.assertEqual(move.reminder_status, "proposed")
        self.assertEqual(
            reminder._dispatch(), {reminder: ["not_approved", "hold_window"]}
        )
        reminder.with_user(self.manager).action_approve()
        self.assertEqual(reminder._dispatch(), {reminder: ["hold_window"]})
        self.assertEqual(reminder.state, "approved")
        with freeze_time("2026-09-16 09:00:00"):
            self.assertEqual(reminder._dispatch(), {})
            self.assertEqual(reminder.state, "sent")
            self.assertEqual(reminder.delivery_ids.state, "sent")
            self.assertEqual(reminder.delivery_ids.recipient, "ap@nordlys.example")
            self.assertEqual(move.reminder_status, "sent")
            self.assertEqual(move.reminder_step_id.name, "Reminder 1")
            self.assertEqual(reminder.case_id.next_step_id.name, "Reminder 2")
            self.assertFalse(self.propose())
        with freeze_time("2026-09-30 09:00:00"):
            second = self.propose()
            self.assertEqual(second.step_id.name, "Reminder 2")
            self.assertEqual(second.amount_fee, 100.0)
            self.pay(move)
            case = reminder.case_id
            self.assertEqual(case.state, "closed")
            self.assertEqual(case.close_reason, "paid")
            self.assertEqual(second.state, "cancelled")

    def test_payment_before_sending_stops_it(self):
        move = self.make_invoice(due=10)
        reminder = self.propose()
        self.ripen(reminder)
        self.pay(move)
        self.assertEqual(reminder.state, "cancelled")
        self.assertEqual(reminder.case_id.state, "closed")

    def test_partial_payment_freezes(self):
        move = self.make_invoice(due=10)
        reminder = self.propose()
        self.ripen(reminder)
        self.pay(move, 400)
        case = reminder.case_id
        self.assertEqual(case.state, "frozen")
        self.assertEqual(case.freeze_ids.reason, "partial_payment")
        reminder._dispatch()
        self.assertEqual(reminder.state, "held")
        self.assertIn("partial_payment", reminder.verdict)
        self.assertTrue(reminder.held_reason)
        case.with_user(self.manager).action_release()
        again = self.propose()
        self.assertEqual(again.amount_principal, 600)
        self.assertEqual(reminder.state, "cancelled")
        self.send(again)
        self.assertEqual(again.state, "sent")

    def test_ladder_ends_with_a_person(self):
        self.make_invoice(due=10)
        for day in ("2026-09-15", "2026-09-28", "2026-10-09"):
            with freeze_time(f"{day} 08:00:00"):
                self.send(self.propose())
        case = self.env["payment.reminder.case"].search(
            [("partner_id", "=", self.customer.id)]
        )
        self.assertEqual(case.item_ids.step_id.kind, "final_notice")
        with freeze_time("2026-10-12 08:00:00"):
            self.refresh()
            self.assertFalse(case.is_ladder_ended, "The last deadline is still open")
        with freeze_time("2026-11-02 08:00:00"):
            self.refresh()
            self.refresh()
            self.assertTrue(case.is_ladder_ended)
            self.assertEqual(len(case.activity_ids), 1)
            self.assertFalse(self.propose())

    def test_nudge_held_past_the_due_date_makes_room(self):
        self.customer.email = False
        move = self.make_invoice(due=-2)
        nudge = self.propose()
        self.ripen(nudge)
        nudge._dispatch()
        self.assertEqual((nudge.state, nudge.verdict), ("held", ["no_recipient"]))
        self.customer.email = "ap@nordlys.example"
        with freeze_time("2026-09-25 09:00:00"):
            reminder = self.propose()
            self.assertEqual(nudge.state, "cancelled")
            self.assertIn("too late for a nudge", nudge.held_reason)
            self.assertEqual(reminder.step_id.name, "Reminder 1")
            self.assertEqual(reminder.move_ids, move)

    def test_cancelled_notice_names_what_was_paid_only(self):
        paid = self.make_invoice(due=10, amount=400.0)
        still_open = self.make_invoice(due=9)
        reminder = self.propose()
        self.pay(paid)
        again = self.propose()
        self.assertEqual(reminder.state, "cancelled")
        self.assertIn(f"{paid.name} was paid", reminder.cancel_reason)
        self.assertNotIn(still_open.name, reminder.cancel_reason)
        self.assertNotIn("hold window", reminder.cancel_reason)
        self.assertEqual(again.amount_principal, 1000.0)
