from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time

from .test_case import CaseCommon


class TestCasePeople(CaseCommon):
    """Hold, snooze, release and close: by managers, and by reps on their own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls.open_case(invoice_user_id=cls.rep.id)
        cls.reminder = cls.propose()
        cls.ripen(cls.reminder)
        assert cls.case.user_id == cls.rep

    def assertNotSent(self, code):
        self.assertIn(code, self.reminder._dispatch()[self.reminder])
        self.assertEqual(self.reminder.state, "held")
        self.assertTrue(self.reminder.held_reason)

    def test_manager_holds_and_releases(self):
        case = self.case.with_user(self.manager)
        case.action_hold("They called")
        self.assertEqual(case.state, "frozen")
        self.assertEqual(case.hold_reason, "They called")
        self.assertNotSent("held")
        case.action_release()
        self.assertEqual(case.state, "active")
        self.propose()
        self.assertEqual(self.reminder._dispatch(), {})
        self.assertEqual(self.reminder.state, "sent")

    def test_holding_twice_is_one_hold(self):
        self.case.action_hold("One")
        self.case.action_hold("Two")
        self.assertEqual(len(self.case.freeze_ids), 1)
        self.case.action_release()
        self.case.action_hold("Three")
        self.assertEqual(len(self.case.freeze_ids), 2)
        self.assertEqual(self.case.state, "frozen")

    def test_rep_holds_and_releases_own(self):
        case = self.case.with_user(self.rep)
        case.action_hold("Let me call them")
        self.assertNotSent("held")
        self.assertEqual(case.freeze_ids.user_id, self.rep)
        case.action_release()
        self.assertEqual(case.state, "active")
        self.assertEqual(case.freeze_ids.released_by_id, self.rep)

    def test_rep_releases_nothing_of_others(self):
        self.case.with_user(self.manager).action_hold("Ask me first")
        with self.assertRaisesRegex(AccessError, "manager"):
            self.case.with_user(self.rep).action_release()
        with self.assertRaisesRegex(AccessError, "manager"):
            self.case.freeze_ids.with_user(self.rep).action_release()
        self.assertEqual(self.case.state, "frozen")

    def test_rep_does_not_release_what_the_books_froze(self):
        self.pay(self.case.move_ids, 100)
        with self.assertRaisesRegex(AccessError, "manager"):
            self.case.with_user(self.rep).action_release()

    def test_rep_leaves_cases_of_others_alone(self):
        self.case.user_id = self.manager
        case = self.case.with_user(self.rep)
        for act in (case.action_hold, case.action_snooze, case.action_release):
            with self.assertRaises(AccessError):
                act()
        self.assertEqual(self.case.state, "active")

    def test_rep_does_not_close(self):
        with self.assertRaisesRegex(AccessError, "manager"):
            self.case.with_user(self.rep).action_close("I like them")

    def test_snooze(self):
        self.case.with_user(self.rep).action_snooze("2026-09-18")
        self.assertNotSent("snoozed")
        with freeze_time("2026-09-17 08:00:00"):
            self.propose()
            self.assertNotSent("snoozed")
        with freeze_time("2026-09-18 08:00:00"):
            self.propose()
            self.assertFalse(self.case.snoozed_until)
            self.assertEqual(self.reminder._dispatch(), {})
            self.assertEqual(self.reminder.state, "sent")

    def test_snoozed_case_gets_no_proposal(self):
        self.reminder.with_user(self.manager).action_cancel("Start over")
        self.case.action_snooze("2026-09-18")
        with freeze_time("2026-09-16 08:00:00"):
            self.assertFalse(self.propose())
            self.case.action_release()
            self.assertFalse(self.case.snoozed_until)
            self.assertEqual(len(self.propose()), 1)

    def test_snooze_without_a_day_is_a_week(self):
        self.case.action_snooze()
        self.assertEqual(self.case.snoozed_until, fields.Date.to_date("2026-09-22"))

    def test_snooze_into_the_past_is_refused(self):
        for day in ("2026-09-15", "2020-01-01"):
            with self.assertRaisesRegex(UserError, "future"):
                self.case.action_snooze(day)

    def test_a_closed_case_is_not_held(self):
        self.pay(self.case.move_ids)
        for act in (self.case.action_hold, self.case.action_snooze):
            with self.assertRaisesRegex(UserError, "closed"):
                act()

    def test_rep_may_look_at_the_books(self):
        self.case.with_user(self.rep).action_refresh()

    def test_holds_of_several_reasons_are_lifted_one_by_one(self):
        self.pay(self.case.move_ids, 100)
        self.case.action_hold("And I want to look")
        partial, manual = self.case.freeze_ids.sorted("reason", reverse=True)
        self.assertEqual(partial.reason, "partial_payment")
        partial.with_user(self.manager).action_release()
        self.assertEqual(self.case.state, "frozen")
        manual.with_user(self.manager).action_release()
        self.assertEqual(self.case.state, "active")

    # -- by the dialog ----------------------------------------------------------

    def confirm(self, records, user, **vals):
        wizard = (
            self.env["payment.reminder.hold.wizard"]
            .with_user(user)
            .with_context(active_model=records._name, active_ids=records.ids)
            .create(vals)
        )
        return wizard.action_confirm()

    def test_dialog_holds_snoozes_releases_closes(self):
        self.confirm(self.case, self.rep, action="hold", reason="Wait")
        self.assertEqual(self.case.hold_reason, "Wait")
        self.confirm(self.case, self.rep, action="release")
        self.assertEqual(self.case.state, "active")
        self.confirm(self.case, self.rep, action="snooze", date="2026-09-20")
        self.assertEqual(self.case.snoozed_until, fields.Date.to_date("2026-09-20"))
        with self.assertRaises(AccessError):
            self.confirm(self.case, self.rep, action="close", reason="No")
        self.confirm(self.case, self.manager, action="close", reason="Enough")
        self.assertEqual(self.case.close_note, "Enough")

    def test_dialog_on_notices(self):
        self.confirm(self.reminder, self.rep, action="hold", reason="Wait")
        self.assertEqual(self.reminder.hold_note, "Wait")
        self.confirm(self.reminder, self.rep, action="release")
        self.assertEqual(self.reminder.state, "approved")
        with self.assertRaises(AccessError):
            self.confirm(self.reminder, self.rep, action="cancel", reason="No")
        self.confirm(self.reminder, self.manager, action="cancel", reason="Wrong")
        self.assertEqual(self.reminder.cancel_reason, "Wrong")
