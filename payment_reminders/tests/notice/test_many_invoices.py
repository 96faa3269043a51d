import re

from lxml import html

from ...rules.references import is_creditor_reference
from .test_templates import TemplateCommon, get_phrases

#: Gmail cuts what is longer.
MOST_BYTES = 102 * 1024


class TestManyInvoices(TemplateCommon):
    """What must be read comes first, and one reference settles it all."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.many = cls.make_notice("reminder_2", lines=1)
        line = cls.many.line_ids
        cls.many.line_ids = [
            (0, 0, {**line.copy_data()[0], "name": f"INV/2026/{number:05}"})
            for number in range(2, 301)
        ]
        cls.many.interest_specification = [
            {
                "item_id": line.item_id.id,
                "base": "1000",
                "rate": "10.15",
                "first_day": "2026-08-01",
                "last_day": "2026-09-15",
                "days": 46,
                "amount": "12.5",
            }
        ] * 300

    def get_text(self, body):
        return " ".join(get_phrases(body))

    def test_what_must_be_read_comes_before_a_long_table(self):
        body = self.render(self.many)[1]
        text = self.get_text(body)
        table = text.index("INV/2026/00003")
        for words in (
            self.many._get_letter_total().replace("\xa0", " "),
            "Pay by",
            "DK50 0040 0440 1162 43",
            "See and pay online",
            "Payment reference RC00042",
        ):
            self.assertLess(text.index(words), table, words)
        self.assertIn("260 more are not shown here", text)
        self.assertLess(len(body.encode()), MOST_BYTES)

    def test_every_language_stays_below_the_limit(self):
        for lang in ("da_DK", "de_DE", "fi_FI"):
            self.assertLess(len(self.render(self.many, lang)[1].encode()), MOST_BYTES)

    def test_the_letter_has_all_rows_after_what_must_be_read(self):
        sheet = self.many._prepare_letter_sheet()
        text = self.get_text(str(sheet["body"]))
        self.assertIn("INV/2026/00300", text)
        self.assertNotIn("not shown here", text)
        self.assertLess(
            text.index("Payment reference RC00042"), text.index("INV/2026/00003")
        )

    def test_a_short_table_comes_first_as_ever(self):
        text = self.get_text(self.render(self.make_notice("reminder_1", name="Bo"))[1])
        self.assertLess(text.index("Total to pay"), text.index("See and pay online"))
        self.assertEqual(text.count("Total to pay"), 1)

    def test_three_invoices_go_by_their_numbers_four_by_the_case(self):
        for count in (2, 3, 4):
            notice = self.make_notice("reminder_1", lines=count, name=f"Bo {count}")
            items = [notice._prepare_letter_item(line) for line in notice.line_ids]
            reference = notice._get_letter_reference(items)
            if count < 4:
                self.assertEqual(reference.split(", "), notice.line_ids.mapped("name"))
            else:
                self.assertEqual(reference, "RC00042")

    def test_long_numbers_of_few_invoices_fit_a_transfer(self):
        notice = self.make_notice("reminder_1", lines=3)
        for number, line in enumerate(notice.line_ids):
            line.name = f"{number}-" + "X" * 60
        items = [notice._prepare_letter_item(line) for line in notice.line_ids]
        self.assertEqual(notice._get_letter_reference(items), "RC00042")

    def test_a_company_in_finland_gives_check_digits(self):
        self.company.country_id = self.env.ref("base.fi")
        notice = self.make_notice("reminder_1", lines=5)
        phrases = get_phrases(self.render(notice)[1])
        self.assertIn("RF54 RC00 042", phrases)
        self.assertTrue(is_creditor_reference("RF54 RC00 042"))
        # Money that names it is found.
        facts = self.env["payment.reminder.facts"]
        self.assertLessEqual(
            {"RF54 RC00 042", "RC00042"},
            facts._get_expected_payments(notice)[notice].references,
        )

    # -- where to pay to ------------------------------------------------------------

    def test_without_an_account_the_reader_is_told_whom_to_ask(self):
        providers = self.env["payment.provider"].search([])
        providers.write({"state": "disabled"})
        notice = self.make_notice("reminder_1")
        ask = "Please ask us which account to pay to."
        self.assertNotIn(ask, self.get_text(self.render(notice)[1]))
        notice.line_ids.item_id.move_id.partner_bank_id = False
        self.company.invalidate_recordset()
        self.assertIn(ask, self.get_text(self.render(notice)[1]))
        self.assertIn(ask, self.get_text(str(notice._prepare_letter_sheet()["body"])))
        problems = self.company._get_reminder_problems
        self.assertNotIn("account", [problem["code"] for problem in problems()])
        self.account.active = False
        self.company.partner_id.invalidate_recordset()
        self.assertIn("account", [problem["code"] for problem in problems()])

    # -- paper ----------------------------------------------------------------------

    def test_odoos_own_logo_is_no_logo(self):
        notice = self.make_notice("reminder_1")
        self.company.logo = self.company._get_logo()
        self.assertFalse(notice._prepare_letter_sheet()["logo"])
        pixel = (
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGA"
            "WjR9awAAAABJRU5ErkJggg=="
        )
        self.company.logo = pixel
        self.assertTrue(notice._prepare_letter_sheet()["logo"])

    def test_an_sms_has_no_double_blanks_where_a_picture_was(self):
        notice = self.env["payment.reminder"]
        for text, expected in (
            ("Fix 🔧 it", "Fix it"),
            ("🔧 Fix it 🔧", "Fix it"),
            ("Fix🔧it", "Fixit"),
            ("Fix it", "Fix it"),
            ("Fix  it", "Fix it"),
        ):
            self.assertEqual(notice._to_sms_text(text), expected)

    def test_links_of_a_long_table_work(self):
        body = self.render(self.many)[1]
        tree = html.fragment_fromstring(body, create_parent="div")
        links = tree.xpath("//td/a/@href")
        self.assertEqual(len(links), 40)
        self.assertTrue(all(re.search(r"/pay/\d+\?access_token=", x) for x in links))
