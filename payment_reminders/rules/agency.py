"""Invoices of which an agency pays a part: ROT and RUT in Sweden, and the like.

The agency's part is not asked of the customer while the agency has not decided. What it
refuses remains the customer's debt, but as a demand of its own with a due date of its
own; fees and interest run from that date only (a refused ROT/RUT part in Sweden: the
careful reading, no ruling is known).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from .interest import Payment

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Share:
    """What an agency is to pay of one due item, in the currency of the item.

    :param amount: what was left to the agency, zero or more
    :param refused: what it refused of that
    :param is_settled: the agency has paid the rest, though not under its own name
    """

    amount: Decimal
    refused: Decimal = ZERO
    is_settled: bool = False


@dataclass(frozen=True, slots=True)
class Parts:
    """Whose turn it is to pay what is open: the three always sum to it.

    :param customer: asked of the customer with the due date of the invoice
    :param refused: asked of the customer with the new due date
    :param pending: left to the agency, asked of nobody here
    """

    customer: Decimal
    refused: Decimal = ZERO
    pending: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money that came in on a due item.

    :param date: day of payment
    :param amount: in the currency of the item
    :param by_agency: the agency paid it, not the customer
    """

    date: dt.date
    amount: Decimal
    by_agency: bool = False


def split(open_amount: Decimal, share: Share, from_agency: Decimal = ZERO) -> Parts:
    """Divide what is open on a due item between the customer and the agency.

    Money of the customer settles the customer's part first, then the refused part;
    the agency's own money settles the agency's part first, then the refused one.

    :param open_amount: residual less payments in process; under zero counts as zero
    :param from_agency: what the agency has paid so far under its own name
    """
    left = max(open_amount, ZERO)
    waiting = ZERO if share.is_settled else share.amount - share.refused - from_agency
    pending = min(max(waiting, ZERO), left)
    left -= pending
    refused = min(max(min(share.refused, share.amount - from_agency), ZERO), left)
    return Parts(customer=left - refused, refused=refused, pending=pending)


def attribute(
    receipts: Sequence[Receipt], customer_paid: Decimal, refused_paid: Decimal
) -> tuple[list[Payment], list[Payment]]:
    """Say which money settled which part, for the interest on each.

    The oldest money of the customer settles the customer's part; the agency's counts
    for the customer only when there is no other that explains what is settled.

    :param customer_paid: what is settled of the customer's part
    :param refused_paid: what is settled of the refused part
    :return: payments on the customer's part, payments on the refused part
    """
    ordered = sorted(receipts, key=lambda receipt: (receipt.by_agency, receipt.date))
    found: tuple[list[Payment], list[Payment]] = ([], [])
    room = [max(customer_paid, ZERO), max(refused_paid, ZERO)]
    for receipt in ordered:
        left = receipt.amount
        for part, payments in enumerate(found):
            taken = min(left, room[part])
            if taken > 0:
                payments.append(Payment(receipt.date, taken))
                room[part] -= taken
                left -= taken
    return found
