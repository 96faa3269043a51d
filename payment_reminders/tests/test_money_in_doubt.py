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
