from odoo.tests import tagged

from ..common import ReminderCommon


@tagged("post_install", "-at_install")
class TestStaffLanguage(ReminderCommon):
    """What is written for the staff is in their language, whoever caused it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        languages = ["da_DK", "sv_SE"]
        for code in languages:
            cls.env["res.lang"]._activate_lang(code)
        cls.env.ref("base.module_payment_reminders")._update_translations(languages)
        cls.rep.lang = "da_DK"

    def remind(self):
        self.move = self.make_invoice(due=10, invoice_user_id=self.rep.id)
        reminder = self.propose()
        reminder.case_id.user_id = self.rep
        self.send(reminder)
        return reminder.case_id

    def ask(self, case, lang):
        """Let the customer ask on the page, in a language."""
        return (
            self.env["payment.reminder.query"]
            .with_context(lang=lang)
            .create(
                {
                    "case_id": case.id,
                    "source": "page",
                    "kind": "delivery",
                    "description": "Where is the lamp?",
                }
            )
        )

    def test_a_swedish_customer_asks_a_danish_bookkeeper(self):
        case = self.remind()
        self.assertEqual(
            self.ask(case, "sv_SE").activity_ids.summary,
            f"Svar {case.partner_id.name}: Varen eller ydelsen mangler",
        )

    def test_a_danish_customer_asks_an_english_bookkeeper(self):
        self.rep.lang = "en_US"
        case = self.remind()
        self.assertEqual(
            self.ask(case, "da_DK").activity_ids.summary,
            f"Answer {case.partner_id.name}: Goods or service missing",
        )

    def test_nobody_is_logged_in_at_night(self):
        self.ladder.rest_policy = "ask"
        self.ladder.step_ids.filtered(lambda s: s.name == "Reminder 1").write(
            {"fee_policy": "amount", "fee_amount": 100}
        )
        case = self.remind()
        self.assertTrue(
            self.move.message_ids.filtered(
                lambda message: "sendt via E-mail til" in message.body
            )
        )
        self.pay(self.move)
        self.refresh()
        self.assertIn(
            "Fakturaerne er betalt. Tag stilling på sagen til, hvad der skal ske med "
            "dem.",
            str(case.activity_ids.note),
        )

    def test_what_the_night_cancels_is_told_in_danish(self):
        move = self.make_invoice(due=10, invoice_user_id=self.rep.id)
        reminder = self.propose()
        reminder.case_id.user_id = self.rep
        self.pay(move, amount=100)
        self.env["payment.reminder"].with_context(lang=False)._cron_propose()
        self.assertEqual(reminder.state, "cancelled")
        self.assertRegex(reminder.cancel_reason, "En del af .* er betalt")
        self.assertRegex(reminder.cancel_reason, r"\d,00\N{NO-BREAK SPACE}USD")
