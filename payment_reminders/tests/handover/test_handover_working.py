from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import freeze_time

from .common import HandoverCommon


class TestHandoverWorking(HandoverCommon):
    """The scheduled action hands over at most once, and loses nothing.

    By hand, as a person who speaks to a service does; what a service answers over its
    wire is in the tests of its bridge.
    """

    def setUp(self):
        super().setUp()
        self.move = self.make_invoice(due=40)
        self.refresh()
        self.record = self.hand_over(self.move, "queued")

    def work(self, **later):
        """Run the scheduled action, so much later."""
        with freeze_time(fields.Datetime.now() + timedelta(**later)):
            self.handovers._cron_handover()

    def be_stopped(self, minutes):
        """Leave it as a process does that was stopped on its way so long ago."""
        if self.record.state != "sending":
            self.record._set_state("sending")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE payment_reminder_handover SET write_date = %s WHERE id = %s",
            [fields.Datetime.now() - timedelta(minutes=minutes), self.record.id],
        )
        self.record.invalidate_recordset()

    def test_what_waits_is_taken_up(self):
        self.work()
        self.assertEqual(self.record.state, "registered")
        self.work(days=2)
        kinds = self.move.reminder_case_id.event_ids.mapped("kind")
        self.assertEqual(kinds.count("handover_registered"), 1)

    def test_what_stopped_on_its_way_is_uncertain(self):
        self.be_stopped(minutes=5)
        self.work()
        # Whoever has it may be at it still.
        self.assertEqual(self.record.state, "sending")
        self.be_stopped(minutes=60)
        self.work()
        self.assertEqual(self.record.state, "uncertain")
        self.assertEqual(self.record.state_label, "Collection: uncertain")
        self.assertEqual(len(self.record.activity_ids), 1)
        # However long nobody says what became of it: it is not sent anew.
        for hours in (1, 9, 48):
            self.work(hours=hours)
        self.assertEqual(self.record.state, "uncertain")
        self.assertFalse(self.propose())
        with self.assertRaises(UserError):
            self.record.with_user(self.manager).action_end("mistake")

    def test_a_person_says_that_it_is_there(self):
        self.be_stopped(minutes=60)
        self.work()
        self.record.with_user(self.manager).action_is_there("C-5")
        self.assertEqual(
            (self.record.state, self.record.external_id), ("registered", "C-5")
        )
        self.assertFalse(self.record.activity_ids)

    def test_a_person_says_that_it_is_not_there(self):
        self.be_stopped(minutes=60)
        self.work()
        self.record.with_user(self.manager).action_is_not_there()
        self.assertEqual(self.record.state, "queued")
        self.work()
        self.assertEqual(self.record.state, "registered")

    def test_what_changed_since_it_was_confirmed_does_not_leave(self):
        query = self.env["payment.reminder.query"].create(
            {"case_id": self.move.reminder_case_id.id}
        )
        self.work()
        self.assertEqual(
            (self.record.state, self.record.problem), ("queued", "missing")
        )
        self.assertTrue(self.record.reason)
        query.action_close()
        self.move.reminder_case_id._release()
        # It is taken up by itself.
        self.work(hours=1)
        self.assertEqual(self.record.state, "registered")

    def test_by_hand_nothing_is_read_or_told_by_itself(self):
        self.work()
        self.pay(self.move, 400.0)
        known_at = self.record.checked_at
        self.work(days=3)
        self.assertEqual(self.record.checked_at, known_at)
        self.assertEqual(self.get_reports(self.record), [("payment", 400.0, "waiting")])

    def test_a_copy_of_a_database_speaks_to_nobody(self):
        self.env["ir.config_parameter"].set_param("database.is_neutralized", "true")
        self.env.flush_all()
        self.work()
        self.assertEqual(self.record.state, "queued")
