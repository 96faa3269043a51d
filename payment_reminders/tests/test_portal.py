from lxml import html

from odoo.tests import HttpCase, freeze_time, tagged

from .common import ReminderCommon


@tagged("post_install", "-at_install")
class TestPortal(ReminderCommon, HttpCase):
    """The page of a case: for who has its key, and for nobody else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.move = cls.make_invoice(due=10)
        cls.other = cls.make_invoice(
            due=10, partner=cls.make_customer("Secret Ltd", "s@x.example")
        )
        cls.refresh()
        cls.case = cls.move.reminder_case_id
        cls.token = cls.case._portal_ensure_token()
        cls.other_token = cls.other.reminder_case_id._portal_ensure_token()

    def get(self, case_id, token=None, more=""):
        query = f"?access_token={token}" if token is not None else ""
        return self.url_open(
            f"/my/reminders/{case_id}{more}{query}", allow_redirects=False
        )

    def assertTurnedAway(self, answer):
        self.assertEqual(answer.status_code, 303)
        self.assertTrue(answer.headers["Location"].endswith("/my"))
        self.assertNotIn("Secret", answer.text)

    def test_with_the_key(self):
        answer = self.get(self.case.id, self.token)
        self.assertEqual(answer.status_code, 200)
        self.assertIn(self.move.name, answer.text)
        self.assertNotIn("Secret", answer.text)
        self.assertNotIn(self.other.name, answer.text)

    def test_without_or_with_a_wrong_key(self):
        for token in (None, "", "x", self.other_token, self.token[:-1], "%00", "é" * 9):
            self.assertTurnedAway(self.get(self.case.id, token))

    def test_a_case_that_is_none(self):
        self.assertTurnedAway(self.get(999999, self.token))

    def test_paying_leads_to_own_invoices_only(self):
        mine, other = self.case.item_ids, self.other.reminder_case_id.item_ids
        answer = self.get(self.case.id, self.token, f"/pay/{mine.id}")
        self.assertIn(f"/my/invoices/{self.move.id}", answer.headers["Location"])
        self.assertTurnedAway(self.get(self.case.id, self.token, f"/pay/{other.id}"))
        self.assertTurnedAway(self.get(self.case.id, "x", f"/pay/{mine.id}"))

    def test_a_portal_user_sees_nothing_of_others(self):
        self.make_user("visitor", "base.group_portal").sudo().password = "visitor12"
        self.authenticate("visitor", "visitor12")
        self.assertTurnedAway(self.get(self.other.reminder_case_id.id))


@tagged("post_install", "-at_install")
class TestPortalInterest(ReminderCommon, HttpCase):
    """The page says how interest came about, up to the day of the visit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ladder.jurisdiction_id = cls.env.ref("payment_reminders.jurisdiction_dk")
        cls.ladder.step_ids.filtered(lambda s: s.kind != "nudge").charge_interest = True
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
        ][1:]

    def test_each_rate_has_a_row(self):
        # 30 days of 2025 and 31 of 2026, at 9.75 % of 10,000.00: 80.14 and 82.81
        rows = self.visit("2026-01-31")
        self.assertEqual(
            rows[:2],
            [
                [self.move.name, "12/02/2025", "12/31/2025", "30", "9.75",
                 "$ 10,000.00", "$ 80.14"],
                [self.move.name, "01/01/2026", "01/31/2026", "31", "9.75",
                 "$ 10,000.00", "$ 82.81"],
            ],
        )  # fmt: skip
        self.assertEqual(len(rows), 3)
        self.assertIn("01/31/2026", rows[2][0])
        self.assertEqual(rows[2][1], "$ 162.95")

    def test_what_a_reminder_asked_for_runs_no_more(self):
        with freeze_time("2026-01-05 08:00:00"):
            reminder = self.propose()
            self.send(reminder)
            self.assertEqual(reminder.amount_interest, 93.49)
        rows = self.visit("2026-01-31")
        self.assertEqual([row[-1] for row in rows[-2:]], ["$ 93.49", "$ 69.45"])

    def test_no_interest_no_table(self):
        self.ladder.step_ids.charge_interest = False
        self.assertEqual(self.visit("2026-01-31"), [])
