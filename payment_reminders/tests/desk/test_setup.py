from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time

from ..sending.gateway_common import GatewayCommon
from ..tags import takes_long


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

    def test_what_was_chosen_is_offered_again_until_it_is_activated(self):
        """Odoo loads the page anew when the name of the company was entered."""
        wizard = self.open_setup(
            country_id=self.env.ref("base.se").id, approval="standing"
        )
        mine = self.env["payment.reminder.setup.wizard"].with_user(self.manager)
        again = mine.create({})
        self.assertEqual(
            (again.country_id.code, again.ladder_id, again.approval),
            ("SE", self.ladder, "standing"),
        )
        other = mine.with_user(self.env.ref("base.user_root")).create({})
        self.assertEqual(other.country_id, other.company_id.country_id)
        (wizard | again).sudo().write({"state": "done"})
        self.assertEqual(mine.create({}).approval, "each")

    @takes_long
    def test_the_panel_names_who_approves_in_this_company(self):
        other = self.setup_other_company(name="Elsewhere")["company"]
        stranger = self.manager.copy(
            {
                "name": "Stranger",
                "login": "stranger",
                "company_id": other.id,
                "company_ids": [Command.set(other.ids)],
            }
        )
        self.assertTrue(stranger._is_reminder_manager())
        self.manager.company_ids |= other
        texts = {step["title"]: step["text"] for step in self.get_panel()["steps"]}
        self.assertIn(self.manager.name, texts["Who approves"])
        self.assertNotIn("Stranger", texts["Who approves"])

    def test_the_panel_goes_with_the_first_reminder(self):
        self.open_setup().action_confirm()
        self.decide("start")
        self.assertTrue(self.get_panel()["is_shown"], "no test message was sent")
        with self.gateways():
            self.send(self.propose())
        self.assertFalse(self.get_panel()["is_shown"])

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

    # -- the ladder, before it is chosen ------------------------------------------

    def get_step_lines(self, ladder):
        return [
            f"{row['when']}: {row['name']}, {row['how']}, {row['costs']}".rstrip(", ")
            for row in ladder._describe_steps(self.company)
        ]

    def test_each_step_says_when_how_and_what_it_costs(self):
        self.assertEqual(
            self.get_step_lines(self.ladder),
            [
                "3 days before the due date: Nudge, E-mail, else SMS",
                "7 days after the due date: Reminder 1, E-mail, else SMS",
                "10 days after the step before: Reminder 2, E-mail, else SMS, "
                f"100\N{NO-BREAK SPACE}{self.currency.name}",
                "10 days after the step before: Final notice, E-mail, else SMS",
            ],
        )

    def test_the_fee_of_the_law_and_its_interest_are_named(self):
        self.use_danish_law(fee_policy="statutory", charge_interest=True)
        line = self.get_step_lines(self.ladder)[1]
        self.assertTrue(line.endswith("100\N{NO-BREAK SPACE}DKK, interest"), line)
        self.assertNotIn("DKK", self.get_step_lines(self.ladder)[0], "a nudge is free")

    def test_a_fee_that_must_be_agreed_is_not_promised(self):
        ladder = self.env.ref("payment_reminders.ladder_se")
        self.company.reminder_fee_agreed = False
        self.assertIn("agreed", " ".join(self.get_step_lines(ladder)))
        self.company.reminder_fee_agreed = True
        self.assertIn("60\N{NO-BREAK SPACE}SEK", " ".join(self.get_step_lines(ladder)))

    def test_neutral_and_danish_read_differently(self):
        danish = self.env.ref("payment_reminders.ladder_dk")
        neutral = self.env.ref("payment_reminders.ladder_neutral")
        self.assertIn("100\N{NO-BREAK SPACE}DKK", " ".join(self.get_step_lines(danish)))
        self.assertNotIn("interest", " ".join(self.get_step_lines(neutral)))

    # -- the test message -----------------------------------------------------------

    def send_test(self, **vals):
        with self.gateways():
            self.open_setup(**vals).action_test()
            (mail,) = self._mails
        return mail

    def test_a_test_is_the_first_reminder_of_what_is_overdue(self):
        mail = self.send_test(
            ladder_id=self.env.ref("payment_reminders.ladder_dk").id,
            email="books@company.example",
        )
        self.assertIn(self.manager.email, mail["email_to"][0])
        self.assertTrue(mail["subject"].startswith("[Test] "), mail["subject"])
        self.assertIn(self.old.name, mail["body"])
        self.assertIn("what Nordlys ApS would get", mail["body"])
        self.assertNotIn("/my/", mail["body"], "no link to a page of a customer")
        self.assertTrue(self.company.is_reminder_tested)

    def test_a_test_comes_from_whom_the_reminder_comes_from(self):
        self.manager.email = "manager@company.example"
        mail = self.send_test(email="books@company.example")
        wizard = self.open_setup(email="books@company.example", backlog_choice="start")
        wizard.action_confirm()
        self.assertEqual(mail["email_from"], wizard.reminder_id._get_sender()[1])

    def test_nothing_of_a_test_stays(self):
        counted = (
            "payment.reminder",
            "payment.reminder.case",
            "payment.reminder.event",
            "account.move",
            "res.partner",
        )
        before = [self.env[model].search_count([]) for model in counted]
        self.send_test()
        self.old.button_draft()
        self.send_test()
        self.assertEqual(
            [self.env[model].search_count([]) for model in counted], before
        )
        self.assertFalse(self.company.reminder_ladder_id)

    def test_without_anything_overdue_a_sample_is_shown(self):
        self.old.button_draft()
        mail = self.send_test(ladder_id=self.env.ref("payment_reminders.ladder_dk").id)
        self.assertIn("what Sample Customer would get", mail["body"])
        self.assertIn("1,000", mail["body"])

    def test_a_test_without_an_address_says_which_button_mends_it(self):
        self.manager.email = False
        with self.assertRaisesRegex(UserError, "Enter My Address"):
            self.open_setup().action_test()

    def test_a_mail_server_that_is_down_is_said_in_words(self):
        with self.no_mail_server():
            with self.assertRaisesRegex(UserError, "could not be sent"):
                self.open_setup().action_test()
        self.assertFalse(self.company.is_reminder_tested)

    def test_a_rep_sets_nothing_up(self):
        with self.assertRaises(AccessError):
            self.env["payment.reminder.setup.wizard"].with_user(self.rep).create({})

    # -- activate ---------------------------------------------------------------

    def test_without_a_sender_it_is_kept_and_not_activated(self):
        self.company.email = False
        wizard = self.open_setup(email=False)
        with self.assertRaisesRegex(UserError, "Enter the sender"):
            wizard.action_confirm()
        self.assertFalse(self.company.reminder_ladder_id)

    def test_what_was_overdue_is_named_and_decided_in_the_set_up(self):
        wizard = self.open_setup(backlog_choice="start")
        self.assertIn("Nordlys ApS", wizard.backlog_text)
        wizard.action_confirm()
        self.assertEqual(wizard.state, "done")
        self.assertEqual(wizard.reminder_id.move_ids, self.old)
        self.assertIn("Nordlys ApS", wizard.result)
        self.assertIn(wizard.reminder_id.leaves_text, wizard.result)
        action = wizard.action_look()
        self.assertEqual(
            (action["res_model"], action["res_id"]),
            ("payment.reminder", wizard.reminder_id.id),
        )
        self.assertFalse(self.get_panel()["backlog"])

    def test_each_choice_of_the_set_up_does_what_it_says(self):
        for choice, state, waits in (
            ("skip", "closed", False),
            ("none", "frozen", False),
            ("later", "frozen", True),
        ):
            with self.subTest(choice), self.env.cr.savepoint() as savepoint:
                wizard = self.open_setup(backlog_choice=choice)
                wizard.action_confirm()
                self.assertFalse(wizard.reminder_id)
                self.assertEqual(self.old.reminder_case_id.state, state)
                self.assertEqual(bool(wizard.waiting_text), waits)
                savepoint.rollback()
            self.env.invalidate_all()

    def test_on_a_sunday_the_first_reminder_is_named_too(self):
        with freeze_time("2026-09-20 10:00:00"):
            wizard = self.open_setup(backlog_choice="start")
            wizard.action_confirm()
            self.assertTrue(wizard.reminder_id or wizard.case_id)
            self.assertIn("Nordlys ApS", wizard.result)
            self.assertTrue(wizard.action_look()["res_id"])

    def test_nothing_overdue_says_so_and_is_no_dead_end(self):
        self.old.button_draft()
        wizard = self.open_setup()
        self.assertFalse(wizard.backlog_text)
        wizard.action_confirm()
        self.assertIn("comes into the queue by itself", wizard.result)
        self.assertEqual(wizard.action_close()["tag"], "soft_reload")

    def test_a_tick_looks_at_the_bank(self):
        self.company.reminder_bank_stale_days = 0
        self.open_setup(watches_bank=True).action_confirm()
        self.assertEqual(self.company.reminder_bank_stale_days, 5)
        self.company.reminder_bank_stale_days = 9
        self.open_setup(watches_bank=True).action_confirm()
        self.assertEqual(self.company.reminder_bank_stale_days, 9, "days of one's own")
        self.open_setup(watches_bank=False).action_confirm()
        self.assertEqual(self.company.reminder_bank_stale_days, 0)

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
        self.assertIn("Nordlys ApS owed", self.get_panel()["backlog"])
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

    @takes_long
    def test_what_is_taken_out_of_the_list_goes_on_waiting(self):
        other = self.make_invoice(
            due=50, partner=self.make_customer("B", "b@x.example")
        )
        self.open_setup().action_confirm()
        self.decide("start", case_ids=[(6, 0, other.reminder_case_id.ids)])
        self.assertEqual(self.propose().move_ids, other)
        self.assertTrue(self.company.reminder_backlog_until)

    @takes_long
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
