from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time
from odoo.tools import config

from ..sending.gateway_common import GatewayCommon


class TestSetup(GatewayCommon):
    """The first run: set up, what is missing, and what was overdue before."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.reminder_ladder_id = False
        cls.old = cls.make_invoice(due=60)

    def get_panel(self, user=None):
        return (
            self.env["res.company"].with_user(user or self.manager).get_reminder_setup()
        )

    def open_setup(self, **vals):
        return (
            self.env["payment.reminder.setup.wizard"]
            .with_user(self.manager)
            .create({"ladder_id": self.ladder.id, **vals})
        )

    def decide(self, choice, **vals):
        self.env["payment.reminder.backlog.wizard"].with_user(self.manager).create(
            {"choice": choice, **vals}
        ).action_confirm()

    # -- set up -----------------------------------------------------------------

    def test_the_panel_leads_to_the_set_up_and_goes_away(self):
        panel = self.get_panel()
        self.assertTrue(panel["is_shown"])
        self.assertEqual(
            [step["is_done"] for step in panel["steps"]],
            [False, False, False, True, False],
        )
        self.assertFalse(self.get_panel(self.rep)["is_shown"])
        with self.assertRaises(AccessError):
            self.env["res.company"].with_user(self.rep).hide_reminder_panel()
        self.env["res.company"].with_user(self.manager).hide_reminder_panel()
        self.assertFalse(self.get_panel()["is_shown"])

    def assertProblem(self, words, found=True):
        self.assertEqual(any(words in p for p in self.get_panel()["problems"]), found)

    def test_a_mail_server_of_the_configuration_file_counts(self):
        self.env["ir.mail_server"].search([]).active = False
        before = config["smtp_server"]
        self.addCleanup(config.__setitem__, "smtp_server", before)
        config["smtp_server"] = "localhost"
        self.assertProblem("no outgoing mail server")
        config["smtp_server"] = "mail.company.example"
        self.assertProblem("no outgoing mail server", found=False)

    def test_the_panel_says_what_stops_everything_and_lets_managers_release(self):
        self.assertEqual(self.get_panel()["halts"], [])
        halt = (
            self.env["payment.reminder.halt"]
            .sudo()
            ._open([(self.company, "count", 90, 40)])
        )
        for user, may in ((self.manager, True), (self.rep, False)):
            (said,) = self.get_panel(user)["halts"]
            self.assertEqual((said["id"], said["can_release"]), (halt.id, may))
            self.assertIn("90 reminders would leave today", said["text"])
        halt.with_user(self.manager).action_release()
        self.assertEqual(self.get_panel()["halts"], [])

    def test_the_ladder_of_the_country_is_offered(self):
        wizard = self.env["payment.reminder.setup.wizard"].create({})
        self.assertEqual(wizard.ladder_id.jurisdiction_id.code, "DK")
        self.assertIn("First reminder", wizard.step_text)
        self.assertIn("3 days before the due date", wizard.step_text)

    def test_a_test_message_goes_to_who_asks_for_it(self):
        with self.gateways():
            self.open_setup().action_test()
            self.assertEqual(self.mailed, [self.manager.email])
        self.assertTrue(self.company.is_reminder_tested)
        self.manager.email = False
        with self.assertRaisesRegex(UserError, "no e-mail address"):
            self.open_setup().action_test()

    def test_what_is_missing_is_said(self):
        self.company.email = False
        self.env.ref("payment_reminders.ir_cron_send").active = False
        self.env["ir.module.module"].create(
            {
                "name": "account_followup",
                "shortdesc": "Payment Follow-up",
                "state": "installed",
            }
        )
        problems = " ".join(self.get_panel()["problems"])
        for words in ("no e-mail address", "Scheduled actions are off", "Follow-up"):
            self.assertIn(words, problems)

    def test_visitors_who_share_the_address_of_a_proxy(self):
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("web.base.url", "https://books.company.example")
        self.addCleanup(config.__setitem__, "proxy_mode", config["proxy_mode"])
        config["proxy_mode"] = False
        self.assertProblem("proxy_mode")
        config["proxy_mode"] = True
        self.assertProblem("proxy_mode", found=False)
        config["proxy_mode"] = False
        parameters.set_param("web.base.url", "http://localhost:8069")
        self.assertProblem("proxy_mode", found=False)

    def test_a_rep_sets_nothing_up(self):
        with self.assertRaises(AccessError):
            self.env["payment.reminder.setup.wizard"].with_user(self.rep).create({})

    # -- start ------------------------------------------------------------------

    def test_nothing_is_proposed_before_the_start(self):
        self.open_setup(start_date="2026-09-20").action_confirm()
        self.decide("start")
        self.assertFalse(self.propose())
        self.assertEqual(self.old.reminder_case_id.blocker, "not_started")
        with freeze_time("2026-09-21 08:00:00"):
            self.assertEqual(len(self.propose()), 1)

    # -- what was overdue before ------------------------------------------------

    def test_what_was_overdue_before_waits_for_a_decision(self):
        self.open_setup().action_confirm()
        case = self.old.reminder_case_id
        self.assertEqual(case.state, "frozen")
        self.assertIn("1 customers owed", self.get_panel()["backlog"])
        self.assertFalse(self.propose())
        with freeze_time("2026-10-15 08:00:00"):
            self.assertFalse(self.propose())
        fresh = self.make_invoice(due=0, partner=self.make_customer("B", "b@x.example"))
        with freeze_time("2026-09-23 08:00:00"):
            self.assertEqual(self.propose().move_ids, fresh)

    def test_start_at_the_first_step(self):
        self.open_setup().action_confirm()
        self.decide("start", note="Looked at it")
        reminder = self.propose()
        self.assertEqual(reminder.step_id.name, "Reminder 1")
        event = reminder.case_id.event_ids.filtered(
            lambda e: e.kind == "backlog_decided"
        )
        self.assertEqual(event.payload["choice"], "start")
        self.assertEqual(event.note, "Looked at it")
        self.assertFalse(self.company.reminder_backlog_until)
        self.assertFalse(self.get_panel()["backlog"])

    def test_skip_reminds_of_what_is_new_only(self):
        self.open_setup().action_confirm()
        fresh = self.make_invoice(due=0)
        self.decide("skip")
        with freeze_time("2026-09-23 08:00:00"):
            self.assertEqual(self.propose().move_ids, fresh)

    def test_none_writes_to_none_of_them(self):
        self.open_setup().action_confirm()
        self.decide("none", note="They complain")
        case = self.old.reminder_case_id
        self.assertEqual((case.state, case.hold_reason), ("frozen", "They complain"))
        self.assertFalse(self.propose())

    def test_what_is_taken_out_of_the_list_goes_on_waiting(self):
        other = self.make_invoice(
            due=50, partner=self.make_customer("B", "b@x.example")
        )
        self.open_setup().action_confirm()
        self.decide("start", case_ids=[(6, 0, other.reminder_case_id.ids)])
        self.assertEqual(self.propose().move_ids, other)
        self.assertTrue(self.company.reminder_backlog_until)

    def test_the_settings_keep_back_what_is_old_too(self):
        settings = self.env["res.config.settings"].create({})
        settings.reminder_ladder_id = self.ladder
        settings.execute()
        self.assertFalse(self.propose())
        self.assertEqual(self.old.reminder_case_id.state, "frozen")

    def test_another_ladder_later_keeps_nothing_back(self):
        self.open_setup().action_confirm()
        self.decide("start")
        self.company._activate_reminders(self.make_ladder())
        self.assertFalse(self.company.reminder_backlog_until)
