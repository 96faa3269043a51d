import base64
import io

from openpyxl import load_workbook

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import freeze_time

from ..common import ReminderCommon


class TestReports(ReminderCommon):
    """Every figure of the dashboard and the month-end sheet, worked out by hand.

    The small company, in its own currency, on Wednesday 30 September 2026:

    - *Alpha*: 1,000 due 1 September, sent reminder 1 on the 9th, paid on the 20th.
    - *Beta*: 2,000 due 10 July, reminder 1 on the 2nd of September and reminder 2
      with a fee of 100 on the 16th; 500 paid on the 21st; a question of the 22nd,
      answered on the 25th; promised 600 for the 28th and 1,000 for 15 October.
    - *Gamma*: 300 due 1 April, reminder 1 on the 2nd and 2 with a fee of 100 on the
      16th; 40 of the fee waived on the 17th; insolvent since the 18th.
    - *Delta*: 50 due 20 October; nothing was sent.

    Of a question of Gamma nobody has said anything since 20 August.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with freeze_time("2026-04-01 08:00:00"):
            cls.alpha, cls.beta, cls.gamma, cls.delta = (
                cls.make_customer(name, f"{name}@x.example".lower())
                for name in ("Alpha", "Beta", "Gamma", "Delta")
            )
            cls.ladder.step_ids[0].active = False
            cls.of_alpha = cls.invoice("2026-09-01", 1000.0, cls.alpha)
            cls.of_beta = cls.invoice("2026-07-10", 2000.0, cls.beta)
            cls.of_gamma = cls.invoice("2026-04-01", 300.0, cls.gamma)
            cls.of_delta = cls.invoice("2026-10-20", 50.0, cls.delta)
        cls.play()

    @classmethod
    def invoice(cls, due, amount, partner):
        move = cls.make_invoice(
            due, amount, partner, invoice_user_id=cls.rep.id, post=False
        )
        move.invoice_date = "2026-04-01" if due < "2026-05-01" else "2026-09-01"
        move.action_post()
        return move

    @classmethod
    def send_on(cls, day):
        """Propose in the morning of the day before, send what is ripe on this day."""
        with freeze_time(f"{day} 07:00:00"):
            reminders = cls.propose().filtered(
                lambda r: r.case_id.partner_id != cls.delta
            )
            reminders.with_user(cls.manager).action_approve()
            reminders.sudo().hold_until = f"{day} 06:00:00"
            reminders._dispatch()
            assert set(reminders.mapped("state")) == {"sent"}, reminders.mapped(
                "held_reason"
            )
            return reminders

    @classmethod
    def get_case(cls, partner):
        return cls.env["payment.reminder.case"].search(
            [("partner_id", "=", partner.id)]
        )

    @classmethod
    def play(cls):
        Query = cls.env["payment.reminder.query"]
        cls.send_on("2026-09-02")  # Beta and Gamma: reminder 1
        cls.send_on("2026-09-09")  # Alpha: reminder 1
        cls.send_on("2026-09-16")  # Beta and Gamma: reminder 2 with its fee
        gamma, beta = cls.get_case(cls.gamma), cls.get_case(cls.beta)
        with freeze_time("2026-09-17 08:00:00"):
            cls.env["payment.reminder.claim.line"].with_user(cls.manager).create(
                {
                    "case_id": gamma.id,
                    "kind": "waiver",
                    "amount": -40.0,
                    "settles": "fee",
                    "note": "Goodwill",
                }
            )
        with freeze_time("2026-09-18 08:00:00"):
            gamma._freeze("insolvency")
        with freeze_time("2026-09-20 08:00:00"):
            cls.pay(cls.of_alpha, payment_date="2026-09-20")
        with freeze_time("2026-09-21 08:00:00"):
            cls.pay(cls.of_beta, 500.0, payment_date="2026-09-21")
            plan = cls.env["payment.reminder.plan"].create(
                {
                    "case_id": beta.id,
                    "instalment_ids": [
                        Command.create({"date_due": "2026-09-28", "amount": 600.0}),
                        Command.create({"date_due": "2026-10-15", "amount": 1000.0}),
                    ],
                }
            )
            plan.with_user(cls.manager).action_approve()
        with freeze_time("2026-08-20 08:00:00"):
            Query.create({"case_id": gamma.id, "kind": "delivery"})
        with freeze_time("2026-09-22 08:00:00"):
            question = Query.create({"case_id": beta.id, "kind": "amount"})
        with freeze_time("2026-09-25 08:00:00"):
            question.action_close("not_agreed")
        cls.startClassPatcher(freeze_time("2026-09-30 20:00:00"))
        cls.env.flush_all()
        cls.env.invalidate_all()

    def get_figures(self, user=None, **vals):
        return (
            self.env["payment.reminder.dashboard"]
            .with_user(user or self.manager)
            .create({"date_from": "2026-07-03", "date_to": "2026-09-30", **vals})
            ._get_figures()
        )

    # -- dashboard --------------------------------------------------------------

    def test_open_by_age(self):
        """Beta is 82 days late with 1,500, Gamma 182 with 300, Delta not due."""
        rows = self.get_figures()["overdue"]
        self.assertEqual(
            {row["code"]: (row["count"], row["amount"]) for row in rows},
            {
                "not_due": (1, 50.0),
                "d30": (0, 0.0),
                "d60": (0, 0.0),
                "d90": (1, 1500.0),
                "older": (1, 300.0),
            },
        )

    def test_cases_by_state(self):
        rows = self.get_figures()["cases"]
        self.assertEqual(
            {row["code"]: row["count"] for row in rows},
            {"active": 0, "frozen": 2, "closed": 1},
        )

    def test_promised_and_paid(self):
        """Of 600 until the end of September 500 came in; 1,000 are for later."""
        self.assertEqual(
            self.get_figures()["promises"], {"promised": 600.0, "paid": 500.0}
        )
        later = self.get_figures(date_to="2026-10-31")["promises"]
        self.assertEqual(later, {"promised": 1600.0, "paid": 500.0})

    def test_money_after_each_step(self):
        """1,000 eleven days after reminder 1, 500 five days after reminder 2."""
        rows = {row["name"]: row for row in self.get_figures()["steps"]}
        first, second = rows["Reminder 1"], rows["Reminder 2"]
        names = ("count", "asked", "received_7", "received_14", "received_30")
        self.assertEqual(
            [first[name] for name in names], [3, 3300.0, 0.0, 1000.0, 1000.0]
        )
        self.assertEqual(
            [second[name] for name in names], [2, 2300.0, 500.0, 500.0, 500.0]
        )

    def test_days_of_sales(self):
        """1,850 open; 3,050 invoiced in the 90 days: 54.6 days."""
        self.assertEqual(str(self.get_figures()["days_of_sales"]), "54.6")

    def test_fees_and_interest(self):
        """Two fees of 100, of which 40 are waived."""
        [row] = self.get_figures()["costs"]
        self.assertEqual(row["code"], "fee")
        self.assertEqual(
            [row[name] for name in ("claimed", "collected", "waived", "moved")],
            [200.0, 0.0, 40.0, 0.0],
        )

    def test_questions_by_kind(self):
        rows = {row["code"]: row for row in self.get_figures()["questions"]}
        amount, delivery = rows["amount"], rows["delivery"]
        self.assertEqual((amount["count"], amount["open"]), (1, 0))
        self.assertEqual(amount["days"], 3.0)
        self.assertEqual((delivery["count"], delivery["open"]), (1, 1))
        self.assertFalse(delivery["days"])

    def test_by_customer_rep_and_step(self):
        figures = self.get_figures(partner_id=self.beta.id)
        self.assertEqual(sum(row["amount"] for row in figures["overdue"]), 1500.0)
        self.assertEqual([row["claimed"] for row in figures["costs"]], [100.0])
        figures = self.get_figures(user_id=self.manager.id)
        self.assertFalse(figures["steps"])
        second = self.ladder.step_ids.filtered(lambda s: s.name == "Reminder 2")
        figures = self.get_figures(step_id=second.id)
        self.assertEqual([row["name"] for row in figures["steps"]], ["Reminder 2"])

    def test_rep_sees_own_customers_only(self):
        self.get_case(self.beta).user_id = self.manager
        self.env.flush_all()
        figures = self.get_figures(user=self.rep)
        self.assertEqual(sum(row["amount"] for row in figures["overdue"]), 350.0)
        self.assertIsNone(figures["days_of_sales"])

    def test_page_shows_the_figures(self):
        page = self.env["payment.reminder.dashboard"].with_user(self.manager).create({})
        self.assertIn("1,500.00", page.body)
        self.assertIn("Reminder 2", page.body)

    # -- month-end sheet --------------------------------------------------------

    def make_sheet(self, **vals):
        return (
            self.env["payment.reminder.month.end"]
            .with_user(self.manager)
            .create({"date": "2026-09-30", **vals})
        )

    def get_section(self, code, **vals):
        return next(
            section
            for section in self.make_sheet(**vals)._get_sections()
            if section["code"] == code
        )

    def test_claims_not_booked(self):
        section = self.get_section("claims")
        beta, gamma = self.get_case(self.beta), self.get_case(self.gamma)
        self.assertEqual(
            section["rows"],
            [
                ["Beta", beta.name, 100.0, 0.0, 0.0, 0.0, 0.0, 0.0, 100.0],
                ["Gamma", gamma.name, 100.0, 0.0, 0.0, 0.0, -40.0, 0.0, 60.0],
            ],
        )
        self.assertEqual(section["total"][-1], 160.0)
        # On the 16th nothing was waived yet; on the 15th nothing was claimed.
        self.assertEqual(
            self.get_section("claims", date="2026-09-16")["total"][-1], 200
        )
        self.assertFalse(self.get_section("claims", date="2026-09-15")["rows"])

    def test_waivers_by_person_and_reason(self):
        section = self.get_section("waivers")
        self.assertEqual(section["rows"], [["Manager", "Goodwill", 1, 40.0]])
        self.assertFalse(self.get_section("waivers", date="2026-10-31")["rows"])

    def test_open_questions_by_age(self):
        """Gamma's is 41 days old; Beta's was open on the 23rd, one day old."""
        [row] = self.get_section("questions")["rows"]
        self.assertEqual(row[1:], [0, 1, 0, 0, 1])
        rows = self.get_section("questions", date="2026-09-23")["rows"]
        self.assertEqual(
            {row[0]: row[1:] for row in rows},
            {
                "Wrong amount": [1, 0, 0, 0, 1],
                "Goods or service missing": [0, 1, 0, 0, 1],
            },
        )

    def test_doubtful_debts(self):
        """A quarter of Beta's 1,500, all of Gamma's 300."""
        section = self.get_section("doubtful")
        self.assertEqual(
            section["rows"],
            [
                ["Beta", "", 0.0, 0.0, 0.0, 1500.0, 0.0, 1500.0, 375.0],
                ["Delta", "", 50.0, 0.0, 0.0, 0.0, 0.0, 50.0, 0.0],
                ["Gamma", "Insolvent", 0.0, 0.0, 0.0, 0.0, 300.0, 300.0, 300.0],
            ],
        )
        self.assertEqual(section["total"][-2:], [1850.0, 675.0])

    def test_doubtful_debts_as_of_an_earlier_day(self):
        """On the 17th Alpha owed, Beta all of it, and Gamma was not insolvent."""
        rows = self.get_section("doubtful", date="2026-09-17")["rows"]
        self.assertEqual(
            {row[0]: (row[1], *row[-2:]) for row in rows},
            {
                "Alpha": ("", 1000.0, 0.0),
                "Beta": ("", 2000.0, 500.0),
                "Delta": ("", 50.0, 0.0),
                "Gamma": ("", 300.0, 150.0),
            },
        )

    def test_spreadsheet_says_what_the_page_says(self):
        self.gamma.name = "=1+1"
        sheet = self.make_sheet()
        sheet.action_export()
        book = load_workbook(io.BytesIO(base64.b64decode(sheet.file)))
        sections = sheet._get_sections()
        self.assertEqual(
            book.sheetnames, [section["title"][:31] for section in sections]
        )
        for page, section in zip(book, sections, strict=True):
            rows = [
                ["" if value is None else value for value in row]
                for row in page.iter_rows(min_row=4, values_only=True)
            ]
            expected = [*section["rows"], section["total"]]
            self.assertEqual(rows, [list(row) for row in expected])
        names = [cell.data_type for cell in book["Proposal of doubtful debts"]["A"]]
        self.assertNotIn("f", names, "a name is no formula")

    def test_sheet_is_for_managers_of_the_company(self):
        with self.assertRaises(AccessError):
            self.env["payment.reminder.month.end"].with_user(self.rep).create({})
        other = self.setup_other_company()["company"]
        with self.assertRaises(AccessError):
            self.make_sheet(company_id=other.id)._get_sections()
        with self.assertRaises(AccessError):
            self.get_figures(company_id=other.id)
