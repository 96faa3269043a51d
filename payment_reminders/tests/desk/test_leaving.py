from datetime import timedelta

from odoo import fields
from odoo.tests import freeze_time

from ..sending.gateway_common import GatewayCommon
from ..tags import takes_long


class TestLeaving(GatewayCommon):
    """What is said of when a notice leaves is when it leaves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager.tz = "Europe/Copenhagen"

    def tell(self, reminder):
        own = reminder.with_user(self.manager)
        own.invalidate_recordset(["leaves_at", "leaves_text", "next_text"])
        own.case_id.invalidate_recordset(["next_text"])
        return own.leaves_text

    def test_at_every_hour_the_moment_said_is_the_moment_of_the_sender(self):
        reminder = self.ripe()
        sender = self.env["payment.reminder.sender"]
        second = timedelta(seconds=1)
        for day in ("2026-11-27", "2026-12-23", "2027-03-26"):
            for hour in range(0, 7 * 24, 3):
                start = fields.Datetime.to_datetime(day) + timedelta(hours=hour)
                with freeze_time(start):
                    self.tell(reminder)
                    said = reminder.leaves_at
                self.assertTrue(said, start)
                with freeze_time(said):
                    self.assertEqual(sender._filter_sending_time(reminder), reminder)
                if said > start:
                    with freeze_time(said - second):
                        self.assertFalse(sender._filter_sending_time(reminder), start)
                else:
                    self.assertEqual(said, start)

    def test_on_a_week_end_it_leaves_on_monday(self):
        reminder = self.ripe()
        with freeze_time("2026-09-19 10:00:00"), self.gateways():
            self.assertEqual(self.tell(reminder), "Mon, Sep 21 8:00 AM")
            said = reminder.leaves_at
            self.assertIn("Leaves: Mon, Sep 21 8:00 AM.", reminder.case_id.next_text)
        with freeze_time(said - timedelta(seconds=1)), self.gateways():
            self.env["payment.reminder"]._cron_send()
            self.assertEqual(reminder.state, "approved")
        with freeze_time(said), self.gateways():
            self.assertEqual(self.tell(reminder), "within minutes")
            self.env["payment.reminder"]._cron_send()
            self.assertEqual(reminder.state, "sent")
            self.assertEqual(self.tell(reminder), "It has left")
            self.assertFalse(reminder.leaves_at)

    def test_of_a_customer_elsewhere_it_is_their_morning(self):
        american = self.make_customer(
            "Acme",
            "ap@acme.example",
            country_id=self.env.ref("base.us").id,
            tz="America/Los_Angeles",
        )
        reminder = self.ripe(partner=american)
        self.assertEqual(self.tell(reminder), "Tue, Sep 15 5:00 PM")

    def test_what_nobody_approved_does_not_leave_by_itself(self):
        self.make_invoice(due=10)
        reminder = self.propose()
        self.assertEqual(self.tell(reminder), "when approved: Wed, Sep 16 10:00 AM")
        self.assertFalse(reminder.leaves_at)
        reminder.with_user(self.manager).action_approve()
        self.assertEqual(self.tell(reminder), "Wed, Sep 16 10:00 AM")
        self.assertEqual(str(reminder.leaves_at), "2026-09-16 08:00:00")

    def test_what_is_held_names_no_moment(self):
        reminder = self.ripe()
        reminder.with_user(self.manager).action_hold("Wait")
        self.assertEqual(self.tell(reminder), "not before the hold is lifted")
        self.assertFalse(reminder.leaves_at)
        reminder.with_user(self.manager).action_release()
        self.assertEqual(self.tell(reminder), "within minutes")

    def test_without_an_address_it_does_not_leave(self):
        reminder = self.ripe()
        self.customer.write({"email": False, "phone": False})
        reminder.case_id._refresh()
        self.assertEqual(self.tell(reminder), "when solved: No usable address")
        self.assertFalse(reminder.leaves_at)
        self.customer.email = "ap@nordlys.example"
        self.refresh()
        self.assertEqual(self.tell(reminder), "within minutes")

    def test_snoozed_and_stopped(self):
        reminder = self.ripe()
        reminder.case_id.action_snooze("2026-09-30")
        self.assertEqual(
            self.tell(reminder), "not before the snooze ends on 09/30/2026"
        )
        reminder.case_id.action_release()
        halt = (
            self.env["payment.reminder.halt"]
            .sudo()
            ._open([(self.company, "count", 99, 10)])
        )
        self.assertEqual(self.tell(reminder), "when solved: Send brake")
        halt.with_user(self.manager).action_release()
        self.assertEqual(self.tell(reminder), "within minutes")

    def test_what_leaves_today_is_found(self):
        reminder = self.ripe()
        found = self.env["payment.reminder"].search(
            [("leaves_at", "<", "2026-09-16 00:00:00")]
        )
        self.assertEqual(found, reminder)
        with freeze_time("2026-09-19 10:00:00"):
            reminder.invalidate_recordset()
            self.assertFalse(found.search([("leaves_at", "<", "2026-09-20 00:00:00")]))

    def test_who_reads_danish_reads_the_moment_in_danish(self):
        self.env["res.lang"]._activate_lang("da_DK")
        reminder = self.ripe().with_context(lang="da_DK", tz="Europe/Copenhagen")
        with freeze_time("2026-09-19 10:00:00"):
            reminder.invalidate_recordset()
            self.assertEqual(reminder.leaves_text, "man. 21. sep. 08:00")

    @takes_long
    def test_reading_many_takes_no_more_queries(self):
        partners = self.make_debtors(30)
        self.refresh()
        reminders = self.propose()
        self.assertGreaterEqual(len(reminders), 30, partners)
        self.env.flush_all()

        def count(some):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some.mapped("leaves_text")
            return self.env.cr.sql_log_count - before

        few = count(reminders[:3].with_prefetch(reminders[:3].ids))
        self.assertLessEqual(count(reminders), few)
