"""A customer says "I have paid": is it so?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from .text_enum import TextEnum

#: A bank can book so many days before the day that the customer remembers.
EARLY_DAYS = 3


class Finding(TextEnum):
    """What the comparison says.

    ``unmatched``: money is there that may be it, and a person has to match it.
    """

    FOUND = "found"
    UNMATCHED = "unmatched"
    WAITING = "waiting"
    NOT_FOUND = "not_found"


@dataclass(frozen=True)
class Statement:
    """What the customer says, and how long we wait for it; one currency in all."""

    amount: Decimal
    paid_on: date
    wait_until: date


@dataclass(frozen=True)
class Receipt:
    """Money that came in. ``matched``: it is booked on what the customer owes."""

    amount: Decimal
    day: date
    matched: bool


def compare(
    statement: Statement, owed: Decimal, receipts: Sequence[Receipt], today: date
) -> Finding:
    """Compare what a customer says with what came in.

    Found is what is matched: nothing is owed any more, or as much as was said has
    been booked from a few days before the said day on. One unmatched receipt of
    exactly that amount is a sign for a person, no more.

    :param owed: what is still open of what the statement is about
    :param today: the wait is over on the day after ``wait_until``
    """
    if owed <= 0:
        return Finding.FOUND
    since = statement.paid_on - timedelta(days=EARLY_DAYS)
    recent = [receipt for receipt in receipts if receipt.day >= since]
    booked = sum((r.amount for r in recent if r.matched), Decimal(0))
    if booked >= statement.amount:
        return Finding.FOUND
    if any(not r.matched and r.amount == statement.amount for r in recent):
        return Finding.UNMATCHED
    return Finding.NOT_FOUND if today > statement.wait_until else Finding.WAITING
