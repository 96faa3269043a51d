from datetime import date
from decimal import Decimal
from pathlib import Path

from odoo.tests import TransactionCase, tagged
from odoo.tools import convert_file

from ...rules import interest
from ..common import ReminderCommon
from .accruing import accrue

FILE = Path(__file__).parents[1] / "rules" / "data" / "pl.xml"


def add_poland(env):
    convert_file(env, "reminders_pl", FILE.name, {}, mode="init", pathname=str(FILE))


@tagged("post_install", "-at_install")
class TestNewCountry(TransactionCase):
    """Poland comes from one data file, and nothing else (docs/new_country.md)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        add_poland(cls.env)
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
        self.assertEqual(
            law.conversion_day(date(2026, 3, 2), date(2026, 5, 1)), date(2026, 2, 28)
        )

    def test_the_missing_rate_is_named(self):
        (said,) = self.law._get_rate_warnings(date(2026, 11, 29))[self.law]
        self.assertIn("Narodowy Bank Polski", said)


class TestNoticeOfNewCountry(ReminderCommon):
    """A whole notice under the law of that file."""

    def test_a_lump_sum_of_its_tier_at_the_rate_of_its_day(self):
        add_poland(self.env)
        ladder = self.env.ref("reminders_pl.ladder_pl")
        zloty, euro = self.env.ref("base.PLN"), self.env.ref("base.EUR")
        (zloty | euro).active = True
        self.env["res.currency.rate"].search([]).unlink()
        self.env["res.currency.rate"].create(
            [
                {
                    "currency_id": currency.id,
                    "company_id": self.company.id,
                    "name": day,
                    "rate": rate,
                }
                for currency, day, rate in (
                    (euro, "2026-01-01", 0.9),
                    (zloty, "2026-02-27", 3.6),
                    (zloty, "2026-03-01", 4.5),
                )
            ]
        )
        self.company.reminder_ladder_id = ladder
        self.make_invoice(
            "2026-03-02", 6000, partner=self.customer, currency_id=zloty.id
        )
        self.env["payment.reminder.case"].sudo()._open_due(self.company)
        case = self.env["payment.reminder.case"].search(
            [("partner_id", "=", self.customer.id)]
        )
        notice = self.env["payment.reminder.text.checker"]._make_notice(
            case, ladder.step_ids[2]
        )
        # 70 euro above 5,000 zloty, at 4.00 of the end of February, and not at 5.00.
        self.assertEqual(notice.amount_compensation, 280.0)
        self.assertEqual(notice.interest_until, date(2026, 6, 30))
