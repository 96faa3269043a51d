from odoo.tests import tagged

from ..common import ReminderCommon


@tagged("post_install", "-at_install")
class TestReadingAll(ReminderCommon):
    """Whoever may read a record may read all of ours in it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.move = cls.make_invoice(due=10, invoice_user_id=cls.rep.id)
        cls.notice = cls.propose()
        cls.accountant = cls.make_user("accountant", "account.group_account_user")
        journal = cls.company_data["default_journal_bank"]
        cls.bank_line = cls.env["account.bank.statement.line"].create(
            {"journal_id": journal.id, "date": "2026-09-10", "amount": 5}
        )

    def read_as(self, user, records):
        """Read as a user whatever is offered of records (what Odoo offers of its own
        models is its affair)."""
        own = records.with_user(user)
        own.invalidate_recordset()
        names = list(own.fields_get(attributes=()))
        if not records._name.startswith("payment.reminder"):
            names = [name for name in names if name.startswith("reminder_")]
        self.assertTrue(names)
        self.assertEqual(len(own.read(names)), len(records))

    def test_an_accountant_reads_all_of_a_bank_line(self):
        own = self.bank_line.with_user(self.accountant)
        self.assertEqual(len(own.read()), 1)

    def test_an_accountant_reads_what_is_odoos(self):
        for records in (
            self.bank_line,
            self.bank_line.move_id,
            self.move,
            self.move.partner_id,
        ):
            with self.subTest(model=records._name):
                self.read_as(self.accountant, records)

    def test_who_works_with_reminders_reads_what_is_ours(self):
        case = self.notice.case_id
        for user in (self.rep, self.manager):
            for records in (
                case,
                self.notice,
                case.event_ids,
                case.item_ids,
                case.partner_id,
            ):
                with self.subTest(model=records._name, user=user.name):
                    self.read_as(user, records)
