"""Which nudges are kept back for a comparison, and what the comparison says.

A part of the nudges, chosen by chance, comes later. Who paid meanwhile in either group
tells what nudges bring: money that comes in after a nudge might have come without it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from dataclasses import dataclass

from .text_enum import TextEnum

#: With fewer in either group nothing is said.
LEAST_COUNT = 30
#: Of the normal distribution, for an interval that is right 19 times out of 20.
Z_95 = 1.959964


class Group(TextEnum):
    """In which group of the comparison a nudge is."""

    NUDGED = "nudged"
    HELD_OUT = "held_out"


class Finding(TextEnum):
    """What a comparison says."""

    TOO_FEW = "too_few"
    UNCERTAIN = "uncertain"
    MORE = "more"
    FEWER = "fewer"


@dataclass(frozen=True, slots=True)
class Result:
    """How a group paid.

    :param count: nudges whose days are over
    :param paid: those of which all was paid in these days
    """

    count: int
    paid: int

    @property
    def share(self) -> float:
        """Return the part that was paid, 0 to 1; 0 in an empty group."""
        return self.paid / self.count if self.count else 0.0


@dataclass(frozen=True, slots=True)
class Comparison:
    """What more was paid with nudges than without, as a part of 1.

    :param low: lower end of the 95 % interval
    :param high: upper end of it
    """

    difference: float
    low: float
    high: float
    finding: Finding


def choose_group(percent: int, case: str, date_due: dt.date) -> Group:
    """Return in which group the nudge of a customer about one due date is.

    By a hash, not by chance of the moment: asked again, the answer is the same. All
    that one customer owes on one day shares one nudge, and one answer.

    :param percent: how many in a hundred are held out
    :param case: what a case is known by for good
    """
    digest = hashlib.sha256(f"{case}|{date_due.isoformat()}".encode()).digest()
    is_held_out = int.from_bytes(digest[:8], "big") % 100 < percent
    return Group.HELD_OUT if is_held_out else Group.NUDGED


def is_kept_back(
    planned: dt.date, not_before: dt.date, date_due: dt.date, today: dt.date
) -> bool:
    """Tell whether a nudge would have left but for the comparison.

    :param planned: when it would have come
    :param not_before: to which it was put off
    :param date_due: after which no nudge makes sense
    """
    return planned <= today < not_before and today <= date_due


def compare(nudged: Result, held_out: Result) -> Comparison:
    """Compare the shares of two groups.

    The interval is Newcombe's (Statistics in Medicine 17, 1998, method 10): Wilson's
    intervals of both shares, put together; it is right for small groups and for shares
    of 0 and 1, too.
    """
    difference = nudged.share - held_out.share
    if not nudged.count or not held_out.count:
        return Comparison(difference, -1.0, 1.0, Finding.TOO_FEW)
    low_1, high_1 = _wilson(nudged)
    low_2, high_2 = _wilson(held_out)
    low = difference - math.hypot(nudged.share - low_1, high_2 - held_out.share)
    high = difference + math.hypot(high_1 - nudged.share, held_out.share - low_2)
    return Comparison(
        difference, low, high, _find(min(nudged.count, held_out.count), low, high)
    )


def _find(smaller_count: int, low: float, high: float) -> Finding:
    if smaller_count < LEAST_COUNT:
        return Finding.TOO_FEW
    if low > 0:
        return Finding.MORE
    return Finding.FEWER if high < 0 else Finding.UNCERTAIN


def _wilson(result: Result) -> tuple[float, float]:
    count, share, square = result.count, result.share, Z_95 * Z_95
    middle = share + square / (2 * count)
    width = Z_95 * math.sqrt(share * (1 - share) / count + square / (4 * count * count))
    scale = 1 + square / count
    return max((middle - width) / scale, 0.0), min((middle + width) / scale, 1.0)
