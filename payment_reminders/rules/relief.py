"""Whether a claim was chased as one that is given up has to be: three reminders at
normal intervals, before VAT on a bad debt is taken back (Norway).

No text was read that says how long a normal interval is: so few and so many days are
the careful choice, and a certificate names the days themselves.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

#: So many reminders are asked for.
REMINDERS = 3
#: The least and the most days between two of them that are an interval as usual.
LEAST_DAYS = 10
MOST_DAYS = 62


@dataclass(frozen=True, slots=True)
class Relief:
    """What the reminders of one invoice show.

    :param days: the three reminders in their order; empty when there are no such three
    :param reason: why not: ``too_few``, ``too_close`` or ``too_far`` apart
    :param between: the two days that lie too close or too far apart
    """

    days: tuple[dt.date, ...] = ()
    reason: str = ""
    between: tuple[dt.date, ...] = ()


def find_reminders(days: Sequence[dt.date]) -> Relief:
    """Find three reminders in a row at normal intervals, the first such ones.

    What comes too soon after one that counts is passed over: it adds nothing, and the
    next one is measured from the one that counts. What comes too late begins anew.

    :param days: of all reminders really sent about one invoice, in any order
    """
    counted: list[dt.date] = []
    trouble = Relief(reason="too_few")
    for day in sorted(days):
        gap = (day - counted[-1]).days if counted else LEAST_DAYS
        if gap < LEAST_DAYS:
            trouble = Relief(reason="too_close", between=(counted[-1], day))
            continue
        if gap > MOST_DAYS:
            trouble = Relief(reason="too_far", between=(counted[-1], day))
            counted = []
        counted.append(day)
        if len(counted) == REMINDERS:
            return Relief(tuple(counted))
    return trouble if len(days) >= REMINDERS else Relief(reason="too_few")
