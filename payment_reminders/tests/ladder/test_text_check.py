"""The check of the texts finds what a customer would stumble over."""

import json

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..notice.test_templates import LADDERS, LANGUAGES, TemplateCommon
from ..tags import takes_long


class TextCheckCommon(TemplateCommon):
    @classmethod
    def make_cases(cls, ladder, langs=("en_US", "da_DK")):
        """Make a real case of that ladder in each of these languages."""
        customers = [
            cls.make_customer(
                f"Anna {lang}",
                f"{ladder.id}.{lang}@kunde.example",
                lang=lang,
                street="Vestergade 3",
                zip="8000",
                city="Aarhus C",
                reminder_ladder_id=ladder.id,
            )
            for lang in langs
        ]
        cls.make_invoices(customers, 20, 12500.0, partner_bank_id=cls.account.id)
        cls.refresh()

    def check(self, ladder, user=None):
        ladder = ladder.with_user(user or self.manager)
        action = ladder.action_check_texts()
        checks = ladder.env["payment.reminder.text.check"].search(action["domain"])
        return checks.with_env(self.env).sudo()

    def preview(self, step):
        action = step.with_user(self.manager).action_preview()
        self.assertEqual(action["target"], "new")
        return (
            self.env[action["res_model"]]
            .with_user(self.manager)
            .browse(action["res_id"])
        )


class TestTextCheck(TextCheckCommon):
    """Of a ladder that has a case in two languages."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.danish = cls.env.ref("payment_reminders.ladder_dk")
        cls.make_cases(cls.danish)

    def one_check(self, lang="da_DK", channel="email", **values):
        """Check one step whose e-mail or SMS has these values."""
        step = self.danish.step_ids[1]
        text = step.sms_template_id if channel == "sms" else step.mail_template_id
        for name, value in values.items():
            text.with_context(lang=lang)[name] = value
        return self.check(self.danish).filtered(
            lambda c: (c.step_id, c.lang, c.channel) == (step, lang, channel)
        )

    def test_nothing_stays(self):
        ladder = self.danish
        before = self.env["payment.reminder"].search_count([])
        self.check(ladder)
        self.assertEqual(self.env["payment.reminder"].search_count([]), before)

    def test_placeholder_that_comes_out_empty(self):
        check = self.one_check(
            body_html="<p>Hej <t t-out=\"object.partner_id.ref or ''\">Ref 1</t></p>"
        )
        self.assertIn("object.partner_id.ref", check.problems)
        self.assertTrue(check.case_id)
        self.assertEqual(
            check.action_open_text()["res_id"], check.step_id.mail_template_id.id
        )

    def test_placeholder_that_says_false(self):
        check = self.one_check(subject="Rykker {{ object.partner_id.ref }}")
        self.assertIn("object.partner_id.ref", check.problems)

    def test_placeholder_in_a_branch_that_is_not_taken(self):
        check = self.one_check(
            body_html="<p>Hej <t t-if='object.is_rest'>"
            "<t t-out='object.partner_id.ref'/></t></p>"
        )
        self.assertNotIn("object.partner_id.ref", check.problems or "")

    def test_missing_translation(self):
        self.env.ref(
            "payment_reminders.mail_template_reminder_1"
        ).update_field_translations("subject", {"da_DK": False})
        self.assertIn("Not translated: Subject", self.one_check().problems)

    def test_sms_that_is_too_long(self):
        check = self.one_check(channel="sms", body="Kære kunde. " * 30)
        self.assertEqual(check.parts, 3)
        self.assertIn("3 SMS", check.problems)

    def test_company_without_an_address(self):
        self.company.write({"street": False, "zip": False, "city": False})
        self.company.company_registry = self.company.vat = False
        problems = self.one_check().problems
        self.assertIn("no address", problems)
        self.assertIn("no company number", problems)

    def test_invoice_without_a_bank_account(self):
        ladder = self.danish
        self.env["account.move"].search([]).partner_bank_id = False
        self.assertIn("bank account", self.check(ladder)[:1].problems)

    @takes_long
    def test_text_opens_in_the_language_of_its_row(self):
        check = self.one_check(lang="da_DK")
        for lang in ("da_DK", "en_US"):
            check.lang = lang
            action = check.action_open_text()
            self.assertEqual(action["res_id"], check.step_id.mail_template_id.id)
            self.assertEqual(action["context"]["reminder_lang"], lang)
            view = self.env["ir.ui.view"].browse(action["views"][0][0])
            self.assertIn("payment_reminder_text_form", view.get_combined_arch())
        check.step_id.mail_template_id = False
        action = check.action_open_text()
        self.assertEqual(action["res_id"], check.step_id.id, "where one is chosen")

    def test_step_shows_its_real_text_in_each_language(self):
        """With the name, the sums and the words of a real customer; nothing stays."""
        ladder = self.danish
        before = self.env["payment.reminder"].search_count([])
        preview = self.preview(ladder.step_ids[1])
        self.assertEqual(preview.lang, "en_US")
        self.assertIn("Anna en_US", preview.body)
        self.assertIn("12,500.00", preview.body)
        self.assertTrue(preview.subject)
        self.assertTrue(preview.sms)
        with Form(preview) as form:
            form.lang = "da_DK"
            self.assertIn("Anna da_DK", form.body)
            self.assertIn("12.500,00", form.body)
        self.assertEqual(
            preview.action_open_mail()["context"]["reminder_lang"], "da_DK"
        )
        self.assertEqual(preview.action_open_sms()["res_model"], "sms.template")
        self.assertEqual(self.env["payment.reminder"].search_count([]), before)


class TestBeforeThereAreCases(TextCheckCommon):
    @takes_long
    def test_letter_is_checked_where_a_step_has_one(self):
        ladder = self.env.ref("payment_reminders.ladder_dk")
        ladder.step_ids[-1].channels = "email,letter"
        self.make_cases(ladder)
        letters = self.check(ladder).filtered(lambda c: c.channel == "letter")
        self.assertEqual(letters.step_id, ladder.step_ids[-1])
        self.assertFalse(letters.filtered(lambda c: c.lang == "en_US").problems)

    def test_step_says_why_its_text_cannot_be_shown(self):
        ladder = self.env.ref("payment_reminders.ladder_dk")
        step = ladder.step_ids[1]
        with self.assertRaisesRegex(UserError, "no open case"):
            self.preview(step)
        self.make_cases(ladder)
        with self.assertRaises(AccessError):
            step.with_user(self.rep).action_preview()
        # It is refused when it is saved; what was saved otherwise may stand there.
        body = {"en_US": "<p t-out='object.nothing'/>"}
        self.env.cr.execute(
            "UPDATE mail_template SET body_html = %s WHERE id = %s",
            [json.dumps(body), step.mail_template_id.id],
        )
        step.mail_template_id.invalidate_recordset()
        self.assertIn("nothing", self.preview(step).problem)

    def test_without_cases_it_says_so(self):
        with self.assertRaisesRegex(UserError, "no open case"):
            self.check(self.env.ref("payment_reminders.ladder_dk"))

    def test_only_managers(self):
        with self.assertRaises(AccessError):
            self.check(self.env.ref("payment_reminders.ladder_dk"), self.rep)


@tagged("-standard", "payment_reminders_long")
class TestReadyTexts(TextCheckCommon):
    def test_the_ready_texts_are_in_order_in_every_language(self):
        for code in LADDERS:
            ladder = self.env.ref(f"payment_reminders.ladder_{code}")
            self.make_cases(ladder, LANGUAGES)
            checks = self.check(ladder)
            self.assertEqual(
                set(checks.mapped("lang")), set(LANGUAGES), "each that a customer reads"
            )
            self.assertEqual(len(checks), 4 * 2 * len(LANGUAGES))
            for check in checks:
                with self.subTest(
                    step=check.step_id.name, lang=check.lang, channel=check.channel
                ):
                    self.assertFalse(check.problems)
                    if check.channel == "sms":
                        self.assertIn(check.parts, (1, 2))
