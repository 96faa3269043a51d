"""The company's bank: statements come in each business day, and are matched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from .days import Days, business_day, is_business_day
from .stage import Placed, Stage, move_of, receivable_of

if TYPE_CHECKING:
    from odoo.api import Environment

#: In these days of the play nobody imports the bank statements.
GAP = (18, 25)
#: What the company itself pays each day.
EXPENSE = -1_480.0


@dataclass(frozen=True)
class Transfer:
    """Money that a customer sent.

    :param text: what the bank line says
    :param match: whether the bookkeeper sees at once what it pays
    :param narration: what the payer wrote, where an import keeps it apart
    """

    placed: Placed
    day: date
    amount: float
    text: str
    match: bool = True
    narration: str = ""


class Bank:
    """Keeps what came in until the statement is imported."""

    def __init__(self, days: Days) -> None:
        self._waiting: list[Transfer] = []
        start, end = (days.number(number) for number in GAP)
        self._gap_start, self._gap_end = start, business_day(end)

    def take(self, transfer: Transfer) -> None:
        """Receive money."""
        self._waiting.append(transfer)

    def import_statement(self, stage: Stage, day: date) -> None:
        """Import what came in, and match it."""
        if not is_business_day(day) or self._gap_start <= day < self._gap_end:
            return
        with stage.acting() as env:
            _import_expense(env, day)
            for transfer in self._waiting:
                line = _import(env, transfer)
                transfer.placed.memory["bank_line"] = line.id
                if transfer.match:
                    match(env, line, move_of(env, transfer.placed))
        self._waiting.clear()


def match(env: Environment, line: Any, move: Any) -> None:
    """Match a bank line with an invoice, as the reconciliation page does."""
    receivable = receivable_of(move)
    _liquidity, suspense, _other = line._seek_for_lines()
    suspense.write(
        {
            "account_id": receivable[:1].account_id.id,
            "partner_id": move.commercial_partner_id.id,
        }
    )
    (suspense | receivable).reconcile()


def _import(env: Environment, transfer: Transfer) -> Any:
    currency = transfer.placed.currency
    journal = get_journal(env, currency)
    return env["account.bank.statement.line"].create(
        {
            "journal_id": journal.id,
            "date": transfer.day,
            "payment_ref": transfer.text,
            "amount": transfer.amount,
            "narration": transfer.narration,
        }
    )


def _import_expense(env: Environment, day: date) -> None:
    line = env["account.bank.statement.line"].create(
        {
            "journal_id": get_journal(env, "DKK").id,
            "date": day,
            "payment_ref": "Nordkaj Brændstof",
            "amount": EXPENSE,
        }
    )
    _liquidity, suspense, _other = line._seek_for_lines()
    suspense.account_id = env["account.account"].search(
        [("account_type", "=", "expense")], limit=1
    )


def get_journal(env: Environment, currency: str) -> Any:
    """Return the bank journal in a currency."""
    code = "BNK1" if currency == "DKK" else f"B{currency}"
    return env["account.journal"].search([("code", "=", code)])
