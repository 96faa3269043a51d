from odoo import fields
from odoo.fields import Command

from .common import ReminderCommon


class PayingCommon(ReminderCommon):
    """An approved notice whose window has passed: only the money can stop it."""

    def setUp(self):
        super().setUp()
        self.move = self.make_invoice(due=10)
        self.reminder = self.propose()
        self.case = self.reminder.case_id
        self.ripen(self.reminder)

    # -- ways of paying ---------------------------------------------------------

    def pay_without_entry(self, moves, amount):
        """Register a payment of a journal that has no outstanding account."""
        payment = self.env["account.payment"].create(
            {
                "amount": amount,
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": moves.commercial_partner_id.id,
                "journal_id": self.company_data["default_journal_bank"].id,
                "invoice_ids": [Command.set(moves.ids)],
            }
        )
        payment.outstanding_account_id = False
        payment.action_post()
        self.assertFalse(payment.move_id)
        return payment

    def make_bank_line(self, amount, **vals):
        return self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.company_data["default_journal_bank"].id,
                "date": fields.Date.today(),
                "payment_ref": "Transfer",
                "amount": amount,
                **vals,
            }
        )

    def match_bank_line(self, bank_line, move):
        _liquidity, suspense, _other = bank_line.with_context(
            skip_account_move_synchronization=True
        )._seek_for_lines()
        suspense.account_id = self.get_receivable(move).account_id
        (suspense | self.get_receivable(move)).reconcile()

    def get_receivable(self, move):
        return move.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )

    def make_credit_note(self, amount):
        move = self.make_invoice(
            due=0, amount=amount, post=False, move_type="out_refund"
        )
        move.action_post()
        return move

    def make_entry(self, amount):
        """Post a miscellaneous entry that credits the customer."""
        receivable = self.get_receivable(self.move).account_id
        expense = self.company_data["default_account_expense"]
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "line_ids": [
                    Command.create(
                        {
                            "account_id": receivable.id,
                            "partner_id": self.customer.id,
                            "credit": amount,
                        }
                    ),
                    Command.create({"account_id": expense.id, "debit": amount}),
                ],
            }
        )
        move.action_post()
        return move

    def match(self, *moves):
        lines = self.env["account.move.line"].union(*map(self.get_receivable, moves))
        lines.reconcile()

    def cancel_with_credit_note(self, move, modify=False):
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"journal_id": move.journal_id.id})
        )
        wizard.reverse_moves(is_modify=modify)
        if not modify:
            wizard.new_move_ids.action_post()
        return wizard.new_move_ids

    # -- what must come of it ---------------------------------------------------

    def assertNothingSent(self):
        """Nothing leaves, and nothing new is proposed, however often it is asked."""
        self.reminder._dispatch()
        self.env["payment.reminder"]._cron_send()
        self.assertNotIn("sent", self.case.reminder_ids.mapped("state"))
        self.assertFalse(
            self.case.reminder_ids.delivery_ids.filtered("date_sent"),
            "a message was handed over",
        )
        self.assertNotIn(
            "proposed", self.propose().filtered(lambda r: r.case_id == self.case)
            .mapped("state"),
        )

    def assertEnded(self, reason="paid"):
        self.assertEqual(self.case.state, "closed")
        self.assertEqual(self.case.close_reason, reason)
        self.assertTrue(self.case.date_close)
        self.assertEqual(self.reminder.state, "cancelled")
        self.assertTrue(self.reminder.held_reason)
        self.assertFalse(self.case.next_step_id)
        self.assertEqual(self.move.reminder_status, "closed")
        self.assertNothingSent()

    def assertFrozen(self, *reasons):
        self.assertEqual(self.case.state, "frozen")
        self.assertEqual(
            sorted(self.case._get_open_freezes().mapped("reason")), sorted(reasons)
        )
        self.assertTrue(self.case.hold_reason)
        self.assertEqual(self.move.reminder_status, "frozen")
        self.assertNothingSent()
        self.assertIn(self.reminder.state, ("held", "cancelled"))

    def assertStopped(self, code, state="held"):
        """The notice does not leave, and says why."""
        self.assertIn(code, self.reminder._guard()[self.reminder])
        self.assertIn(code, self.reminder._dispatch()[self.reminder])
        self.assertEqual(self.reminder.state, state)
        self.assertIn(code, self.reminder.verdict)
        self.assertTrue(self.reminder.held_reason)
        self.assertFalse(self.reminder.delivery_ids)

    def assertWaitsForPerson(self, principal=1000.0):
        """A payment was undone: nothing moves until somebody has looked."""
        self.assertFrozen("reopened")
        self.assertFalse(self.case.close_reason)
        self.case.with_user(self.manager).action_release()
        self.assertEqual(self.case.state, "active")
        self.assertEqual(self.case.amount_principal, principal)
        again = self.propose()
        self.assertEqual(again.case_id, self.case)
        self.assertEqual(again.amount_principal, principal)
        self.send(again)
        self.assertEqual(again.state, "sent")


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
        self.reminder.with_user(self.manager).action_cancel("Both on one notice")
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

    # -- credit notes and entries -----------------------------------------------

    def test_full_credit_note(self):
        note = self.cancel_with_credit_note(self.move)
        self.assertEqual(self.move.payment_state, "reversed")
        self.assertEnded("credited")
        note.button_draft()
        note.button_cancel()
        self.assertWaitsForPerson()

    def test_full_credit_note_and_new_invoice(self):
        self.cancel_with_credit_note(self.move, modify=True)
        self.assertEqual(self.move.payment_state, "reversed")
        self.assertEnded("credited")

    def test_partial_credit_note(self):
        note = self.make_credit_note(300)
        self.match(self.move, note)
        self.assertFrozen("credit_note")
        self.case.with_user(self.manager).action_release()
        again = self.propose()
        self.assertEqual(again.amount_principal, 700)
        self.get_receivable(note).remove_move_reconcile()
        self.assertIn("reopened", self.case._get_open_freezes().mapped("reason"))

    def test_credit_note_and_payment(self):
        self.match(self.move, self.make_credit_note(300))
        self.pay(self.move)
        self.assertEnded()

    def test_miscellaneous_entry(self):
        entry = self.make_entry(1000)
        self.match(self.move, entry)
        self.assertEqual(self.move.payment_state, "paid")
        self.assertEnded()
        self.get_receivable(self.move).remove_move_reconcile()
        self.assertFrozen("reopened")

    def test_miscellaneous_entry_in_part(self):
        self.match(self.move, self.make_entry(100))
        self.assertFrozen("partial_payment")

    # -- online payments --------------------------------------------------------

    def make_transaction(self, state):
        method = self.env.ref("payment.payment_method_unknown")
        provider = self.env["payment.provider"].create(
            {
                "name": "Online",
                "code": "none",
                "state": "test",
                "company_id": self.company.id,
                "payment_method_ids": [Command.set(method.ids)],
            }
        )
        self._create_dummy_payment_method_for_provider(
            provider=provider, journal=self.company_data["default_journal_bank"]
        )
        provider.support_manual_capture = "full_only"
        return self.env["payment.transaction"].create(
            {
                "payment_method_id": method.id,
                "amount": 1000,
                "currency_id": self.currency.id,
                "provider_id": provider.id,
                "reference": "online-1",
                "operation": "online_redirect",
                "partner_id": self.customer.id,
                "invoice_ids": [Command.set(self.move.ids)],
                "state": state,
            }
        )

    def test_transaction_pending(self):
        transaction = self.make_transaction("draft")
        self.assertEqual(self.reminder._guard()[self.reminder], [])
        transaction._set_pending()
        self.assertStopped("pending_transaction")
        transaction._set_canceled()
        self.assertIn(self.reminder, self.propose())
        self.assertEqual(self.reminder.state, "approved")
        self.assertEqual(self.reminder._dispatch(), {})
        self.assertEqual(self.reminder.state, "sent")

    def test_transaction_authorized(self):
        self.make_transaction("authorized")
        self.assertStopped("pending_transaction")

    def test_transaction_done_not_processed(self):
        transaction = self.make_transaction("draft")
        transaction._set_done()
        self.assertFalse(transaction.is_post_processed)
        self.assertStopped("pending_transaction")
        transaction._post_process()
        self.assertEqual(self.move.payment_state, "paid")
        self.assertEnded()


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
