from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time
from odoo.tools import config

from ..sending.gateway_common import GatewayCommon
from ..tags import takes_long


class TestHealth(GatewayCommon):
    """What is to be mended of the set-up is said, with the button that mends it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.make_user(
            "boss",
            "payment_reminders.group_reminder_manager",
            "base.group_system",
            "account.group_account_manager",
            "base.group_partner_manager",
        )

    def get_health(self, user=None, **args):
        company = self.env["res.company"].with_user(user or self.admin)
        return company.get_reminder_health(**args)

    def get_problem(self, code, user=None, **args):
        problems = self.get_health(user, **args)
        return next((one for one in problems if one["code"] == code), None)

    def get_actions(self, code):
        """Return what the buttons of a problem open."""
        return [fix["action"] for fix in self.get_problem(code)["fixes"]]

    def mend(self, code, values, button=0):
        """Fill in the form behind a button, as the dialog does."""
        action = self.get_actions(code)[button]
        self.assertEqual(action["target"], "new")
        model = self.env[action["res_model"]].with_user(self.admin)
        model = model.with_context(**action["context"])
        view_id = action["views"][0][0]
        fields = model.get_views([(view_id, "form")])["models"][model._name]["fields"]
        self.assertLessEqual(values.keys(), fields.keys(), "the form has these fields")
        if action["res_id"]:
            return model.browse(action["res_id"]).web_save(values, {})
        shown = model.onchange({}, [], {name: {} for name in fields})["value"]
        vals = {
            name: value["id"] if isinstance(value, dict) else value
            for name, value in shown.items()
            if not isinstance(value, list) and value
        }
        return model.web_save(vals | values, {})

    # -- each of them ---------------------------------------------------------------

    def test_a_mail_server_of_the_configuration_file_counts(self):
        self.env["ir.mail_server"].search([]).active = False
        self.addCleanup(config.__setitem__, "smtp_server", config["smtp_server"])
        config["smtp_server"] = "localhost"
        self.assertEqual(
            self.get_actions("mail_server")[0]["res_model"], "ir.mail_server"
        )
        config["smtp_server"] = "mail.company.example"
        self.assertFalse(self.get_problem("mail_server"))
        config["smtp_server"] = "localhost"
        self.mend("mail_server", {"name": "Ours", "smtp_host": "mail.x.example"})
        self.assertFalse(self.get_problem("mail_server"))

    def test_the_company_says_who_writes(self):
        self.env["res.company"].search([("name", "=", "My Company")]).name = "Other"
        self.company.write({"name": "My Company", "email": False, "logo": False})
        self.company.alias_domain_id = False
        for code in ("name", "sender", "logo", "alias_domain"):
            (action,) = self.get_actions(code)
            self.assertEqual(action["res_id"], self.company.id)
        self.mend("name", {"name": "Havn ApS"})
        self.mend("sender", {"email": "books@havn.example"})
        for code in ("name", "sender"):
            self.assertFalse(self.get_problem(code))

    def test_a_company_without_an_account_adds_one(self):
        self.company.partner_id.bank_ids.unlink()
        self.env["payment.provider"].search([]).is_published = False
        self.assertEqual(
            self.get_actions("account")[1]["res_model"], "payment.provider"
        )
        self.mend("account", {"acc_number": "DK5000400440116243"})
        self.assertFalse(self.get_problem("account"))
        self.assertEqual(
            self.company.partner_id.bank_ids.sanitized_acc_number, "DK5000400440116243"
        )

    def test_invoices_that_are_older_than_the_account_get_it(self):
        self.env["payment.provider"].search([]).is_published = False
        self.company.partner_id.bank_ids.unlink()
        moves = self.make_invoice(due=10) | self.make_invoice(due=20)
        paid = self.make_invoice(due=10)
        self.pay(paid)
        self.mend("account", {"acc_number": "DK5000400440116243"})
        (fix,) = self.get_problem("invoice_account")["fixes"]
        self.assertIn("2 open invoices", self.get_problem("invoice_account")["text"])
        company = self.env["res.company"]
        with self.assertRaises(AccessError):
            getattr(company.with_user(self.rep), fix["method"])()
        getattr(company.with_user(self.admin), fix["method"])()
        account = self.company.partner_id.bank_ids
        self.assertEqual(moves.partner_bank_id, account)
        self.assertFalse(paid.partner_bank_id)
        self.assertFalse(self.get_problem("invoice_account"))

    def test_a_provider_in_test_mode_brings_no_money(self):
        provider = self.env["payment.provider"].search(
            [("company_id", "=", self.company.id)], limit=1
        ) or self.env["payment.provider"].search([], limit=1).copy(
            {"company_id": self.company.id}
        )
        provider.write({"state": "test", "is_published": True})
        (action,) = self.get_actions("provider_test")
        self.assertIn(provider.id, action["domain"][0][2])
        provider.is_published = False
        self.assertFalse(self.get_problem("provider_test"), "nobody can choose it")

    def test_sms_without_an_account(self):
        accounts = self.env["iap.account"].search([("service_name", "=", "sms")])
        accounts.state = "unregistered"
        (action,) = self.get_actions("sms")
        self.assertEqual(action["res_id"], accounts.ids[0])
        accounts.state = "registered"
        self.assertFalse(self.get_problem("sms"))
        accounts.state = "unregistered"
        self.ladder.step_ids.channels = "email"
        self.assertFalse(self.get_problem("sms"), "a ladder of e-mails alone")

    def test_one_field_enters_a_missing_rate(self):
        self.use_danish_law(charge_interest=True)
        with freeze_time("2041-02-03 08:00:00"):
            code = next(
                one["code"]
                for one in self.get_health()
                if one["code"].startswith("rate:")
            )
            self.assertIn("2041", self.get_problem(code)["text"])
            self.mend(code, {"percent": 2.35})
            self.assertFalse(self.get_problem(code))
        rate = self.env["payment.reminder.rate"].search([], order="date desc", limit=1)
        self.assertEqual((str(rate.date), rate.status), ("2041-01-01", "verified"))
        self.assertTrue(rate.source)

    def test_a_rate_that_nobody_verified_is_opened_again(self):
        self.use_danish_law(charge_interest=True)
        reference = self.ladder.jurisdiction_id.margin_ids.reference_id[:1]
        code = f"rate:{reference.code}"
        with freeze_time("2041-02-03 08:00:00"):
            rate = self.env["payment.reminder.rate"].create(
                {
                    "reference_id": reference.id,
                    "date": "2041-01-01",
                    "percent": 2,
                    "source": "by heart",
                    "status": "recalled",
                }
            )
            self.assertEqual(self.get_actions(code)[0]["res_id"], rate.id)
            self.mend(code, {"status": "verified"})
            self.assertFalse(self.get_problem(code))

    def get_rates(self, ladder=None):
        """Return what is said of rates, by code."""
        problems = self.get_health(ladder_id=(ladder or self.ladder).id)
        return {one["code"]: one for one in problems if one["code"].startswith("rate")}

    def enter(self, problem, text, user=None):
        rate = problem["rate"]
        self.env["res.company"].with_user(user or self.manager).enter_reminder_rate(
            rate["reference_id"], rate["date"], text
        )

    def test_a_danish_company_is_asked_for_the_rate_of_today(self):
        self.use_danish_law(charge_interest=True)
        with freeze_time("2026-11-29 08:00:00"):
            (problem,) = self.get_rates().values()
            self.assertEqual(problem["code"], "rate:nationalbank_lending_rate")
            for text in ("Danmarks Nationalbank", "06/30/2026", "07/01/2026", "2.00"):
                self.assertIn(text, problem["text"])
            self.assertFalse(problem["can_leave"])
            self.assertIn("nationalbanken.dk", problem["rate"]["url"])
            for text in ("two", "", "200"):
                with self.assertRaisesRegex(UserError, "is no rate"):
                    self.enter(problem, text)
            with self.assertRaises(AccessError):
                self.enter(problem, "2", self.rep)
            self.enter(problem, "2,05 %")
            (problem,) = self.get_rates().values()
            self.assertTrue(problem["code"].startswith("rate_end:"))
        rate = self.env.ref(
            "payment_reminders.rate_nationalbank_lending_rate_2026_07_01"
        )
        self.assertEqual((rate.status, rate.percent), ("verified", 2.05))
        self.assertIn("nationalbanken.dk", rate.source)

    def test_in_the_new_year_each_country_says_what_is_missing(self):
        """And nothing is missing any more when all of it was entered."""
        ladders = self.env["payment.reminder.ladder"].search(
            [("company_id", "=", False), ("jurisdiction_id", "!=", False)]
        )
        laws = set()
        with freeze_time("2027-01-02 08:00:00"):
            for ladder in ladders:
                law = ladder.jurisdiction_id
                if law in laws or not ladder._charges_statutory_interest():
                    continue
                laws.add(law)
                # What several countries take is entered once.
                self.env["payment.reminder.rate"].search(
                    [("date", ">=", "2027-01-01")]
                ).unlink()
                with self.subTest(law=law.code):
                    problems = self.get_rates(ladder)
                    self.assertTrue(problems)
                    for problem in problems.values():
                        self.assertTrue(problem["fixes"])
                        self.assertIn("no interest is claimed", problem["text"])
                        self.assertTrue(problem["rate"]["label"])
                        self.enter(problem, "2")
                    self.assertFalse(self.get_rates(ladder))
        self.assertGreaterEqual(
            {law.code for law in laws}, {"DK", "SE", "NO", "FI", "DE", "NL"}
        )

    def test_two_half_years_that_nobody_entered_are_both_asked_for(self):
        """The newest alone would bring nothing to a claim that is older."""
        self.use_danish_law(charge_interest=True)
        with freeze_time("2027-01-02 08:00:00"):
            problems = self.get_rates()
            self.assertEqual(
                [problem["rate"]["date"] for problem in problems.values()],
                ["2027-01-01", "2026-07-01"],
            )

    def test_a_rate_that_runs_out_can_be_entered_early_or_put_aside(self):
        self.use_danish_law(charge_interest=True)
        self.env["payment.reminder.rate"].search(
            [("date", "=", "2026-07-01")]
        ).status = "verified"
        with freeze_time("2026-10-30 08:00:00"):
            self.assertFalse(self.get_rates(), "too early to say so")
        with freeze_time("2026-11-05 08:00:00"):
            (problem,) = self.get_rates().values()
            self.assertIn("12/31/2026", problem["text"])
            self.assertEqual(problem["rate"]["date"], "2027-01-01")
            company = self.env["res.company"].with_user(self.manager)
            company.leave_reminder_problem(problem["code"])
            self.assertFalse(self.get_rates())
            self.company.reminder_health_left = []
            self.enter(problem, "1.9")
            self.assertFalse(self.get_rates())
        with freeze_time("2027-05-10 08:00:00"):
            self.assertEqual(len(self.get_rates()), 1, "the next time it comes again")

    def test_a_rate_that_no_law_needs_is_not_missing(self):
        self.use_danish_law(charge_interest=False)
        with freeze_time("2041-02-03 08:00:00"):
            codes = {one["code"] for one in self.get_health()}
        self.assertFalse({code for code in codes if code.startswith("rate:")})

    def test_the_ladder_about_to_be_chosen_is_looked_at(self):
        other = self.make_ladder()
        other.jurisdiction_id = self.env.ref("payment_reminders.jurisdiction_dk")
        other.step_ids[-1].charge_interest = True
        with freeze_time("2041-02-03 08:00:00"):
            plain = {one["code"] for one in self.get_health()}
            chosen = {one["code"] for one in self.get_health(ladder_id=other.id)}
        self.assertEqual(
            {code.split(":")[0] for code in chosen - plain}, {"rate", "law"}
        )

    @takes_long
    def test_a_currency_that_cannot_take_the_fee(self):
        self.use_danish_law(fee_policy="statutory")
        kronor = self.env.ref("base.SEK")
        kronor.active = True
        kronor.rate_ids.unlink()
        self.env.ref("base.DKK").rate_ids = [
            (0, 0, {"name": "2026-01-01", "rate": 6.9, "company_id": self.company.id})
        ]
        self.make_invoice(due=10, currency_id=kronor.id)
        self.make_invoice(due=10)
        self.refresh()
        problem = self.get_problem("currency:SEK")
        self.assertIn("ask for no fee", problem["text"])
        self.assertFalse(self.get_problem(f"currency:{self.currency.name}"))
        self.assertEqual(self.get_actions("currency:SEK")[0]["res_id"], kronor.id)
        kronor.rate_ids = [
            (0, 0, {"name": "2026-01-01", "rate": 10, "company_id": self.company.id})
        ]
        self.assertFalse(self.get_problem("currency:SEK"))

    def test_before_the_first_ladder_the_currencies_of_invoices_count(self):
        self.use_danish_law(fee_policy="statutory")
        kronor = self.env.ref("base.SEK")
        kronor.active = True
        kronor.rate_ids.unlink()
        self.make_invoice(due=10, currency_id=kronor.id)
        self.company.reminder_ladder_id = False
        self.assertFalse(self.get_problem("currency:SEK"), "no ladder, no fee")
        self.assertTrue(self.get_problem("currency:SEK", ladder_id=self.ladder.id))

    def test_a_user_without_an_address_enters_it(self):
        self.admin.email = False
        self.mend("own_email", {"email": "boss@company.example"})
        self.assertEqual(self.admin.email, "boss@company.example")
        self.assertFalse(self.get_problem("own_email"))

    def test_a_manager_without_rights_enters_the_own_address(self):
        self.manager.email = False
        (fix,) = self.get_problem("own_email", self.manager)["fixes"]
        record = (
            self.env["res.users"]
            .with_user(self.manager)
            .browse(fix["action"]["res_id"])
        )
        record.web_save({"email": "m@company.example"}, {"email": {}})
        self.assertEqual(self.manager.email, "m@company.example")

    def test_whoever_may_not_mend_asks_an_administrator(self):
        self.company.email = False
        self.env.ref("base.group_system").user_ids.filtered(
            lambda user: user != self.admin
        ).email = False
        (fix,) = self.get_problem("sender", self.manager)["fixes"]
        self.assertTrue(fix["url"].startswith("mailto:boss@company.example?subject="))

    def test_scheduled_actions_that_are_off(self):
        cron = self.env.ref("payment_reminders.ir_cron_send")
        cron.active = False
        (action,) = self.get_actions("crons")
        self.assertEqual(action["domain"], [("id", "in", cron.ids)])

    def test_another_sender_of_reminders(self):
        self.env["ir.module.module"].create(
            {
                "name": "account_followup",
                "shortdesc": "Payment Follow-up",
                "state": "installed",
            }
        )
        self.assertIn("Follow-up", self.get_problem("module:account_followup")["text"])

    def test_visitors_who_share_the_address_of_a_proxy(self):
        parameters = self.env["ir.config_parameter"]
        self.addCleanup(config.__setitem__, "proxy_mode", config["proxy_mode"])
        for url, mode, found in (
            ("https://books.company.example", False, True),
            ("https://books.company.example", True, False),
            ("http://localhost:8069", False, False),
        ):
            parameters.set_param("web.base.url", url)
            config["proxy_mode"] = mode
            self.assertEqual(bool(self.get_problem("proxy")), found)

    def test_a_company_without_books(self):
        company = self.env["res.company"].create({"name": "Empty"})
        self.admin.write({"company_ids": [(4, company.id)]})
        there = self.env["res.company"].with_user(self.admin).with_company(company)
        problems = there.get_reminder_health()
        self.assertIn("books", {one["code"] for one in problems})
        self.assertFalse(self.get_problem("books"))

    # -- all of them ----------------------------------------------------------------

    def test_none_is_a_dead_end(self):
        """Each has a button, whoever looks, and it opens something that is there."""
        self.env["res.company"].search([("name", "=", "My Company")]).name = "Other"
        self.company.write({"name": "My Company", "email": False, "logo": False})
        self.company.alias_domain_id = False
        self.env["ir.mail_server"].search([]).active = False
        self.company.partner_id.bank_ids.unlink()
        self.env["payment.provider"].search([]).is_published = False
        self.env["iap.account"].search([]).state = "unregistered"
        for cron in ("refresh", "send"):
            self.env.ref(f"payment_reminders.ir_cron_{cron}").active = False
        for user in (self.admin, self.manager):
            problems = self.get_health(user)
            self.assertGreater(len(problems), 7)
            for problem in problems:
                self.assertTrue(problem["fixes"], problem["code"])
                labels = [fix["label"] for fix in problem["fixes"]]
                self.assertEqual(len(set(labels)), len(labels), "each once")
                for fix in problem["fixes"]:
                    self.open(fix, user)

    def open(self, fix, user):
        if "method" in fix:
            return self.assertTrue(hasattr(self.env["res.company"], fix["method"]))
        if "url" in fix:
            return self.assertRegex(fix["url"], r"^(mailto|https):")
        action = fix["action"]
        model = self.env[action["res_model"]].with_user(user)
        model.get_views([(id_, kind) for id_, kind in action["views"]])
        if action.get("domain"):
            self.assertTrue(
                model.with_context(**action["context"]).search(action["domain"])
            )
        return None

    def test_it_stays_until_it_is_mended(self):
        self.company.write({"email": False})
        health = self.get_health()
        self.env["res.company"].with_user(self.admin).hide_reminder_panel()
        self.assertEqual(self.get_health(), health, "the panel goes, the line stays")
        with self.gateways():
            self.make_invoice(due=10)
            self.send(self.propose())
        self.assertTrue(self.get_problem("sender"))

    def test_advice_can_be_put_aside_and_what_must_be_mended_cannot(self):
        self.company.write({"email": False, "logo": False})
        company = self.env["res.company"].with_user(self.manager)
        for code in ("logo", "sender", "nonsense"):
            company.leave_reminder_problem(code)
        self.assertFalse(self.get_problem("logo"))
        self.assertTrue(self.get_problem("sender"))
        self.assertEqual(self.company.reminder_health_left, ["logo"])
        with self.assertRaises(AccessError):
            self.env["res.company"].with_user(self.rep).leave_reminder_problem("logo")

    def test_a_rep_hears_nothing_of_it(self):
        self.company.email = False
        self.assertEqual(self.get_health(self.rep), [])
