from datetime import date
from decimal import Decimal
from pathlib import Path

from odoo.tests import TransactionCase, tagged
from odoo.tools import convert_file

from ...rules import interest
from .accruing import accrue

FILE = Path(__file__).parents[1] / "rules" / "data" / "pl.xml"


@tagged("post_install", "-at_install")
class TestNewCountry(TransactionCase):
    """Poland comes from one data file, and nothing else (docs/new_country.md)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        convert_file(
            cls.env, "reminders_pl", FILE.name, {}, mode="init", pathname=str(FILE)
        )
        cls.law = cls.env.ref("reminders_pl.jurisdiction_pl")
        cls.ladder = cls.env.ref("reminders_pl.ladder_pl")
        cls.company = cls.env["res.company"].create(
            {
                "name": "Kawa Sp. z o.o.",
                "country_id": cls.env.ref("base.pl").id,
                "currency_id": cls.env.ref("base.PLN").id,
            }
        )

    def test_its_ladder_is_offered_in_each_temperament(self):
        wizard = (
            self.env["payment.reminder.setup.wizard"]
            .with_company(self.company)
            .create({"company_id": self.company.id})
        )
        self.assertEqual(wizard.country_id.code, "PL")
        self.assertEqual(wizard.ladder_id, self.ladder)
        for temperament in ("gentle", "firm"):
            made = self.ladder._get_tempered(temperament, self.company)
            self.assertFalse(made._lint()[0])

    def test_interest_of_the_published_example(self):
        """PL-P-01: 12,400 for 44 days at 14 percent."""
        # The source counts from the due date, a Sunday.
        self.law.weekend_rule = "ignore"
        found = accrue(
            self.law, Decimal(12400), "company", date(2026, 2, 15), date(2026, 3, 31)
        )
        self.assertEqual(interest.total(found.periods), Decimal("209.27"))
        person = accrue(
            self.law, Decimal(12400), "person", date(2026, 2, 15), date(2026, 3, 31)
        )
        self.assertFalse(person.bears_interest)

    def test_lump_sum_in_tiers_and_in_euro(self):
        law = self.law._get_statute()
        for owed, sum_ in ((5000, 40), ("5000.01", 70), ("49999.99", 70), (50000, 100)):
            rule = law.compensation_rule("company", date(2026, 3, 2), Decimal(owed))
            self.assertEqual((rule.amount, rule.currency), (sum_, "EUR"))
        self.assertEqual(law.convert_on, "month_end_before_due")

    def test_the_missing_rate_is_named(self):
        (said,) = self.law._get_rate_warnings(date(2026, 11, 29))[self.law]
        self.assertIn("Narodowy Bank Polski", said)
