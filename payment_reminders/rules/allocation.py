"""What a payment settles first: costs, interest or principal.

The order is the jurisdiction's (§ 367 BGB and art. 6:44 BW: costs, interest, principal;
where no statute was found the debtor-friendly order, principal first, is the default
and a setting).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from .errors import RuleError

ZERO = Decimal(0)

FEE = "fee"
COMPENSATION = "compensation"
INTEREST = "interest"
PRINCIPAL = "principal"

#: The orders that a jurisdiction can choose.
ORDERS: dict[str, tuple[str, ...]] = {
    "costs_first": (FEE, COMPENSATION, INTEREST, PRINCIPAL),
    "interest_first": (INTEREST, FEE, COMPENSATION, PRINCIPAL),
    "principal_first": (PRINCIPAL, INTEREST, FEE, COMPENSATION),
}


class AllocationError(RuleError):
    """An allocation that makes no sense.

    :param code: ``negative_amount``, ``negative_owed``, ``unknown_order`` or
        ``unknown_kind``
    """


@dataclass(frozen=True, slots=True)
class Owed:
    """One open entry of a claim.

    :param kind: ``fee``, ``compensation``, ``interest`` or ``principal``
    :param amount: what is still open, in the currency of the claim
    :param date: day of the entry; of the same kind the oldest is settled first
    :param key: anything by which the caller finds the entry again
    """

    kind: str
    amount: Decimal
    date: dt.date | None = None
    key: object = None


@dataclass(frozen=True, slots=True)
class Part:
    """What of a payment went to one entry."""

    owed: Owed
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Allocation:
    """A payment, divided.

    :param parts: one part for every entry that got something, in the order of settling
    :param remainder: what is left when everything is settled
    """

    parts: tuple[Part, ...]
    remainder: Decimal

    def total(self, kind: str) -> Decimal:
        """Return what went to one kind."""
        return sum((part.amount for part in self.parts if part.owed.kind == kind), ZERO)


def payment_order(order: str | Sequence[str]) -> tuple[str, ...]:
    """Return the kinds in the order of settling.

    :param order: a key of ``ORDERS`` or the four kinds themselves
    :raise AllocationError: ``unknown_order``
    """
    kinds = ORDERS.get(order) if isinstance(order, str) else tuple(order)
    if kinds is None or sorted(kinds) != sorted(ORDERS["costs_first"]):
        raise AllocationError("unknown_order", order=order)
    return kinds


def allocate(
    amount: Decimal,
    ledger: Mapping[str, Decimal] | Iterable[Owed],
    order: str | Sequence[str] = "costs_first",
) -> Allocation:
    """Divide a payment among what is owed.

    No part is negative, no entry gets more than it is owed, and the parts and the
    remainder sum to the amount exactly.

    :param amount: the payment, in the currency of the ledger, zero or more
    :param ledger: open amount by kind, or the open entries themselves
    :param order: a key of ``ORDERS`` or the four kinds in order
    :raise AllocationError: on a negative amount or entry, an unknown kind or order
    """
    if amount < 0:
        raise AllocationError("negative_amount", amount=amount)
    kinds = payment_order(order)
    rest = amount
    parts = []
    for owed in sorted(_entries(ledger), key=lambda entry: _rank(entry, kinds)):
        taken = min(rest, owed.amount)
        if taken:
            parts.append(Part(owed, taken))
            rest -= taken
    return Allocation(tuple(parts), rest)


def open_by_kind(
    claimed: Mapping[str, Decimal],
    settled: Mapping[str | None, Decimal],
    order: str | Sequence[str] = "costs_first",
) -> dict[str, Decimal]:
    """Return what is open of each kind of cost.

    What was paid or waived of one kind is taken off that kind first; what nobody said
    the kind of, and what is over, settles the kinds in order.

    :param claimed: sum by kind; one under zero (a correction) lowers the others
    :param settled: sum paid, waived or moved away, positive, by kind or None
    :return: kinds with an open amount only
    """
    rest = settled.get(None, ZERO)
    owed: dict[str, Decimal] = {}
    for kind in {*claimed, *(name for name in settled if name is not None)}:
        left = claimed.get(kind, ZERO) - settled.get(kind, ZERO)
        if left > 0:
            owed[kind] = left
        else:
            rest -= left
    if rest < 0:
        raise AllocationError("negative_amount", amount=rest)
    for part in allocate(rest, owed, order).parts:
        owed[part.owed.kind] -= part.amount
    return {kind: amount for kind, amount in owed.items() if amount}


def open_entries(amounts: Sequence[Decimal], left: Decimal) -> list[Decimal]:
    """Return what is open of each entry of one kind of cost.

    As money does, a waiver settles the oldest entry first.

    :param amounts: of the entries, the oldest first; one under zero is a correction
    :param left: what is open of the kind (:func:`open_by_kind`)
    """
    if not left:
        return [ZERO] * len(amounts)
    found: list[Decimal] = []
    for amount in reversed(amounts):
        found.append(min(amount, left))
        left -= found[-1]
    return found[::-1]


def _entries(ledger: Mapping[str, Decimal] | Iterable[Owed]) -> list[Owed]:
    if isinstance(ledger, Mapping):
        entries = [Owed(kind, amount) for kind, amount in ledger.items()]
    else:
        entries = list(ledger)
    for entry in entries:
        if entry.amount < 0:
            raise AllocationError("negative_owed", kind=entry.kind, amount=entry.amount)
    return entries


def _rank(entry: Owed, kinds: tuple[str, ...]) -> tuple[int, dt.date]:
    if entry.kind not in kinds:
        raise AllocationError("unknown_kind", kind=entry.kind)
    return kinds.index(entry.kind), entry.date or dt.date.min
