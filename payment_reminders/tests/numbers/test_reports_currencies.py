import base64
import io

from openpyxl import load_workbook

from ..common import ReminderCommon


class TestReportsCurrencies(ReminderCommon):
    """What became of every kind of cost, in two currencies, worked out by hand.

    One unit of the company is two euros. On Tuesday 15 September 2026, ten days late:

    - *Home* owes 1,000, and beside it 100 fee, 10 interest, 40 lump sum; 60 of the fee
      were paid, 5 of the interest waived, 25 of the lump sum moved to an invoice: 60
      are open.
    - *Abroad* owes 400 euros, and beside it 100 fee, 7 interest, 80 lump sum; 20 of the
      fee were paid, the interest waived: 160 euros are open, 80 of the company's.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.euro = cls.setup_other_currency("EUR", rates=[("2026-01-01", 2.0)])
        cls.home, cls.abroad = (cls.make_customer(name) for name in ("Home", "Abroad"))
        cls.make_invoice(due=10, partner=cls.home)
        cls.make_invoice(
            due=10, amount=400, partner=cls.abroad, currency_id=cls.euro.id
        )
        cls.refresh()
        Case = cls.env["payment.reminder.case"]
        cls.case_home, cls.case_abroad = (
            Case.search([("partner_id", "=", partner.id)])
            for partner in (cls.home, cls.abroad)
        )
        cls.book(
            cls.case_home,
            fee=100.0,
            interest=10.0,
            compensation=40.0,
            payment=(-60.0, "fee"),
            waiver=(-5.0, "interest"),
            transfer=(-25.0, "compensation"),
        )
        cls.book(
            cls.case_abroad,
            fee=100.0,
            interest=7.0,
            compensation=80.0,
            payment=(-20.0, "fee"),
            waiver=(-7.0, "interest"),
        )
        cls.env.flush_all()
        cls.env.invalidate_all()

    @classmethod
    def book(cls, case, **entries):
        rows = []
        for kind, entry in entries.items():
            amount, settles = entry if isinstance(entry, tuple) else (entry, False)
            note = "Goodwill" if kind == "waiver" else False
            rows.append(
                {
                    "case_id": case.id,
                    "kind": kind,
                    "amount": amount,
                    "settles": settles,
                    "note": note,
                    "user_id": cls.manager.id,
                }
            )
        cls.env["payment.reminder.claim.line"].sudo().create(rows)

    def make_sheet(self):
        return (
            self.env["payment.reminder.month.end"]
            .with_user(self.manager)
            .create({"date": "2026-09-15"})
        )

    def get_section(self, code):
        return {
            section["code"]: section for section in self.make_sheet()._get_sections()
        }[code]

    def get_figures(self):
        return (
            self.env["payment.reminder.dashboard"]
            .with_user(self.manager)
            .create({})
            ._get_figures()
        )

    def test_claims_in_both_currencies(self):
        section = self.get_section("claims")
        own, euro = self.currency, self.euro
        self.assertEqual(
            section["rows"],
            [
                [
                    "Abroad",
                    self.case_abroad.name,
                    *(50.0, 3.5, 40.0, -10.0, -3.5, 0.0, 80.0),
                    (160.0, euro),
                ],
                [
                    "Home",
                    self.case_home.name,
                    *(100.0, 10.0, 40.0, -60.0, -5.0, -25.0, 60.0),
                    (60.0, own),
                ],
            ],
        )
        self.assertEqual(
            section["total"],
            ["Total", "", 150.0, 13.5, 80.0, -70.0, -8.5, -25.0, 140.0, ""],
        )

    def test_claims_by_currency(self):
        section = self.get_section("claims_by_currency")
        [of_euro, of_own] = sorted(section["rows"], key=lambda row: row[0] != "EUR")
        amounts = [100.0, 7.0, 80.0, -20.0, -7.0, 0.0, 160.0]
        self.assertEqual(
            of_euro, ["EUR", *((amount, self.euro) for amount in amounts), 80.0]
        )
        self.assertEqual(of_own[0], self.currency.name)
        self.assertEqual(of_own[-2:], [(60.0, self.currency), 60.0])
        self.assertEqual(section["total"], ["Total", *[""] * 7, 140.0])

    def test_one_currency_needs_no_second_table(self):
        self.book(self.case_abroad, payment=(-160.0, False))
        sheet = self.make_sheet()
        sections = {section["code"]: section for section in sheet._get_sections()}
        self.assertNotIn("claims_by_currency", sections)
        self.assertEqual(len(sections["claims"]["columns"]), 9)

    def test_waivers_and_doubtful_debts_are_in_the_currency_of_the_company(self):
        self.assertEqual(
            self.get_section("waivers")["rows"], [["Manager", "Goodwill", 2, 8.5]]
        )
        rows = self.get_section("doubtful")["rows"]
        self.assertEqual(
            {row[0]: row[-2] for row in rows}, {"Home": 1000, "Abroad": 200}
        )

    def test_dashboard_adds_up_in_the_currency_of_the_company(self):
        figures = self.get_figures()
        names = ("claimed", "collected", "waived", "moved")
        self.assertEqual(
            {row["code"]: [row[name] for name in names] for row in figures["costs"]},
            {
                "fee": [150.0, 70.0, 0.0, 0.0],
                "interest": [13.5, 0.0, 8.5, 0.0],
                "compensation": [80.0, 0.0, 0.0, 25.0],
            },
        )
        overdue = {row["code"]: row for row in figures["overdue"]}
        self.assertEqual((overdue["d30"]["count"], overdue["d30"]["amount"]), (2, 1200))

    def test_page_and_spreadsheet_name_the_currency(self):
        sheet = self.make_sheet()
        self.assertIn("160.00", sheet.body)
        self.assertIn("EUR", sheet.body)
        sheet.action_export()
        book = load_workbook(io.BytesIO(base64.b64decode(sheet.file)))
        cell = next(
            cell
            for row in book["The same claims by currency"].iter_rows(min_row=4)
            for cell in row
            if cell.value == 160
        )
        self.assertIn("EUR", cell.number_format)
