import random

from odoo.tests import tagged

from ...rules import doubt_keys
from ..rules import test_doubts_forms as forms
from ..tags import takes_long
from .paying_common import PayingCommon

LINES = 300
FORMS = 60


class ManyBankLinesCommon(PayingCommon):
    """However many bank lines lie open, only those that may fit are read."""

    def read_lines(self):
        """Return what is read of the bank for the notice."""
        facts = self.env["payment.reminder.facts"]
        expected = facts._get_expected_payments(self.reminder)
        self.env.flush_all()
        return facts._read_open_bank_lines(
            facts._get_roots(self.company),
            expected,
            facts._get_tolerances(self.reminder),
        )

    def make_strangers(self, count=LINES):
        rng = random.Random(3)
        return self.env["account.bank.statement.line"].create(
            [
                {
                    "journal_id": self.company_data["default_journal_bank"].id,
                    "date": f"2026-09-{number % 15 + 1:02}",
                    "payment_ref": f"INV/2026/{number + 500:05} "
                    f"ref {rng.randint(10**6, 10**9)}",
                    "partner_name": f"Stranger {number}",
                    "amount": rng.randint(10**6, 10**8) / 100,
                }
                for number in range(count)
            ]
        )


class TestManyBankLines(ManyBankLinesCommon):
    def test_lines_that_came_past_odoo(self):
        """They are read one and all, until the next run gave them their keys."""
        self.make_strangers(20)
        line = self.make_bank_line(3, payment_ref="Nothing")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_bank_statement_line"
            " SET payment_ref = %s, reminder_keys = NULL WHERE id = %s",
            [self.move.name, line.id],
        )
        self.env.cr.execute(
            "UPDATE account_bank_statement_line SET reminder_keys = NULL"
        )
        self.env.invalidate_all()
        self.assertEqual(len(self.read_lines()), 21)
        self.assertEqual(self.reminder._guard()[self.reminder], ["unmatched_bank_line"])
        self.env["payment.reminder.case"]._cron_refresh()
        self.assertEqual(
            [money.facts.record_id for money in self.read_lines()], [line.id]
        )

    def test_a_line_is_found_by_what_was_written_last(self):
        line = self.make_bank_line(3, payment_ref="Nothing")
        self.assertFalse(self.read_lines())
        line.narration = f"<p>{self.move.name}</p>"
        self.assertEqual(len(self.read_lines()), 1)
        line.narration = False
        self.assertFalse(self.read_lines())
        line.partner_name = "NORDLYS &amp; CO"
        line.account_number = "DK50"
        self.assertFalse(self.read_lines())
        line.partner_name = "Nordlys"
        self.assertEqual(len(self.read_lines()), 1)

    @takes_long
    def test_the_database_finds_every_form(self):
        """What the rule sees in a text or a name, the lookup hands over."""
        rng = random.Random(9)
        judged = []
        for number in range(FORMS):
            make, _fit = forms.FORMS[number % 2]
            judged.append(forms.judge(rng, make))
        lines = self.env["account.bank.statement.line"].create(
            [
                {
                    "journal_id": self.company_data["default_journal_bank"].id,
                    "date": "2026-09-15",
                    "payment_ref": line.text or "x",
                    "partner_name": line.partner_name,
                    "amount": 3,
                }
                for line, _expected, _fits in judged
            ]
        )
        lines.flush_recordset()
        for record, (_line, expected, fits) in zip(lines, judged, strict=True):
            self.assertTrue(fits)
            self.env.cr.execute(
                "SELECT string_to_array(reminder_keys, ' ') && %s::text[]"
                " FROM account_bank_statement_line WHERE id = %s",
                [list(doubt_keys.get_wanted_keys(expected)), record.id],
            )
            self.assertTrue(self.env.cr.fetchone()[0], record.payment_ref)


@tagged("-standard", "payment_reminders_long")
class TestVeryManyBankLines(ManyBankLinesCommon):
    def test_strangers_are_not_read(self):
        self.make_strangers()
        fitting = self.make_bank_line(3, payment_ref=f"Betaling {self.move.name}")
        read = self.read_lines()
        self.assertIn(fitting.id, [money.facts.record_id for money in read])
        self.assertLess(len(read), LINES / 20)
