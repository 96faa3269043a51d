from datetime import timedelta
from unittest.mock import patch

from lxml import html

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common import ReminderCommon


@tagged("post_install", "-at_install")
class StatementCommon(ReminderCommon):
    """All that is open of a customer, with what was paid of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.move = cls.make_invoice(due=10)
        cls.soon = cls.make_invoice(due=-20, amount=250)
        cls.refresh()
        cls.case = cls.move.reminder_case_id
        cls.statement = cls.env["payment.reminder.statement"]

    def read(self, partner=None):  # pylint: disable=method-required-super
        return self.statement._read(partner or self.customer, self.company)

    def get_rows(self):
        (rows,) = self.read().values()
        return rows

    def get_sheet(self, partner=None):
        sheet = self.statement._prepare_sheet(partner or self.customer, self.company)
        return sheet, html.fromstring(f"<div>{sheet['body']}</div>")


class TestStatement(StatementCommon):
    # -- what is on it ----------------------------------------------------------------

    def test_all_that_is_open_due_or_not(self):
        self.assertEqual(
            [(row.kind, row.name, float(row.open)) for row in self.get_rows()],
            [
                ("invoice", self.move.name, 1000.0),
                ("invoice", self.soon.name, 250.0),
            ],
        )

    def test_what_was_paid_of_it(self):
        self.pay(self.move, amount=400)
        row = self.get_rows()[0]
        self.assertEqual((row.amount, row.settled, row.open), (1000, 400, 600))
        self.pay(self.move)
        self.assertEqual([row.name for row in self.get_rows()], [self.soon.name])

    def test_money_and_credit_notes_that_are_matched_with_nothing(self):
        refund = self.make_invoice(due=5, amount=250, move_type="out_refund")
        rows = {row.kind: row for row in self.get_rows()}
        self.assertEqual(rows["credit_note"].open, -250)
        self.assertEqual(rows["credit_note"].name, refund.name)

    def test_open_fees_and_interest(self):
        self.env["payment.reminder.claim.line"].create(
            {"case_id": self.case.id, "kind": "fee", "amount": 100}
        )
        self.assertEqual(
            [(r.kind, r.open) for r in self.get_rows()][-1], ("costs", 100)
        )
        self.case._waive_costs("Kind")
        self.assertNotIn("costs", [row.kind for row in self.get_rows()])

    def test_each_currency_apart(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.make_invoice(due=5, amount=70, currency_id=euro.id)
        sections = self.read()
        self.assertEqual(list(sections), [self.company.currency_id, euro])
        self.assertEqual([row.open for row in sections[euro]], [70])
        _sheet, body = self.get_sheet()
        totals = [
            table.xpath(".//tr[last()]/td[last()]")[0].text_content().strip()
            for table in body.iter("table")
        ]
        self.assertEqual(totals, ["1,250.00", "70.00"])

    def test_nothing_of_other_customers_companies_and_drafts(self):
        other = self.make_customer("B", "b@x.example")
        self.make_invoice(due=5, partner=other)
        self.make_invoice(due=5, post=False)
        self.assertEqual(len(self.get_rows()), 2)
        contact = self.make_customer(
            "Ida", parent_id=self.customer.id, is_company=False
        )
        self.make_invoice(due=4, amount=30, partner=contact)
        self.assertEqual(len(self.get_rows()), 3)
        self.assertEqual(self.read(contact), self.read())

    def test_in_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("da_DK")
        modules = self.env["ir.module.module"]
        modules._load_module_terms(["payment_reminders"], ["da_DK"])
        self.customer.lang = "da_DK"
        sheet, body = self.get_sheet()
        self.assertEqual(sheet["subject"], "Kontoudtog")
        self.assertIn("1.000,00", body.text_content())

    # -- with a reminder -----------------------------------------------------------

    def test_it_goes_along_when_the_step_says_so(self):
        self.assertFalse(any(self.ladder.step_ids.mapped("attach_statement")))
        reminder = self.propose()
        self.assertFalse(reminder._get_attachments())
        reminder.step_id.attach_statement = True
        with patch.object(
            type(self.env["payment.reminder"]), "_print_letter_html", lambda *_: b"%PDF"
        ):
            file = reminder._get_attachments()
        self.assertEqual(len(file), 1)
        self.assertEqual(file.mimetype, "application/pdf")
        self.assertEqual((file.res_model, file.res_id), (reminder._name, reminder.id))

    def test_a_reminder_leaves_though_it_could_not_be_made(self):
        self.ladder.step_ids.attach_statement = True
        broken = patch.object(
            type(self.statement), "_render_pdf", side_effect=OSError("X1")
        )
        with broken, self.assertLogs("odoo.addons.payment_reminders", "WARNING"):
            reminder = self.propose()
            self.send(reminder)
        self.assertEqual(reminder.state, "sent")
        self.assertIn("X1", "".join(self.case.message_ids.mapped("body")))

    # -- by itself -----------------------------------------------------------------

    def test_it_is_sent_from_case_and_customer(self):
        if self.env["ir.actions.report"].get_wkhtmltopdf_state() == "install":
            self.skipTest("wkhtmltopdf is not installed")
        for record in (self.case, self.customer):
            action = (
                record.action_send_statement()
                if record == self.case
                else record.action_send_reminder_statement()
            )
            context = action["context"]
            self.assertEqual(context["default_partner_ids"], self.customer.ids)
            ids = context["default_attachment_ids"][0][2]
            self.assertTrue(self.env["ir.attachment"].browse(ids).raw[:4] == b"%PDF")
            composer = self.env["mail.compose.message"].with_context(**context)
            composer = composer.create({})
            composer._action_send_mail()
            message = record.message_ids[0]
            self.assertEqual(message.attachment_ids.mimetype, "application/pdf")
            self.assertIn(self.customer, message.partner_ids)

    def test_it_is_printed(self):
        report = self.env["ir.actions.report"]
        if report.get_wkhtmltopdf_state() == "install":
            self.skipTest("wkhtmltopdf is not installed")
        action = self.case.action_print_statement()
        self.assertEqual(action["report_name"], "payment_reminders.report_statement")
        report = report.with_context(force_report_rendering=True)
        pdf, kind = report._render_qweb_pdf(
            "payment_reminders.report_statement", self.customer.ids
        )
        self.assertEqual(kind, "pdf")
        self.assertTrue(pdf.startswith(b"%PDF"))

    def test_who_may_see_it(self):
        rep = self.make_user("seller", "payment_reminders.group_reminder_user")
        own = self.statement.with_user(rep)
        with self.assertRaises(AccessError):
            own._check_may_see(self.customer.with_user(rep))
        self.case.user_id = rep
        own._check_may_see(self.customer.with_user(rep))
        insider = self.make_user("someone", "base.group_user")
        with self.assertRaises(AccessError):
            self.statement.with_user(insider)._check_may_see(
                self.customer.with_user(insider)
            )
        clerk = self.make_user("clerk", "account.group_account_invoice")
        self.statement.with_user(clerk)._check_may_see(self.customer.with_user(clerk))

    def test_it_is_of_today(self):
        sheet, body = self.get_sheet()
        day = self.company._get_reminder_today()
        self.assertIn(day.strftime("%m/%d/%Y"), body.text_content())
        late = [row.due < day for row in self.get_rows()]
        self.assertEqual(late, [True, False])
        self.assertEqual(
            self.soon.invoice_date_due, fields.Date.today() + timedelta(days=20)
        )
        self.assertEqual(sheet["customer"], self.customer.name)


@tagged("-standard", "payment_reminders_long")
class TestLongStatement(StatementCommon):
    def test_many_items_take_as_many_queries_as_few(self):
        counts = []
        for more in (0, 40):
            copies = self.env["account.move"]
            for _number in range(more):
                copies |= self.move.copy({"invoice_date": self.move.invoice_date})
            if copies:
                copies.action_post()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.statement._prepare_sheet(self.customer, self.company)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(len(self.get_rows()), 42)
        self.assertLessEqual(counts[1], counts[0] + 4)
