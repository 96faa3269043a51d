from odoo.exceptions import UserError
from odoo.tests import Form, freeze_time

from ..case.test_case import CaseCommon


class TestRepLimit(CaseCommon):
    """A representative keeps own customers back for so long as the company allows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.reminder_rep_days = 10
        cls.case = cls.open_case(invoice_user_id=cls.rep.id)

    def test_a_snooze_has_a_limit_for_reps_alone(self):
        case = self.case.with_user(self.rep)
        with self.assertRaisesRegex(UserError, "09/25/2026 at most"):
            case.action_snooze("2026-09-26")
        case.action_snooze("2026-09-25")
        self.case.with_user(self.manager).action_snooze("2027-01-01")
        self.assertEqual(str(self.case.snoozed_until), "2027-01-01")

    def test_a_hold_of_a_rep_ends(self):
        self.case.with_user(self.rep).action_hold("They called")
        self.assertEqual(str(self.case.freeze_ids.date_limit), "2026-09-25")
        with freeze_time("2026-09-24 08:00:00"):
            self.refresh()
            self.assertEqual(self.case.state, "frozen")
        with freeze_time("2026-09-25 08:00:00"):
            self.refresh()
            self.assertEqual(self.case.state, "active")
        event = self.case.event_ids.filtered(lambda e: e.kind == "released")
        self.assertIn("sales may hold", event.note)

    def test_a_hold_of_a_manager_does_not(self):
        self.case.with_user(self.manager).action_hold("Wait")
        with freeze_time("2027-09-25 08:00:00"):
            self.refresh()
            self.assertEqual(self.case.state, "frozen")

    def hold_notice(self, user):
        reminder = self.propose()
        reminder.with_user(user).action_hold("They called")
        return reminder

    def test_a_hold_of_a_notice_ends_too(self):
        reminder = self.hold_notice(self.rep)
        self.assertEqual(str(reminder.hold_end_date), "2026-09-25")
        self.assertIn("ends by itself on 09/25/2026", reminder.held_reason)
        with freeze_time("2026-09-24 08:00:00"):
            self.propose()
            self.assertEqual(reminder.state, "held")
        with freeze_time("2026-09-25 08:00:00"):
            self.propose()
            self.assertEqual(reminder.state, "proposed")
        self.assertFalse(reminder.hold_end_date)
        event = self.case.event_ids.filtered(lambda e: e.kind == "released")
        self.assertIn("sales may hold", event.note)

    def test_a_manager_makes_a_hold_last(self):
        reminder = self.hold_notice(self.rep)
        reminder.with_user(self.manager).action_hold("Wait for me")
        self.assertFalse(reminder.hold_end_date)
        with freeze_time("2026-12-25 08:00:00"):
            self.propose()
            self.assertEqual(reminder.state, "held")

    def test_a_rep_does_not_take_over_the_hold_of_a_manager(self):
        """And with it the right to release it."""
        reminder = self.hold_notice(self.manager)
        with self.assertRaises(UserError):
            reminder.with_user(self.rep).action_hold("Mine now")
        self.assertEqual(reminder.held_by_id, self.manager)
        with self.assertRaisesRegex(UserError, "held yourself"):
            reminder.with_user(self.rep).action_release()

    def test_no_limit(self):
        self.company.reminder_rep_days = 0
        case = self.case.with_user(self.rep)
        case.action_snooze("2027-01-01")
        case.action_hold("Wait")
        self.assertFalse(self.case.freeze_ids.date_limit)


class TestAtAGlance(CaseCommon):
    """What invoices and customers show of reminders."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls.open_case()
        cls.move = cls.case.move_ids
        cls.other = cls.make_invoice(due=1, partner=cls.make_customer("B"))

    def assertBadge(self, badge):
        self.move.invalidate_recordset()
        self.assertEqual(
            (self.move | self.other).mapped("reminder_badge"), [badge, False]
        )
        Move = self.env["account.move"].with_user(self.clerk)
        found = Move.search([("reminder_badge", "=", badge)])
        self.assertIn(self.move, found)
        self.assertEqual(self.other in found, not badge)

    def test_badges(self):
        self.clerk = self.make_user("clerk", "account.group_account_invoice")
        self.assertBadge(False)
        self.send(self.propose())
        self.assertBadge("reminded")
        self.assertEqual(self.move.reminder_sent_count, 1)
        self.case.action_hold("Wait")
        self.assertBadge("frozen")
        query = self.env["payment.reminder.query"].create({"case_id": self.case.id})
        self.assertBadge("questioned")
        query.action_close()
        plan = self.env["payment.reminder.plan"].create({"case_id": self.case.id})
        self.assertBadge("plan_proposed")
        plan.sudo().state = "active"
        self.case._freeze("plan")
        self.assertBadge("plan")
        self.case.action_release()
        plan.sudo().state = "cancelled"
        self.case.action_close("handed_over")
        self.assertBadge("collection")

    def test_a_nudge_and_a_final_notice_are_no_plain_reminders(self):
        self.clerk = self.make_user("clerk", "account.group_account_invoice")
        item = self.case.item_ids.sudo()
        item.last_sent_date = "2026-09-10"
        for kind, badge in (
            ("nudge", "nudged"),
            ("reminder", "reminded"),
            ("final_notice", "final"),
        ):
            item.step_id = self.ladder.step_ids.filtered(
                lambda step, kind=kind: step.kind == kind
            )[0]
            self.assertBadge(badge)

    def test_on_a_sunday_what_comes_on_monday_is_due(self):
        with freeze_time("2026-09-27 08:00:00"):
            self.case._refresh()
            self.move.invalidate_recordset()
            self.case.item_ids.sudo().next_date = "2026-09-28"
            self.assertEqual(self.move.reminder_status, "due")
            self.case.item_ids.sudo().next_date = "2026-09-29"
            self.move.invalidate_recordset()
            self.assertEqual(self.move.reminder_status, "upcoming")

    def test_overdue_without_a_step_ahead_is_not_upcoming(self):
        self.case.item_ids.sudo().write({"next_step_id": False, "next_date": False})
        self.move.invalidate_recordset()
        self.assertEqual(self.move.reminder_status, "none")

    def test_each_invoice_is_told_the_step_that_it_went(self):
        self.send(self.propose())
        with freeze_time("2026-09-28 08:00:00"):
            late = self.make_invoice(due=10)
            self.send(self.propose())
        self.assertEqual(self.move.reminder_step_id.name, "Reminder 2")
        self.assertEqual(late.reminder_step_id.name, "Reminder 1")
        said = [message.body for message in late.message_ids]
        self.assertTrue(
            any("Reminder 1 sent with “Reminder 2” by E-mail" in body for body in said),
            said,
        )
        said = [message.body for message in self.move.message_ids]
        self.assertTrue(any("Reminder 2 sent by E-mail" in body for body in said))

    def test_crediting_and_writing_off_say_what_they_do(self):
        self.propose()
        for model, context in (
            ("account.move.reversal", self.move),
            ("account.payment.register", self.move),
        ):
            wizard = Form(
                self.env[model].with_context(
                    active_model="account.move", active_ids=context.ids
                )
            )
            self.assertIn(self.case.name, wizard.reminder_effect)
            self.assertIn("queue is cancelled", wizard.reminder_effect)
        later = self.make_invoice(due="2027-01-01")
        self.assertFalse(later._get_reminder_effect())

    def test_what_a_customer_owes(self):
        customer = self.customer.with_user(self.rep)
        self.assertFalse(customer.reminder_owed)
        self.assertIn("1,000.00", self.customer.with_user(self.manager).reminder_owed)

    def test_the_reminder_contact_comes_first(self):
        contact = self.env["res.partner"].create(
            {"name": "Ann", "parent_id": self.customer.id, "email": "ann@x.example"}
        )
        self.customer.reminder_contact_id = contact
        reached = self.env["payment.reminder.facts"]._read_recipients(self.case)
        self.assertEqual(reached[self.case.id]["email"][0], (contact, "ann@x.example"))
