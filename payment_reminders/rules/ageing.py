"""How old something is, in the steps in which accountants look at it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

#: (code, last day of it); what is older than the last one is ``older``.
BUCKETS = (("not_due", 0), ("d30", 30), ("d60", 60), ("d90", 90))
OLDER = "older"
CODES = (*(code for code, _last in BUCKETS), OLDER)
#: What is usually doubtful of a claim of an age, in percent, and of an insolvent's.
PERCENTS = {"not_due": 0, "d30": 0, "d60": 10, "d90": 25, OLDER: 50}
PERCENT_INSOLVENT = 100


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


def count_back(
    receivable: Decimal, sales: Sequence[tuple[Decimal, int]]
) -> Decimal | None:
    """Return the days of sales that are still owed, counted back; None without sales.

    What is owed is taken off the newest sales first: a month that it covers counts with
    all its days, the last one with its share. Unlike an average over a fixed time, it
    does not move with the season. What is more than all these sales counts as all their
    days.

    :param receivable: open today
    :param sales: (what was invoiced, credit notes taken off; days) of each month, the
        newest first
    """
    if not any(sold > 0 for sold, _days in sales):
        return None
    left = receivable
    counted = Decimal(0)
    for sold, days in sales:
        if left <= 0:
            break
        share = min(left / sold, Decimal(1)) if sold > 0 else Decimal(1)
        counted += share * days
        left -= max(sold, Decimal(0))
    return counted.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
