from datetime import date, timedelta
from decimal import Decimal

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time
from odoo.tools import file_open

from odoo.addons.payment_reminders.tests.law.accruing import accrue

from .common import H2, NEXT, RatesCommon
from .fake_publishers import BAD_DAYS, NAMES

LENDING = "nationalbank_lending_rate"
ECB = "ecb_main_refinancing_rate"
BASE = "basiszinssatz"


class TestReadings(RatesCommon):
    """What publishers say of a rate changes nothing before somebody accepts it."""

    def accrue(self):
        """Return the interest on 10,000 in autumn, and until which day it is known."""
        law = self.env.ref("payment_reminders.jurisdiction_dk")
        due, today = date(2026, 5, 29), date(2026, 11, 29)
        result = accrue(law, Decimal(10000), "company", due, today)
        return result.total(), result.computed_until

    def get_activities(self, reading):
        """Return those of one of the managers."""
        return reading.activity_ids.filtered(lambda one: one.user_id == self.manager)

    # -- what comes of a reading ------------------------------------------------------

    def test_what_a_day_brings(self):
        self.look()
        self.assertEqual(
            self.get_states(),
            {
                (LENDING, "statbank"): "new",
                ("riksbank_reference_rate", "riksbank"): "same",
                (ECB, "ecb"): "same",
                ("viitekorko", "ecb"): "same",
                ("wettelijke_handelsrente_total", "ecb"): "same",
                (BASE, "ecb"): "same",
                (BASE, "bundesbank"): "same",
                (ECB, "bundesbank"): "same",
                ("late_payment_rate_total", "norges_bank"): "same",
                **(
                    {("at_basiszinssatz", "ecb"): "same"}
                    if self.get_reference("at_basiszinssatz")
                    else {}
                ),
            },
        )
        self.assertFalse(any(self.feeds.mapped("problem")))
        self.assertEqual(
            self.get_reading(LENDING, "statbank").source,
            "Statistics Denmark / Danmarks Nationalbank, DNRENTD OIRNAA, 2026-07-01",
        )

    def test_a_reading_that_nobody_accepted_changes_no_amount(self):
        before = (
            self.accrue(),
            self.Rate.search([]).read(["percent", "status", "source"]),
        )
        self.look()
        after = (
            self.accrue(),
            self.Rate.search([]).read(["percent", "status", "source"]),
        )
        self.assertEqual(before, after)
        self.assertEqual(before[0], (Decimal("85.48"), date(2026, 6, 30)))

    def test_one_click_accepts(self):
        self.look("statbank")
        reading = self.get_reading(LENDING, "statbank")
        self.assertIn(self.manager, reading.activity_ids.user_id)
        with self.assertRaises(AccessError):
            reading.with_user(self.rep).action_accept()
        reading.with_user(self.manager).action_accept()
        rate = self.get_rate(LENDING)
        self.assertEqual((rate.percent, rate.status), (2.05, "verified"))
        self.assertEqual(rate.source, reading.source)
        self.assertEqual((reading.state, reading.user_id), ("accepted", self.manager))
        self.assertEqual(reading.rate_id, rate)
        self.assertFalse(reading.activity_ids)
        amount, until = self.accrue()
        self.assertEqual(until, date(2026, 11, 29))
        # 9.75 % to the end of June, then 10.05 %, of 365 days.
        self.assertEqual(amount, Decimal("504.00"))
        self.look("statbank")
        self.assertEqual(reading.state, "accepted")
        with self.assertRaisesRegex(UserError, "does not wait"):
            reading.with_user(self.manager).action_accept()

    def test_rejected_with_a_reason_and_not_asked_again(self):
        self.look("statbank")
        reading = self.get_reading(LENDING, "statbank")
        action = reading.with_user(self.manager).action_reject()
        dialog = (
            self.env[action["res_model"]]
            .with_user(self.manager)
            .with_context(**action["context"])
            .create({"reason": "Another instrument"})
        )
        dialog.action_confirm()
        self.assertEqual(reading.state, "rejected")
        self.assertEqual(
            (reading.reason, reading.user_id), ("Another instrument", self.manager)
        )
        self.assertFalse(reading.activity_ids)
        self.assertEqual(self.get_rate(LENDING).status, "recalled")
        self.look("statbank")
        self.assertEqual(reading.state, "rejected")
        self.assertFalse(reading.activity_ids)
        # Another figure is another matter.
        self.fake.series["statbank"]["2026-07-01"] = "2.15"
        self.look("statbank")
        self.assertEqual((reading.state, reading.percent), ("new", 2.15))
        self.assertEqual(len(self.get_activities(reading)), 1)

    def test_a_verified_rate_is_never_touched(self):
        rate = self.get_rate(LENDING)
        rate.with_user(self.manager).write(
            {"percent": 2.1, "status": "verified", "source": "read by me"}
        )
        self.get_reference(LENDING).accept = "two_sources"
        self.look("statbank")
        reading = self.get_reading(LENDING, "statbank")
        self.assertEqual(reading.state, "differs")
        self.assertEqual((rate.percent, rate.source), (2.1, "read by me"))
        self.assertIn("differs", self.get_activities(reading).summary)
        reading.with_user(self.manager).action_accept_read()
        self.assertEqual((rate.percent, rate.status), (2.05, "verified"))

    def test_it_is_silent_as_soon_as_the_same_was_entered_by_hand(self):
        self.look("statbank")
        reading = self.get_reading(LENDING, "statbank")
        self.env["payment.reminder.rate"].with_user(self.manager)._enter(
            reading.reference_id, H2, "2.05"
        )
        self.assertEqual(reading.state, "same")
        self.assertFalse(reading.activity_ids)
        self.get_rate(LENDING).with_user(self.manager).percent = 2.2
        self.assertEqual(reading.state, "differs")

    def test_it_is_read_again_without_another_activity(self):
        for _day in range(3):
            self.look("statbank")
        reading = self.get_reading(LENDING, "statbank")
        self.assertEqual(len(reading), 1)
        self.assertEqual(len(self.get_activities(reading)), 1)

    def test_managers_hear_only_of_what_a_law_in_use_needs(self):
        self.get_rate(BASE).unlink()
        self.look()
        reading = self.get_reading(BASE, "bundesbank")
        self.assertEqual(reading.state, "new")
        self.assertFalse(reading.activity_ids)

    def test_another_addon_can_propose(self):
        for percent, count in ((2.3, 1), (2.3, 1), (2.4, 1)):
            reading = self.Rate._propose(
                self.get_reference(LENDING),
                H2,
                percent,
                "A paper",
                fields.Datetime.now(),
            )
            self.assertEqual((reading.state, reading.percent), ("new", percent))
            self.assertEqual(len(self.Reading.search([])), count)
            self.assertEqual(len(self.get_activities(reading)), 1)

    # -- what is computed -------------------------------------------------------------

    def test_what_is_computed_says_how_and_remains_computed(self):
        self.get_rate("viitekorko").unlink()
        self.look("ecb")
        reading = self.get_reading("viitekorko", "ecb")
        self.assertEqual((reading.state, reading.percent), ("new", 2.5))
        self.assertEqual(reading.how, "2.40 -> 2.50 (0.5)")
        reading.with_user(self.manager).action_accept()
        self.assertEqual(self.get_rate("viitekorko").status, "derived")

    def test_a_person_who_read_it_verifies_what_is_computed(self):
        self.get_rate("viitekorko").unlink()
        self.look("ecb")
        self.get_reading("viitekorko", "ecb").with_user(
            self.manager
        ).action_accept_read()
        self.assertEqual(self.get_rate("viitekorko").status, "verified")

    def test_norway_is_checked_and_nothing_is_proposed(self):
        self.look("norges_bank")
        self.assertEqual(set(self.get_states().values()), {"same"})
        self.fake.series["norges_bank"]["2026-07-01"] = "4.50"
        self.look("norges_bank")
        reading = self.get_reading("late_payment_rate_total", "norges_bank")
        self.assertEqual((reading.state, reading.is_check), ("differs", True))
        with self.assertRaisesRegex(UserError, "look the rate up"):
            reading.with_user(self.manager).action_accept()
        self.assertEqual(self.get_rate("late_payment_rate_total").percent, 12.25)
        self.get_rate("late_payment_rate_total").unlink()
        self.look("norges_bank")
        self.assertEqual(reading.state, "same", "nothing to compare it with")

    # -- two sources ------------------------------------------------------------------

    def test_two_sources_that_agree(self):
        self.get_rate(BASE).unlink()
        self.look("bundesbank", "ecb")
        self.assertFalse(self.get_rate(BASE), "by a person, as it ships")
        self.Reading.search([]).unlink()
        self.get_reference(BASE).accept = "two_sources"
        self.look("bundesbank")
        self.assertFalse(self.get_rate(BASE), "one source is not two")
        self.look("ecb")
        rate = self.get_rate(BASE)
        self.assertEqual((rate.percent, rate.status), (1.52, "verified"))
        for name in ("Deutsche Bundesbank", "European Central Bank"):
            self.assertIn(name, rate.source)
        self.assertEqual(
            {self.get_states()[BASE, feed] for feed in ("bundesbank", "ecb")},
            {"accepted", "same"},
        )
        self.assertFalse(self.get_reading(BASE, "bundesbank").user_id)

    def test_two_sources_that_do_not_agree(self):
        self.get_rate(BASE).unlink()
        self.get_reference(BASE).accept = "two_sources"
        self.fake.series["bundesbank"]["2026-07"] = "1.27"
        self.look("bundesbank", "ecb")
        self.assertFalse(self.get_rate(BASE))
        self.assertEqual(self.get_states()[BASE, "ecb"], "new")

    def test_nothing_is_accepted_by_itself_that_is_computed_alone(self):
        self.get_rate("viitekorko").unlink()
        self.get_reference("viitekorko").accept = "two_sources"
        self.look("ecb", "bundesbank")
        self.assertFalse(self.get_rate("viitekorko"))

    def test_accepting_one_settles_those_that_say_the_same(self):
        self.get_rate(BASE).unlink()
        self.look("bundesbank", "ecb")
        self.get_reading(BASE, "bundesbank").with_user(self.manager).action_accept()
        self.assertEqual(self.get_states()[BASE, "ecb"], "same")

    # -- days and hours ---------------------------------------------------------------

    def test_the_half_year_begins_in_the_time_zone_of_the_company(self):
        company = self.company.sudo()
        for zone, moment, day in (
            ("Europe/Copenhagen", "2026-12-31 23:30:00", NEXT),
            ("Europe/Copenhagen", "2026-12-31 22:30:00", H2),
            ("America/New_York", "2027-01-01 03:00:00", H2),
            ("Europe/Copenhagen", "2026-06-30 22:30:00", H2),
            ("Europe/Copenhagen", "2026-06-30 21:30:00", None),
        ):
            with self.subTest(zone=zone, moment=moment), freeze_time(moment):
                self.env["res.company"].sudo().search([]).partner_id.tz = zone
                company.partner_id.tz = zone
                self.Reading.search([]).unlink()
                self.look("ecb")
                days = set(self.Reading.search([]).mapped("date"))
                self.assertEqual(NEXT in days, day == NEXT)
                self.assertEqual(H2 in days, day is not None)

    def test_hourly_around_a_half_year_until_each_rate_is_there(self):
        cron = self.env.ref("payment_reminders_rates.ir_cron_rates").sudo()
        triggers = self.env["ir.cron.trigger"].sudo()

        def is_asked_again(moment):
            with freeze_time(moment):
                triggers.search([("cron_id", "=", cron.id)]).unlink()
                self.look("statbank", "riksbank")
                found = triggers.search([("cron_id", "=", cron.id)])
                hour = fields.Datetime.now() + timedelta(hours=1)
                self.assertLessEqual(set(found.mapped("call_at")), {hour})
                return bool(found)

        self.assertFalse(is_asked_again("2026-12-28 08:00:00"))
        self.assertTrue(is_asked_again("2026-12-30 08:00:00"))
        self.assertTrue(is_asked_again("2027-01-01 08:00:00"))
        self.assertFalse(is_asked_again("2027-01-06 08:00:00"))
        self.fake.series["statbank"] |= {"2027-01-01": "..", "2026-12-31": "1.9"}
        self.assertTrue(is_asked_again("2027-01-02 08:00:00"), "the Riksbank is silent")
        self.fake.series["riksbank"]["2027-01-04"] = "1.75"
        self.assertFalse(is_asked_again("2027-01-04 08:00:00"))
        self.assertEqual(self.get_reading(LENDING, "statbank", NEXT).percent, 1.9)
        self.assertFalse(is_asked_again("2027-06-29 08:00:00"))
        self.assertTrue(is_asked_again("2027-06-30 08:00:00"))
        self.assertTrue(is_asked_again("2027-07-05 08:00:00"))
        self.assertFalse(is_asked_again("2027-07-06 08:00:00"))

    # -- bad days ---------------------------------------------------------------------

    def test_one_that_fails_stops_no_other(self):
        for code in NAMES:
            with self.subTest(code=code):
                self.fake.behave()
                self.Reading.search([]).unlink()
                self.fake.misbehave(code, "html")
                self.look(*NAMES)
                failed = self.feeds.filtered("problem")
                self.assertEqual(failed.mapped("code"), [code])
                self.assertEqual(failed.problem, "malformed")
                told = set(self.Reading.search([]).feed_id.mapped("code"))
                self.assertEqual(told, set(NAMES) - {code})

    def test_a_bad_day_takes_nothing_back(self):
        self.look("statbank")
        reading = self.get_reading(LENDING, "statbank")
        answered = self.get_feed("statbank").answered_at
        for name, (_answer, _problem) in BAD_DAYS.items():
            if name == "half":
                continue
            with self.subTest(day=name):
                self.fake.misbehave("statbank", name)
                self.get_feed("statbank").rests_until = False
                self.look("statbank")
                self.assertTrue(self.get_feed("statbank").problem)
                self.assertEqual(self.get_feed("statbank").answered_at, answered)
                self.assertEqual((reading.state, reading.percent), ("new", 2.05))
        self.get_feed("statbank").rests_until = False
        self.look("statbank")
        self.assertFalse(self.get_feed("statbank").problem)

    def test_who_asks_to_be_left_alone_is_left_alone(self):
        self.fake.misbehave("statbank", "throttled")
        self.look("statbank")
        self.fake.questions.clear()
        self.look("statbank")
        self.assertFalse(self.fake.questions)
        with freeze_time("2026-09-15 08:02:00"):
            self.look("statbank")
        self.assertTrue(self.fake.questions)

    def test_a_copy_of_a_database_asks_nobody(self):
        with file_open("payment_reminders_rates/data/neutralize.sql") as file:
            self.env.cr.execute(file.read())
        self.env.invalidate_all()
        self.assertFalse(any(self.feeds.mapped("is_on")))

    def test_who_is_off_is_not_asked(self):
        self.feeds.is_on = False
        self.feeds._cron_read()
        self.assertFalse(self.fake.questions)

    def test_a_month_without_a_good_answer_is_a_line_of_health(self):
        feed = self.get_feed("statbank")

        def get_codes():
            company = self.env["res.company"].with_user(self.manager)
            return {
                one["code"]: one
                for one in company.get_reminder_health()
                if one["code"].startswith("feed:")
            }

        self.look()
        self.assertFalse(get_codes())
        self.feeds.write({"answered_at": "2026-08-10 08:00:00"})
        # Of the others this company needs no rate.
        self.assertEqual(set(get_codes()), {"feed:statbank"})
        self.assertTrue(get_codes()["feed:statbank"]["fixes"])
        feed.is_on = False
        self.assertFalse(get_codes())

    def test_what_is_missing_leads_to_what_was_read(self):
        self.look("statbank")
        company = self.env["res.company"].with_user(self.manager)
        problem = next(
            one
            for one in company.get_reminder_health()
            if one["code"] == f"rate:{LENDING}"
        )
        (fix,) = [one for one in problem["fixes"] if not one.get("is_entered")]
        reading = self.get_reading(LENDING, "statbank")
        self.assertEqual(fix["action"]["res_id"], reading.id)

    def test_ask_now_says_what_came_of_it(self):
        with self.assertRaises(AccessError):
            self.get_feed("statbank").with_user(self.rep).action_ask()
        feeds = self.get_feed("statbank", "ecb").with_user(self.manager)
        self.fake.misbehave("ecb", "server_error")
        said = feeds.action_ask()["params"]
        self.assertEqual(said["type"], "warning")
        self.assertIn("Statistics Denmark: It answered", said["message"])
        self.assertIn("European Central Bank: It did not answer", said["message"])

    def test_a_manager_writes_no_reading(self):
        self.look("statbank")
        reading = self.get_reading(LENDING, "statbank").with_user(self.manager)
        with self.assertRaises(AccessError):
            reading.percent = 9
        with self.assertRaises(AccessError):
            reading.with_user(self.rep).read(["percent"])
