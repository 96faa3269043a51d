"""What a case does when the books move: close, freeze, reopen, or nothing.

The states of a notice that the rest asks for again and again have their names here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from .text_enum import TextEnum

#: States of a notice that a person or the guard can still stop, those in which it may
#: still go out, and those after which no other may be proposed on its case.
WAITING = ("proposed", "approved", "held")
OPEN = (*WAITING, "sending")
BUSY = (*OPEN, "uncertain")


class Change(TextEnum):
    """What was seen on one due item since the last look."""

    NONE = "none"
    PAID = "paid"
    CREDITED = "credited"
    PARTLY_PAID = "partly_paid"
    PARTLY_CREDITED = "partly_credited"
    UNDONE = "undone"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Seen:
    """One due item: what the case knew, and what the books say now.

    ``known`` and ``owed`` are what is open, in the case's currency, payments
    in process taken off; ``known_credited`` and ``credited`` are the share that
    credit notes took. ``alive`` is False when the invoice is no longer posted.
    """

    known: Decimal
    owed: Decimal
    known_credited: Decimal
    credited: Decimal
    alive: bool = True


@dataclass(frozen=True)
class Outcome:
    """What the case has to do. Reasons are those of freezes and closings."""

    freeze: str | None = None
    close: str | None = None
    reopen: bool = False


def observe(seen: Seen) -> Change:
    """Return what happened to one due item since the case last looked."""
    if not seen.alive:
        return Change.CANCELLED if seen.known > 0 else Change.NONE
    if seen.owed == seen.known:
        return Change.NONE
    if seen.owed > seen.known:
        return Change.UNDONE
    credited = seen.credited > seen.known_credited
    if seen.owed == 0:
        return Change.CREDITED if credited else Change.PAID
    return Change.PARTLY_CREDITED if credited else Change.PARTLY_PAID


def decide(state: str, items: Sequence[Seen]) -> Outcome:
    """Return what a case in ``state`` does about its due items.

    :param state: active, frozen or closed
    :param items: every due item of the case, settled ones included
    """
    changes = {observe(item) for item in items}
    if not any(item.alive and item.owed > 0 for item in items):
        return Outcome(close=_closing(changes)) if state != "closed" else Outcome()
    if Change.UNDONE in changes:
        return Outcome(freeze="reopened", reopen=state == "closed")
    if state == "closed":
        return Outcome()
    if changes & {Change.PARTLY_CREDITED, Change.CREDITED}:
        return Outcome(freeze="credit_note")
    if Change.PARTLY_PAID in changes:
        return Outcome(freeze="partial_payment")
    return Outcome()


def _closing(changes: set[Change]) -> str:
    if Change.PAID in changes:
        return "paid"
    if changes & {Change.CREDITED, Change.PARTLY_CREDITED}:
        return "credited"
    return "cancelled" if Change.CANCELLED in changes else "paid"
