from odoo import fields
from odoo.tests import freeze_time

from ..sending.gateway_common import GatewayCommon
from ..tags import takes_long


class TestQueueTime(GatewayCommon):
    """When a notice leaves: in working hours, where the customer is."""

    def assertWaits(self, reminder, moment):
        """It is neither held nor sent."""
        with freeze_time(moment):
            self.assertEqual(reminder._dispatch(), {}, moment)
            self.env["payment.reminder"]._cron_send()
        self.assertEqual(reminder.state, "approved", moment)
        self.assertFalse(reminder.verdict or [], moment)
        self.assertEqual(self.mailed, [])

    def assertLeaves(self, reminder, moment):
        with freeze_time(moment):
            self.env["payment.reminder"]._cron_send()
        self.assertEqual(reminder.state, "sent", moment)
        self.assertEqual(len(self.mailed), 1)

    def test_night(self):
        reminder = self.ripe()
        with self.gateways():
            self.assertWaits(reminder, "2026-09-15 15:00:00")
            self.assertWaits(reminder, "2026-09-15 20:00:00")
            self.assertWaits(reminder, "2026-09-16 05:59:59")
            self.assertLeaves(reminder, "2026-09-16 06:00:00")

    def test_last_minute_of_the_day(self):
        reminder = self.ripe()
        with self.gateways():
            self.assertLeaves(reminder, "2026-09-15 14:59:59")

    def test_weekend(self):
        reminder = self.ripe()
        with self.gateways():
            self.assertWaits(reminder, "2026-09-19 08:00:00")
            self.assertWaits(reminder, "2026-09-20 08:00:00")
            self.assertLeaves(reminder, "2026-09-21 08:00:00")

    def test_holiday(self):
        with freeze_time("2026-12-23 09:00:00"):
            reminder = self.ripe()
        with self.gateways():
            self.assertWaits(reminder, "2026-12-25 09:00:00")
            self.assertLeaves(reminder, "2026-12-28 09:00:00")

    def test_holiday_of_the_customers_country(self):
        norwegian = self.make_customer(
            "Nord AS",
            "post@nord.example",
            country_id=self.env.ref("base.no").id,
            tz="Europe/Oslo",
        )
        with freeze_time("2026-05-13 08:00:00"):
            reminder = self.ripe(partner=norwegian)
        # 14 May 2026 is Ascension Day in both, 1 May in Norway alone.
        with self.gateways():
            self.assertWaits(reminder, "2026-05-14 08:00:00")
            self.assertLeaves(reminder, "2026-05-15 08:00:00")

    @takes_long
    def test_time_zone_of_the_customer(self):
        american = self.make_customer(
            "Acme",
            "ap@acme.example",
            country_id=self.env.ref("base.us").id,
            tz="America/Los_Angeles",
        )
        reminder = self.ripe(partner=american)
        with self.gateways():
            self.assertWaits(reminder, "2026-09-16 08:00:00")
            self.assertWaits(reminder, "2026-09-16 14:59:00")
            self.assertLeaves(reminder, "2026-09-16 15:00:00")

    def test_time_zone_by_country(self):
        finn = self.make_customer(
            "Oy", "ap@oy.example", country_id=self.env.ref("base.fi").id, tz=False
        )
        reminder = self.ripe(partner=finn)
        with self.gateways():
            self.assertWaits(reminder, "2026-09-16 04:59:00")
            self.assertLeaves(reminder, "2026-09-16 05:00:00")

    @takes_long
    def test_company_closed(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Summer works outing",
                "company_id": self.company.id,
                "date_from": "2026-09-15 22:00:00",
                "date_to": "2026-09-17 21:59:59",
            }
        )
        reminder = self.ripe()
        with self.gateways():
            self.assertWaits(reminder, "2026-09-16 08:00:00")
            self.assertWaits(reminder, "2026-09-17 08:00:00")
            self.assertLeaves(reminder, "2026-09-18 08:00:00")

    def test_time_off_of_one_person_closes_nothing(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Dentist",
                "company_id": self.company.id,
                "resource_id": self.env["resource.resource"]
                .sudo()
                .create({"name": "Ole", "company_id": self.company.id})
                .id,
                "date_from": "2026-09-14 22:00:00",
                "date_to": "2026-09-15 21:59:59",
            }
        )
        reminder = self.ripe()
        with self.gateways():
            self.assertLeaves(reminder, "2026-09-15 08:00:00")

    def test_hours_of_the_company(self):
        self.company.write({"reminder_hour_from": 10.5, "reminder_hour_to": 11})
        reminder = self.ripe()
        with self.gateways():
            self.assertWaits(reminder, "2026-09-16 08:29:00")
            self.assertLeaves(reminder, "2026-09-16 08:30:00")

    def test_nothing_is_proposed_on_a_weekend(self):
        self.make_invoice(due="2026-09-12")
        with freeze_time("2026-09-19 08:00:00"):
            self.assertFalse(self.propose())
        with freeze_time("2026-09-21 08:00:00"):
            self.assertEqual(len(self.propose()), 1)

    # -- deadlines --------------------------------------------------------------

    def test_deadline_counts_from_sending(self):
        reminder = self.ripe()
        self.assertEqual(reminder.step_id.deadline_days, 10)
        with self.gateways():
            self.assertLeaves(reminder, "2026-09-16 08:00:00")
        self.assertEqual(reminder.deadline_date, fields.Date.to_date("2026-09-28"))

    def test_deadline_on_a_banking_day(self):
        with freeze_time("2026-12-15 09:00:00"):
            reminder = self.ripe()
        with self.gateways():
            self.assertLeaves(reminder, "2026-12-15 09:00:00")
        # Ten days on is Christmas Day, a Friday.
        self.assertEqual(reminder.deadline_date, fields.Date.to_date("2026-12-28"))

    def test_a_nudge_has_no_deadline(self):
        self.make_invoice(due="2026-09-18")
        reminder = self.propose()
        self.send(reminder)
        self.assertEqual(reminder.state, "sent")
        self.assertFalse(reminder.deadline_date)

    def test_deadline_is_never_shorter_than_the_law(self):
        self.ladder.step_ids.fee_amount = 0.0
        self.ladder.step_ids.filtered(
            lambda step: step.kind == "reminder"
        ).deadline_days = 0
        self.ladder.step_ids.filtered(
            lambda step: step.kind == "final_notice"
        ).deadline_days = 14
        self.ladder.jurisdiction_id = self.env["payment.reminder.jurisdiction"].search(
            [("code", "=", "NO")]
        )
        norwegian = self.make_customer(
            "Nord AS",
            "post@nord.example",
            country_id=self.env.ref("base.no").id,
            tz="Europe/Oslo",
        )
        reminder = self.ripe(partner=norwegian)
        with self.gateways():
            self.assertLeaves(reminder, "2026-09-15 09:00:00")
        self.assertEqual(reminder.deadline_date, fields.Date.to_date("2026-09-29"))
