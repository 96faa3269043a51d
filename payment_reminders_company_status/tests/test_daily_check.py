"""Who is looked up when, and how registers fare."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import freeze_time, tagged

from odoo.addons.payment_reminders.tests.case.test_progress import Clock
from odoo.addons.payment_reminders.tests.tags import takes_long

from .common import NUMBERS, RegisterCommon

#: Danish numbers with a good check digit.
DANISH = ("12345674", "90810103", "90810111", "90810138")
SECRETS = (
    "company_status_virk_password",
    "company_status_bolagsverket_secret",
    "company_status_companies_house_key",
)


@tagged("post_install", "-at_install")
class TestDailyCheck(RegisterCommon):
    def later(self, **more):
        return freeze_time(fields.Datetime.now() + timedelta(**more))

    def test_once_a_day_and_open_cases_only(self):
        case = self.owe("DK")
        closed = self.owe("FI")
        closed._close("manual")
        self.fake.set("DK", NUMBERS["DK"])
        self.run_check()
        self.run_check()
        self.assertEqual(self.fake.count("virk"), 1)
        self.assertEqual(self.fake.count("prh"), 0)
        with self.later(days=1):
            self.run_check()
            self.assertEqual(self.fake.count("virk"), 2)
            self.assertEqual(self.get_check(case).checked_at, fields.Datetime.now())

    def test_persons_are_never_looked_up(self):
        case = self.owe("DK", is_company=False)
        self.run_check()
        self.assertFalse(self.fake.questions)
        self.assertFalse(self.get_check(case))

    def test_one_question_about_many_and_about_a_number_that_two_have(self):
        cases = [self.owe("DK", number) for number in (*DANISH, DANISH[0])]
        for number in DANISH:
            self.fake.set("DK", number, "UNDER KONKURS")
        self.run_check()
        [(_code, _at, numbers)] = self.fake.questions
        self.assertEqual(sorted(numbers), sorted(DANISH))
        for case in cases:
            self.assertEqual(case.state, "frozen")

    @takes_long
    def test_a_look_that_is_cut_off_goes_on_where_it_stopped(self):
        self.company.company_status_danish_register = "cvrapi"
        for number in DANISH:
            self.owe("DK", number)
            self.fake.set("DK", number)
        for _start in DANISH:
            # One number is one question there, and there is time for one.
            with Clock():
                self.run_check()
        asked = [
            number for _c, _at, numbers in self.fake.questions for number in numbers
        ]
        self.assertEqual(sorted(asked), sorted(DANISH))

    def test_nothing_happens_before_it_is_switched_on(self):
        self.company.company_status_active = False
        self.owe("DK")
        self.run_check()
        self.assertFalse(self.fake.questions)

    @takes_long
    def test_a_register_without_login_is_not_asked(self):
        self.company.write(
            {
                "company_status_virk_password": False,
                "company_status_companies_house_key": False,
            }
        )
        self.owe("DK")
        self.owe("GB")
        self.owe("NO")
        self.run_check()
        self.assertEqual(
            {code for code, _at, _n in self.fake.questions}, {"bronnoysund"}
        )

    @takes_long
    def test_fifty_a_day_and_on_the_next_day_the_rest(self):
        self.company.company_status_danish_register = "cvrapi"
        register = self.env["payment.reminder.register"]._provide(self.company)
        register = register.filtered(lambda r: r.code == "cvrapi")
        for number in DANISH:
            self.fake.set("DK", number)
            self.owe("DK", number)
        register.write(
            {"asked_on": self.company._get_reminder_today(), "asked_count": 47}
        )
        self.run_check()
        self.assertEqual(self.fake.count("cvrapi"), 3)
        self.assertGreater(register.rests_until, fields.Datetime.now())
        self.run_check()
        self.assertEqual(self.fake.count("cvrapi"), 3)
        first = {numbers[0] for _code, _at, numbers in self.fake.questions}
        with self.later(days=1):
            self.run_check()
            _code, _at, (number,) = self.fake.questions[3]
            self.assertNotIn(number, first, "it goes on where it stopped")

    def test_a_throttled_register_rests_while_the_others_work(self):
        self.owe("DK")
        self.owe("FI")
        self.fake.set("FI", NUMBERS["FI"])
        self.fake.misbehave("virk", "throttled", "throttled", "throttled")
        self.run_check()
        virk = self.get_register("virk")
        self.assertEqual(
            virk.rests_until, fields.Datetime.now() + timedelta(seconds=60)
        )
        self.assertEqual(self.get_register("prh").problem, False)
        trigger = (
            self.env["ir.cron.trigger"].sudo().search([], order="id desc", limit=1)
        )
        self.assertEqual(trigger.call_at, virk.rests_until)
        self.run_check()
        self.assertEqual(self.fake.count("virk"), 1, "not before it has rested")
        with self.later(seconds=61):
            self.run_check()
            rest = virk.rests_until - fields.Datetime.now()
            self.assertEqual(rest.total_seconds(), 120, "each rest doubles the last")

    @takes_long
    def test_a_register_that_is_down_is_left_alone_after_three_tries(self):
        for number in (NUMBERS["FI"], "9951700-9", "9951701-7", "9951750-0"):
            self.owe("FI", number)
        self.fake.misbehave("prh", *["server_error"] * 9)
        self.run_check()
        self.assertEqual(self.fake.count("prh"), 3)
        prh = self.get_register("prh")
        self.assertGreater(prh.rests_until, fields.Datetime.now())
        self.fake.behave()
        with self.later(hours=7):
            self.run_check()
            self.assertEqual(self.fake.count("prh"), 4)
            self.assertFalse(prh.problem)

    @takes_long
    def test_a_refused_login_stops_and_tells_once(self):
        case = self.owe("DK")
        self.fake.set("DK", NUMBERS["DK"], "UNDER KONKURS")
        self.company.company_status_virk_password = "wrong"
        self.run_check()
        self.run_check()
        with self.later(days=1):
            self.run_check()
        virk = self.get_register("virk")
        self.assertTrue(virk.is_stopped)
        self.assertFalse(self.get_freezes(case), "reminders go on")
        told = virk.activity_ids.filtered(lambda a: a.user_id == self.manager)
        self.assertEqual(len(told), 1)
        self.company.company_status_virk_password = "not-a-secret"
        self.run_check()
        self.assertEqual(self.get_freezes(case), ["insolvency"])

    def test_silence_of_a_month_is_told_once(self):
        self.owe("FI")
        self.fake.misbehave("prh", *["server_error"] * 50)
        self.run_check()
        prh = self.get_register("prh")
        self.assertFalse(prh.activity_ids)
        for days in (31, 32):
            with self.later(days=days):
                self.run_check()
        told = prh.activity_ids.filtered(lambda a: a.user_id == self.manager)
        self.assertEqual(len(told), 1)

    def test_a_register_that_is_down_passes_for_nothing(self):
        case = self.owe("FI")
        self.company.reminder_status_when_stale = "hold"
        self.fake.set("FI", NUMBERS["FI"])
        self.run_check()
        reminders = self.propose()
        self.fake.misbehave("prh", *["html"] * 50)
        with self.later(days=8):
            self.run_check()
            self.assertEqual(self.get_check(case).status, "active", "as last known")
            self.assertIn("status_unknown", reminders._guard()[reminders])
        self.company.reminder_status_when_stale = "go_on"
        with self.later(days=8):
            self.assertNotIn("status_unknown", reminders._guard()[reminders])

    def test_another_company_asks_nothing_that_was_heard_today(self):
        case = self.owe("FI")
        self.fake.set("FI", NUMBERS["FI"], "KONK")
        self.run_check()
        other = (
            self.env["res.company"]
            .sudo()
            .create({"name": "Sister", "country_id": self.env.ref("base.dk").id})
        )
        other.company_status_active = True
        check = self.get_check(case)
        twin = check.sudo().copy(
            {
                "company_id": other.id,
                "identity": f"{other.id}:{case.partner_id.id}",
                **dict.fromkeys(("status", "checked_at", "asked_at", "good_at"), False),
            }
        )
        registers = self.env["payment.reminder.register"]._provide(other)
        registers.filtered(lambda r: r.code == "prh")._ask_about(twin)
        self.assertEqual(twin.status, "bankruptcy")
        self.assertEqual(self.fake.count("prh"), 1)

    # -- people -----------------------------------------------------------------

    def test_test_button(self):
        self.company.company_status_companies_house_key = "wrong"
        settings = self.env["res.config.settings"].sudo().create({})
        action = settings.action_test_company_registers()
        message = action["params"]["message"]
        self.assertEqual(action["params"]["type"], "warning")
        self.assertIn("CVR (Virk) answers", message)
        self.assertIn("United Kingdom: Companies House: It refused the login", message)
        self.assertEqual(message.count("answers"), 4)

    def test_check_now(self):
        case = self.owe("DK")
        self.run_check()
        check = self.get_check(case)
        self.assertEqual(check.status, "not_found")
        self.fake.set("DK", NUMBERS["DK"], "UNDER KONKURS")
        check.with_user(self.manager).action_check_now()
        self.assertEqual(check.status, "bankruptcy")
        with self.assertRaises(UserError):
            check.with_user(self.rep).action_check_now()
        self.company.company_status_danish_register = False
        with self.assertRaises(UserError):
            check.with_user(self.manager).action_check_now()

    def test_a_copy_of_the_database_asks_nobody(self):
        self.owe("DK")
        self.env.flush_all()
        for query in get_neutralization_queries(["payment_reminders_company_status"]):
            self.env.cr.execute(query)
        self.env.invalidate_all()
        self.assertFalse(any(self.company[name] for name in SECRETS))
        self.run_check()
        self.assertFalse(self.fake.questions)

    def test_secrets_are_for_administrators(self):
        company = self.company.with_user(self.manager)
        for name in SECRETS:
            with self.assertRaises(AccessError):
                company.read([name])

    def test_no_secret_is_logged_nor_shown(self):
        self.owe("DK")
        self.owe("SE")
        self.fake.misbehave("virk", "server_error")
        self.fake.misbehave("bolagsverket", "hang_up")
        with self.assertLogs("odoo.addons.payment_reminders_company_status") as logs:
            self.run_check()
        shown = "\n".join(
            [*logs.output, *filter(None, self.registers.mapped("reason"))]
        )
        self.assertNotIn("not-a-secret", shown)
        self.assertNotIn("demo-client", shown)
