"""Letters on paper: what stands on the sheet, and where."""

import io
import shutil
import unittest

from lxml import html

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools.pdf import PdfFileReader

from ...models.notice.wording import NBSP
from ...models.paper.sheet import REPORT
from ..notice.test_templates import LANGUAGES, STEPS, TemplateCommon
from ..tags import takes_long

MM = 72 / 25.4
#: The address field of DIN 5008, form B, in mm from the left and from the top. The
#: first 17.7 mm are for the sender and for remarks.
WINDOW_LEFT, WINDOW_RIGHT = 20.0, 105.0
WINDOW_TOP, WINDOW_BOTTOM = 45.0, 90.0
ADDRESS = {"street": "Vestergade 3, 2. th.", "zip": "8000", "city": "Aarhus C"}


def find_words(page):
    """Return [(text, mm from the left, mm from the top)] of a page of a PDF."""
    height = float(page.mediabox.height)
    found = []

    def visit(text, cm, tm, _font, _size):
        if text.strip():
            x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
            y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
            words = " ".join(text.replace(NBSP, " ").split())
            found.append((words, x / MM, (height - y) / MM))

    page.extract_text(visitor_text=visit)
    return found


@tagged("post_install", "-at_install")
class LetterCommon(TemplateCommon):
    @classmethod
    def make_letter(cls, step, *args, **kwargs):
        notice = cls.make_notice(step, *args, **kwargs)
        notice.partner_id.write(ADDRESS)
        return notice

    def render_sheet(self, notice, lang=None):
        """Return the HTML of a letter."""
        if lang:
            notice.partner_id.lang = lang
        return str(
            self.env["ir.actions.report"]._render_qweb_html(REPORT, notice.ids)[0],
            "utf-8",
        )

    def read_pdf(self, notices):
        """Return the pages of the letters of these notices."""
        return PdfFileReader(io.BytesIO(notices._render_letter_pdf())).pages


class SheetCommon(LetterCommon):
    """What the letter says."""

    def _check_sheet(self, notice, lang, text):
        reader = notice.with_context(lang=lang)
        for part in (
            notice.partner_id.name,
            "Vestergade 3, 2. th.",
            "8000 Aarhus C",
            "Nordisk Kaffe ApS",
            "12345678",
            "RC00042",
            "DK50 0040 0440 1162 43",
            notice._get_pay_url(),
            reader._get_letter_date(),
            reader._get_letter_total(),
            reader._get_letter_deadline() if notice.deadline_date else "",
        ):
            self.assertIn(part.replace(NBSP, " "), text)
        for line in notice.line_ids:
            self.assertIn(line.name, text)
            for part in (
                reader._format_letter_money(line.amount_residual),
                reader._format_letter_date(line.date_due),
            ):
                self.assertIn(part.replace(NBSP, " "), text)
        if notice.step_kind != "nudge":
            for name in ("costs_before", "fee", "interest", "compensation"):
                amount = reader._format_letter_money(notice[f"amount_{name}"])
                self.assertIn(amount.replace(NBSP, " "), text)
        self.assertNotRegex(text, r"\bNone\b|\bFalse\b|\{\{|\}\}|t-out|\[")

    def _get_text(self, sheet):
        tree = html.document_fromstring(sheet)
        for style in tree.xpath("//style"):
            style.drop_tree()
        return " ".join(tree.text_content().replace(NBSP, " ").split())


class TestSheet(SheetCommon):
    @takes_long
    def test_only_a_printed_letter_is_the_letter(self):
        notice = self.make_letter("reminder_1")
        self.assertIn("has not been sent", self.render_sheet(notice))
        notice.sudo().state = "sent"
        self.assertIn(">Copy<", self.render_sheet(notice))

    def test_foreign_address_names_the_country(self):
        notice = self.make_letter("reminder_1")
        self.assertNotIn("Denmark", notice._get_letter_address())
        notice.partner_id.country_id = self.env.ref("base.se")
        self.assertEqual(notice._get_letter_address()[-1], "SWEDEN")

    def test_contact_is_named_with_the_company(self):
        notice = self.make_letter("reminder_1")
        contact = self.make_customer(
            "Bo Bogholder",
            parent_id=notice.partner_id.id,
            is_company=False,
            type="invoice",
            street="Vej 1",
            zip="5000",
            city="Odense",
        )
        notice.delivery_ids.sudo().partner_id = contact
        self.assertEqual(
            notice._get_letter_address(),
            [notice.partner_id.name, "Bo Bogholder", "Vej 1", "5000 Odense"],
        )

    @takes_long
    def test_private_person_reads_where_to_complain(self):
        self.company.reminder_complaints_body = "Complaints Board, 1 Fair Street"
        notice = self.make_letter("reminder_1")
        self.assertNotIn("Fair Street", self.render_sheet(notice))
        self.assertNotIn("Fair Street", self.render(notice)[1])
        notice.partner_id.is_company = False
        for lang in LANGUAGES:
            for text in (self.render_sheet(notice, lang), self.render(notice, lang)[1]):
                self.assertIn("Complaints Board, 1 Fair Street", text)
                self.assertEqual("If we cannot agree" in text, lang == "en_US")

    @takes_long
    def test_payment_code_where_the_country_has_one(self):
        notice = self.make_letter("reminder_1")
        self.assertNotIn("banking app", self.render_sheet(notice))
        euro = self.setup_other_currency("EUR")
        notice.sudo().currency_id = euro
        self.account.allow_out_payment = False
        self.account.acc_number = "BE15001559627230"
        self.account.allow_out_payment = True
        if "sct_qr" not in dict(self.account.get_available_qr_methods_in_sequence()):
            self.skipTest("account_qr_code_sepa is not installed")
        self.assertIn("banking app", self.render_sheet(notice))

    def test_a_rep_may_print_a_copy_of_own_customers_only(self):
        notice = self.make_letter("reminder_1")
        report = self.env["ir.actions.report"].with_user(self.rep)
        with self.assertRaises(AccessError):
            report._render_qweb_html(REPORT, notice.ids)


@tagged("-standard", "payment_reminders_long")
class TestSheets(SheetCommon):
    def test_figures_dates_and_names_in_every_language(self):
        rest = self.make_rest_notice()
        rest.is_rest = True
        rest.partner_id.write(ADDRESS)
        for notice in [*map(self.make_letter, STEPS), rest]:
            for lang in LANGUAGES:
                with self.subTest(step=notice.step_id.name, lang=lang):
                    text = self._get_text(self.render_sheet(notice, lang))
                    self._check_sheet(notice, lang, text)

    def test_paper_has_no_word_of_the_screen(self):
        for step in STEPS:
            text = self._get_text(self.render_sheet(self.make_letter(step)))
            self.assertNotIn("this e-mail", text)
            self.assertNotIn("See and pay online", text)
            mail = self.render(self.make_letter(step, name="Bo"))[1]
            self.assertIn("this e-mail", mail)
            self.assertNotIn("scan", mail)


@unittest.skipUnless(shutil.which("wkhtmltopdf"), "wkhtmltopdf is not installed")
class TestPdf(LetterCommon):
    """Where it stands on the paper."""

    def test_address_shows_in_the_window(self):
        notice = self.make_letter("reminder_1")
        words = find_words(self.read_pdf(notice)[0])
        places = {text: (x, y) for text, x, y in reversed(words)}
        for line in notice._get_letter_address():
            x, y = places[line]
            self.assertGreaterEqual(x, WINDOW_LEFT + 4)
            self.assertLess(x, WINDOW_LEFT + 7)
            self.assertGreater(y, WINDOW_TOP + 12)
            self.assertLess(y, WINDOW_BOTTOM)
        in_window = [
            text
            for text, x, y in words
            if WINDOW_TOP < y < WINDOW_BOTTOM and WINDOW_LEFT < x < WINDOW_RIGHT
        ]
        sender = "Nordisk Kaffe ApS · Havnegade 12, 5000 Odense C"
        self.assertEqual(
            " ".join(in_window), " ".join([sender, *notice._get_letter_address()])
        )

    @takes_long
    def test_address_shows_in_a_window_on_the_right(self):
        self.company.reminder_letter_window = "right"
        notice = self.make_letter("reminder_1")
        words = find_words(self.read_pdf(notice)[0])
        in_window = [
            text
            for text, x, y in words
            if WINDOW_TOP + 12 < y < WINDOW_BOTTOM and x > WINDOW_LEFT + 90
        ]
        self.assertEqual(in_window, notice._get_letter_address())

    @takes_long
    def test_six_lines_of_address_fit(self):
        notice = self.make_letter("reminder_1", name="Snedkermester Bo Jensen")
        notice.partner_id.write(
            {"street2": "Baghuset", "country_id": self.env.ref("base.se").id}
        )
        contact = self.make_customer(
            "Bo Bogholder", parent_id=notice.partner_id.id, is_company=False
        )
        notice.delivery_ids.sudo().partner_id = contact
        lines = notice._get_letter_address()
        self.assertEqual(len(lines), 6)
        places = {text: y for text, _x, y in find_words(self.read_pdf(notice)[0])}
        self.assertLess(max(places[line] for line in lines), WINDOW_BOTTOM - 2)

    def test_short_letter_is_one_page_and_each_begins_a_page(self):
        first = self.make_letter("reminder_1", lines=1, amount_interest=0.0)
        second = self.make_letter("nudge", lines=1, name="Bo")
        self.assertEqual(len(self.read_pdf(first)), 1)
        pages = self.read_pdf(first | second)
        self.assertEqual(len(pages), 2)
        for page, notice in zip(pages, (first, second), strict=True):
            texts = [text for text, _x, _y in find_words(page)]
            self.assertIn(notice.partner_id.name, texts)

    @takes_long
    def test_print_menu(self):
        notice = self.make_letter("reminder_1")
        pdf, kind = (
            self.env["ir.actions.report"]
            .with_context(force_report_rendering=True)
            .with_user(self.manager)
            ._render_qweb_pdf(REPORT, notice.ids)
        )
        self.assertEqual(kind, "pdf")
        self.assertTrue(pdf.startswith(b"%PDF"))


@tagged("-standard", "payment_reminders_long")
class TestLongPdf(LetterCommon):
    def test_long_letter_runs_on(self):
        notice = self.make_letter("final_notice", lines=40)
        pages = self.read_pdf(notice)
        self.assertGreater(len(pages), 1)
        text = " ".join(word for page in pages for word, _x, _y in find_words(page))
        for line in notice.line_ids:
            self.assertIn(line.name, text)
