import json

from odoo.exceptions import AccessError
from odoo.fields import Date
from odoo.tests import freeze_time

from ..common import ReminderCommon
from ..tags import takes_long
from .small_company import SmallCompany

#: Which column of which report a figure adds up.
MEASURES = {
    "payment.reminder.report.overdue": "amount",
    "payment.reminder.report.received": "amount",
    "payment.reminder.report.promise": "open",
    "payment.reminder.report.expected": "amount",
}
PARTS = (
    lambda row: row.received_7,
    lambda row: row.received_14 - row.received_7,
    lambda row: row.received_30 - row.received_14,
)


class PageCommon(ReminderCommon):
    """Reads the page as the browser does."""

    def get_page(self, user=None, **filters):
        page = (
            self.env["payment.reminder.dashboard"]
            .with_user(user or self.manager)
            .get_page(filters)
        )
        # It travels as JSON.
        return json.loads(json.dumps(page, default=str))

    def get_cards(self, page):
        return {card["code"]: card for card in page["cards"]}

    def get_charts(self, page):
        return {chart["code"]: chart for chart in page["charts"]}

    def find_rows(self, opens, user=None):
        model = self.env[opens["res_model"]].with_user(user or self.manager)
        return model.search(opens["domain"])


class TestDashboard(SmallCompany, PageCommon):
    """What the page of the small company says, and what lies behind each figure."""

    def test_cards(self):
        """Doubtful: a quarter of Beta's 1,500, 82 days late, and all of Gamma's 300.

        Gamma has a question, and is on hold. Of 1,600 promised, 500 came in; 1,850 are
        open of September's 3,050.
        """
        cards = self.get_cards(self.get_page())
        self.assertEqual(
            {code: card["value"] for code, card in cards.items()},
            {
                "overdue": 1800.0,
                "doubtful": 675.0,
                "waiting": 2,
                "received": 1500.0,
                "promised": 1100.0,
                "days_of_sales": 18.2,
            },
        )
        self.assertIn("09/28/2026", cards["promised"]["text"])

    def test_rows_behind_each_card(self):
        cards = self.get_cards(self.get_page())
        for code in ("overdue", "received", "promised"):
            opens = cards[code]["opens"]
            rows = self.find_rows(opens)
            amounts = rows.mapped(MEASURES[opens["res_model"]])
            self.assertEqual(sum(amounts), cards[code]["value"], code)
        doubtful = self.find_rows(cards["doubtful"]["opens"])
        self.assertEqual(sum(doubtful.mapped("doubtful")), 675.0)
        waiting = self.find_rows(cards["waiting"]["opens"])
        self.assertEqual(len(waiting), cards["waiting"]["value"])
        self.assertEqual(waiting.query_id.case_id.partner_id, self.gamma)
        for part in cards["waiting"]["parts"]:
            self.assertEqual(len(self.find_rows(part["opens"])), part["value"])

    def test_rows_behind_each_bar(self):
        charts = self.get_charts(self.get_page())
        seen = 0
        for code in ("ageing", "expected", "debtors"):
            for series in charts[code]["series"]:
                for value, opens in zip(series["values"], series["opens"], strict=True):
                    rows = self.find_rows(opens)
                    self.assertEqual(sum(rows.mapped("amount")), value, opens["name"])
                    seen += bool(value)
        self.assertEqual(seen, 3 + 2 + 2)
        for part, series in zip(PARTS, charts["steps"]["series"], strict=True):
            [opens] = series["opens"]
            rows = self.find_rows(opens)
            self.assertEqual([sum(map(part, rows))], series["values"])

    def test_charts(self):
        charts = self.get_charts(self.get_page())
        [ageing] = charts["ageing"]["series"]
        self.assertEqual(ageing["values"], [50.0, 0.0, 0.0, 1500.0, 300.0])
        self.assertEqual(charts["debtors"]["labels"], ["Beta", "Gamma"])
        self.assertEqual(len(charts["steps"]["labels"]), 1)
        self.assertIn("Sent: 5, paid: 27 %", charts["steps"]["labels"][0])

    def test_expected_cash(self):
        """Beta promised 1,000 for 15 October, and 100 that did not come; Delta owes 50
        on the 20th; of Gamma, who is insolvent, nothing is expected.
        """
        chart = self.get_charts(self.get_page())["expected"]
        found = {series["label"]: series["values"] for series in chart["series"]}
        promised, due = found["Promises and plans"], found["Due date"]
        self.assertEqual([place for place, value in enumerate(promised) if value], [2])
        self.assertEqual([place for place, value in enumerate(due) if value], [3])
        self.assertEqual((sum(promised), sum(due)), (1000.0, 50.0))
        [unknown] = chart["notes"]
        self.assertEqual(unknown["value"], 400.0)
        rows = self.find_rows(unknown["opens"])
        self.assertEqual(sum(rows.mapped("amount")), 400.0)
        self.assertEqual(rows.partner_id, self.beta | self.gamma)

    def test_rep_sees_own_customers(self):
        self.get_case(self.beta).user_id = self.manager
        self.env.flush_all()
        page = self.get_page(self.rep)
        cards = self.get_cards(page)
        self.assertEqual(cards["overdue"]["value"], 300.0)
        self.assertEqual(cards["received"]["value"], 1000.0)
        self.assertEqual(cards["promised"]["value"], 0.0)
        self.assertNotIn("days_of_sales", cards)
        self.assertEqual((page["people"], page["is_own"]), ([], True))
        titles = [report["title"] for report in page["reports"]]
        self.assertNotIn("Month-End Sheet", titles)
        self.assertNotIn("What If", titles)
        rows = self.find_rows(cards["overdue"]["opens"], self.rep)
        self.assertEqual(rows.partner_id, self.gamma)

    def test_manager_chooses_a_rep(self):
        self.get_case(self.beta).user_id = self.manager
        self.env.flush_all()
        page = self.get_page(user_id=self.rep.id)
        self.assertEqual(self.get_cards(page)["overdue"]["value"], 300.0)
        self.assertEqual(
            {person["id"] for person in page["people"]},
            {self.rep.id, self.manager.id},
        )

    @takes_long
    def test_what_is_no_filter_is_not_heard(self):
        other = self.setup_other_company()["company"]
        page = self.get_page(company_id=other.id, body="x")
        self.assertEqual(self.get_cards(page)["overdue"]["value"], 1800.0)

    def test_nobody_else_gets_a_figure(self):
        for group in ("base.group_user", "account.group_account_invoice"):
            user = self.make_user(group, group)
            with self.assertRaises(AccessError):
                self.get_page(user)

    def test_reports_open_what_they_name(self):
        for report in self.get_page()["reports"]:
            action = self.env.ref(report["opens"])
            self.assertEqual(action.name, report["title"])


class TestDashboardOfFew(PageCommon):
    """A new database, other currencies, and habits."""

    def pay_late(self, partner, days, due="2026-07-01"):
        """Let a customer pay an invoice so many days after its due date."""
        move = self.make_invoice(due, partner=partner)
        self.pay(move, payment_date=Date.add(move.invoice_date_due, days=days))

    def get_expected(self, partner):
        Report = self.env["payment.reminder.report.expected"]
        return Report.search([("partner_id", "=", partner.id)])

    def test_new_database(self):
        page = self.get_page()
        self.assertTrue(page["is_empty"])
        self.assertFalse(self.get_page(partner_id=self.customer.id)["is_empty"])
        self.make_invoice(due=-20)
        self.assertFalse(self.get_page()["is_empty"])

    def test_paid_or_draft_is_no_debt(self):
        """Look-alikes that owe nothing."""
        self.make_invoice(due=10, post=False)
        self.pay(self.make_invoice(due=10))
        page = self.get_page()
        self.assertEqual(self.get_cards(page)["overdue"]["value"], 0.0)
        # How long it was waited for is told of what is paid, too.
        owed = [chart for chart in page["charts"] if chart["code"] != "effect"]
        self.assertTrue(all(not chart["series"] for chart in owed))
        self.assertEqual(self.get_cards(page)["received"]["value"], 1000.0)

    def test_paid_in_time_did_not_come_in_late(self):
        """Nor did what came in earlier than the days that are told."""
        self.pay_late(self.customer, 0, due="2026-09-10")
        self.pay_late(self.customer, 10)
        self.assertEqual(self.get_cards(self.get_page())["received"]["value"], 0.0)

    @takes_long
    def test_habit_of_three_late_payments(self):
        for due, days in (("2026-05-01", 8), ("2026-06-01", 10), ("2026-07-01", 12)):
            self.pay_late(self.customer, days, due)
        self.make_invoice("2026-09-20")
        [row] = self.get_expected(self.customer)
        self.assertEqual((row.source, str(row.date)), ("habit", "2026-09-30"))
        overdue = self.make_invoice("2026-09-10")
        late = self.get_expected(self.customer).filtered(lambda r: r.move_id == overdue)
        self.assertEqual((late.source, str(late.date)), ("habit", "2026-09-20"))
        past = self.make_invoice("2026-08-10")
        gone = self.get_expected(self.customer).filtered(lambda r: r.move_id == past)
        self.assertEqual((gone.source, gone.date), ("none", False))

    def test_twice_is_no_habit(self):
        for due in ("2026-06-01", "2026-07-01"):
            self.pay_late(self.customer, 10, due)
        self.make_invoice("2026-09-20")
        [row] = self.get_expected(self.customer)
        self.assertEqual((row.source, str(row.date)), ("due", "2026-09-20"))

    def test_who_pays_early_is_expected_on_the_due_date(self):
        for due in ("2026-05-01", "2026-06-01", "2026-07-01"):
            self.pay_late(self.customer, -5, due)
        self.make_invoice("2026-09-20")
        [row] = self.get_expected(self.customer)
        self.assertEqual((row.source, str(row.date)), ("due", "2026-09-20"))

    def test_other_currency_is_converted_and_named(self):
        """Two units of the company's are one of Odoo's base, four are a pound."""
        self.setup_other_currency("GBP", rates=[("2026-01-01", 0.5)])
        rates = self.env["res.currency.rate"]
        rates.create(
            {
                "currency_id": self.currency.id,
                "company_id": self.company.id,
                "name": "2026-01-01",
                "rate": 2.0,
            }
        )
        self.make_invoice(due=10, amount=100.0)
        pound = self.env.ref("base.GBP")
        self.make_invoice(due=10, amount=10.0, currency_id=pound.id)
        page = self.get_page()
        self.assertEqual(self.get_cards(page)["overdue"]["value"], 140.0)
        self.assertEqual(page["currency"]["name"], self.currency.name)

    def test_notices_that_wait(self):
        self.make_invoice(due=10)
        self.propose()
        waiting = self.get_cards(self.get_page())["waiting"]
        self.assertEqual(waiting["value"], 1)
        self.assertEqual([part["title"] for part in waiting["parts"]], ["Approve"])
        [row] = self.find_rows(waiting["opens"])
        self.assertEqual(row.reminder_id.state, "proposed")

    @freeze_time("2026-09-15 08:00:00")
    def test_first_week_is_this_week(self):
        """A Tuesday: the week began on Sunday, as English of the US has it."""
        self.make_invoice("2026-09-16")
        chart = self.get_charts(self.get_page())["expected"]
        self.assertEqual(chart["labels"][:2], ["This week", "20 Sep"])
        self.assertEqual(chart["series"][0]["values"][0], 1000.0)
