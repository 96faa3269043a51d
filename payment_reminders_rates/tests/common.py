from datetime import date

from odoo.addons.payment_reminders.tests.common import ReminderCommon

from .fake_publishers import FakePublishers

H2 = date(2026, 7, 1)
NEXT = date(2027, 1, 1)


class RatesCommon(ReminderCommon):
    """A Danish company that charges interest, and the publishers, on loopback."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fake = FakePublishers()
        cls.fake.__enter__()
        cls.addClassCleanup(cls.fake.__exit__)
        parameters = cls.env["ir.config_parameter"].sudo()
        for key, value in cls.fake.parameters.items():
            parameters.set_param(key, value)
        cls.ladder.jurisdiction_id = cls.env.ref("payment_reminders.jurisdiction_dk")
        cls.ladder.step_ids[-1].charge_interest = True
        cls.Reading = cls.env["payment.reminder.rate.reading"].sudo()
        cls.Rate = cls.env["payment.reminder.rate"].sudo()
        cls.feeds = cls.env["payment.reminder.rate.feed"].sudo().search([])
        cls.feeds.is_on = True

    def setUp(self):
        super().setUp()
        self.fake.behave()

    def look(self, *codes):
        """Run the daily look as the scheduled action does, at these publishers."""
        if codes:
            self.feeds.is_on = False
            self.get_feed(*codes).is_on = True
        self.feeds.asked_at = False
        self.feeds._cron_read()
        self.env.invalidate_all()

    def get_feed(self, *codes):
        return self.feeds.filtered(lambda feed: feed.code in codes)

    def get_reference(self, code):
        return self.env["payment.reminder.reference"].search([("code", "=", code)])

    def get_rate(self, code, day=H2):
        return self.Rate.search(
            [("reference_id", "=", self.get_reference(code).id), ("date", "=", day)]
        )

    def get_reading(self, code, feed, day=H2):
        return self.Reading.search(
            [
                ("reference_id", "=", self.get_reference(code).id),
                ("date", "=", day),
                ("feed_id", "=", self.get_feed(feed).id),
            ]
        )

    def get_states(self, day=H2):
        """Return {(reference, publisher): state} of what was read of a half-year."""
        return {
            (one.reference_id.code, one.feed_id.code): one.state
            for one in self.Reading.search([("date", "=", day)])
        }
