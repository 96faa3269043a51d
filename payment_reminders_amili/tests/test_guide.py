"""Setting up: five steps, each kept, none jumped over."""

from odoo.exceptions import UserError

from .common import AmiliCommon
from .fake_amili import ACCOUNT, API_CODE, CREDITOR, SLEEPING_CREDITOR


class TestGuide(AmiliCommon):
    @classmethod
    def set_up_amili(cls):
        """Nobody has set it up yet."""

    def open(self):
        action = (
            self.env["payment.reminder.amili.guide"]
            .with_user(self.boss)
            .with_company(self.company)
            ._open()
        )
        guide = self.env["payment.reminder.amili.guide"].with_user(self.boss)
        return guide.browse(action["res_id"])

    def walk(self, guide, last="try"):
        """Go on with a guide until a step."""
        guide.is_accepted = True
        guide.action_next()
        guide.action_make_key()
        self.fake.know(guide.public_key)
        guide.api_code = API_CODE
        guide.action_next()
        if last == "connect":
            return
        guide.action_test()
        guide.account_id = guide.choice_ids.filtered(lambda c: c.code == ACCOUNT["_id"])
        guide.creditor_id = guide.choice_ids.filtered(
            lambda c: c.code == CREDITOR["_id"]
        )
        guide.action_next()
        if last != "defaults":
            guide.action_next()

    def test_until_it_is_switched_on_nothing_is_handed_over(self):
        item = self.owe()
        said = ["Amili is not switched on yet: follow the guide."]
        self.assertEqual(self.find_reasons(item), said)
        guide = self.open()
        self.assertEqual(guide.step, "what")
        self.walk(guide)
        self.assertEqual(guide.step, "try")
        self.assertEqual(self.find_reasons(item), said)
        guide.action_try()
        self.assertIn("was registered", guide.result)
        self.assertTrue(all(case["closed"] for case in self.fake.cases.values()))
        guide.action_switch_on()
        self.assertFalse(self.find_reasons(item))
        self.assertEqual(self.company.amili_terms_accepted_by_id, self.boss)
        self.assertEqual(self.company.amili_creditor_name, CREDITOR["name"])
        self.assertEqual(self.company.amili_mode, "test")

    def test_terms_first(self):
        with self.assertRaises(UserError):
            self.open().action_next()

    def test_a_key_is_made_here_and_shown_without_its_private_half(self):
        guide = self.open()
        guide.is_accepted = True
        guide.action_next()
        self.assertFalse(guide.public_key)
        with self.assertRaises(UserError):
            guide.action_next()
        guide.action_make_key()
        self.assertTrue(guide.public_key.startswith("-----BEGIN PUBLIC KEY-----"))
        self.assertIn(guide.public_key, guide.mail_text)
        self.assertNotIn("PRIVATE", guide.mail_text)
        # Another press makes no other key: Amili may have this one already.
        shown = guide.public_key
        guide.action_make_key()
        self.assertEqual(guide.public_key, shown)

    def test_account_and_creditor_are_chosen_from_lists(self):
        guide = self.open()
        self.walk(guide, "connect")
        self.assertEqual(guide.step, "connect")
        with self.assertRaises(UserError):
            guide.action_next()
        guide.action_test()
        self.assertEqual(len(guide.choice_ids), 3)
        # Of one there is nothing to choose.
        self.assertEqual(guide.account_id.code, ACCOUNT["_id"])
        self.assertFalse(guide.creditor_id)
        guide.creditor_id = guide.choice_ids.filtered(
            lambda c: c.code == SLEEPING_CREDITOR["_id"]
        )
        with self.assertRaisesRegex(UserError, "not active"):
            guide.action_next()

    def test_a_test_that_fails_says_why(self):
        guide = self.open()
        self.walk(guide, "connect")
        for day, said in (
            ("unauthorised", "refused the log-in"),
            ("server_error", "was not reached"),
            ("html", "made no sense"),
        ):
            self.fake.misbehave("/authenticates", day)
            guide.action_test()
            self.assertIn(said, guide.result)
            self.assertNotIn(API_CODE, guide.result)
        guide.action_test()
        self.assertEqual(guide.result, "The connection works.")

    def test_production_needs_an_address_that_is_https(self):
        guide = self.open()
        self.walk(guide)
        guide.action_switch_on()
        self.assertTrue(self.company.amili_is_on)
        guide.mode = "production"
        for url in ("", "http://api.amili.example", "api.amili.example"):
            self.env["ir.config_parameter"].sudo().set_param(
                "payment_reminders_amili.url", url
            )
            with self.assertRaises(UserError):
                guide.action_test()
        with self.assertRaises(UserError):
            guide.action_try()

    def test_only_who_has_the_settings(self):
        for user in (self.manager, self.rep):
            with self.assertRaises(UserError):
                self.env["payment.reminder.amili.guide"].with_user(user)._open()
