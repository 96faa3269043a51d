from lxml import html

from odoo.tests import HttpCase, freeze_time, tagged

from ..common import ReminderCommon
from ..tags import takes_long


@tagged("post_install", "-at_install")
class TestPortalInterest(ReminderCommon, HttpCase):
    """The page says how interest came about, up to the day of the visit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.use_danish_law(charge_interest=True)
        cls.move = cls.make_invoice(due="2025-12-01", amount=10000.0)

    def visit(self, day):
        with freeze_time(f"{day} 08:00:00"):
            self.refresh()
            case = self.move.reminder_case_id
            token = case._portal_ensure_token()
            answer = self.url_open(f"/my/reminders/{case.id}?access_token={token}")
        self.assertEqual(answer.status_code, 200)
        tables = html.fromstring(answer.text).xpath(
            "//table[contains(@class, 'o_payment_reminder_interest')]"
        )
        return [
            [" ".join(cell.text_content().split()) for cell in row.iter("td")]
            for table in tables
            for row in table.iter("tr")
        ]

    def test_each_rate_has_a_row(self):
        # 30 days of 2025 and 31 of 2026, at 9.75 % of 10,000.00: 80.14 and 82.81
        rows = self.visit("2026-01-31")
        of = "9.75 % a year of 10,000.00 USD, from"
        self.assertEqual(
            [[" ".join(cell.split()) for cell in row] for row in rows[:2]],
            [
                [f"{self.move.name} {of} 12/02/2025 to 12/31/2025 (days: 30)",
                 "80.14 USD"],
                [f"{self.move.name} {of} 01/01/2026 to 01/31/2026 (days: 31)",
                 "82.81 USD"],
            ],
        )  # fmt: skip
        self.assertEqual(len(rows), 3)
        self.assertIn("01/31/2026", rows[2][0])
        self.assertEqual(rows[2][1], "162.95 USD")

    @takes_long
    def test_what_a_reminder_asked_for_runs_no_more(self):
        with freeze_time("2026-01-05 08:00:00"):
            reminder = self.propose()
            self.send(reminder)
            self.assertEqual(reminder.amount_interest, 93.49)
        rows = self.visit("2026-01-31")
        self.assertEqual([row[-1] for row in rows[-2:]], ["93.49 USD", "69.45 USD"])

    @takes_long
    def test_what_was_waived_is_not_asked_for(self):
        with freeze_time("2026-01-05 08:00:00"):
            self.send(self.propose())
            self.move.reminder_case_id._waive_costs("A good customer")
        rows = self.visit("2026-01-31")
        self.assertEqual(
            [row for row in rows if "Asked for" in row[0] or "waived" in row[0]],
            [["Paid or waived of it", "93.49 USD"]],
        )

    def test_no_interest_no_table(self):
        self.ladder.step_ids.charge_interest = False
        self.assertEqual(self.visit("2026-01-31"), [])
