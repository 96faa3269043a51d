import re
from datetime import timedelta

from lxml import html

from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import formatLang, html2plaintext

from ...models.notice.wording import NBSP, format_day
from ...rules.sms import GSM_CHARACTERS, count_parts
from ..common import ReminderCommon
from ..tags import takes_long

LANGUAGES = (
    "en_US", "da_DK", "sv_SE", "nb_NO", "fi_FI", "de_DE", "fr_FR", "nl_NL",
)  # fmt: skip
STEPS = ("nudge", "reminder_1", "reminder_2", "final_notice")
LADDERS = (
    "dk", "se", "no", "fi", "de", "nl", "fr", "be", "gb", "ie", "at", "neutral",
)  # fmt: skip
#: What the customer's page says over the sum, in the same order.
TO_PAY_NOW = (
    "To pay now",
    "At betale nu",
    "Att betala nu",
    "Å betale nå",
    "Maksettava nyt",
    "Jetzt zu zahlen",
    "À payer maintenant",
    "Nu te betalen",
)
#: Words that are English and one of the other languages too, and the law's own.
SAME_EVERYWHERE = {
    "aug", "bic", "cvr", "dec", "demeure", "for", "full", "inkassovarsel", "jul",
    "mail", "mise", "online", "per", "sep", "september",
}  # fmt: skip


#: And those of one other language alone.
SAME_IN = {
    "da": {"scan", "send"},
    "de": {"code"},
    "fr": {
        *("code", "date", "page", "part", "question", "simple", "solution", "total"),
    },
    "nb": {"send"},
    "nl": {"code", "late", "open", "scan", "week"},
}


def get_phrases(body):
    """Return the texts of an HTML body, word by word as a reader sees them."""
    nodes = html.fragment_fromstring(body, create_parent="div").itertext()
    return [" ".join(text.split()) for text in nodes if text.strip()]


def flatten(text):
    """Return a text with blanks of one kind: French has a narrow one, too."""
    return text.replace(NBSP, " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


@tagged("post_install", "-at_install")
class TemplateCommon(ReminderCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for code in LANGUAGES:
            cls.env["res.lang"]._activate_lang(code)
        cls.env.ref("base.module_payment_reminders")._update_translations(LANGUAGES)
        cls.env["ir.config_parameter"].sudo().set_param(
            "web.base.url", "https://books.company.example"
        )
        cls.company.write(
            {
                "name": "Nordisk Kaffe ApS",
                "street": "Havnegade 12",
                "zip": "5000",
                "city": "Odense C",
                "company_registry": "12345678",
                "phone": "+45 66 12 34 56",
                "website": "https://kaffe.example",
            }
        )
        bank = cls.env["res.bank"].create({"name": "Sparekassen", "bic": "DABADKKK"})
        cls.account = cls.env["res.partner.bank"].create(
            {
                "acc_number": "DK5000400440116243",
                "partner_id": cls.company.partner_id.id,
                "bank_id": bank.id,
                "allow_out_payment": True,
            }
        )

    @classmethod
    def make_notice(cls, step, ladder="dk", lines=3, name="Anna Sørensen", **vals):
        """Make one notice of a ready ladder, with figures of every kind."""
        customer = cls.make_customer(f"{name} & Co", "anna@kunde.example")
        due = 40 if step != "nudge" else -3
        moves = cls.make_invoices(
            [customer] * lines,
            due,
            [12500.0 / (n + 1) for n in range(lines)],
            partner_bank_id=cls.account.id,
        )
        case = cls._make_case(customer, ladder, moves)
        rung = cls.env.ref(f"payment_reminders.step_{ladder}_{step}")
        is_demand = step != "nudge"
        today = fields.Date.today()
        notice = (
            cls.env["payment.reminder"]
            .sudo()
            .create(
                {
                    "case_id": case.id,
                    "company_id": cls.company.id,
                    "partner_id": customer.id,
                    "currency_id": case.currency_id.id,
                    "step_id": rung.id,
                    "deadline_date": is_demand and today + timedelta(days=14),
                    "line_ids": [
                        Command.create(cls._prepare_line(item, rung))
                        for item in case.item_ids
                    ],
                    **cls._prepare_figures(case, is_demand),
                    **vals,
                }
            )
        )
        cls.env["payment.reminder.delivery"].sudo().create(
            {
                "key": f"test/{notice.id}",
                "reminder_id": notice.id,
                "case_id": case.id,
                "company_id": cls.company.id,
                "partner_id": customer.id,
                "channel": "email",
                "recipient": customer.email,
            }
        )
        return notice

    @classmethod
    def _make_case(cls, customer, ladder, moves):
        Case = cls.env["payment.reminder.case"].sudo()
        case = Case.create(
            {
                "name": "RC00042",
                "identity": Case._get_identity(
                    cls.company.id, customer.id, cls.currency.id
                ),
                "company_id": cls.company.id,
                "partner_id": customer.id,
                "currency_id": cls.currency.id,
                "user_id": cls.manager.id,
                "ladder_id": cls.env.ref(f"payment_reminders.ladder_{ladder}").id,
            }
        )
        lines = moves.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        )
        cls.env["payment.reminder.item"].sudo().create(
            [
                {
                    "case_id": case.id,
                    "move_line_id": line.id,
                    "move_id": line.move_id.id,
                    "date_due": line.date_maturity,
                }
                for line in lines
            ]
        )
        return case

    @classmethod
    def _prepare_line(cls, item, step):
        """Return a line of which 1000 is paid and 250 credited, if it is overdue."""
        total = item.move_line_id.amount_currency
        off = 1250.0 if step.kind != "nudge" else 0.0
        return {
            "item_id": item.id,
            "step_id": step.id,
            "name": item.move_id.name,
            "date_invoice": item.move_id.invoice_date,
            "date_due": item.date_due,
            "amount_total": total,
            "amount_residual": total - off,
            "amount_credited": 250.0 if off else 0.0,
        }

    @classmethod
    def _prepare_figures(cls, case, is_demand):
        principal = sum(case.item_ids.move_line_id.mapped("amount_currency"))
        if not is_demand:
            return {"amount_principal": principal, "amount_claim": principal}
        principal -= 1250.0 * len(case.item_ids)
        return {
            "amount_principal": principal,
            "amount_costs_before": 137.5,
            "amount_fee": 100.0,
            "amount_interest": 41.25,
            "amount_compensation": 310.0,
            "amount_claim": principal + 137.5 + 100.0 + 41.25 + 310.0,
            "interest_until": fields.Date.today(),
            "interest_specification": [
                {
                    "item_id": case.item_ids[0].id,
                    "first_day": "2026-08-07",
                    "last_day": "2026-09-15",
                    "days": 40,
                    "rate": "10.50",
                    "base": "12500.00",
                    "amount": "60.25",
                }
            ],
        }

    @classmethod
    def make_rest_notice(cls):
        """Make a notice of fees and interest alone, of which no invoice is left."""
        notice = cls.make_notice("reminder_2", name="Bo")
        notice.line_ids.unlink()
        notice.write({"amount_principal": 0.0, "amount_claim": 588.75})
        return notice

    @classmethod
    def make_notices(cls):
        """Return a notice for each of the texts."""
        return [cls.make_notice(step) for step in STEPS] + [cls.make_rest_notice()]

    def render(self, notice, lang=None):
        """Return (subject, body, SMS) of a notice as the customer gets them."""
        if lang:
            notice.partner_id.lang = lang
        step = notice.step_id
        mail_template, sms_template = step.mail_template_id, step.sms_template_id
        if not notice.line_ids:
            mail_template = self.env.ref("payment_reminders.mail_template_rest")
            sms_template = self.env.ref("payment_reminders.sms_template_rest")
        mail = mail_template.sudo()._generate_template(
            notice.ids, ("subject", "body_html", "email_from", "mail_server_id")
        )[notice.id]
        sms = sms_template.sudo()._render_field("body", notice.ids, compute_lang=True)
        return mail["subject"], str(mail["body_html"]), sms[notice.id]


class LanguagesCommon(TemplateCommon):
    """Every text of every step in every language, on the same notice."""

    def _get_words(self, texts):
        """Return the words of HTML texts, links left out."""
        found = set()
        for text in texts:
            plain = re.sub(r"https?://\S+", "", " ".join(get_phrases(text)))
            found.update(re.findall(r"[^\W\d_]{3,}", plain.lower()))
        return found

    def _get_data(self, notice):
        """Return what is said of this company and customer in any language."""
        company = self.company
        return (
            company.name,
            f"{company.street} {company.city}",
            f"{company.website} {company.partner_id.country_id.name}",
            f"{self.manager.name} {self.manager.email}",
            f"{self.account.bank_id.name} {self.account.bank_id.bic}",
            notice.partner_id.name,
            notice.currency_id.name,
            " ".join(notice.line_ids.mapped("name")),
        )

    def _get_texts(self, notice, lang):
        """Return what a reader gets: subject, e-mail, SMS, and the letter."""
        texts = self.render(notice, lang)
        sheet = notice._prepare_letter_sheet()
        self.assertEqual(sheet["lang"], lang)
        # The company stands at the head of the sheet, not in its subject.
        self.assertFalse(sheet["subject"].startswith(self.company.name))
        return (*texts, sheet["subject"], sheet["body"])

    def _check_no_english(self, notice, languages):
        """No word of the English message stands in that of another language."""
        data = self._get_words(self._get_data(notice)) | SAME_EVERYWHERE
        english = self._get_words(self._get_texts(notice, "en_US")) - data
        self.assertIn("pay", english)
        for lang in languages:
            with self.subTest(step=notice.step_kind, lang=lang):
                words = self._get_words(self._get_texts(notice, lang))
                left = words & english - SAME_IN.get(lang[:2], set())
                self.assertFalse(left)

    def _check_figures(self, notice, lang):
        _subject, body, sms = self.render(notice, lang)
        text = flatten(" ".join(get_phrases(body)))
        for line in notice.line_ids:
            self.assertIn(line.name, text)
            self.assertIn(self._money(line.amount_residual, lang), text)
            self.assertIn(self._day(line.date_due, lang), text)
        names = ["principal"] if notice.line_ids else []
        if notice.step_kind != "nudge":
            names += ["costs_before", "fee", "interest", "compensation", "claim"]
            self.assertIn(self._day(notice.deadline_date, lang, "long"), text)
            self.assertIn(self._day(notice.deadline_date, lang), sms)
        for name in names:
            self.assertIn(self._money(notice[f"amount_{name}"], lang), text)
        self.assertIn(self._money(notice.amount_claim, lang), sms)

    def _money(self, amount, lang):
        env = self.env(context={"lang": lang})
        return flatten(formatLang(env, amount))

    def _day(self, day, lang, date_format="medium"):
        return flatten(format_day(day, date_format, lang))


class TestLanguages(LanguagesCommon):
    def test_page_of_the_customer_is_translated(self):
        checker = self.env["payment.reminder.text.checker"]
        views = self.env["ir.ui.view"].search(
            [("key", "=like", "payment_reminders.portal_%")]
        )
        blocks = [key.split(".")[1] for key in views.mapped("key")]
        self.assertIn("portal_reminder_ask", blocks)
        for block in [*blocks, "agency_refused"]:
            for lang in LANGUAGES[1:]:
                with self.subTest(block=block, lang=lang):
                    self.assertFalse(checker._get_untranslated_terms(block, lang))

    @takes_long
    def test_no_placeholder_is_left(self):
        for notice in self.make_notices():
            for lang in LANGUAGES:
                with self.subTest(step=notice.step_kind, lang=lang):
                    subject, body, sms = self.render(notice, lang)
                    for text in (subject, *get_phrases(body), sms):
                        self.assertNotRegex(
                            text, r"\bNone\b|\bFalse\b|\{\{|\}\}|t-out|\["
                        )
                    self.assertNotRegex(body, r"<t[ >]|t-if|t-out")

    @takes_long
    def test_the_hardest_text_is_wholly_in_each_of_three_languages(self):
        """The others, and the other steps, are in the long tests."""
        notice = self.make_notice("final_notice", "fr")
        self._check_no_english(notice, ("fr_FR", "nl_NL", "de_DE"))

    def test_sms_of_a_name_in_other_letters(self):
        self.company.name = "Żółta Kawiarnia"
        sms = self.render(self.make_notice("reminder_1"))[2]
        self.assertTrue(sms.startswith("Zolta Kawiarnia:"), sms)
        self.assertFalse(set(sms) - GSM_CHARACTERS)


@tagged("-standard", "payment_reminders_long")
class TestMoreOfLanguages(LanguagesCommon):
    def test_no_word_is_left_in_english(self):
        for notice in self.make_notices():
            self._check_no_english(notice, LANGUAGES[1:])

    def test_figures_are_those_of_the_notice(self):
        for notice in self.make_notices():
            for lang in LANGUAGES:
                with self.subTest(step=notice.step_kind, lang=lang):
                    self._check_figures(notice, lang)

    def test_sms_fits_in_two_parts(self):
        self.company.name = "Jensen & Sønners Eftf. Tømrer- og Snedkerforretning A/S"
        notices = [self.make_notice(step, lines=12) for step in STEPS]
        for notice in [*notices, self.make_rest_notice()]:
            for lang in LANGUAGES:
                with self.subTest(step=notice.step_kind, lang=lang):
                    sms = self.render(notice, lang)[2]
                    self.assertFalse(set(sms) - GSM_CHARACTERS)
                    self.assertLessEqual(count_parts(sms), 2, sms)
                    self.assertIn(notice._get_pay_url(), sms)


class TestPage(TemplateCommon, HttpCase):
    """The page behind the link speaks the language of the letter."""

    @takes_long
    def test_page_in_every_language(self):
        notice = self.make_notice("reminder_1")
        path = notice._get_pay_url().removeprefix("https://books.company.example")
        words = dict(zip(LANGUAGES, TO_PAY_NOW, strict=True))
        for lang in LANGUAGES:
            notice.partner_id.lang = lang
            page = self.url_open(path, headers={"Accept-Language": "en"}).text
            with self.subTest(lang=lang):
                self.assertIn(f'lang="{lang.replace("_", "-")}"', page)
                self.assertIn(words[lang], page)
                if lang != "en_US":
                    self.assertNotIn("has not received yet", page)
                    self.assertNotIn("Was due on", page)
                    self.assertNotIn(words["en_US"], page)


class LetterCommon(TemplateCommon):
    """What a letter shows, and what it leaves out."""

    def _count_queries(self, template, notices):
        ids = [notice.id for notice in notices]
        for notice in notices:
            notice._get_pay_url()  # gives the case its token, once for good
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        template._generate_template(ids, ("subject", "body_html"))
        return self.env.cr.sql_log_count - before


class TestLetter(LetterCommon):
    def test_a_nudge_asks_for_no_costs(self):
        notice = self.make_notice(
            "nudge", amount_costs_before=137.5, amount_claim=99999.0
        )
        _subject, body, sms = self.render(notice)
        self.assertNotIn("137.50", body)
        self.assertNotIn("99,999", body + sms)

    def test_what_is_zero_is_not_shown(self):
        self.env.ref("payment_reminders.ladder_dk").step_ids[-1:].write(
            {"fee_policy": "none", "charge_interest": False}
        )
        notice = self.make_notice(
            "reminder_2",
            amount_costs_before=0,
            amount_fee=0,
            amount_interest=0,
            amount_compensation=0,
        )
        phrases = get_phrases(self.render(notice)[1])
        for word in ("fee", "Fees", "interest", "Interest", "Compensation"):
            self.assertFalse([p for p in phrases if word in p.split()], word)
        self.assertNotIn("Invoices in total", phrases)

    def test_part_payment_and_credit_are_shown(self):
        phrases = get_phrases(self.render(self.make_notice("reminder_1"))[1])
        for text in ("invoiced 12,500.00", "paid 1,000.00", "credited 250.00"):
            self.assertIn(text, phrases)

    @takes_long
    def test_what_happens_next_and_what_it_costs(self):
        """A final notice has words of its own for it."""
        unpaid = "If the amount is not paid by then, we will send "
        another, final = "another reminder.", "a final notice before debt collection."
        costs = " A fee can be added, as far as the law allows."
        costs += " Interest continues to run."
        for step, said in (
            ("nudge", None),
            ("reminder_1", unpaid + another + costs),
            ("reminder_2", unpaid + final + costs),
            ("final_notice", None),
        ):
            phrases = get_phrases(self.render(self.make_notice(step))[1])
            found = [phrase for phrase in phrases if unpaid in phrase]
            self.assertEqual(found, [said] if said else [], step)
        self.env.ref("payment_reminders.ladder_dk").step_ids[-1:].fee_policy = "none"
        body = self.render(self.make_notice("reminder_2"))[1]
        self.assertNotIn("A fee can be added", body)

    def test_no_interest_is_announced_where_the_law_gives_none(self):
        """Against consumers many laws give none, though the step asks for it."""
        notice = self.make_notice("reminder_1", "gb")
        self.assertIn("Interest continues to run", self.render(notice)[1])
        notice.partner_id.is_company = False
        self.assertNotIn("Interest continues to run", self.render(notice)[1])

    @takes_long
    def test_costs_that_follow_are_named_where_the_law_wants_it(self):
        """BW 6:96(6) in the Netherlands, WER XIX.2 in Belgium."""

        def get_told(step, ladder, **vals):
            vals = {"amount_fee": 0, "amount_principal": 3120.5, **vals}
            notice = self.make_notice(step, ladder, name=f"{ladder} {step}", **vals)
            notice.partner_id.is_company = False
            phrases = get_phrases(self.render(notice)[1])
            told = [text.replace(NBSP, " ") for text in phrases if "scale" in text]
            # It is named, or it may come: not both.
            may_come = any("A fee can be added" in text for text in phrases)
            self.assertEqual(may_come, ladder == "be" and not told and "1" in step)
            return told

        eur = self.env.ref("base.EUR")
        self.assertFalse(get_told("reminder_1", "be", currency_id=eur.id))
        self.company.reminder_fee_agreed = True
        (told,) = get_told("reminder_1", "be", currency_id=eur.id)
        # 65, and 5 % of what is above 500.
        self.assertIn("costs of 196.03 EUR are added, by the scale of the law", told)
        self.assertFalse(get_told("reminder_2", "be", currency_id=eur.id))
        self.assertFalse(get_told("reminder_2", "nl", currency_id=eur.id))
        (told,) = get_told("final_notice", "nl", currency_id=eur.id)
        # 15 % of 2,500 and 10 % of the rest.
        self.assertIn("costs of 437.05 EUR are added", told)
        # In another currency than the law's nothing is promised.
        dkk = self.env.ref("base.DKK")
        self.assertFalse(get_told("final_notice", "nl", currency_id=dkk.id))

    def test_interest_that_joins_the_principal_is_told_so(self):
        text = " ".join(
            get_phrases(self.render(self.make_notice("final_notice", "nl"))[1])
        )
        self.assertIn("the interest of each full year joins the principal", text)
        self.assertNotIn("simple interest", text)

    def test_interest_is_specified(self):
        notice = self.make_notice("final_notice")
        text = " ".join(get_phrases(self.render(notice)[1])).replace(NBSP, " ")
        self.assertIn(
            "10.50 % a year of 12,500.00, from Aug 7, 2026 to Sep 15, 2026 (days: 40)",
            text,
        )
        self.assertIn("Less interest asked for in earlier reminders -19.00", text)

    def test_how_to_pay(self):
        notice = self.make_notice("reminder_1", lines=1)
        notice.line_ids.item_id.move_id.payment_reference = "RF18 5390 0754 7034"
        body = self.render(notice)[1]
        phrases = get_phrases(body)
        account = "DK50 0040 0440 1162 43 (Sparekassen)"
        for text in (account, "DABADKKK", "RF18 5390 0754 7034"):
            self.assertIn(text, phrases)
        links = html.fragment_fromstring(body, create_parent="div").xpath("//a/@href")
        self.assertIn(notice._get_pay_url(), links)
        item = notice.line_ids.item_id
        self.assertTrue(
            [link for link in links if f"/pay/{item.id}?access_token=" in link]
        )

    def test_many_invoices_have_each_their_reference(self):
        notice = self.make_notice("reminder_1", lines=2)
        for line in notice.line_ids:
            line.item_id.move_id.payment_reference = f"Ref {line.name}"
        phrases = get_phrases(self.render(notice)[1])
        for line in notice.line_ids:
            self.assertIn(f"Reference Ref {line.name}", phrases)
        self.assertNotIn("Payment reference", phrases)

    def test_what_a_customer_wrote_is_only_shown(self):
        name = "<b>x</b> {{ 9999*7 }} <t t-out='9999*7'/>"
        subject, body, sms = self.render(self.make_notice("reminder_1", name=name))
        self.assertNotIn("<b>x", body)
        self.assertIn("&lt;b&gt;x&lt;/b&gt; {{ 9999*7 }}", body)
        self.assertNotIn("69993", subject + body + sms)

    def test_plain_text_of_the_mail(self):
        notice = self.make_notice("reminder_1", lines=1)
        text = html2plaintext(self.render(notice)[1])
        for part in (notice.line_ids.name, "Total to pay", "DK50 0040 0440 1162 43"):
            self.assertIn(part, text)

    def test_one_invoice_or_many(self):
        one = self.render(self.make_notice("reminder_1", lines=1))[1]
        self.assertIn("invoice below", one)
        many = self.render(self.make_notice("reminder_1", lines=5, name="Bo"))
        self.assertIn("invoices below", many[1])
        self.assertIn("(+2)", many[0])

    def test_works_on_a_bare_notice(self):
        """Templates are rendered whenever they are saved, on whatever is there."""
        notice = self.make_notice("reminder_1")
        notice.delivery_ids.unlink()
        notice.line_ids.unlink()
        notice.write({"deadline_date": False, "interest_until": False})
        subject, body, sms = self.render(notice)
        self.assertTrue(subject and body and sms)
        for step in STEPS:
            template = self.env.ref(f"payment_reminders.mail_template_{step}")
            template.write({"subject": template.subject})
            template.write({"body_html": template.body_html})
            empty = self.env["payment.reminder"]
            self.assertEqual(template._render_field("subject", empty.ids), {})


@tagged("-standard", "payment_reminders_long")
class TestManyLetters(LetterCommon):
    def test_queries_do_not_grow(self):
        notices = [self.make_notice("final_notice", name=f"N{n}") for n in range(9)]
        template = notices[0].step_id.mail_template_id.sudo()
        self._count_queries(template, notices)  # what Odoo caches for good
        few = self._count_queries(template, notices[:2])
        many = self._count_queries(template, notices[2:])
        self.assertEqual(few, many)


class TestFinalNotice(TemplateCommon):
    """A final notice bears the name that the law has for it."""

    def get_heading(self, ladder, lang, **vals):
        notice = self.make_notice(
            "final_notice", ladder, name=f"{ladder} {lang}", **vals
        )
        body = self.render(notice, lang)[1]
        heading = html.fragment_fromstring(body, create_parent="div").xpath("//p")[0]
        return " ".join(heading.text_content().split())

    @takes_long
    def test_in_the_language_of_the_law(self):
        self.assertEqual(self.get_heading("dk", "da_DK"), "Inkassovarsel")
        self.assertEqual(self.get_heading("no", "nb_NO"), "Inkassovarsel")
        self.assertEqual(self.get_heading("se", "sv_SE"), "Inkassokrav")
        self.assertEqual(self.get_heading("de", "de_DE"), "Letzte Mahnung vor Inkasso")
        self.assertEqual(
            self.get_heading("be", "fr_FR"), "Mise en demeure avant recouvrement"
        )
        self.assertEqual(
            self.get_heading("be", "nl_NL"), "Laatste aanmaning en ingebrekestelling"
        )
        self.assertEqual(
            self.get_heading("fi", "fi_FI"),
            "Maksuvaatimus – viimeinen muistutus ennen perintää",
        )

    @takes_long
    def test_the_word_of_the_law_goes_along_in_another_language(self):
        self.assertEqual(
            self.get_heading("dk", "en_US"),
            "Final notice before debt collection (inkassovarsel)",
        )
        self.assertEqual(self.get_heading("se", "da_DK"), "Inkassovarsel (inkassokrav)")
        self.assertEqual(
            self.get_heading("neutral", "en_US"), "Final notice before debt collection"
        )
        self.assertEqual(
            self.get_heading("be", "de_DE"),
            "Letzte Mahnung vor Inkasso (mise en demeure, ingebrekestelling)",
        )

    def test_swedish_notice_without_its_fee_is_no_collection_demand(self):
        self.assertEqual(
            self.get_heading("se", "sv_SE", amount_fee=0),
            "Sista betalningspåminnelse före inkasso",
        )


class TestLadders(TemplateCommon):
    """The ladders that come along."""

    def test_keep_the_law(self):
        for code in LADDERS:
            ladder = self.env.ref(f"payment_reminders.ladder_{code}")
            with self.subTest(ladder=code):
                self.assertFalse(ladder.company_id)
                ladder._check_steps()
                ladder._check_usable()
                errors, _warnings = ladder._lint()
                self.assertFalse(errors)
                self.assertEqual(
                    ladder.step_ids.mapped("kind"),
                    ["nudge", "reminder", "reminder", "final_notice"],
                )

    def test_every_step_waits_for_the_deadline_before(self):
        for code in LADDERS:
            ladder = self.env.ref(f"payment_reminders.ladder_{code}")
            letters = ladder.step_ids.filtered(lambda step: step.kind != "nudge")
            for before, step in zip(letters, letters[1:], strict=False):
                self.assertEqual(step.delay_from, "previous_step")
                self.assertGreater(step.delay_days, before.deadline_days)

    def test_every_step_has_its_texts(self):
        steps = self.env["payment.reminder.step"].browse(
            self.env.ref(f"payment_reminders.step_{code}_{step}").id
            for code in LADDERS
            for step in STEPS
        )
        for step in steps:
            self.assertEqual(step._get_channels(), ["email", "sms"])
            self.assertTrue(step.mail_template_id and step.sms_template_id)
            self.assertFalse(step.mail_template_id.use_default_to)
            self.assertFalse(step.mail_template_id.auto_delete)
        names = {
            lang: set(steps.with_context(lang=lang).mapped("name"))
            for lang in LANGUAGES
        }
        for lang in LANGUAGES[1:]:
            self.assertFalse(names[lang] & names["en_US"])
