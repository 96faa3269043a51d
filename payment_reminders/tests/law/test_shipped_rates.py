from odoo import SUPERUSER_ID

from ..common import ReminderCommon

COMMERCIAL = "payment_reminders.rate_wettelijke_handelsrente_2026_07_01"
LENDING = "payment_reminders.rate_nationalbank_lending_rate_2026_07_01"


class TestShippedRates(ReminderCommon):
    """An update brings what is surer by now, and nobody's own rate is touched."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rate = cls.env.ref(COMMERCIAL)
        cls.rates = cls.env["payment.reminder.rate"].with_user(SUPERUSER_ID)

    def put(self, user, **vals):
        self.rate.with_user(user).write(vals)
        self.rates.flush_model()

    def update(self):
        self.rates._take_over_shipped()
        self.rates.invalidate_model()

    def test_a_row_that_is_verified_by_now_arrives(self):
        self.env["res.lang"]._activate_lang("da_DK")
        self.put(SUPERUSER_ID, status="derived", source="ECB and 8 points")
        self.rate.with_context(lang="da_DK").with_user(SUPERUSER_ID).source = "ECB og 8"
        self.update()
        self.assertEqual(self.rate.status, "verified")
        self.assertIn("Rijksoverheid", self.rate.source)
        danish = self.rate.with_context(lang="da_DK").source
        self.assertNotIn("ECB og 8", danish, "the old source in Danish is gone, too")

    def test_those_of_a_country_of_its_own_file_arrive_too(self):
        rate = self.env.ref("payment_reminders.rate_at_basiszinssatz_2026_07_01")
        rate.with_user(SUPERUSER_ID).write({"status": "recalled", "source": "by heart"})
        self.rates.flush_model()
        self.update()
        self.assertEqual(rate.status, "verified")

    def test_what_a_person_wrote_is_theirs(self):
        for vals in (
            {"status": "verified", "percent": 10.45, "source": "my bank"},
            {"status": "derived", "percent": 10.45, "source": "computed by me"},
            {"status": "recalled", "percent": 10.4, "source": "I doubt it"},
        ):
            with self.subTest(**vals):
                self.put(self.manager, **vals)
                self.update()
                self.assertEqual(
                    self.rate.read(list(vals))[0], {"id": self.rate.id, **vals}
                )

    def test_another_figure_is_not_raised(self):
        self.put(SUPERUSER_ID, status="derived", percent=9.9)
        self.update()
        self.assertEqual((self.rate.status, self.rate.percent), ("derived", 9.9))

    def test_what_nobody_has_read_stays_so(self):
        self.update()
        self.assertEqual(self.env.ref(LENDING).status, "recalled")

    def test_each_series_names_its_publisher_once(self):
        references = self.env["payment.reminder.reference"]
        lending = self.env.ref("payment_reminders.reference_nationalbank_lending_rate")
        self.assertTrue(lending.url.startswith("https://"))
        lending.url = "https://intranet.example/rates"
        references._fill_in_links({lending.code: "https://other.example"})
        self.assertEqual(lending.url, "https://intranet.example/rates")
