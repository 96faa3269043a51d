from odoo.fields import Command

from .paying_common import PayingCommon


class TestPayingOtherwise(PayingCommon):
    """Credit notes, entries by hand and online payments stop a notice as well."""

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
