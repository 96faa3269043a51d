"""What is really open on a due item: the one answer for refresh and guard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Protocol

#: Payment states of an invoice that is not chased any more, whatever its residual
#: says: a registered payment need not have a journal entry yet.
SETTLED = frozenset({"paid", "in_payment", "reversed"})
#: Payment states of an invoice that may be chased: a blocked one is none of them.
CHASED = frozenset({"not_paid", "partial"})


class DueItem(Protocol):
    """What must be known of a due item to say whether it is chased."""

    @property
    def owed(self) -> Decimal: ...

    @property
    def payment_state(self) -> str: ...

    @property
    def excluded(self) -> bool: ...

    @property
    def no_followup(self) -> bool: ...

    @property
    def held_until(self) -> date | None: ...


def is_chased(item: DueItem) -> bool:
    """Tell whether a due item is open and may be chased at all.

    The one answer to it, for the plan of a case and for what is put into one. The guard
    says why a single item of a notice is not (:func:`guard.check`): it lets none pass
    that this refuses. Whether it is due, and its customer reminded, others decide.
    """
    return (
        item.owed > 0
        and item.payment_state in CHASED
        and not item.excluded
        and not item.no_followup
        and item.held_until is None
    )


def hold_in_force(until: date | None, today: date) -> date | None:
    """Return until when an invoice is held back, or None: it is not (any more).

    A hold of one invoice ends by itself: on that day it is chased again.

    :param until: the first day on which it may be reminded of again
    """
    return until if until and today < until else None


def owed(
    residual: Decimal,
    in_process: Decimal,
    move_state: str,
    apart: Decimal = Decimal(0),
) -> Decimal:
    """Return what a customer is still to pay on one due item.

    :param residual: open amount of the journal item, in its currency
    :param in_process: share of registered payments without a journal entry
    :param move_state: Odoo's state of the invoice; only a posted one is owed
    :param apart: what of the residual this due item does not ask: the pending part of
        an agency, and a part that is a due item of its own (:mod:`agency`)
    """
    if move_state != "posted":
        return Decimal(0)
    return max(residual - in_process - apart, Decimal(0))


def in_process_by_item(
    payment_state: str, in_process: Decimal, open_amounts: Sequence[tuple[int, Decimal]]
) -> Mapping[int, Decimal]:
    """Say what registered payments without a journal entry take from each due item.

    Odoo calls an invoice paid or in payment as soon as any such payment is
    registered, one of a part of it too: what is over is still owed. When the
    state says settled and no such payment explains why, all of it is taken.

    :param payment_state: Odoo's payment state of the invoice
    :param in_process: what those payments take from the whole invoice
    :param open_amounts: (key, residual) of its due items, the oldest first
    :return: share by key; keys that get nothing are left out
    """
    if in_process <= 0 and payment_state in SETTLED:
        return {key: residual for key, residual in open_amounts if residual > 0}
    return spread(in_process, open_amounts)


def spread(
    amount: Decimal, open_amounts: Sequence[tuple[int, Decimal]]
) -> Mapping[int, Decimal]:
    """Spread a payment over due items in the order given (the oldest first).

    :param amount: what came in; what is left over after the last item is dropped
    :param open_amounts: (key, open amount) pairs
    :return: share by key; keys that get nothing are left out
    """
    shares: dict[int, Decimal] = {}
    for key, open_amount in open_amounts:
        share = min(amount, max(open_amount, Decimal(0)))
        if share > 0:
            shares[key] = shares.get(key, Decimal(0)) + share
            amount -= share
    return shares


def get_room(
    payment_state: str, invoice_state: str, residual: Decimal, total: Decimal
) -> Decimal:
    """Return how much of a linked payment without an entry its invoice can take.

    Once the bank line was matched with the invoice, the residual has it and the payment
    only repeats it. A payment that is called paid while its invoice is not counts
    nowhere: nothing of it is taken.

    :param payment_state: Odoo's state of the payment: in_process or paid
    :param invoice_state: Odoo's payment state of the invoice
    :param residual: what the journal items of the invoice still ask
    """
    if payment_state == "paid" and invoice_state in CHASED:
        return Decimal(0)
    return residual if residual > 0 else total
