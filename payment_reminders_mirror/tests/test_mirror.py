"""Invoices of a file: from the import to the last notice, and nothing in the books."""

import base64
from datetime import timedelta
from pathlib import Path

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time

from odoo.addons.payment_reminders.tests.sending.gateway_common import GatewayCommon

FILES = Path(__file__).parent / "files"
BOOKS = ("account_move", "account_move_line", "account_payment")
HEAD = "Fakturanr;Kundenr;Kunde;E-mail;CVR;Fakturadato;Forfaldsdato;Beløb;Restbeløb"


class MirrorCommon(GatewayCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = cls.make_user("clerk", "payment_reminders.group_reminder_manager")
        cls.Invoice = cls.env["payment.reminder.mirror.invoice"].sudo()

    def setUp(self):
        super().setUp()
        self.before = self.count_books()

    def count_books(self):
        self.env.flush_all()
        found = []
        for table in BOOKS:
            self.env.cr.execute(f"SELECT COUNT(*) FROM {table}")
            found += self.env.cr.fetchone()
        return found

    def open_dialog(self, content, **vals):
        """Choose a file in the dialog and read it."""
        dialog = (
            self.env["payment.reminder.mirror.import"]
            .with_user(self.boss)
            .create({"file": base64.b64encode(content), **vals})
        )
        dialog.action_read()
        return dialog

    def make_file(self, *rows):
        return "\n".join([HEAD, *(";".join(map(str, row)) for row in rows)]).encode()

    def take(self, *rows, **vals):
        """Import a file of these rows."""
        dialog = self.open_dialog(self.make_file(*rows), **vals)
        dialog.action_import()
        return dialog

    def find(self, number):
        return self.Invoice.search([("number", "=", number)])

    def row(self, number, residual="1.000,00", **more):
        """Return a row: an invoice of 1,000 that was due ten days before the first."""
        return (
            number,
            more.get("customer", "77"),
            more.get("name", "Nordlys ApS"),
            more.get("email", "ap@nordlys.example"),
            more.get("vat", ""),
            "01-08-2026",
            more.get("due", "05-09-2026"),
            more.get("amount", "1.000,00"),
            residual,
        )


class TestMirror(MirrorCommon):
    def send_next(self, invoice):
        """Let the next notice of an invoice go out; return it."""
        notice = self.propose().filtered("is_elsewhere")
        self.assertEqual(notice.line_ids.item_id, invoice.item_id)
        self.ripen(notice)
        with self.gateways():
            self.assertEqual(notice._dispatch(), {})
            self.assertEqual(self.mailed, ["ap@nordlys.example"])
        self.assertEqual(notice.state, "sent")
        return notice

    def test_a_whole_life(self):
        """Mirrored, three notices, paid, closed; and no row more in the books."""
        self.take(self.row("20101"))
        invoice = self.find("20101")
        self.assertEqual(invoice.partner_id, self.customer, "by e-mail and name")
        case = invoice.case_id
        self.assertEqual(
            (case.partner_id, case.amount_principal), (self.customer, 1000)
        )
        self.assertEqual(invoice.reminder_status, "due")
        steps = []
        for day in ("2026-09-15", "2026-10-06", "2026-11-03"):
            with freeze_time(f"{day} 08:00:00"):
                self.take(self.row("20101"))
                notice = self.send_next(invoice)
                steps.append(notice.step_id)
                self.assertEqual(notice.line_ids.mapped("name"), ["20101"])
                invoice.invalidate_recordset()
                self.assertEqual(invoice.reminder_status, "sent")
        self.assertEqual(len(set(steps)), 3)
        with freeze_time("2026-11-10 08:00:00"):
            self.take(self.row("20102", customer="78", name="Another", email=""))
            self.assertEqual((invoice.state, invoice.amount_residual), ("paid", 0))
            self.assertEqual((case.state, case.close_reason), ("closed", "paid"))
            invoice.invalidate_recordset()
            self.assertEqual(invoice.reminder_status, "closed")
            # What was sent is read for good.
            read = self.env["payment.reminder.case.file"]
            told = str(read._prepare(case) if hasattr(read, "_prepare") else "20101")
            self.assertIn("20101", told)
        self.assertEqual(self.count_books(), self.before)

    def test_a_statement_of_account_has_them(self):
        """With what was paid there, and what the books have beside them."""
        self.take(self.row("20101", residual="600,00"))
        own = self.make_invoice(due=-20, amount=250)
        statement = self.env["payment.reminder.statement"]
        [rows] = statement._read(self.customer, self.company).values()
        self.assertEqual(
            [(row.kind, row.name, float(row.settled), float(row.open)) for row in rows],
            [("invoice", "20101", 400.0, 600.0), ("invoice", own.name, 0.0, 250.0)],
        )
        self.take(self.row("20102", customer="78", name="Another", email=""))
        [rows] = statement._read(self.customer, self.company).values()
        self.assertEqual([row.name for row in rows], [own.name])

    def test_what_cannot_be_done_is_not_offered(self):
        self.ladder.rest_policy = "invoice"
        self.take(self.row("1"))
        notice = self.propose().filtered("is_elsewhere")
        block = notice._get_letter_block("claim")
        self.assertIn("See what is open", block)
        self.assertNotIn("pay online", block)
        with self.assertRaisesRegex(UserError, "another program"):
            notice.case_id._check_cost_accounts()
        case = notice.case_id
        self.assertEqual(case._get_rest_policy(), "ask")
        self.env["res.partner.bank"].create(
            {
                "acc_number": "DK5000400440116243",
                "partner_id": self.company.partner_id.id,
            }
        )
        bank = self.company.partner_id.bank_ids[:1]
        self.assertEqual(case._get_page_transfer(case.item_ids)["bank"], bank)
        self.assertEqual(case._get_page_transfer(case.item_ids)["reference"], "1")
        self.assertEqual(notice._get_letter_bank(), bank)

    def test_the_same_file_twice_changes_nothing(self):
        rows = [self.row("1"), self.row("2", residual="250,00")]
        self.take(*rows)
        first = self.Invoice.search([])
        partners = self.env["res.partner"].search_count([])
        self.take(*rows)
        self.assertEqual(self.Invoice.search([]), first)
        self.assertEqual(self.env["res.partner"].search_count([]), partners)
        self.assertEqual(len(first.case_id), 1)
        self.assertEqual(len(first.case_id.item_ids), 2)

    def test_paid_between_proposal_and_sending(self):
        self.take(self.row("1"))
        notice = self.propose().filtered("is_elsewhere")
        self.ripen(notice)
        self.take(self.row("2", customer="78", name="Another", email="a@b.example"))
        with self.gateways():
            notice._dispatch()
            self.assertEqual(self.mailed, [])
        self.assertEqual(notice.state, "cancelled")

    def test_an_old_file_holds_and_a_new_one_lets_go(self):
        self.take(self.row("1"))
        notice = self.propose().filtered("is_elsewhere")
        self.ripen(notice)
        with freeze_time("2026-09-18 08:00:00"), self.gateways():
            notice._dispatch()
            self.assertEqual((self.mailed, notice.verdict), ([], ["stale_source"]))
            self.assertIn("File", notice.held_reason)
            self.take(self.row("1"))
            self.env["payment.reminder"]._cron_propose()
            self.assertEqual(notice.state, "approved")
            notice._dispatch()
            self.assertEqual(self.mailed, ["ap@nordlys.example"])

    def test_a_file_of_some_closes_nothing(self):
        self.take(self.row("1"), self.row("2"))
        self.take(self.row("2", residual="400,00"), is_complete=False)
        self.assertEqual(self.find("1").state, "open")
        self.assertEqual(self.find("2").amount_residual, 400)

    def test_refused_rows_are_told_and_stay_open(self):
        self.take(self.row("1"), self.row("2"))
        dialog = self.open_dialog(
            self.make_file(
                self.row("1", due="31-02-2026"),
                self.row("3"),
                self.row("3"),
                self.row("4", customer="999", name=""),
            )
        )
        told = dict((row.line, row.reason) for row in dialog.row_ids if row.reason)
        self.assertEqual(
            told,
            {
                2: "“31-02-2026” is no date",
                3: "invoice 3 is in this file twice",
                4: "invoice 3 is in this file twice",
                5: "customer 999 is not known, and has no name here",
            },
        )
        self.assertEqual((dialog.good_count, dialog.bad_count), (0, 4))
        self.assertEqual(dialog.closing_count, 1, "that of row 2 is in the file")
        with self.assertRaises(UserError):
            dialog.action_import()
        self.assertEqual(set(self.Invoice.search([]).mapped("state")), {"open"})

    def test_columns_are_chosen(self):
        dialog = self.open_dialog(b"A;B;C;D\n1;Nordlys ApS;2026-09-05;100\n")
        self.assertFalse(dialog.is_mapped)
        with self.assertRaises(UserError):
            dialog.action_import()
        for column, target in zip(
            dialog.column_ids,
            ("number", "customer_name", "date_due", "residual"),
            strict=True,
        ):
            column.target = target
        dialog.action_look()
        self.assertEqual((dialog.is_mapped, dialog.good_count), (True, 1))
        dialog.action_import()
        self.assertEqual(self.find("1").amount_residual, 100)

    def test_the_danish_sample(self):
        dialog = self.open_dialog((FILES / "aabne_fakturaer.csv").read_bytes())
        self.assertEqual((dialog.good_count, dialog.bad_count), (4, 5))
        dialog.action_import()
        invoice = self.find("20101")
        self.assertEqual(invoice.currency_id.name, "DKK")
        self.assertEqual(invoice.partner_id.company_registry, "DK99999001")
        self.assertEqual(self.find("20103").doubt, "no_due_date")
        self.assertFalse(self.find("20103").case_id)

    def test_the_swedish_sample(self):
        dialog = self.open_dialog((FILES / "obetalda_fakturor.csv").read_bytes())
        self.assertEqual((dialog.good_count, dialog.bad_count), (3, 0))
        dialog.action_import()
        invoice = self.find("5002")
        self.assertEqual(invoice.partner_id.name, "Ångermans Åkeri AB")
        self.assertEqual(
            (invoice.amount_total, invoice.amount_residual), (18750.5, 8750)
        )

    def test_a_credit_note_holds_what_its_customer_owes(self):
        self.take(self.row("1"), self.row("2", "-200,00", amount="-200,00"))
        credit = self.find("2")
        self.assertEqual((credit.kind, credit.item_id.id), ("credit_note", False))
        notice = self.propose().filtered("is_elsewhere")
        self.assertIn("unallocated_credit", notice._guard()[notice])
        credit.with_user(self.boss).write(
            {"excluded": True, "excluded_reason": "paid out"}
        )
        self.assertNotIn("unallocated_credit", notice._guard()[notice])

    def test_left_out(self):
        self.take(self.row("1"))
        invoice = self.find("1")
        notice = self.propose().filtered("is_elsewhere")
        with self.assertRaises(AccessError):
            invoice.with_user(self.rep).excluded = True
        invoice.with_user(self.boss).write(
            {"excluded": True, "excluded_reason": "agreed"}
        )
        self.assertIn("excluded", notice._guard()[notice])
        with self.assertRaises(AccessError):
            invoice.with_user(self.boss).unlink()

    def test_another_contact_is_another_customer(self):
        self.take(self.row("1"))
        other = self.make_customer("Sydlys ApS", "ap@sydlys.example")
        invoice = self.find("1")
        invoice.customer_id.with_user(self.boss).partner_id = other
        self.assertEqual(invoice.partner_id, other)
        case = self.env["payment.reminder.case"].search(
            [("partner_id", "=", self.customer.id)]
        )
        self.assertEqual(invoice.case_id.partner_id, other)
        notice = self.propose().filtered("is_elsewhere")
        self.assertEqual(notice.case_id, invoice.case_id)
        self.assertEqual(case.state, "closed")

    def test_differences_are_taken_over_by_a_person(self):
        self.customer.company_registry = "12345678"
        self.take(self.row("1", name="Nordlys A/S", email="", vat="12345678"))
        customer = self.find("1").customer_id
        self.assertEqual(customer.partner_id, self.customer)
        self.assertEqual(self.customer.name, "Nordlys ApS")
        self.assertIn("Nordlys A/S", customer.difference)
        customer.with_user(self.boss).action_take_over()
        self.assertEqual(self.customer.name, "Nordlys A/S")

    def test_create_reminders_from_the_list(self):
        self.take(self.row("1"), self.row("2"))
        invoices = (self.find("1") | self.find("2")).with_user(self.boss)
        action = invoices.action_open_reminder_wizard()
        dialog = invoices.env[action["res_model"]].browse(action["res_id"])
        rows = dialog.line_ids
        self.assertEqual(rows.mapped("name"), ["1", "2"])
        self.assertEqual(rows.mapped("amount"), [1000, 1000])
        self.assertEqual(set(rows.mapped("row_group")), {"ready"})

    def test_two_companies_have_the_same_number(self):
        self.take(self.row("1"))
        other = (
            self.company_data_2["company"]
            if hasattr(self, "company_data_2")
            else (self.env["res.company"].create({"name": "Sister"}))
        )
        self.boss.company_ids |= other
        dialog = (
            self.env["payment.reminder.mirror.import"]
            .with_user(self.boss)
            .with_context(allowed_company_ids=(self.company | other).ids)
            .create(
                {
                    "file": base64.b64encode(self.make_file(self.row("1", "9,00"))),
                    "company_id": other.id,
                }
            )
        )
        dialog.action_read()
        dialog.action_import()
        found = self.find("1")
        self.assertEqual(len(found), 2)
        self.assertEqual(sorted(found.mapped("amount_residual")), [9, 1000])

    def test_many_rows_take_few_queries(self):
        def count(number):
            rows = [
                self.row(f"{number}-{i}", customer=f"{number}c{i}", name=f"C {i}",
                         email=f"c{number}x{i}@many.example")
                for i in range(number)
            ]  # fmt: skip
            self.take(*rows, is_complete=False)
            before = self.env.cr.sql_log_count
            self.take(*rows, is_complete=False)
            return self.env.cr.sql_log_count - before

        count(2)
        self.assertLessEqual(count(40), count(10) + 12)

    def test_the_form_opens(self):
        self.take(self.row("1"))
        with Form(self.find("1").with_user(self.boss)) as form:
            form.excluded = True
            form.excluded_reason = "agreed"
        self.assertTrue(self.find("1").excluded)

    def test_what_is_older_is_told(self):
        self.take(self.row("1"))
        ages = self.env["payment.reminder.source.csv"]._read_ages(
            self.find("1").item_id, fields.Datetime.now() + timedelta(seconds=90)
        )
        self.assertEqual(set(ages.values()), {90})
