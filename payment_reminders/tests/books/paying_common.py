from odoo import fields
from odoo.fields import Command

from ..common import ReminderCommon


class PayingCommon(ReminderCommon):
    """An approved notice whose window has passed: only the money can stop it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.move = cls.make_invoice(due=10)
        cls.reminder = cls.propose()
        cls.case = cls.reminder.case_id
        cls.ripen(cls.reminder)

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

    @classmethod
    def make_bank_line(cls, amount, **vals):
        return cls.env["account.bank.statement.line"].create(
            {
                "journal_id": cls.company_data["default_journal_bank"].id,
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

    @classmethod
    def get_receivable(cls, move):
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
            "proposed",
            self.propose().filtered(lambda r: r.case_id == self.case).mapped("state"),
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
