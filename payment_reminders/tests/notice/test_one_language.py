from email import message_from_string, policy
from html import unescape

from odoo.tests import tagged

from ..sending.gateway_common import MOBILE, GatewayCommon
from ..tags import takes_long


@tagged("post_install", "-at_install")
class TestOneLanguage(GatewayCommon):
    """A message is wholly in one language: words, figures, dates and its mark."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        codes = ["da_DK", "es_ES", "en_GB", "fr_BE", "nl_BE", "de_CH"]
        for code in codes:
            cls.env["res.lang"]._activate_lang(code)
        cls.env.ref("base.module_payment_reminders")._update_translations(codes)
        cls.step = cls.ladder.step_ids.filtered(lambda s: s.name == "Reminder 1")
        cls.mail_text = cls.env.ref("payment_reminders.mail_template_reminder_1")
        cls.sms_text = cls.env.ref("payment_reminders.sms_template_reminder_1")
        cls.step.write(
            {
                "mail_template_id": cls.mail_text.id,
                "sms_template_id": cls.sms_text.id,
                "channel_mode": "all",
            }
        )
        cls.customer.lang = "es_ES"

    def write_to(self, lang, company=None):
        """Send a notice; return its e-mail, the page sent, its SMS and its letter."""
        self.company.partner_id.lang = company or "en_US"
        self.written = getattr(self, "written", 0) + 1
        customer = self.make_customer(
            f"Nordlys {self.written}",
            f"ap{self.written}@nordlys.example",
            lang=lang,
            phone=f"{MOBILE[:-1]}{self.written}",
            street="Vej 1",
            city="Odense",
        )
        reminder = self.ripe(amount=12345.6, partner=customer)
        with self.gateways():
            reminder._dispatch()
            message = message_from_string(
                self.emails[0]["message"], policy=policy.default
            )
            sms = self._sms[0]["body"]
        self.notice = reminder
        page = message.get_body(("html",)).get_content()
        mail = reminder.delivery_ids.mail_mail_id
        letter = reminder._prepare_letter_sheet()
        return mail, page, sms, letter

    def assertLanguage(self, written, code, number, month, word):
        mail, page, sms, letter = written
        self.assertEqual(self.notice.delivery_ids.filtered("lang").lang, code)
        self.assertIn(f'lang="{code.replace("_", "-")}"', page)
        self.assertEqual(letter["lang"], code)
        for text in (mail.body_html, letter["body"]):
            text = unescape(str(text))
            text = text.replace("\xa0", " ").replace("\u202f", " ")
            self.assertIn(number, text)
            self.assertIn(month, text)
            self.assertIn(word, text)
        self.assertIn(number, sms)

    @takes_long
    def test_a_language_that_has_it_all(self):
        self.assertLanguage(
            self.write_to("da_DK"),
            "da_DK",
            "12.345,60",
            "september",
            "enlig hilsen",
        )

    def test_a_language_without_texts_falls_back_to_the_companys(self):
        written = self.write_to("es_ES", company="da_DK")
        self.assertLanguage(written, "da_DK", "12.345,60", "september", "enlig hilsen")
        self.assertNotIn("Kind regards", written[0].body_html)

    def test_and_then_to_english(self):
        self.assertLanguage(
            self.write_to("es_ES", company="es_ES"),
            "en_US",
            "12,345.60",
            "September",
            "Kind regards",
        )

    def test_english_of_another_country_is_english(self):
        written = self.write_to("en_GB")
        self.assertLanguage(written, "en_GB", "12,345.60", "September", "Kind regards")

    @takes_long
    def test_a_language_of_two_countries_is_read_in_both(self):
        """A Belgian, or a Swiss, gets the words of French, Dutch or German."""
        for code, number, month, word in (
            ("fr_BE", "12.345,60", "septembre", "Cordialement"),
            ("nl_BE", "12.345,60", "september", "Met vriendelijke groet"),
            ("de_CH", "12'345.60", "September", "Mit freundlichen"),
        ):
            with self.subTest(code=code):
                written = self.write_to(code, company="da_DK")
                self.assertLanguage(written, code, number, month, word)
                self.assertNotIn("enlig hilsen", written[0].body_html)

    @takes_long
    def test_a_text_of_ones_own_in_another_language(self):
        """Whoever writes a text in Spanish, with nothing of ours in it, gets it."""
        spanish = self.mail_text.with_context(lang="es_ES")
        self.mail_text.write(
            {"subject": "You owe us", "body_html": "<p>You owe us a lot of money.</p>"}
        )
        spanish.subject = "Nos debe"
        self.assertEqual(self.write_to("es_ES")[0].subject, "You owe us")
        spanish.body_html = "<p>Nos debe mucho dinero.</p>"
        mail, page, sms, letter = self.write_to("es_ES")
        self.assertEqual(mail.subject, "Nos debe")
        self.assertIn("mucho", mail.body_html)
        self.assertIn('lang="es-ES"', page)
        # The SMS and the sheet of paper have no Spanish.
        self.assertIn("12,345.60", sms)
        self.assertEqual(letter["lang"], "en_US")
        self.assertIn("a lot of money", letter["body"])

    def test_a_new_text_belongs_to_the_language_it_was_written_in(self):
        own = (
            self.env["mail.template"]
            .with_context(lang="da_DK")
            .create(
                {
                    "name": "Egen",
                    "model_id": self.env["ir.model"]._get_id("payment.reminder"),
                    "subject": "Du skylder",
                    "body_html": "<p>Du skylder os <t "
                    "t-out='object._get_letter_total()'/> og det er ikke sjovt.</p>",
                    "lang": "{{ object._get_partner_lang() }}",
                }
            )
        )
        self.step.mail_template_id = own
        mail, page, _sms, _letter = self.write_to("da_DK")
        self.assertIn('lang="da-DK"', page)
        self.assertIn("12.345,60", mail.body_html.replace("\xa0", " "))

    def test_mails_of_the_page_are_in_one_language_too(self):
        self.customer.lang = "es_ES"
        self.company.partner_id.lang = "da_DK"
        case = self.ripe().case_id
        self.assertEqual(case._get_page_lang(), "da_DK")
        template = self.env.ref("payment_reminders.mail_template_new_link")
        self.assertEqual(template._render_lang(case.ids), {case.id: "da_DK"})
        self.company.partner_id.lang = "es_ES"
        self.assertEqual(case._get_page_lang(), "en_US")
        self.assertEqual(template._render_lang(case.ids), {case.id: "en_US"})
        self.customer.lang = "da_DK"
        self.assertEqual(case._get_page_lang(), "da_DK")

    def test_templates_of_others_are_left_alone(self):
        template = self.env["mail.template"].create(
            {
                "name": "Other",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "body_html": "<p>Hello</p>",
                "lang": "{{ object.lang }}",
            }
        )
        self.assertEqual(
            template._render_lang(self.customer.ids), {self.customer.id: "es_ES"}
        )
