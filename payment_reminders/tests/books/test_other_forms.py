from odoo.fields import Command

from ..common import ReminderCommon
from ..tags import takes_long


class TestOtherForms(ReminderCommon):
    """Money that is written in another way, or lies in another place of Odoo."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank = cls.company_data["default_journal_bank"]

    def make_line(self, amount, journal=None, **vals):
        return self.env["account.bank.statement.line"].create(
            {
                "journal_id": (journal or self.bank).id,
                "date": "2026-09-15",
                "amount": amount,
                "payment_ref": "CREDIT TRANSFER 0411",
                **vals,
            }
        )

    def get_verdict(self, reminder):
        self.ripen(reminder)
        return reminder._guard()[reminder]

    def test_a_line_that_says_nothing_holds_nothing(self):
        self.make_invoice(due=10)
        reminder = self.propose()
        self.make_line(3)
        self.assertEqual(self.get_verdict(reminder), [])

    def test_the_number_with_other_zeros(self):
        move = self.make_invoice(due=10)
        reminder = self.propose()
        prefix, _slash, number = move.name.rpartition("/")
        self.make_line(3, payment_ref=f"faktura {prefix}/{int(number)}")
        self.assertEqual(self.get_verdict(reminder), ["unmatched_bank_line"])

    def test_the_number_in_the_narration(self):
        move = self.make_invoice(due=10)
        reminder = self.propose()
        self.make_line(3, narration=f"<p>Unstructured reference: {move.name}</p>")
        self.assertEqual(self.get_verdict(reminder), ["unmatched_bank_line"])

    def test_the_number_in_the_details(self):
        move = self.make_invoice(due=10)
        reminder = self.propose()
        self.make_line(3, transaction_details={"RmtInf": {"Ustrd": [move.name]}})
        self.assertEqual(self.get_verdict(reminder), ["unmatched_bank_line"])

    def test_the_name_as_banks_write_it(self):
        self.customer.name = "Müller & Sønner Ærø ApS"
        self.make_invoice(due=10)
        reminder = self.propose()
        self.make_line(3, partner_name="MUELLER OG SOENNER AEROE")
        self.assertEqual(self.get_verdict(reminder), ["unmatched_bank_line"])

    def test_the_name_of_a_contact_says_nothing(self):
        contact = self.make_customer(
            "Accounting", parent_id=self.customer.id, is_company=False
        )
        self.make_invoice(due=10, partner=contact)
        reminder = self.propose()
        self.make_line(3, payment_ref="Fee, see accounting 0411")
        self.assertEqual(self.get_verdict(reminder), [])

    @takes_long
    def test_two_of_three_invoices_in_one_sum(self):
        for amount in (1000, 650, 420):
            self.make_invoice(due=10, amount=amount)
        reminder = self.propose()
        self.make_line(1060)
        self.assertEqual(self.get_verdict(reminder), [])
        self.make_line(1650)
        self.assertEqual(reminder._guard()[reminder], ["unmatched_bank_line"])

    @takes_long
    def test_a_payment_at_the_main_company_for_a_branch(self):
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id}
        )
        self.env.user.company_ids |= branch
        branch.reminder_ladder_id = self.make_ladder(company=branch)
        self.customer.with_company(
            branch
        ).property_account_receivable_id = self.customer.property_account_receivable_id
        self.make_invoice(
            due=10,
            amount=900,
            company_id=branch.id,
            journal_id=self.company_data["default_journal_sale"].id,
        )
        reminder = self.propose().filtered(lambda r: r.company_id == branch)
        self.assertEqual(len(reminder), 1)
        self.manager.company_ids |= branch
        self.assertEqual(reminder._guard()[reminder], ["not_approved", "hold_window"])
        line = self.make_line(3, partner_id=self.customer.id)
        self.assertIn("unmatched_bank_line", reminder._guard()[reminder])
        line.unlink()
        payment = self.env["account.payment"].create(
            {
                "amount": 900,
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.customer.id,
                "journal_id": self.bank.id,
            }
        )
        payment.action_post()
        self.assertIn("unallocated_credit", reminder._guard()[reminder])

    @takes_long
    def test_a_customer_who_got_a_parent_company(self):
        person = self.env["res.partner"].create(
            {"name": "Delta Lone", "email": "lone@delta.example"}
        )
        self.make_invoice(due=10, partner=person)
        reminder = self.propose()
        parent = self.make_customer("Delta Koncern A/S")
        self.ripen(reminder)
        person.parent_id = parent
        line = self.make_line(3, partner_id=parent.id)
        self.assertIn("unmatched_bank_line", reminder._guard()[reminder])
        line.unlink()
        self.make_line(3, partner_id=person.id)
        self.assertIn("unmatched_bank_line", reminder._guard()[reminder])

    def test_a_discount_in_its_time(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "2/20 net 5",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 30,
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 100, "nb_days": 5}
                    )
                ],
            }
        )
        self.make_invoice(
            "2026-09-05",
            amount=5000,
            invoice_date="2026-08-31",
            invoice_payment_term_id=term.id,
        )
        reminder = self.propose()
        self.make_line(4900, date="2026-09-15")
        self.assertEqual(self.get_verdict(reminder), ["unmatched_bank_line"])

    # -- nearly the sum --

    def test_what_the_bank_kept_for_itself(self):
        """Without a word from the company: about what a bank takes."""
        self.assertEqual(self.currency.name, "USD")
        self.make_invoice(due=10)
        reminder = self.propose()
        line = self.make_line(998.5)
        self.assertEqual(self.get_verdict(reminder), [])
        line.amount = 999.5
        self.assertEqual(reminder._guard()[reminder], ["unmatched_bank_line"])
        self.company.reminder_amount_tolerance = 0
        self.assertEqual(reminder._guard()[reminder], [])

    def test_the_tolerance_of_each_currency(self):
        company = self.env["res.company"].create({"name": "New"})
        for code, tolerance in (("DKK", 5), ("EUR", 1), ("SEK", 10), ("AUD", 1)):
            currency = self.env["res.currency"].with_context(active_test=False)
            company.currency_id = currency.search([("name", "=", code)])
            self.assertEqual(company.reminder_amount_tolerance, tolerance)

    @takes_long
    def test_the_tolerance_in_another_currency(self):
        """5 are 110 yen, and less than 3 of a currency that is worth two."""
        self.company.reminder_amount_tolerance = 5
        for code, rate, off, held in (
            ("JPY", 22.0, 60, True),
            ("JPY", 22.0, 160, False),
            ("EUR", 0.5, 2, True),
            ("EUR", 0.5, 3, False),
        ):
            with self.subTest(code, off=off):
                currency = self.setup_other_currency(code, rates=[("2020-01-01", rate)])
                customer = self.make_customer(f"{code} {off}", f"{code}{off}@x.example")
                self.make_invoice(
                    due=10, amount=81000, partner=customer, currency_id=currency.id
                )
                reminder = self.propose().filtered(
                    lambda r, of=customer: r.partner_id == of
                )
                line = self.make_line(
                    7, foreign_currency_id=currency.id, amount_currency=81000 - off
                )
                codes = ["unmatched_bank_line"] if held else []
                self.assertEqual(self.get_verdict(reminder), codes)
                line.unlink()
