import base64
import io

from lxml import html
from openpyxl import load_workbook

from odoo.exceptions import AccessError

from ..tags import takes_long
from .small_company import SmallCompany


class TestReports(SmallCompany):
    """Every figure of the dashboard and the month-end sheet, worked out by hand."""

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

    def test_money_after_each_kind_of_step(self):
        """1,000 eleven days after reminder 1, 500 five days after reminder 2.

        It is one line, in which ladder and under which name ever it stands.
        """
        other = self.make_ladder(name="Other ladder")
        self.get_case(self.gamma).reminder_ids[:1].sudo().step_id = other.step_ids[1]
        self.env.flush_all()
        [row] = self.get_figures()["steps"]
        names = ("code", "count", "asked", "received_7", "received_14", "received_30")
        self.assertEqual(
            [row[name] for name in names],
            ["reminder", 5, 5600.0, 500.0, 1500.0, 1500.0],
        )

    def test_days_of_sales_are_counted_back(self):
        """1,850 open of the 3,050 that were invoiced in the 30 days of September."""
        self.assertEqual(str(self.get_figures()["days_of_sales"]), "18.2")

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

    def test_by_customer_and_rep(self):
        figures = self.get_figures(partner_id=self.beta.id)
        self.assertEqual(sum(row["amount"] for row in figures["overdue"]), 1500.0)
        self.assertEqual([row["claimed"] for row in figures["costs"]], [100.0])
        self.assertNotIn("question", [row["code"] for row in figures["waiting"]])
        figures = self.get_figures(user_id=self.manager.id)
        self.assertFalse(figures["steps"])
        self.assertNotIn("question", [row["code"] for row in figures["waiting"]])

    def test_rep_sees_own_customers_only(self):
        self.get_case(self.beta).user_id = self.manager
        self.env.flush_all()
        figures = self.get_figures(user=self.rep)
        self.assertEqual(sum(row["amount"] for row in figures["overdue"]), 350.0)
        self.assertIsNone(figures["days_of_sales"])

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

    def get_cells(self, body, title):
        """Return the cells of each row of a section, as somebody reads them."""
        page = html.fromstring(body)
        [section] = page.xpath(f"//section[h3[text()='{title}']]")
        return [
            [" ".join(cell.text_content().split()) for cell in row.xpath("td")]
            for row in section.xpath(".//tbody/tr")
        ]

    def test_nothing_is_blank(self):
        """Who reads down a column sees only what is there."""
        rows = self.get_cells(self.make_sheet().body, "Proposal of doubtful debts")
        self.assertEqual(
            rows[1], ["Delta", "", "50.00 USD", "", "", "", "", "50.00 USD", ""]
        )
        self.assertEqual(rows[-1][0], "Total")
        self.assertEqual(rows[-1][3:5], ["", ""])

    def test_rows_open_their_case(self):
        """Delta, of whom nothing is overdue, has none."""
        page = html.fromstring(self.make_sheet().body)
        links = {
            (link.text, link.get("href")) for link in page.xpath("//section//a[@href]")
        }
        path = "/odoo/payment-reminder-cases"
        self.assertEqual(
            links,
            {
                ("Beta", f"{path}/{self.get_case(self.beta).id}"),
                ("Gamma", f"{path}/{self.get_case(self.gamma).id}"),
            },
        )

    def test_sheet_is_printed(self):
        sheet = self.make_sheet()
        action = sheet.action_print()
        self.assertEqual(action["report_type"], "qweb-pdf")
        Report = self.env["ir.actions.report"].with_user(self.manager)
        text, _kind = Report._render_qweb_html(action["report_name"], sheet.ids)
        page = html.fromstring(text).text_content()
        for said in ("Month-end sheet of", "Proposal of doubtful debts", "1,850.00"):
            self.assertIn(said, page)

    @takes_long
    def test_sheet_is_for_managers_of_the_company(self):
        with self.assertRaises(AccessError):
            self.env["payment.reminder.month.end"].with_user(self.rep).create({})
        other = self.setup_other_company()["company"]
        with self.assertRaises(AccessError):
            self.make_sheet(company_id=other.id)._get_sections()
        with self.assertRaises(AccessError):
            self.get_figures(company_id=other.id)
