from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from ..common import ReminderCommon


@tagged("post_install", "-at_install")
class TestInvoiceHold(ReminderCommon):
    """One invoice is held until a day; the others of its customer go on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.held = cls.make_invoice(due=10, amount=700)
        cls.other = cls.make_invoice(due=9, amount=300)
        cls.refresh()
        cls.case = cls.held.reminder_case_id
        cls.until = cls.company._get_reminder_today() + timedelta(days=7)

    def hold(self, moves=None, until=None, reason="The crane is checked"):
        moves = moves or self.held
        return moves.with_user(self.manager).action_hold_reminders(
            until or self.until, reason
        )

    def get_waiting(self):
        return self.case.reminder_ids.filtered(
            lambda r: r.state in ("proposed", "approved", "held")
        )

    def test_the_others_go_on(self):
        self.hold()
        reminder = self.propose()
        self.assertEqual(reminder.line_ids.move_id, self.other)
        self.send(reminder)
        self.assertEqual(reminder.state, "sent")

    def test_it_ends_by_itself(self):
        self.hold()
        with freeze_time(fields.Datetime.now() + timedelta(days=7)):
            reminder = self.propose()
            self.assertEqual(reminder.line_ids.move_id, self.held | self.other)
            self.assertFalse(self.held.is_reminder_held)

    def test_a_notice_in_the_queue_comes_back_without_it(self):
        first = self.propose()
        self.hold()
        self.assertEqual(first.state, "cancelled")
        self.assertIn(self.held.name, first.cancel_reason or "")
        self.assertNotIn(self.other.name, first.cancel_reason or "")
        second = self.propose()
        self.assertEqual(second.line_ids.move_id, self.other)

    def test_it_is_asked_at_the_wire(self):
        reminder = self.propose()
        self.ripen(reminder)
        # As from another process, of which nobody heard yet.
        self.env.cr.execute(
            "UPDATE account_move SET reminder_hold_until = %s WHERE id = %s",
            [self.until, self.held.id],
        )
        self.held.invalidate_recordset()
        self.assertIn("invoice_held", reminder._dispatch()[reminder])
        self.assertEqual(reminder.state, "held")
        self.assertFalse(reminder.delivery_ids.filtered("date_sent"))
        again = self.propose()
        self.assertEqual(reminder.state, "cancelled")
        self.assertEqual(again.line_ids.move_id, self.other)

    def test_a_hold_that_is_over_stops_nothing(self):
        self.held.sudo().reminder_hold_until = self.company._get_reminder_today()
        reminder = self.propose()
        self.assertEqual(reminder.line_ids.move_id, self.held | self.other)
        self.send(reminder)
        self.assertEqual(reminder.state, "sent")

    def test_release_undoes_it(self):
        self.hold()
        self.held.with_user(self.manager).action_release_reminders()
        self.assertFalse(self.held.reminder_hold_until)
        self.assertEqual(self.propose().line_ids.move_id, self.held | self.other)

    def test_all_of_a_case_held_says_so(self):
        self.hold(self.held | self.other)
        self.assertFalse(self.propose())
        self.assertEqual(self.case.state, "active")
        self.assertIn(self.held.name, self.case.next_text)
        self.assertIn("The crane is checked", self.case.next_text)

    def test_an_invoice_that_is_in_no_case_yet(self):
        fresh = self.make_invoice(due=8, partner=self.make_customer("B", "b@x.example"))
        self.hold(fresh)
        self.refresh()
        self.assertFalse(fresh.reminder_case_id)
        with freeze_time(fields.Datetime.now() + timedelta(days=7)):
            self.refresh()
            self.assertTrue(fresh.reminder_case_id)

    def test_the_trail_knows_who_why_and_until(self):
        self.hold()
        event = self.case.event_ids.filtered(lambda e: e.kind == "invoice_held")
        self.assertEqual(event.user_id, self.manager)
        self.assertIn(self.held.name, event.details)
        self.assertIn("The crane is checked", event.details)
        self.held.with_user(self.manager).action_release_reminders()
        kinds = self.case.event_ids.mapped("kind")
        self.assertIn("invoice_released", kinds)

    def test_day_and_reason_are_needed(self):
        today = self.company._get_reminder_today()
        for until, reason in ((today, "x"), (None, "x"), (self.until, "")):
            with self.assertRaises(UserError):
                self.held.with_user(self.manager).action_hold_reminders(until, reason)
        bill = self.held.copy()
        with self.assertRaises(UserError):
            bill.with_user(self.manager).action_hold_reminders(self.until, "x")

    # -- who may, and from where -----------------------------------------------------

    def open_and_hold(self, records, user):
        action = (
            self.env["payment.reminder.invoice.hold.wizard"]
            .with_user(user)
            ._open(records.with_user(user))
        )
        dialog = self.env[action["res_model"]].with_user(user).browse(action["res_id"])
        dialog.write({"date": self.until, "reason": "They look at it"})
        dialog.action_hold()
        return dialog

    def test_a_rep_holds_an_invoice_of_own_customers(self):
        rep = self.make_user("seller", "payment_reminders.group_reminder_user")
        item = self.case.item_ids.filtered(lambda i: i.move_id == self.held)
        with self.assertRaises(AccessError):
            self.open_and_hold(item, rep)
        self.case.user_id = rep
        dialog = self.open_and_hold(item, rep)
        self.assertEqual(dialog.names, self.held.name)
        self.assertEqual(self.held.reminder_hold_until, self.until)
        self.assertFalse(self.other.reminder_hold_until)
        self.assertTrue(item.is_held)
        item.with_user(rep).action_release_invoice()
        self.assertFalse(item.is_held)

    def test_from_the_queue_and_many_at_once(self):
        more = self.make_invoice(due=10, partner=self.make_customer("B", "b@x.example"))
        reminders = self.propose()
        self.open_and_hold(reminders, self.manager)
        for move in self.held | self.other | more:
            self.assertEqual(move.reminder_hold_until, self.until)
        self.assertEqual(set(reminders.mapped("state")), {"cancelled"})

    def test_from_the_invoice(self):
        boss = self.make_user(
            "boss",
            "payment_reminders.group_reminder_manager",
            "account.group_account_invoice",
        )
        self.open_and_hold(self.held, boss)
        self.assertTrue(self.held.is_reminder_held)
