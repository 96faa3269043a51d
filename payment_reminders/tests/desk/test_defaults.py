from decimal import Decimal

from lxml import etree

from odoo.tests import freeze_time
from odoo.tools import SQL

from ...rules.fees import get_default_floor
from ..common import ReminderCommon


class TestDefaults(ReminderCommon):
    """What nobody has chosen protects; what somebody has chosen stays."""

    def make_company(self, **vals):
        company = self.env["res.company"].create({"name": "New Company", **vals})
        company.flush_recordset()
        return company

    def as_before(self, company, **columns):
        """Set columns as a database has them that was made before a default."""
        for name, value in columns.items():
            self.env.cr.execute(
                SQL(
                    "UPDATE res_company SET %s = %s WHERE id = %s",
                    SQL.identifier(name),
                    value,
                    company.id,
                )
            )
        company.invalidate_recordset()
        self.env["res.company"].init()
        company.invalidate_recordset()

    def test_a_new_company_looks_at_its_bank_and_has_a_floor(self):
        kroner = self.env.ref("base.DKK")
        company = self.make_company(currency_id=kroner.id)
        self.assertEqual(company.reminder_bank_stale_days, 5)
        self.assertEqual(company.reminder_fee_floor, 250)
        self.assertEqual(Decimal(company.reminder_fee_floor), get_default_floor("DKK"))

    def test_after_an_update_who_never_chose_gets_the_default(self):
        kroner = self.env.ref("base.DKK")
        company = self.make_company(currency_id=kroner.id)
        self.as_before(company, reminder_bank_stale_days=None, reminder_fee_floor=None)
        self.assertEqual(company.reminder_bank_stale_days, 5)
        self.assertEqual(company.reminder_fee_floor, 250)

    def test_after_an_update_a_choice_stays(self):
        company = self.make_company()
        self.as_before(company, reminder_bank_stale_days=0, reminder_fee_floor=0)
        self.assertEqual(company.reminder_bank_stale_days, 0)
        self.assertEqual(company.reminder_fee_floor, 0)
        self.as_before(company, reminder_bank_stale_days=9, reminder_fee_floor=7)
        self.assertEqual(company.reminder_bank_stale_days, 9)
        self.assertEqual(company.reminder_fee_floor, 7)

    # -- fresh bank statements --------------------------------------------------------

    def add_bank_line(self, day):
        self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.company_data["default_journal_bank"].id,
                "date": day,
                "payment_ref": "Rent",
                "amount": -77,
            }
        )

    def test_the_bank_is_looked_at_as_soon_as_there_is_a_line(self):
        self.company.reminder_bank_stale_days = 5
        self.make_invoice(due=10)
        reminder = self.propose()
        verdict = reminder._guard()[reminder]
        self.assertNotIn("stale_bank", verdict, "nobody keeps the bank here")
        self.add_bank_line("2026-09-12")
        self.assertNotIn("stale_bank", reminder._guard()[reminder])
        with freeze_time("2026-09-25 08:00:00"):
            self.assertIn("stale_bank", reminder._guard()[reminder])

    # -- a floor for fees -------------------------------------------------------------

    def test_no_fee_on_little_and_a_fee_on_more(self):
        self.ladder.step_ids.filtered(lambda s: s.kind != "nudge").fee_amount = 10
        self.company.reminder_fee_floor = 30
        other = self.make_customer("B", "b@x.example")
        self.make_invoice(due=10, amount=29)
        self.make_invoice(due=10, amount=30, partner=other)
        fees = {one.partner_id: one.amount_fee for one in self.propose()}
        self.assertEqual(fees, {self.customer: 0, other: 10})

    # -- one person ---------------------------------------------------------------

    def shows_responsible(self, model):
        arch = self.env[model].get_views([(False, "list")])["views"]["list"]["arch"]
        (column,) = etree.fromstring(arch).xpath("//field[@name='user_id']")
        return column.get("column_invisible") != "True"

    def test_one_person_sees_no_responsible(self):
        models = ("payment.reminder", "payment.reminder.case")
        for model in models:
            self.assertTrue(self.shows_responsible(model), "several people")
        others = self.env["res.users"].search([("share", "=", False)])
        others = others.filtered(lambda user: user != self.env.user)
        others.active = False
        for model in models:
            self.assertFalse(self.shows_responsible(model))
            self.assertIn("user_id", self.env[model]._fields, "still there to search")
        self.rep.active = True
        for model in models:
            self.assertTrue(self.shows_responsible(model), "a colleague came")
