import re
from contextlib import contextmanager
from datetime import timedelta

from odoo import fields
from odoo.fields import Command

from ...tools import row_versions
from ..common import ReminderCommon

#: Tables of settings: nobody who pays or is reminded changes them, and a batch takes
#: seconds. What is there is read with each batch.
SETTINGS = {
    "account_account",
    "account_journal",
    "ir_model_data",
    "ir_module_module",
    "pg_class",
    "res_country",
    "res_country_state",
    "res_currency",
    "res_currency_rate",
    "res_groups",
    "res_lang",
    "res_partner_category",
    "res_company_users_rel",
    "payment_reminder_ladder",
    "payment_reminder_step",
    "payment_reminder_jurisdiction",
    "payment_reminder_jurisdiction_fee",
    "payment_reminder_jurisdiction_margin",
    "payment_reminder_jurisdiction_compensation",
    "payment_reminder_reference",
    "payment_reminder_rate",
    "mail_template",
    "sms_template",
    "resource_calendar_leaves",
    # Attachments of messages are never taken off one.
    "message_attachment_rel",
}
TABLE = re.compile(r'(?:FROM|JOIN)\s+"?([a-z_0-9]+)"?', re.IGNORECASE)


class TestReadAhead(ReminderCommon):
    """What was read for a batch is used as long as no row of it is another."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls.make_invoice(due=10)
        cls.other = cls.make_customer("Other ApS", "other@other.example")
        cls.make_invoice(due=10, partner=cls.other, amount=777)
        cls.reminders = cls.propose()
        cls.ripen(cls.reminders)
        cls.reminder = cls.reminders.filtered(lambda r: r.partner_id == cls.customer)
        cls.case = cls.reminder.case_id
        cls.sender = cls.env["payment.reminder.sender"].sudo()
        claimed, _stopped = cls.sender._prepare(cls.reminders.sudo(), "ticket")
        cls.ahead = cls.sender._read_ahead(claimed, "ticket")
        cls.seen = cls.ahead[cls.reminder]

    def is_as_read(self):
        self.env.flush_all()
        return self.sender._is_as_read_ahead(
            self.reminder.sudo(), self.seen, fields.Datetime.now()
        )

    def test_every_table_that_is_read_is_compared(self):
        """Whoever lets the guard read one more adds it to tools/row_versions.py."""
        self.make_bank_line(50)
        self.env["payment.reminder.query"].create({"case_id": self.case.id})
        self.pay(self.invoice, amount=10)
        queries = []
        with contextmanager(self._patchExecute)(queries):
            facts = self.env["payment.reminder.facts"].sudo()
            facts._read_guard_facts(self.reminders.sudo())
            self.sender._find_as_rendered(self.reminders.sudo())
        read = {table for query in queries for table in TABLE.findall(query)}
        named = {
            word
            for query in queries
            for word in re.findall(
                r"(?:WITH|,)\s+\(?([a-z_]+)(?:\([a-z_, ]*\))? AS \(", query
            )
        }
        compared = set(TABLE.findall(row_versions._QUERY))
        known = {model._table for model in self.env.values() if not model._abstract}
        relations = {
            field.relation
            for model in self.env.values()
            for field in model._fields.values()
            if field.type == "many2many" and field.store
        }
        read = (read & (known | relations)) - named
        self.assertIn("account_move_line", read, "it reads along")
        self.assertEqual(read - compared - SETTINGS, set())

    def test_nothing_happened(self):
        self.assertTrue(self.is_as_read())
        self.assertEqual(len(self.ahead), 2)

    def test_what_concerns_others_does_not_count(self):
        for change in (
            lambda: self.other.write({"email": "new@other.example"}),
            lambda: self.other.write({"reminder_excluded": True}),
            lambda: self.make_invoice(due=1, partner=self.other),
            lambda: self.make_invoice(due=-20),
            lambda: self.make_customer("Third ApS"),
            lambda: self.reminders.filtered(
                lambda r: r.partner_id == self.other
            ).case_id._freeze("manual"),
        ):
            change()
            self.assertTrue(self.is_as_read())

    def test_what_may_stop_or_change_it_is_seen(self):
        contact = {"type": "invoice", "parent_id": self.customer.id, "name": "Bills"}
        changes = {
            "paid": lambda: self.pay(self.invoice),
            "paid in part": lambda: self.pay(self.invoice, amount=1),
            "bank line": lambda: self.make_bank_line(1),
            "frozen": lambda: self.case._freeze("manual"),
            "question": lambda: self.env["payment.reminder.query"].create(
                {"case_id": self.case.id}
            ),
            "address": lambda: self.customer.write({"email": "new@nordlys.example"}),
            "name": lambda: self.customer.write({"name": "Nordlys A/S"}),
            "language": lambda: self.customer.write({"lang": "en_US", "ref": "x"}),
            "excluded": lambda: self.customer.write({"reminder_excluded": True}),
            "contact": lambda: self.env["res.partner"].create(contact),
            "parent": lambda: self.other.write({"parent_id": self.customer.id}),
            "hold": lambda: self.invoice.write({"no_followup": True}),
            "due date": lambda: self.invoice.line_ids.filtered("date_maturity").write(
                {"date_maturity": "2026-12-01"}
            ),
            "company": lambda: self.company.write({"reminder_invoice_grace_days": 3}),
            "halt": lambda: self.env["payment.reminder.halt"]
            .sudo()
            .create({"company_id": self.company.id, "reason": "stale_bank"}),
            "copy": lambda: self.env["ir.config_parameter"].set_param(
                "database.is_neutralized", True
            ),
            "approver": lambda: self.reminder.approved_by_id.write({"active": False}),
            "fee": lambda: self.env["payment.reminder.claim.line"]
            .sudo()
            .create({"case_id": self.case.id, "kind": "fee", "amount": 1}),
            "draft credit note": lambda: self.make_refund(self.invoice),
            "claim taken back": lambda: self.reminder.sudo().write(
                {"sending_ticket": "x"}
            ),
            "bank account": lambda: self.env["res.partner.bank"].create(
                {"partner_id": self.customer.id, "acc_number": "DK123"}
            ),
        }
        for name, change in changes.items():
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                change()
                self.assertFalse(self.is_as_read())
                savepoint.rollback()
                self.env.invalidate_all()
        self.assertTrue(self.is_as_read(), "each was taken back")

    def make_bank_line(self, amount):
        return self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.company_data["default_journal_bank"].id,
                "date": "2026-09-14",
                "payment_ref": "Transfer",
                "amount": amount,
            }
        )

    def make_refund(self, invoice):
        return self.env["account.move"].create(
            {
                "move_type": "out_refund",
                "partner_id": invoice.partner_id.id,
                "reversed_entry_id": invoice.id,
                "invoice_line_ids": [
                    Command.create({"name": "Work", "price_unit": 10})
                ],
            }
        )

    def test_a_new_day(self):
        tomorrow = fields.Datetime.now() + timedelta(days=1)
        self.assertFalse(
            self.sender._is_as_read_ahead(self.reminder.sudo(), self.seen, tomorrow)
        )

    def test_what_was_read_long_ago(self):
        self.seen.moment -= 61
        self.addCleanup(setattr, self.seen, "moment", self.seen.moment + 61)
        self.assertFalse(self.is_as_read())

    def test_an_addon_that_reads_more(self):
        """Then everything is read under the locks."""
        self.assertTrue(self.sender._may_read_ahead())
        facts = type(self.env["payment.reminder.facts"])
        more = type("More", (), {"_name": facts._name, "_module": "of_others"})
        self.patch(facts, "_model_classes__", (more, *facts._model_classes__))
        self.assertFalse(self.sender._may_read_ahead())
        reminders = self.reminders.sudo()
        self.assertEqual(self.sender._read_ahead(reminders, "ticket"), {})
