from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import freeze_time

from ..tags import takes_long
from .paying_common import PayingCommon


class TestMoneyPlaces(PayingCommon):
    """Wherever money lies in Odoo, a notice that it may pay does not leave.

    All of it is made by Odoo's own buttons and dialogs.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank = cls.company_data["default_journal_bank"]
        cls.sister = cls.make_customer("Solskin A/S", "ap@solskin.example")

    def use_accounting_app(self):
        """Let payments of the bank have no journal entry, as Odoo's own app does."""
        self.patch(
            self.registry["account.move"],
            "_get_invoice_in_payment_state",
            lambda move: "in_payment",
        )
        self.bank.inbound_payment_method_line_ids.payment_account_id = False

    def make_payment(self, amount, post=True, **vals):
        payment = self.env["account.payment"].create(
            {
                "amount": amount,
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.customer.id,
                "journal_id": self.bank.id,
                **vals,
            }
        )
        if post:
            payment.action_post()
        return payment

    def register(self, moves, amount=None, **vals):
        """Pay by the dialog on the invoice."""
        if amount:
            vals["amount"] = amount
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=moves.ids)
            .create({"journal_id": self.bank.id, **vals})
        )
        return wizard._create_payments()

    def get_money(self, reminder=None):
        """Return [(source, amount)] of what the guard sees, and its codes."""
        reminder = reminder or self.reminder
        codes = reminder._guard()[reminder]
        facts = reminder._read_facts(fields.Datetime.now())[reminder]
        return [(m.source, float(m.amount)) for m in facts.money], codes

    def assertFree(self):
        self.assertEqual(self.get_money(), ([], []))

    def assertHeldFor(self, *money, code="unallocated_credit"):
        self.assertEqual(self.get_money(), (list(money), [code]))

    # -- payments without an entry --

    def test_a_payment_once_validated(self):
        self.use_accounting_app()
        payment = self.make_payment(321)
        self.assertEqual(payment.state, "in_process")
        self.assertHeldFor(("payment", 321))
        payment.action_validate()
        self.assertEqual(payment.state, "paid")
        self.assertFalse(payment.move_id)
        self.assertHeldFor(("payment", 321))
        payment.action_cancel()
        self.assertFree()

    def test_a_validated_payment_whose_bank_line_is_booked(self):
        """The money is the bank line's from then on, and an invoice's once matched."""
        self.use_accounting_app()
        older = self.make_invoice(due=60, amount=321, partner=self.customer)
        payment = self.make_payment(321)
        line = self.make_bank_line(321, partner_id=self.customer.id)
        payment.action_validate()
        self.match_bank_line(line, older)
        self.assertEqual(older.payment_state, "paid")
        self.assertNotIn(("payment", 321), self.get_money()[0])

    def test_a_validated_payment_of_long_ago(self):
        self.use_accounting_app()
        payment = self.make_payment(321, date="2026-03-01")
        payment.action_validate()
        self.assertFree()

    def test_what_is_over_on_a_payment(self):
        self.use_accounting_app()
        other = self.make_invoice(due=5, amount=600)
        payment = self.register(other, 1000)
        self.assertFalse(payment.move_id)
        self.assertEqual(self.get_money()[0], [("payment", 400)])
        self.assertStopped("unallocated_credit")
        self.assertIn("400.00", self.reminder.held_reason)
        self.assertIn(payment.name, self.reminder.held_reason)

    def test_a_payment_that_is_not_over(self):
        self.use_accounting_app()
        other = self.make_invoice(due=5, amount=600)
        self.register(other, 600)
        self.assertFree()

    @takes_long
    def test_a_payment_that_the_bank_line_repeats(self):
        """The invoice was matched with the bank line: nothing is over."""
        self.use_accounting_app()
        other = self.make_invoice(due=5, amount=600)
        self.register(other, 600)
        line = self.make_bank_line(600, partner_id=self.customer.id)
        self.match_bank_line(line, other)
        self.assertFree()

    def test_two_payments_for_one_invoice(self):
        self.use_accounting_app()
        other = self.make_invoice(due=5, amount=600)
        for _twice in range(2):
            payment = self.make_payment(600, post=False)
            payment.invoice_ids = [Command.set(other.ids)]
            payment.action_post()
        self.assertEqual(self.get_money()[0], [("payment", 600)])

    def test_what_another_payer_paid_too_much(self):
        self.use_accounting_app()
        payment = self.make_payment(
            1500, partner_id=self.sister.id, memo=f"{self.move.name} and more"
        )
        self.assertHeldFor(("payment", 1500))
        payment.memo = "Something else"
        self.assertFree()

    def test_a_refund_under_way_is_no_money(self):
        self.use_accounting_app()
        self.make_payment(500, payment_type="outbound")
        self.assertFree()

    # -- payments with an entry --

    def test_a_payment_of_another_payer_for_the_invoice(self):
        payment = self.make_payment(250, post=False, partner_id=self.sister.id)
        payment.invoice_ids = [Command.set(self.move.ids)]
        self.assertHeldFor(("draft_payment", 250))
        payment.action_post()
        self.assertEqual(payment.move_id.state, "posted")
        self.assertHeldFor(("entry", 250))
        payment.action_draft()
        payment.action_cancel()
        self.assertFree()

    def test_a_payment_of_a_sister_that_names_the_invoice(self):
        payment = self.make_payment(
            250, partner_id=self.sister.id, memo=f"Faktura {self.move.name}"
        )
        self.assertTrue(payment.move_id)
        self.assertHeldFor(("entry", 250))

    def test_a_payment_of_somebody_else_is_free(self):
        """Of the same sum, and nearly the same number."""
        self.make_payment(
            1000, partner_id=self.sister.id, memo=f"Faktura {self.move.name}7"
        )
        self.assertFree()

    def test_a_payment_of_somebody_else_once_matched(self):
        other = self.make_invoice(due=5, amount=250, partner=self.sister)
        payment = self.make_payment(
            250, partner_id=self.sister.id, memo=f"Faktura {self.move.name}"
        )
        self.match(other, payment.move_id)
        self.assertFree()

    # -- credits --

    def test_a_bank_line_booked_under_nobody(self):
        line = self.make_bank_line(111, payment_ref=f"Betaling {self.move.name}")
        self.assertHeldFor(("bank_line", 111), code="unmatched_bank_line")
        self.book_on_receivable(line)
        self.assertTrue(line.is_reconciled)
        self.assertHeldFor(("bank_line", 111), code="unmatched_bank_line")
        self.assertStopped("unmatched_bank_line")

    def test_a_bank_line_booked_under_nobody_by_sum_or_name(self):
        line = self.make_bank_line(1000)
        self.book_on_receivable(line)
        self.assertHeldFor(("bank_line", 1000), code="unmatched_bank_line")
        line.unlink()
        line = self.make_bank_line(3, partner_name="NORDLYS")
        self.book_on_receivable(line)
        self.assertHeldFor(("bank_line", 3), code="unmatched_bank_line")

    def test_a_bank_line_booked_under_nobody_of_somebody_else(self):
        line = self.make_bank_line(77, payment_ref="Betaling INV/2026/99999")
        self.book_on_receivable(line)
        self.assertFree()

    def test_a_bank_line_booked_under_a_sister(self):
        line = self.make_bank_line(
            111,
            payment_ref=f"Betaling {self.move.name}",
            partner_id=self.sister.id,
        )
        self.book_on_receivable(line)
        self.assertHeldFor(("entry", 111))

    def test_an_entry_by_hand_under_nobody(self):
        entry = self.make_entry(40)
        line = self.get_receivable(entry)
        self.assertHeldFor(("entry", 40))
        entry.button_draft()
        line.partner_id = False
        entry.ref = "Moved over"
        entry.action_post()
        self.assertFree()
        entry.ref = f"Moved over {self.move.name}"
        self.assertHeldFor(("entry", 40))

    def test_what_lies_under_nobody_for_years(self):
        """An opening balance of the same sum is no payment of today."""
        line = self.make_bank_line(1000, date="2026-03-01")
        self.book_on_receivable(line)
        self.assertFree()

    def test_a_credit_note_is_called_one(self):
        note = self.make_credit_note(5)
        self.assertHeldFor(("credit_note", 5))
        self.assertStopped("unallocated_credit")
        self.assertIn("redit note", self.reminder.held_reason)
        self.assertIn(note.name, self.reminder.held_reason)

    def test_a_draft_credit_note_of_the_customer(self):
        """Linked to no invoice it is about one that it names, or of the same sum."""
        note = self.make_credit_note(5)
        note.button_draft()
        self.assertFree()
        note.ref = f"Retur, {self.move.name}"
        self.assertHeldFor(("draft_credit_note", 5))
        note.button_cancel()
        self.assertFree()
        note = self.make_credit_note(1000)
        note.button_draft()
        self.assertHeldFor(("draft_credit_note", 1000))

    def test_a_draft_credit_note_of_another_invoice(self):
        other = self.make_invoice(due=-30, amount=600)
        other._reverse_moves()
        self.assertFree()

    # -- on its way to the customer --

    @takes_long
    def test_a_credit_note_that_is_paid_back(self):
        """It is not there any more for the invoices, once it is being paid out."""
        self.use_accounting_app()
        self.bank.outbound_payment_method_line_ids.payment_account_id = False
        note = self.make_credit_note(50)
        self.assertHeldFor(("credit_note", 50))
        payment = self.register(note, 20, payment_difference_handling="open")
        self.assertEqual(
            (payment.payment_type, bool(payment.move_id)), ("outbound", False)
        )
        self.assertHeldFor(("credit_note", 30))
        payment.action_draft()
        payment.action_cancel()
        self.register(note)
        self.assertFree()

    # -- a discount or a difference agreed in the dialog --

    def test_a_difference_written_off_in_the_dialog(self):
        self.use_accounting_app()
        self.register(
            self.move,
            980,
            payment_difference_handling="reconcile",
            writeoff_account_id=self.company_data["default_account_expense"].id,
        )
        self.propose()
        self.assertEqual(self.case.state, "closed")
        self.assertEqual(self.reminder.state, "cancelled")
        self.assertFalse(self.case.freeze_ids)

    def test_a_part_paid_in_the_dialog(self):
        self.use_accounting_app()
        self.register(self.move, 980, payment_difference_handling="open")
        self.propose()
        self.assertFrozen("partial_payment")

    @takes_long
    def test_a_discount_taken_in_the_dialog(self):
        self.use_accounting_app()
        term = self.env["account.payment.term"].create(
            {
                "name": "2/30 net 5",
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
        customer = self.make_customer("Early Bird", "early@x.example")
        move = self.make_invoice(
            "2026-09-05",
            amount=5000,
            partner=customer,
            invoice_date="2026-08-31",
            invoice_payment_term_id=term.id,
        )
        reminder = self.propose().filtered(lambda r: r.partner_id == customer)
        self.assertEqual(len(reminder), 1)
        payment = self.register(move)
        self.assertEqual((payment.amount, bool(payment.move_id)), (4900, False))
        self.propose()
        self.assertEqual(reminder.state, "cancelled")
        self.assertFalse(reminder.case_id.freeze_ids)

    # -- a direct debit under way --

    def make_payment_order(self, state, **vals):
        """Make the tables of account_payment_order, with what is read of them."""
        self.env.cr.execute(
            """
            CREATE TABLE IF NOT EXISTS account_payment_order (
                id serial PRIMARY KEY, name varchar, state varchar,
                payment_type varchar, date_prefered varchar, date_uploaded date,
                create_date timestamp DEFAULT '2026-09-14');
            CREATE TABLE IF NOT EXISTS account_payment_line (
                id serial PRIMARY KEY, order_id integer, move_line_id integer,
                amount_currency numeric, currency_id integer, date date)
            """
        )
        vals = {"payment_type": "inbound", "date_uploaded": None, **vals}
        self.env.cr.execute(
            "INSERT INTO account_payment_order (name, state, payment_type,"
            " date_uploaded, date_prefered) VALUES ('PAY/7', %s, %s, %s, 'due')"
            " RETURNING id",
            [state, vals["payment_type"], vals["date_uploaded"]],
        )
        self.env.cr.execute(
            "INSERT INTO account_payment_line (order_id, move_line_id,"
            " amount_currency, date) VALUES (%s, %s, 1000, '2026-09-16')",
            [self.env.cr.fetchone()[0], self.get_receivable(self.move).id],
        )

    def set_order(self, state, uploaded=None):
        self.env.cr.execute(
            "UPDATE account_payment_order SET state = %s, date_uploaded = %s",
            [state, uploaded],
        )

    @takes_long
    def test_a_direct_debit_under_way(self):
        self.make_payment_order("draft")
        self.assertFree()
        for state in ("open", "generated"):
            self.set_order(state)
            self.assertHeldFor(("collection", 1000))
        self.set_order("uploaded", "2026-09-14")
        self.assertHeldFor(("collection", 1000))
        self.set_order("uploaded", "2026-09-01")
        self.assertFree()
        self.set_order("cancel")
        self.assertFree()
        self.set_order("open")
        self.assertStopped("unallocated_credit")
        for words in ("PAY/7", "about to collect", "09/16/2026", self.move.name):
            self.assertIn(words, self.reminder.held_reason)

    def test_an_order_that_pays_out(self):
        self.make_payment_order("open", payment_type="outbound")
        self.assertFree()

    # -- the way out --

    def test_money_is_ignored(self):
        self.make_payment(321)
        self.assertStopped("unallocated_credit")
        with self.assertRaises(AccessError):
            self.reminder.with_user(self.rep).action_ignore_credits()
        self.reminder.with_user(self.manager).action_ignore_credits()
        self.assertEqual(self.reminder.state, "approved", "it is back at once")
        event = self.case.event_ids.filtered(lambda e: e.kind == "money_ignored")
        self.assertEqual(event.user_id, self.manager)
        self.assertFree()
        self.make_payment(322)
        self.assertHeldFor(("entry", 322))

    @takes_long
    def test_a_person_is_asked_in_the_end(self):
        self.make_bank_line(1000, date="2026-09-15")
        self.propose()
        self.assertFalse(self.case.activity_ids)
        with freeze_time("2026-09-21 10:00:00"):
            self.propose()
            self.assertFalse(self.case.activity_ids)
        with freeze_time("2026-09-22 10:00:00"):
            self.propose()
            self.propose()
            asked = self.case.activity_ids
            self.assertEqual(len(asked), 1)
            self.assertIn("Match or ignore", asked.summary)
            self.assertIn("1,000.00", asked.note)

    # -- the whole tree of companies --

    def test_a_branch_has_the_money(self):
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id}
        )
        self.env.user.company_ids |= branch
        self.manager.company_ids |= branch
        self.sister.with_company(
            branch
        ).property_account_receivable_id = self.get_receivable(self.move).account_id
        payment = self.make_payment(
            250,
            post=False,
            partner_id=self.sister.id,
            company_id=branch.id,
            memo=f"Faktura {self.move.name}",
        )
        self.assertEqual(payment.company_id, branch)
        payment.action_post()
        self.assertEqual(self.get_money()[1], ["unallocated_credit"])

    @takes_long
    def test_another_company_has_the_money(self):
        other = self.setup_other_company(name="Other")["company"]
        other_bank = self.env["account.journal"].search(
            [("company_id", "=", other.id), ("type", "=", "bank")], limit=1
        )
        payment = (
            self.env["account.payment"]
            .with_company(other)
            .create(
                {
                    "amount": 1000,
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "partner_id": self.customer.id,
                    "journal_id": other_bank.id,
                    "memo": self.move.name,
                }
            )
        )
        payment.action_post()
        self.assertFree()

    # -- helpers --

    def book_on_receivable(self, bank_line):
        _liquidity, suspense, _other = bank_line.with_context(
            skip_account_move_synchronization=True
        )._seek_for_lines()
        suspense.account_id = self.get_receivable(self.move).account_id
