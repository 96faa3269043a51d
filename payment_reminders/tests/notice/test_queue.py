from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time

from ..sending.gateway_common import GatewayCommon


class TestQueue(GatewayCommon):
    """What people do with notices in the queue."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.move = cls.make_invoice(due=10, invoice_user_id=cls.rep.id)
        cls.reminder = cls.propose()
        cls.case = cls.reminder.case_id

    # -- approving --------------------------------------------------------------

    def test_proposal_waits_for_approval(self):
        self.assertEqual(self.reminder.state, "proposed")
        with freeze_time("2026-09-17 08:00:00"), self.gateways():
            self.env["payment.reminder"]._cron_send()
            self.assertEqual(
                self.reminder._dispatch(), {self.reminder: ["not_approved"]}
            )
            self.assertEqual(self.mailed, [])
        self.assertEqual(self.reminder.state, "proposed")

    def test_approval_is_noted(self):
        self.reminder.with_user(self.manager).action_approve()
        self.assertEqual(self.reminder.state, "approved")
        self.assertEqual(self.reminder.approved_by_id, self.manager)
        self.assertEqual(self.reminder.approved_date, fields.Datetime.now())
        event = self.case.event_ids.filtered(lambda e: e.kind == "approved")
        self.assertEqual(event.user_id, self.manager)
        self.assertEqual(event.payload["reminder"], self.reminder.id)
        self.assertFalse(event.payload["standing_approval"])

    def test_second_manager_gets_a_clear_message(self):
        self.reminder.with_user(self.manager).action_approve()
        other = self.make_user("boss", "payment_reminders.group_reminder_manager")
        with self.assertRaisesRegex(UserError, "Approved") as refused:
            self.reminder.with_user(other).action_approve()
        self.assertIn(self.reminder.display_name, str(refused.exception))
        self.assertEqual(self.reminder.approved_by_id, self.manager)

    def test_approving_many_leaves_the_others_alone(self):
        self.make_invoice(due=12, partner=self.make_customer("Two", "two@x.example"))
        both = self.propose()
        self.reminder.with_user(self.manager).action_approve()
        other = self.make_user("boss", "payment_reminders.group_reminder_manager")
        both.with_user(other).action_approve()
        self.assertEqual(both.mapped("state"), ["approved", "approved"])
        self.assertEqual(self.reminder.approved_by_id, self.manager)
        self.assertEqual((both - self.reminder).approved_by_id, other)

    def test_rep_decides_nothing(self):
        reminder = self.reminder.with_user(self.rep)
        self.assertEqual(reminder.state, "proposed", "a rep sees it")
        for act in (
            reminder.action_approve,
            reminder.action_cancel,
            reminder.action_dispatch,
            reminder.action_settle_sent,
            reminder.action_settle_not_sent,
        ):
            with self.assertRaises(AccessError):
                act()
        self.assertEqual(self.reminder.state, "proposed")

    # -- the hold window --------------------------------------------------------

    def test_hold_window(self):
        self.assertEqual(
            self.reminder.hold_until, fields.Datetime.now() + timedelta(hours=24)
        )
        self.reminder.with_user(self.manager).action_approve()
        with self.gateways():
            with freeze_time("2026-09-16 07:59:00"):
                self.env["payment.reminder"]._cron_send()
                self.assertEqual(self.mailed, [])
                self.assertEqual(self.reminder.state, "approved")
            with freeze_time("2026-09-16 08:01:00"):
                self.env["payment.reminder"]._cron_send()
                self.assertEqual(self.mailed, ["ap@nordlys.example"])
        self.assertEqual(self.reminder.state, "sent")

    def test_sending_now_does_not_jump_the_window(self):
        self.reminder.with_user(self.manager).action_approve()
        with self.gateways():
            self.reminder.with_user(self.manager).action_dispatch()
            self.assertEqual(self.mailed, [])
        self.assertEqual(self.reminder.state, "approved")

    # -- holding, releasing, cancelling -----------------------------------------

    def test_hold_and_release(self):
        self.ripen(self.reminder)
        self.reminder.with_user(self.rep).action_hold("They called")
        self.assertEqual(self.reminder.state, "held")
        self.assertIn("They called", self.reminder.held_reason)
        self.assertIn(self.rep.name, self.reminder.held_reason)
        with self.gateways():
            self.env["payment.reminder"]._cron_send()
            self.assertEqual(self.reminder._dispatch(), {self.reminder: ["held"]})
            self.assertEqual(self.mailed, [])
            self.propose()
            self.assertEqual(self.reminder.state, "held", "a person's hold stays")
            self.reminder.with_user(self.rep).action_release()
            self.assertEqual(self.reminder.state, "approved", "it was approved before")
            self.assertEqual(self.reminder._dispatch(), {})
            self.assertEqual(self.mailed, ["ap@nordlys.example"])

    def test_held_before_approval_needs_approval_after(self):
        self.reminder.action_hold("Wait")
        self.reminder.action_release()
        self.assertEqual(self.reminder.state, "proposed")

    def test_rep_releases_own_holds_only(self):
        self.reminder.with_user(self.manager).action_hold("Ask me")
        with self.assertRaisesRegex(UserError, "yourself"):
            self.reminder.with_user(self.rep).action_release()
        self.assertEqual(self.reminder.state, "held")

    def test_rep_does_not_release_what_the_guard_held(self):
        self.ripen(self.reminder)
        self.move.action_toggle_block_payment()
        self.reminder._dispatch()
        self.assertEqual(self.reminder.state, "held")
        with self.assertRaisesRegex(UserError, "yourself"):
            self.reminder.with_user(self.rep).action_release()

    def test_release_by_hand_is_still_guarded(self):
        self.ripen(self.reminder)
        self.move.action_toggle_block_payment()
        self.reminder._dispatch()
        self.reminder.with_user(self.manager).action_release()
        self.assertEqual(self.reminder.state, "approved")
        with self.gateways():
            self.assertEqual(self.reminder._dispatch(), {self.reminder: ["blocked"]})
            self.assertEqual(self.mailed, [])
        self.assertEqual(self.reminder.state, "held")

    def test_cancel(self):
        self.reminder.with_user(self.manager).action_cancel("Wrong amount")
        self.assertEqual(self.reminder.state, "cancelled")
        self.assertIn("Wrong amount", self.reminder.held_reason)
        for act in ("approve", "hold", "cancel"):
            with self.assertRaisesRegex(UserError, "Cancelled"):
                getattr(self.reminder, f"action_{act}")()
        self.ripen_quietly()
        with self.gateways():
            self.assertIn("already_sent", self.reminder._dispatch()[self.reminder])
            self.assertEqual(self.mailed, [])

    def ripen_quietly(self):
        self.reminder.sudo().hold_until = fields.Datetime.now() - timedelta(hours=1)

    def test_cancelled_by_hand_comes_back_another_day(self):
        self.reminder.with_user(self.manager).action_cancel("Not today")
        self.assertFalse(self.propose())
        with freeze_time("2026-09-15 21:00:00"):
            self.assertFalse(self.propose(), "still Tuesday in Copenhagen")
        with freeze_time("2026-09-16 06:00:00"):
            again = self.propose()
            self.assertEqual(again.step_id, self.reminder.step_id)
            self.assertEqual(again.state, "proposed")

    def test_a_sent_notice_is_final(self):
        self.send(self.reminder)
        for act in ("approve", "hold", "cancel", "settle_sent", "settle_not_sent"):
            with self.assertRaisesRegex(UserError, "Sent"):
                getattr(self.reminder, f"action_{act}")()
        with self.gateways():
            self.assertEqual(
                self.reminder._dispatch()[self.reminder][-1], "already_sent"
            )
            self.assertEqual(self.mailed, [])

    def test_a_notice_is_never_deleted(self):
        with self.assertRaisesRegex(UserError, "trail"):
            self.reminder.sudo().unlink()

    # -- one open notice a case -------------------------------------------------

    def test_proposing_twice_is_proposing_once(self):
        self.assertEqual(self.propose(), self.reminder)
        self.env["payment.reminder"]._cron_propose()
        self.assertEqual(self.case.reminder_ids, self.reminder)

    def test_what_falls_due_meanwhile_waits_for_the_next(self):
        late = self.make_invoice(due=8)
        self.assertEqual(self.propose(), self.reminder)
        self.assertNotIn(late, self.reminder.move_ids)
        self.send(self.reminder)
        with freeze_time("2026-09-22 08:00:00"):
            again = self.propose()
            self.assertIn(late, again.line_ids.filtered("step_id").move_id)
