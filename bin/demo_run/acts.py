"""What customers and staff do in the play; each function is one act of the plot."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from odoo.fields import Command

from . import bank, registers
from .company import CARD_JOURNAL
from .edge_acts import EdgeActs
from .people import BOOKKEEPER
from .services import REGISTERS_VARIABLE
from .stage import Placed, Stage, case_of, move_of, open_notice_of, receivable_of

if TYPE_CHECKING:
    from odoo.api import Environment

KAREN = BOOKKEEPER.login
ONLINE = ("online", "online_pending")


class Acts(EdgeActs):
    """The acts by name; each takes the invoice that it is about."""

    def __init__(self, stage: Stage, house: bank.Bank) -> None:
        self.stage = stage
        self.bank = house

    # -- paying -----------------------------------------------------------------

    def pay(
        self,
        placed: Placed,
        way: str = "bank",
        share: float = 1.0,
        short: float = 0.0,
    ) -> None:
        """The customer pays.

        :param way: bank, bank_unmatched, card, register, unmatched or online
        :param share: share of what is open
        :param short: so much less; the bookkeeper writes the rest off
        """
        with self.stage.acting() as env:
            move = move_of(env, placed)
            amount = move.currency_id.round(move.amount_residual * share) - short
            if way.startswith("bank"):
                known = way == "bank" and not short
                text = f"Faktura {move.name}" if known else "Overførsel 8841"
                if short:
                    text = f"Faktura {move.name} minus gebyr"
                self.bank.take(
                    bank.Transfer(placed, self.stage.today(), amount, text, known)
                )
            elif way in ("card", "register"):
                journal = (
                    self._get_card_journal(env)
                    if way == "card"
                    else bank.get_journal(env, placed.currency)
                )
                self._register(env, move, amount, journal)
            elif way == "unmatched":
                placed.memory["payment"] = self._pay_without_match(env, move, amount)
            else:
                self._pay_online(env, move, amount, pending=way != "online")
        if short:
            self._write_off(placed, amount)

    @staticmethod
    def _get_card_journal(env: Environment) -> Any:
        return env["account.journal"].search([("code", "=", CARD_JOURNAL)])

    @staticmethod
    def _register(
        env: Environment, move: Any, amount: float, journal: Any, **vals: Any
    ) -> None:
        """Register a payment by the dialog of the invoice."""
        dialog = env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        dialog.create(
            {"amount": amount, "journal_id": journal.id, **vals}
        )._create_payments()

    def _pay_without_match(self, env: Environment, move: Any, amount: float) -> int:
        payment = env["account.payment"].create(
            {
                "partner_id": move.commercial_partner_id.id,
                "partner_type": "customer",
                "payment_type": "inbound",
                "amount": amount,
                "currency_id": move.currency_id.id,
                "journal_id": self._get_card_journal(env).id,
                "date": self.stage.today(),
                "memo": "MobilePay",
            }
        )
        payment.action_post()
        return int(payment.id)

    def _pay_online(
        self, env: Environment, move: Any, amount: float, pending: bool
    ) -> None:
        """Pay on the customer's page, with Odoo's own provider for trying."""
        transaction = env["payment.transaction"].create(
            {
                "provider_id": env.ref("payment.payment_provider_demo").id,
                "payment_method_id": env.ref("payment_demo.payment_method_demo").id,
                "reference": move.name,
                "amount": amount,
                "currency_id": move.currency_id.id,
                "partner_id": move.partner_id.id,
                "operation": "online_direct",
                "invoice_ids": [Command.set(move.ids)],
            }
        )
        if pending:
            transaction._set_pending()
        else:
            transaction._set_done()
            transaction._post_process()

    def _write_off(self, placed: Placed, amount: float) -> None:
        """Book what came in and write the small rest off."""
        with self.stage.acting() as env:
            move = move_of(env, placed)
            account = env["account.account"].search(
                [("account_type", "=", "expense")], limit=1
            )
            self._register(
                env,
                move,
                amount,
                bank.get_journal(env, placed.currency),
                payment_difference_handling="reconcile",
                writeoff_account_id=account.id,
                writeoff_label="Bank charges",
            )

    def match(self, placed: Placed) -> None:
        """The bookkeeper finds out what money is for, and matches it."""
        with self.stage.acting() as env:
            move = move_of(env, placed)
            if "payment" in placed.memory:
                payment = env["account.payment"].browse(placed.memory.pop("payment"))
                receivable_of(payment.move_id | move).reconcile()
            else:
                line = env["account.bank.statement.line"].browse(
                    placed.memory.pop("bank_line")
                )
                bank.match(env, line, move)

    def undo_payment(self, placed: Placed) -> None:
        """A payment is taken back, as when a card payment is refused after all."""
        with self.stage.acting() as env:
            entries = move_of(env, placed)._get_reconciled_payments().move_id
            entries.line_ids.remove_move_reconcile()
            # Danish books keep every entry: it is reversed, not deleted.
            entries._reverse_moves([{"date": self.stage.today()}], cancel=True)

    # -- the invoice ------------------------------------------------------------

    def credit(self, placed: Placed, share: float = 1.0) -> None:
        """Credit the invoice or a share of it; the credit note is matched."""
        with self.stage.acting() as env:
            move = move_of(env, placed)
            refund = move._reverse_moves(
                [{"invoice_date": self.stage.today(), "date": self.stage.today()}]
            )
            for line in refund.invoice_line_ids:
                line.price_unit = refund.currency_id.round(line.price_unit * share)
            refund.action_post()
            open_lines = receivable_of(move | refund)
            if len(open_lines.move_id) > 1:
                open_lines.reconcile()

    def correct(self, placed: Placed, net: float) -> None:
        """The invoice is reset to draft, corrected and posted again."""
        with self.stage.acting() as env:
            move = move_of(env, placed)
            move.button_draft()
        with self.stage.acting() as env:
            move = move_of(env, placed)
            move.invoice_line_ids.price_unit = net
            move.action_post()
            move.is_move_sent = True

    def block(self, placed: Placed) -> None:
        """Somebody blocks the invoice for payment."""
        with self.stage.acting() as env:
            move_of(env, placed).action_toggle_block_payment()

    # -- the customer -----------------------------------------------------------

    def merge(self, placed: Placed, other: str) -> None:
        """A customer that was entered twice becomes one."""
        with self.stage.acting() as env:
            partner = env["res.partner"].browse(
                self.stage.partners[placed.plot.customer]
            )
            double = env["res.partner"].browse(self.stage.partners[other])
            env["base.partner.merge.automatic.wizard"].create({})._merge(
                (partner | double).ids, partner
            )
        self.stage.partners[other] = self.stage.partners[placed.plot.customer]

    def go_bankrupt(self, placed: Placed) -> None:
        """The court opens proceedings; the register knows it from today."""
        customer = placed.customer
        registers.tell(
            os.environ[REGISTERS_VARIABLE],
            customer.country,
            customer.registry,
            "UNDER KONKURS",
            self.stage.today(),
        )

    def correct_email(self, placed: Placed, email: str) -> None:
        """The rep puts the customer's address right."""
        with self.stage.acting() as env:
            partner = env["res.partner"].browse(
                self.stage.partners[placed.plot.customer]
            )
            partner.email = email

    # -- staff ------------------------------------------------------------------

    def ask(self, placed: Placed, kind: str, text: str) -> None:
        """The bookkeeper notes the customer's question."""
        with self.stage.acting(KAREN) as env:
            case = case_of(env, placed)
            env["payment.reminder.query"].create(
                {
                    "case_id": case.id,
                    "move_ids": [Command.set([placed.move_id])],
                    "kind": kind,
                    "description": text,
                }
            )

    def close_question(self, placed: Placed, outcome: str) -> None:
        """The question is answered."""
        with self.stage.acting(KAREN) as env:
            queries = case_of(env, placed).query_ids
            queries.filtered(lambda query: query.state != "closed").action_close(
                outcome
            )

    def release(self, placed: Placed) -> None:
        """The bookkeeper has looked and lets the case go on."""
        with self.stage.acting(KAREN) as env:
            case_of(env, placed).action_release()

    def approve(self, placed: Placed) -> None:
        """The bookkeeper approves this one notice."""
        with self.stage.acting(KAREN) as env:
            open_notice_of(env, placed).action_approve()

    def hold(self, placed: Placed, reason: str) -> None:
        """The rep holds the notice."""
        with self.stage.acting(placed.customer.rep) as env:
            open_notice_of(env, placed).action_hold(reason)

    def snooze(self, placed: Placed, days: int, note: str) -> None:
        """The rep lets the customer have some more time."""
        with self.stage.acting(placed.customer.rep) as env:
            case = case_of(env, placed)
            case.action_snooze(self.stage.today() + timedelta(days=days))
            case.message_post(body=note)

    # -- the mail server --------------------------------------------------------

    def break_line(self, placed: Placed) -> None:
        """The line to the mail server breaks while it takes this customer's mail."""
        self.stage.clock.tell("/mail-server", f"hang-up {placed.customer.email}")
