"""How long money is waited for: days beyond terms.

Days sales outstanding, which looks at all that is open today, is counted back in
:func:`rules.ageing.count_back`. Days beyond terms looks at what fell due in a time, and
is what credit bureaus compare payers by, weighted by amount (Dun & Bradstreet's Paydex,
Experian's DBT): one large invoice that is late matters more than ten small ones.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from .holdout import LEAST_COUNT

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Waited:
    """How long the parts of something owed were waited for.

    :param amount: owed in the end, in one currency: what was credited is not in it
    :param amount_days: each part times its days past the due date, amount x days
    :param count: due items
    """

    amount: Decimal = ZERO
    amount_days: Decimal = ZERO
    count: int = 0

    def __add__(self, other: Waited) -> Waited:
        """Put two of one currency together."""
        return Waited(
            self.amount + other.amount,
            self.amount_days + other.amount_days,
            self.count + other.count,
        )

    @property
    def days(self) -> Decimal | None:
        """Return the days beyond terms, rounded to a tenth; None if nothing was owed.

        Formula: sum of (part x days past its due date) / sum of parts.
        """
        if self.amount <= 0:
            return None
        days = self.amount_days / self.amount
        return days.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)

    @property
    def is_few(self) -> bool:
        """Tell whether these are too few to be compared with others."""
        return self.count < LEAST_COUNT


def wait(
    due: dt.date,
    owed: Decimal,
    payments: Sequence[tuple[dt.date, Decimal]],
    today: dt.date,
) -> Waited:
    """Return how long one due item was waited for.

    What is still open has been waited for until today: else who never pays would not
    count, and a ladder that makes old debts come in would look worse than one that does
    not. Who pays early is not late, and makes up for nobody who is: zero days. What is
    paid beyond what is owed counts no more; the oldest payments count first.

    :param due: day on which it fell due
    :param owed: what was invoiced, what was credited taken off
    :param payments: (day, amount), in any order
    """
    left = max(owed, ZERO)
    amount_days = ZERO
    for day, paid in sorted(payments):
        part = min(max(paid, ZERO), left)
        amount_days += part * _days_late(due, day)
        left -= part
    amount_days += left * _days_late(due, today)
    return Waited(max(owed, ZERO), amount_days, int(owed > 0))


def add_up(parts: Iterable[Waited]) -> Waited:
    """Put parts of one currency together."""
    return sum(parts, Waited())


def _days_late(due: dt.date, day: dt.date) -> int:
    return max((day - due).days, 0)
