from odoo import fields
from odoo.tests import freeze_time

from ..sending.gateway_common import GatewayCommon


class TestStanding(GatewayCommon):
    """What is said of a notice is so in the state in which it is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.move = cls.make_invoice(due=10)
        cls.reminder = cls.propose()

    def test_nothing_is_said_that_is_so_no_more(self):
        """Neither of approval nor of the hold window, which no verdict ends."""
        self.reminder.action_check()
        self.assertIn("Waits for a manager", self.reminder.held_reason)
        self.reminder.action_approve()
        self.reminder.sudo().verdict = ["not_approved", "hold_window"]
        self.assertNotIn("Waits for a manager", self.reminder.held_reason)
        self.assertIn("hold window has not passed", self.reminder.held_reason)
        with freeze_time("2026-09-16 09:00:00"):
            self.reminder.invalidate_recordset(["held_reason"])
            self.assertFalse(self.reminder.held_reason)

    def test_what_is_in_the_way_is_said_in_every_state_that_waits(self):
        self.move.action_toggle_block_payment()
        self.reminder.action_check()
        self.assertIn("is blocked for payment", self.reminder.held_reason)
        self.reminder.action_approve()
        self.assertIn("is blocked for payment", self.reminder.held_reason)
        self.reminder.action_hold("Wait")
        self.assertIn("Wait", self.reminder.held_reason)

    def test_a_cancelled_notice_says_why_it_was_cancelled_and_nothing_else(self):
        self.move.action_toggle_block_payment()
        self.reminder.action_check()
        self.reminder.action_hold("Wait")
        self.reminder.action_cancel("Wrong customer")
        self.assertEqual(self.reminder.held_reason, "Wrong customer")

    def test_a_cancelled_notice_shows_the_day_that_it_would_have_named(self):
        day = self.reminder._get_letter_deadline()
        self.reminder.action_cancel("Not today")
        with freeze_time("2026-11-15 09:00:00"):
            self.assertEqual(self.reminder._get_letter_deadline(), day)

    def make_uncertain(self):
        self.ripen(self.reminder)
        sender = self.env["payment.reminder.sender"].sudo()
        sender._make_deliveries(self.reminder.sudo())
        self.reminder.sudo()._set_state("sending")
        self.reminder.sudo().deadline_date = "2026-09-25"
        self.reminder.sudo()._set_state("uncertain", sent_date=fields.Datetime.now())
        return self.reminder.delivery_ids

    def test_a_cancelled_notice_keeps_nothing_that_says_it_left(self):
        deliveries = self.make_uncertain()
        first = deliveries[0].sudo()
        first.state = "uncertain"
        self.reminder.action_settle_not_sent()
        self.assertEqual(self.reminder.state, "cancelled")
        self.assertFalse(self.reminder.sent_date)
        self.assertFalse(self.reminder.deadline_date)
        self.assertEqual(first.state, "failed")
        self.assertFalse(deliveries.filtered(lambda d: d.state == "pending"))

    def test_what_was_prepared_waits_no_more_when_it_is_cancelled(self):
        self.ripen(self.reminder)
        sender = self.env["payment.reminder.sender"].sudo()
        sender._make_deliveries(self.reminder.sudo())
        self.assertEqual(set(self.reminder.delivery_ids.mapped("state")), {"pending"})
        self.reminder.action_cancel("Not today")
        self.assertEqual(set(self.reminder.delivery_ids.mapped("state")), {"skipped"})

    def test_what_did_go_out_keeps_its_day(self):
        deliveries = self.make_uncertain()
        deliveries.sudo().state = "uncertain"
        self.reminder.action_settle_sent()
        self.assertEqual(self.reminder.state, "sent")
        self.assertTrue(self.reminder.sent_date)
        self.assertEqual(str(self.reminder.deadline_date), "2026-09-25")
