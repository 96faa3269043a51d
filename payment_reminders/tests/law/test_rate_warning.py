from odoo.tests import freeze_time

from ..common import ReminderCommon


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
