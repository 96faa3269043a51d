"""How old something is, in the steps in which accountants look at it."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

#: (code, last day of it); what is older than the last one is ``older``.
BUCKETS = (("not_due", 0), ("d30", 30), ("d60", 60), ("d90", 90))
OLDER = "older"
CODES = (*(code for code, _last in BUCKETS), OLDER)


def bucket(days: int) -> str:
    """Return the code of an age.

    :param days: days past the due date; zero or less: not due
    """
    for code, last in BUCKETS:
        if days <= last:
            return code
    return OLDER


def doubtful(amount: Decimal, percent: Decimal, digits: int = 2) -> Decimal:
    """Return the part of a claim that is proposed as doubtful, rounded half up.

    :param percent: of the amount, from 0 to 100
    """
    part = amount * percent / 100
    return part.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def days_sales_outstanding(
    receivable: Decimal, invoiced: Decimal, days: int
) -> Decimal | None:
    """Return how many days of sales are still owed; None without sales.

    :param receivable: open at the end of the time
    :param invoiced: what was invoiced in it, credit notes taken off
    :param days: how long it is
    """
    if invoiced <= 0:
        return None
    return (receivable / invoiced * days).quantize(
        Decimal("0.1"), rounding=ROUND_HALF_UP
    )
