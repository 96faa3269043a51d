from odoo import Command
from odoo.tests import freeze_time

from ..common import ReminderCommon
from ..tags import takes_long


class TestRateWarning(ReminderCommon):
    """Managers hear, once a half-year, that a reference rate is missing."""

    def get_activities(self):
        return self.ladder.sudo().activity_ids.filtered(
            lambda activity: activity.user_id == self.manager
        )

    def warn(self):
        companies = self.env["res.company"]._get_reminder_companies()
        self.env["payment.reminder.ladder"].sudo()._warn_of_missing_rates(companies)

    def test_told_once_a_half_year(self):
        self.ladder.write(
            {
                "jurisdiction_id": self.env["payment.reminder.jurisdiction"]
                .search([("code", "=", "DK")])
                .id
            }
        )
        self.ladder.step_ids[-1].charge_interest = True
        with freeze_time("2026-02-03 08:00:00"):
            self.warn()
            self.assertFalse(self.get_activities(), "there is a rate")
        with freeze_time("2041-02-03 08:00:00"):
            self.warn()
            self.warn()
            self.assertEqual(len(self.get_activities()), 1)
            self.assertIn("rate", self.get_activities().summary)
        with freeze_time("2041-08-03 08:00:00"):
            self.warn()
            self.assertEqual(len(self.get_activities()), 2)

    def use_read_rates(self):
        """Danish law with interest, and the rate of July 2026 as if it were read."""
        self.ladder.jurisdiction_id = self.env.ref("payment_reminders.jurisdiction_dk")
        self.ladder.step_ids[-1].charge_interest = True
        self.env.ref(
            "payment_reminders.rate_nationalbank_lending_rate_2026_07_01"
        ).status = "verified"

    def test_told_60_30_and_7_days_before_a_rate_runs_out(self):
        self.use_read_rates()
        told = []
        for day in (
            "2026-10-15",
            "2026-11-01",
            "2026-11-02",
            "2026-11-03",
            "2026-12-01",
            "2026-12-02",
            "2026-12-24",
            "2026-12-26",
            "2026-12-27",
        ):
            before = self.get_activities()
            with freeze_time(f"{day} 08:00:00"):
                self.warn()
            told += [day] * len(self.get_activities() - before)
        self.assertEqual(told, ["2026-11-02", "2026-12-02", "2026-12-26"])
        activity = self.get_activities()[0]
        self.assertIn("runs out", activity.summary)
        self.assertIn("12/31/2026", activity.note)
        self.assertEqual(str(activity.date_deadline), "2026-12-31")

    @takes_long
    def test_who_shares_a_ladder_is_told_too(self):
        self.use_read_rates()
        other = self.setup_other_company(name="Elsewhere")["company"]
        self.ladder.company_id = False
        other.reminder_ladder_id = self.ladder
        stranger = self.manager.copy(
            {
                "name": "Stranger",
                "login": "stranger",
                "company_id": other.id,
                "company_ids": [Command.set(other.ids)],
            }
        )
        for day in ("2026-11-02", "2027-02-03"):
            with freeze_time(f"{day} 08:00:00"):
                self.warn()
        users = self.ladder.sudo().activity_ids.user_id
        self.assertLessEqual(self.manager | stranger, users)
        mine = self.ladder.sudo().activity_ids.filtered(
            lambda activity: activity.user_id == stranger
        )
        self.assertEqual(len(mine), 2)

    def test_a_rate_that_is_entered_already_is_no_matter(self):
        self.use_read_rates()
        self.env["payment.reminder.rate"].create(
            {
                "reference_id": self.ladder.jurisdiction_id.margin_ids.reference_id.id,
                "date": "2027-01-01",
                "percent": 2,
                "source": "read",
            }
        )
        with freeze_time("2026-12-27 08:00:00"):
            self.warn()
        self.assertFalse(self.get_activities())
