from .paying_common import PayingCommon


class TestPaying(PayingCommon):
    """Every way of paying ends the case, or freezes it, at once."""

    def test_nothing_paid_is_sent(self):
        self.assertEqual(self.reminder._dispatch(), {})
        self.assertEqual(self.reminder.state, "sent")

    # -- the payment wizard -----------------------------------------------------

    def test_full_payment(self):
        payment = self.pay(self.move)
        self.assertEnded()
        payment.action_draft()
        self.assertEqual(self.move.amount_residual, 0, "Odoo keeps the matching")
        self.assertEnded()
        payment.action_cancel()
        self.assertWaitsForPerson()

    def test_full_payment_unreconciled(self):
        self.pay(self.move)
        self.get_receivable(self.move).remove_move_reconcile()
        self.assertFrozen("reopened")
        self.case.with_user(self.manager).action_release()
        # The money is still there, matched with nothing.
        self.assertFalse(
            self.propose().filtered(lambda r: not r._guard()[r]),
        )

    def test_partial_payment(self):
        payment = self.pay(self.move, 400)
        self.assertFrozen("partial_payment")
        self.case.with_user(self.manager).action_release()
        again = self.propose()
        self.assertEqual(again.amount_principal, 600)
        self.send(again)
        self.assertEqual(again.state, "sent")
        payment.action_cancel()
        self.assertEqual(self.case.state, "frozen")
        self.assertEqual(self.case._get_open_freezes().reason, "reopened")

    def test_partial_payment_undone_before_release(self):
        self.pay(self.move, 400).action_cancel()
        self.assertFrozen("partial_payment", "reopened")
        self.case.with_user(self.manager).action_release()
        self.assertEqual(self.propose().amount_principal, 1000)

    def test_two_partial_payments_end_it(self):
        self.pay(self.move, 400)
        self.pay(self.move, 600)
        self.assertEnded()
        self.assertFalse(self.case._get_open_freezes())

    def test_payment_with_write_off(self):
        self.pay(
            self.move,
            990.0,
            payment_difference_handling="reconcile",
            writeoff_account_id=self.company_data["default_account_expense"].id,
        )
        self.assertEqual(self.move.payment_state, "paid")
        self.assertEnded()

    def test_overpayment(self):
        self.pay(self.move, 1200.0)
        self.assertEnded()

    def test_payment_of_a_contact(self):
        contact = self.make_customer(
            "Desk", parent_id=self.customer.id, type="invoice", is_company=False
        )
        move = self.make_invoice(due=20, partner=contact)
        self.refresh()
        self.assertIn(move, self.case.move_ids)
        self.pay(self.move)
        self.pay(move)
        self.assertEnded()

    # -- several invoices -------------------------------------------------------

    def test_group_payment(self):
        other = self.make_invoice(due=20)
        self.refresh()
        self.pay(self.move | other, group_payment=True)
        self.assertEnded()

    def test_partial_group_payment(self):
        other = self.make_invoice(due=20)
        self.refresh()
        self.pay(self.move | other, 1500, group_payment=True)
        self.assertEqual(self.case.state, "frozen")
        self.assertEqual(self.case.freeze_ids.reason, "partial_payment")
        self.assertNothingSent()

    def test_one_of_two_invoices_paid(self):
        """A full payment leaves no doubt: what is left is asked for."""
        other = self.make_invoice(due=20)
        self.refresh()
        self.reminder._cancel("Both on one notice")
        both = self.propose()
        self.assertEqual(both.move_ids, self.move | other)
        self.ripen(both)
        self.pay(other)
        self.assertEqual(self.case.state, "active")
        self.assertEqual(both._dispatch(), {both: ["paid"]})
        rest = self.propose()
        self.assertEqual(both.state, "cancelled")
        self.assertEqual(rest.move_ids, self.move)
        self.assertEqual(rest.amount_principal, 1000)

    # -- payments without a journal entry ---------------------------------------

    def test_payment_without_entry(self):
        payment = self.pay_without_entry(self.move, 1000)
        self.assertEqual(self.move.amount_residual, 1000)
        self.assertEnded()
        payment.action_cancel()
        self.assertEqual(self.move.payment_state, "not_paid")
        self.assertWaitsForPerson()

    def test_payment_without_entry_rejected(self):
        self.pay_without_entry(self.move, 1000).action_reject()
        self.assertWaitsForPerson()

    def test_partial_payment_without_entry(self):
        payment = self.pay_without_entry(self.move, 400)
        self.assertEqual(self.move.amount_residual, 1000)
        self.assertFrozen("partial_payment")
        self.case.with_user(self.manager).action_release()
        self.assertNothingSent()
        payment.action_cancel()
        self.assertWaitsForPerson()

    def test_group_payment_without_entry(self):
        other = self.make_invoice(due=20)
        self.refresh()
        self.pay_without_entry(self.move | other, 2000)
        self.assertEnded()

    def test_in_payment(self):
        """As an Odoo with the accounting app shows it."""
        self.pay_without_entry(self.move, 1000)
        self.move.payment_state = "in_payment"
        self.case._refresh()
        self.assertEnded()

    def test_in_payment_seen_by_the_guard_alone(self):
        self.move.payment_state = "in_payment"
        self.assertStopped("in_payment")

    # -- the bank statement -----------------------------------------------------

    def test_bank_line_matched_with_invoice(self):
        bank_line = self.make_bank_line(1000, partner_id=self.customer.id)
        self.match_bank_line(bank_line, self.move)
        self.assertEqual(self.move.payment_state, "paid")
        self.assertEnded()
        bank_line.action_undo_reconciliation()
        self.assertFrozen("reopened")

    def test_bank_line_matched_in_part(self):
        bank_line = self.make_bank_line(250, partner_id=self.customer.id)
        self.match_bank_line(bank_line, self.move)
        self.assertFrozen("partial_payment")
