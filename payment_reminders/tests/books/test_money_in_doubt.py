from odoo import fields

from .paying_common import PayingCommon


class TestMoneyInDoubt(PayingCommon):
    """Money that has come in but is matched with nothing yet holds a notice."""

    def assertGoesOn(self):
        """The doubt is gone: the held notice is back, and leaves."""
        self.propose()
        self.assertEqual(self.reminder.state, "approved")
        self.assertEqual(self.reminder._dispatch(), {})
        self.assertEqual(self.reminder.state, "sent")

    def make_payment(self, **vals):
        payment = self.env["account.payment"].create(
            {
                "amount": 10,
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.customer.id,
                "journal_id": self.company_data["default_journal_bank"].id,
                **vals,
            }
        )
        payment.action_post()
        return payment

    def test_unmatched_payment(self):
        payment = self.make_payment()
        self.assertStopped("unallocated_credit")
        self.assertIn("10.00", self.reminder.held_reason)
        payment.action_draft()
        self.assertGoesOn()

    def test_unmatched_payment_without_entry(self):
        payment = self.make_payment()
        payment.action_draft()
        payment.move_id.unlink()
        payment.outstanding_account_id = False
        payment.action_post()
        self.assertFalse(payment.move_id)
        self.assertStopped("unallocated_credit")

    def test_unmatched_payment_of_a_contact(self):
        contact = self.make_customer(
            "Desk", parent_id=self.customer.id, is_company=False
        )
        self.make_payment(partner_id=contact.id)
        self.assertStopped("unallocated_credit")

    def test_open_credit_note(self):
        note = self.make_credit_note(5)
        self.assertStopped("unallocated_credit")
        note.button_draft()
        self.assertGoesOn()

    def test_draft_credit_note_of_the_invoice(self):
        note = self.move._reverse_moves([{"invoice_date": fields.Date.today()}])
        self.assertEqual(note.state, "draft")
        self.assertStopped("unallocated_credit")
        self.assertIn("draft", self.reminder.held_reason)
        self.assertIn("1,000.00", self.reminder.held_reason)
        action = self.reminder.action_open_credits()
        self.assertIn(note.id, action["domain"][0][2])
        note.unlink()
        self.assertGoesOn()

    def test_draft_credit_note_beside_money(self):
        """Each doubt gets its own words."""
        self.move._reverse_moves()
        self.make_payment()
        self.make_payment(amount=25)
        self.assertStopped("unallocated_credit")
        for words in ("draft", "10.00", "25.00", "1,000.00", "Match it", "09/15/2026"):
            self.assertIn(words, self.reminder.held_reason)
        self.assertTrue(self.reminder.is_held_by_credit)

    def test_money_of_somebody_else(self):
        self.make_payment(partner_id=self.make_customer("Other").id)
        self.assertEqual(self.reminder._guard()[self.reminder], [])

    def test_money_paid_out_is_no_doubt(self):
        self.make_payment(payment_type="outbound")
        self.assertEqual(self.reminder._guard()[self.reminder], [])

    def test_bank_line_of_the_customer(self):
        bank_line = self.make_bank_line(3, partner_id=self.customer.id)
        self.assertStopped("unmatched_bank_line")
        bank_line.unlink()
        self.assertGoesOn()

    def test_bank_line_that_names_the_invoice(self):
        self.make_bank_line(3, payment_ref=f"paying {self.move.name}, thanks")
        self.assertStopped("unmatched_bank_line")

    def test_bank_line_of_the_same_amount(self):
        self.make_bank_line(1000.0)
        self.assertStopped("unmatched_bank_line")

    def test_bank_line_of_about_the_amount(self):
        self.company.reminder_amount_tolerance = 5
        bank_line = self.make_bank_line(994.99)
        self.assertEqual(self.reminder._guard()[self.reminder], [])
        bank_line.amount = 995
        self.assertStopped("unmatched_bank_line")
        self.assertIn("995.00", self.reminder.held_reason)
        self.assertIn("09/15/2026", self.reminder.held_reason)

    def test_bank_line_from_the_account_of_the_customer(self):
        self.env["res.partner.bank"].create(
            {"acc_number": "DK50 0040 0440 1162 43", "partner_id": self.customer.id}
        )
        self.make_bank_line(3, account_number="DK5000400440116244")
        self.assertEqual(self.reminder._guard()[self.reminder], [])
        self.make_bank_line(3, account_number="dk50-0040-0440-1162-43")
        self.assertStopped("unmatched_bank_line")

    def test_bank_line_that_carries_the_payment_reference(self):
        self.move.payment_reference = "+71<000000001234>"
        self.make_bank_line(3, payment_ref="FIK 71 000000001234")
        self.assertStopped("unmatched_bank_line")

    def test_bank_line_in_the_name_of_the_customer(self):
        self.make_bank_line(3, partner_name="NORDLYS APS")
        self.assertStopped("unmatched_bank_line")

    def test_bank_line_in_another_currency(self):
        """The amount counts in the currency of the case alone."""
        dollars = self.setup_other_currency("EUR", rates=[("2026-01-01", 0.5)])
        bank_line = self.make_bank_line(
            500, foreign_currency_id=dollars.id, amount_currency=1000
        )
        self.assertEqual(self.reminder._guard()[self.reminder], [])
        bank_line.unlink()
        self.make_bank_line(1000, foreign_currency_id=dollars.id, amount_currency=500)
        self.assertStopped("unmatched_bank_line")

    def test_bank_line_of_somebody_else(self):
        self.make_bank_line(1000.0, partner_id=self.make_customer("Other").id)
        self.make_bank_line(77.0)
        self.make_bank_line(-1000.0)
        self.assertEqual(self.reminder._guard()[self.reminder], [])

    def test_bank_line_once_matched(self):
        bank_line = self.make_bank_line(1000, partner_id=self.customer.id)
        self.match_bank_line(bank_line, self.move)
        late = self.make_invoice(due=12)
        notice = self.propose()
        self.assertEqual(notice.move_ids, late)
        self.assertNotIn("unmatched_bank_line", notice._guard()[notice])

    def test_stale_bank(self):
        self.company.reminder_bank_stale_days = 3
        self.make_bank_line(7, date="2026-09-12")
        self.assertEqual(self.reminder._guard()[self.reminder], [])
        self.company.reminder_bank_stale_days = 2
        self.assertStopped("stale_bank")
        self.assertIn("3 days", self.reminder.held_reason)
        self.make_bank_line(7)
        self.assertGoesOn()

    def test_the_newest_line_of_all_bank_accounts_counts(self):
        """On a second account there may be nothing for weeks."""
        self.company.reminder_bank_stale_days = 2
        second = self.company_data["default_journal_bank"].copy()
        self.make_bank_line(7, date="2026-08-01", journal_id=second.id)
        self.assertStopped("stale_bank")
        self.make_bank_line(7)
        self.assertGoesOn()
