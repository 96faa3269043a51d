from odoo.fields import Command

from ..common import ReminderCommon


class TestApprover(ReminderCommon):
    """An approval counts while whoever gave it may still give it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_invoice(due=10)
        cls.reminder = cls.propose()
        cls.chief = cls.make_user("chief", "payment_reminders.group_reminder_manager")
        cls.manager.flush_recordset()

    def approve(self):
        self.ripen(self.reminder)
        self.assertEqual(self.reminder.approved_by_id, self.manager)

    def assertAskedAgain(self):
        self.assertEqual(self.reminder.state, "proposed")
        self.assertFalse(self.reminder.approved_by_id)
        self.assertIn("Manager", self.reminder.held_reason)
        self.assertIn("approve it again", self.reminder.held_reason)
        self.assertFalse(self.reminder.delivery_ids.filtered("date_sent"))
        kinds = self.reminder.case_id.event_ids.mapped("kind")
        self.assertIn("approval_lapsed", kinds)

    def test_who_left(self):
        self.approve()
        self.manager.active = False
        self.assertEqual(self.reminder._guard(), {self.reminder: ["not_approved"]})
        self.reminder._dispatch()
        self.assertAskedAgain()

    def test_who_is_no_manager_any_more(self):
        self.approve()
        self.manager.group_ids = [
            Command.set([self.env.ref("payment_reminders.group_reminder_user").id])
        ]
        self.reminder._dispatch()
        self.assertAskedAgain()

    def test_approved_again(self):
        self.approve()
        self.manager.active = False
        self.reminder._dispatch()
        self.reminder.with_user(self.chief).action_approve()
        self.assertNotIn("approve it again", self.reminder.held_reason or "")
        self.reminder.sudo().hold_until = "2026-09-15 07:00:00"
        self.assertEqual(self.reminder._dispatch(), {})
        self.assertEqual(self.reminder.state, "sent")

    def test_seen_by_the_nightly_look(self):
        self.approve()
        self.manager.active = False
        self.env["payment.reminder"]._cron_propose()
        self.assertAskedAgain()

    def test_with_money_that_came_in(self):
        """The other doubt is told as well."""
        self.approve()
        self.manager.active = False
        self.reminder.case_id._freeze("manual", "Wait for Bo")
        self.reminder._dispatch()
        self.assertAskedAgain()
        self.assertIn("held", self.reminder.verdict)

    def test_a_manager_by_another_group(self):
        """Whoever has a group that brings the right has the right."""
        self.approve()
        boss = self.env["res.groups"].create(
            {
                "name": "Boss",
                "implied_ids": [
                    Command.link(
                        self.env.ref("payment_reminders.group_reminder_manager").id
                    )
                ],
            }
        )
        self.manager.group_ids = [
            Command.set([boss.id, self.env.ref("base.group_user").id])
        ]
        self.assertEqual(self.reminder._dispatch(), {})
        self.assertEqual(self.reminder.state, "sent")

    def test_a_standing_approval_of_who_left(self):
        self.ladder.with_user(self.manager).action_grant_standing_approval()
        self.env["payment.reminder.proposal"]._approve_standing(self.reminder.sudo())
        self.assertEqual(self.reminder.state, "approved")
        self.reminder.sudo().hold_until = "2026-09-15 07:00:00"
        self.manager.active = False
        self.reminder._dispatch()
        self.assertAskedAgain()
