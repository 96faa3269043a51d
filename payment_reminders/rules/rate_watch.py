"""When a reference rate is missing or runs out, and when people are told of it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from . import statute
from .interest import Rate, half_year_start

ONE_DAY = dt.timedelta(days=1)
#: Managers are told so many days before the first day without a rate.
NOTICE_DAYS: Mapping[str, Sequence[int]] = {
    statute.HALF_YEAR: (60, 30, 7),
    statute.MONTH: (7,),
    statute.CONSTANT: (),
}
#: So many missing periods are asked for at once; older ones hardly matter to a claim.
MOST_MISSING = 3
#: A rate outside of this is a slip of the pen.
LEAST, HIGHEST = Decimal(-5), Decimal(50)
PERCENT = re.compile(r"([+-]?\d{1,2})(?:[.,](\d{1,4}))?\s*%?")


def period_start(day: dt.date, rhythm: str = statute.HALF_YEAR) -> dt.date:
    """Return the first day of the period for which one rate of a series holds."""
    if rhythm == statute.MONTH:
        return day.replace(day=1)
    return half_year_start(day)


def next_period(day: dt.date, rhythm: str = statute.HALF_YEAR) -> dt.date:
    """Return the first day of the period after the one of a day."""
    # Longer than what is left of any period, and shorter than two of them.
    days = 31 if rhythm == statute.MONTH else 184
    return period_start(period_start(day, rhythm) + dt.timedelta(days=days), rhythm)


def last_known(rates: Sequence[Rate], on: dt.date) -> dt.date | None:
    """Return the last day up to ``on`` of which the rate is known; None: of no day.

    :param rates: closed, see ``interest.close_rates``
    """
    day = on
    for rate in sorted(rates, key=lambda rate: rate.date, reverse=True):
        if rate.date > on:
            continue
        if rate.known:
            return day
        day = rate.date - ONE_DAY
    return None


def list_missing(
    rates: Sequence[Rate], on: dt.date, rhythm: str = statute.HALF_YEAR
) -> list[dt.date]:
    """Return the first days of the periods up to ``on`` for which a rate is to be
    entered, oldest first.

    Of a claim that runs through several, one that is left out stops the interest.
    """
    known = last_known(rates, on)
    if known == on:
        return []
    first = period_start(on, rhythm)
    missing = [first]
    while known and first > known + ONE_DAY and len(missing) < MOST_MISSING:
        first = period_start(first - ONE_DAY, rhythm)
        missing.insert(0, max(first, known + ONE_DAY))
    return missing


def find_end(rates: Sequence[Rate], on: dt.date) -> dt.date | None:
    """Return the last day of which the rate is known, when it is known today and ends.

    :param rates: closed, see ``interest.close_rates``
    """
    if last_known(rates, on) != on:
        return None
    ends = [rate.date for rate in rates if rate.date > on and not rate.known]
    return min(ends) - ONE_DAY if ends else None


def is_near_end(end: dt.date, rhythm: str, on: dt.date) -> bool:
    """Tell whether people hear by now that a rate runs out.

    :param end: the last day of which it is known
    """
    return is_to_tell(end, rhythm, None, on)


def is_to_tell(end: dt.date, rhythm: str, since: dt.date | None, on: dt.date) -> bool:
    """Tell whether a day of notice has come since people were looked after last.

    :param end: the last day of which the rate is known
    :param since: the day on which that was judged last, None: never
    """
    days = [end + ONE_DAY - dt.timedelta(days=days) for days in NOTICE_DAYS[rhythm]]
    return any((since is None or since < day) and day <= on <= end for day in days)


def last_notice_day(on: dt.date) -> dt.date:
    """Return the last day, up to ``on``, on which any series can have a notice."""
    days = [
        next_period(on, rhythm) - dt.timedelta(days=days)
        for rhythm, notices in NOTICE_DAYS.items()
        for days in notices
    ]
    return max((day for day in days if day <= on), default=period_start(on))


def parse_percent(text: str) -> Decimal | None:
    """Return the percent a year that somebody typed; None when it is no rate.

    With a point or a comma, as the publisher or the reader's language has it.
    """
    found = PERCENT.fullmatch(text.strip().replace("\N{MINUS SIGN}", "-"))
    if not found:
        return None
    percent = Decimal(f"{found[1]}.{found[2] or 0}")
    return percent if LEAST <= percent <= HIGHEST else None
