import re
from datetime import timedelta
from unittest.mock import patch

from lxml import html

from odoo import fields
from odoo.tests import tagged

from ..tags import takes_long
from .portal_common import PortalCommon


@tagged("post_install", "-at_install")
class TestPortalShown(PortalCommon):
    """What the page of a case shows, and in what order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("da_DK")
        modules = cls.env["ir.module.module"]
        modules._load_module_terms(["payment_reminders"], ["da_DK"])

    def visit(self, more="", case=None, token=None, **params):
        case = case or self.case
        answer = self.get(case.id, token or case._portal_ensure_token(), more, **params)
        self.assertEqual(answer.status_code, 200)
        return html.fromstring(answer.text)

    def words(self, node):
        return " ".join(node.text_content().split())

    def read_danish(self, more="", **params):
        self.customer.lang = "da_DK"
        self.addCleanup(self.customer.__setattr__, "lang", "en_US")
        page = self.visit(more, **params)
        self.assertEqual(page.get("lang"), "da-DK")
        return page

    # -- what a browser reads ---------------------------------------------------

    def test_each_page_has_title_and_language(self):
        for more in ("", "/pay", "/plan", "/ask"):
            page = self.visit(more)
            title = page.findtext(".//title")
            self.assertEqual(page.get("lang"), "en-US", more)
            self.assertIn(self.company.name, title, more)
            self.assertNotIn("Odoo", title)
        wrong = html.fromstring(self.get(self.case.id, "x").text)
        self.assertEqual(wrong.get("lang"), "en-US")
        self.assertIn("This link does not work", wrong.findtext(".//title"))

    # -- the reference to pay with ------------------------------------------------

    def test_one_reference_the_one_to_pay_with(self):
        page = self.visit()
        card = page.xpath("//div[hasclass('card')]")[0]
        text = self.words(card)
        self.assertIn(f"Payment reference {self.move.payment_reference}", text)
        self.assertIn(f"Our case number {self.case.name}", text)
        self.assertNotIn("Your reference", self.words(page))

    def test_no_reference_where_each_invoice_has_its_own(self):
        self.make_invoice(due=9)
        self.refresh()
        card = self.visit().xpath("//div[hasclass('card')]")[0]
        self.assertNotIn("Payment reference", self.words(card))

    # -- amounts in boxes ---------------------------------------------------------

    def test_a_box_writes_amounts_as_the_page_does(self):
        box = self.read_danish("/pay").xpath("//input[@name='amount']")[0]
        self.assertEqual(box.get("value"), "1.000,00")
        for text in ("250,50", "250.50", "kr. 250,50"):
            page = self.visit("/pay", amount=text)
            box = page.xpath("//input[@name='amount']")[0]
            self.assertEqual(box.get("value"), "250,50", text)
            self.assertFalse(page.xpath("//*[@role='alert']"), text)

    def test_an_amount_in_doubt_is_asked_for_again(self):
        page = self.read_danish("/pay", amount="0,250")
        self.assertTrue(page.xpath("//*[@role='alert']"))
        data = {"access_token": self.token, "kind": "paid", "paid_amount": "1,234"}
        data["paid_date"] = fields.Date.to_string(fields.Date.today())
        answer = self.post(f"{self.case.id}/ask", data)
        self.assertEqual(answer.status_code, 200)
        self.assertIn("1.234,50", answer.text)
        self.assertFalse(self.case.query_ids)
        data["paid_amount"] = "1.234,00"
        self.post(f"{self.case.id}/ask", data)
        self.assertEqual(self.case.query_ids.paid_amount, 1234)

    def test_i_have_paid_begins_with_all_of_it_today(self):
        page = self.visit("/ask", kind="paid")
        amount = page.xpath("//input[@name='paid_amount']")[0].get("value")
        day = page.xpath("//input[@name='paid_date']")[0].get("value")
        self.assertEqual(amount, "1,000.00")
        self.assertEqual(day, str(self.company._get_reminder_today()))

    # -- this claim, and what was before ------------------------------------------

    def make_fee(self, amount):
        self.env["payment.reminder.claim.line"].create(
            {"case_id": self.case.id, "kind": "fee", "amount": amount}
        )

    def get_history(self, page):
        folded = page.xpath("//details[hasclass('o_payment_reminder_history')]")
        return self.words(folded[0]) if folded else ""

    def get_open(self, page):
        for folded in page.xpath("//details[hasclass('o_payment_reminder_history')]"):
            folded.getparent().remove(folded)
        return self.words(page)

    def test_waived_costs_are_folded_away(self):
        self.make_fee(100)
        self.case._waive_costs("A good customer")
        page = self.visit()
        self.assertIn("Waiver", self.get_history(page))
        self.assertNotIn("Waiver", self.get_open(page))
        self.assertNotIn("Open fees and interest", self.words(page))

    def test_what_is_open_of_the_costs_stays(self):
        self.make_fee(100)
        self.case._waive_costs("A good customer")
        self.make_fee(77)
        page = self.visit()
        self.assertEqual(self.get_history(page).count("100.00"), 2)
        self.assertIn("77.00", self.get_open(page))

    def test_a_settled_question_is_folded_below_the_debt(self):
        query = self.env["payment.reminder.query"].create(
            {"case_id": self.case.id, "description": "What is this", "source": "page"}
        )
        page = self.visit()
        text = self.get_open(page)
        self.assertLess(text.index("What is this"), text.index("Was due on"))
        query.action_close("not_agreed")
        page = self.visit()
        self.assertIn("What is this", self.get_history(page))
        self.assertNotIn("What is this", self.get_open(page))

    # -- everything is paid ---------------------------------------------------------

    @takes_long
    def test_a_paid_page_thanks_and_gives_a_receipt(self):
        self.send(self.propose())
        self.pay(self.move)
        self.refresh()
        page = self.visit()
        text = self.words(page)
        self.assertIn("Everything is paid. Thank you!", text)
        receipt = page.xpath("//div[hasclass('o_payment_reminder_receipt')]")[0]
        self.assertIn("1,000.00", self.words(receipt))
        self.assertIn(self.move.name, self.words(receipt))
        self.assertFalse(page.xpath("//a[contains(@href, 'kind=paid')]"))
        self.assertNotIn("has not received yet", text)
        self.assertNotIn("How the interest is computed", self.get_open(page))

    def test_no_receipt_for_what_was_credited_or_is_open(self):
        page = self.visit()
        self.assertFalse(page.xpath("//a[contains(@href, '/receipt')]"))
        self.assertTurnedAway(self.get(self.case.id, self.token, "/receipt"))
        self.move._reverse_moves(cancel=True)
        self.refresh()
        page = self.visit()
        self.assertIn("Everything is paid", self.words(page))
        self.assertFalse(page.xpath("//a[contains(@href, '/receipt')]"))
        self.assertTurnedAway(self.get(self.case.id, self.token, "/receipt"))

    def test_a_receipt_is_of_this_claim(self):
        self.pay(self.move)
        self.refresh()
        self.case.sudo().date_open = fields.Datetime.now() + timedelta(days=30)
        self.assertEqual(self.case._get_page_receipt(), {})

    def test_a_receipt_as_pdf(self):
        if self.env["ir.actions.report"].get_wkhtmltopdf_state() == "install":
            self.skipTest("wkhtmltopdf is not installed")
        self.pay(self.move)
        self.refresh()
        answer = self.get(self.case.id, self.token, "/receipt")
        self.assertTrue(answer.content.startswith(b"%PDF"))
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        self.assertTurnedAway(self.get(self.case.id, "x", "/receipt"))

    # -- a statement of account -------------------------------------------------------

    def test_a_statement_is_offered_while_anything_is_open(self):
        page = self.read_danish()
        [link] = page.xpath("//a[hasclass('o_payment_reminder_statement')]")
        self.assertIn("kontoudtog", self.words(link))
        self.assertIn(f"/my/reminders/{self.case.id}/statement", link.get("href"))

    def test_no_statement_when_nothing_is_open(self):
        self.pay(self.move)
        self.refresh()
        self.assertFalse(self.visit().xpath("//a[contains(@href, '/statement')]"))
        self.assertTurnedAway(self.get(self.case.id, self.token, "/statement"))

    def test_a_statement_is_of_one_customer_and_read_now(self):
        other = self.make_customer("Other ApS", "other@other.example")
        foreign = self.make_invoice(due=10, partner=other)
        soon = self.make_invoice(due=-20, amount=250)
        draft = self.make_invoice(due=10, post=False)
        self.refresh()
        pages = []
        notice = type(self.env["payment.reminder"])

        def print_html(_model, text):
            pages.append(html.fromstring(text))
            return b"%PDF-1.4"

        with patch.object(notice, "_print_letter_html", print_html):
            answer = self.get(self.case.id, self.token, "/statement")
            self.assertEqual(answer.content, b"%PDF-1.4")
            self.assertIn("attachment", answer.headers["Content-Disposition"])
            self.assertIn("no-store", answer.headers["Cache-Control"])
            # Who changes the number, or has a wrong link, gets nothing at all.
            others = foreign.reminder_case_id
            for case, token in (
                (self.case, "x"),
                (self.case, ""),
                (others, self.token),
            ):
                self.assertTurnedAway(self.get(case.id, token, "/statement"))
        [page] = pages
        text = self.words(page)
        self.assertIn(soon.name, text)
        self.assertIn("1,250.00", text)
        self.assertNotIn(foreign.name, text)
        self.assertNotIn(f"{draft.id}", [row.text for row in page.iter("td")])

    def test_a_statement_as_pdf(self):
        if self.env["ir.actions.report"].get_wkhtmltopdf_state() == "install":
            self.skipTest("wkhtmltopdf is not installed")
        answer = self.get(self.case.id, self.token, "/statement")
        self.assertTrue(answer.content.startswith(b"%PDF"))

    def test_the_interest_needs_no_scrolling(self):
        page = self.visit()
        for table in page.xpath("//table"):
            widest = max(len(row.xpath("td|th")) for row in table.iter("tr"))
            self.assertLessEqual(widest, 2, re.sub(r"\s+", " ", self.words(table)))
