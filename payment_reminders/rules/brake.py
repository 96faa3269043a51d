"""May a run send at all? A run that is far out of the usual waits for a person.

The guard looks at one notice; this looks at all that would leave together. A wrong
import, a clock that jumped or payments undone by the hundred make each single notice
look right.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from .text_enum import TextEnum

#: Of so many changed notices nobody need hear, and of no smaller share of a run.
CHANGED_FLOOR = 10
CHANGED_SHARE = Decimal("0.25")

#: What a person released may grow by this much before it stops again.
AGAIN = Decimal("1.25")

#: A server's clock is set right by minutes now and then.
CLOCK_SLACK = timedelta(hours=1)


class Reason(TextEnum):
    """Why a run stops before its first message."""

    COUNT = "count"
    AMOUNT = "amount"
    CUSTOMER = "customer"
    CHANGED = "changed"
    CLOCK = "clock"


@dataclass(frozen=True)
class Day:
    """What left on one day of the past; the amount in the company's currency."""

    count: int
    amount: Decimal


@dataclass(frozen=True)
class Limits:
    """What a company allows; 0 of any does not look at it.

    :param factor: so many times a usual busy day
    :param floor: so many notices a day are never too many
    :param per_customer: so many notices to one customer within a week
    :param idle: so long the sender may have rested
    """

    factor: Decimal
    floor: int
    per_customer: int
    idle: timedelta


@dataclass(frozen=True)
class Run:
    """What would leave today, with what left already; amounts as in :class:`Day`.

    :param per_customer: the most notices to one customer within a week
    :param changed: of how many notices or cases the books changed for the worse since
        they were proposed
    :param looked_at: among how many that is
    :param idle: the time since the run before; negative when the clock went back
    """

    count: int = 0
    amount: Decimal = Decimal(0)
    per_customer: int = 0
    changed: int = 0
    looked_at: int = 0
    idle: timedelta | None = None


@dataclass(frozen=True)
class Stop:
    """One reason to stop: what was found, and the most that is let through."""

    reason: Reason
    figure: Decimal
    limit: Decimal


def usual_day(days: Sequence[Day]) -> Day | None:
    """Return a usual busy day: nine of ten days of the past were no busier.

    One day on which a person let an unusual run go does not make it usual.
    """
    if not days:
        return None
    rank = (9 * len(days) + 9) // 10 - 1
    return Day(
        count=sorted(day.count for day in days)[rank],
        amount=sorted(day.amount for day in days)[rank],
    )


def check(
    run: Run,
    past: Sequence[Day],
    limits: Limits,
    released: Mapping[Reason, Decimal] | None = None,
) -> list[Stop]:
    """Return every reason for which a run stops; empty: it may begin.

    :param past: each day on which something left, some months back, without today
    :param released: the figures that a person has let go a short while ago
    """
    let_go = released or {}
    return [
        stop
        for stop in _find_stops(run, past, limits)
        if stop.reason not in let_go or stop.figure > let_go[stop.reason] * AGAIN
    ]


def _find_stops(run: Run, past: Sequence[Day], limits: Limits) -> Iterator[Stop]:
    yield from _check_usual(run, past, limits)
    if 0 < limits.per_customer < run.per_customer:
        yield Stop(
            Reason.CUSTOMER, Decimal(run.per_customer), Decimal(limits.per_customer)
        )
    tolerated = max(Decimal(CHANGED_FLOOR), CHANGED_SHARE * run.looked_at)
    if run.changed > tolerated:
        yield Stop(Reason.CHANGED, Decimal(run.changed), tolerated)
    if limits.idle and run.idle is not None:
        away = max(run.idle, -run.idle)
        allowed = limits.idle if run.idle > timedelta(0) else CLOCK_SLACK
        if away > allowed:
            yield Stop(Reason.CLOCK, _hours(away), _hours(allowed))


def _check_usual(run: Run, past: Sequence[Day], limits: Limits) -> Iterator[Stop]:
    if limits.factor <= 0:
        return
    usual = usual_day(past)
    most = Decimal(limits.floor)
    if usual:
        most = max(most, limits.factor * usual.count)
    if run.count > most:
        yield Stop(Reason.COUNT, Decimal(run.count), most)
    notices = sum(day.count for day in past)
    if usual and notices:
        # As many notices as are never too many, each of the usual amount.
        average = sum((day.amount for day in past), Decimal(0)) / notices
        most = max(limits.factor * usual.amount, limits.floor * average)
        if run.amount > most > 0:
            yield Stop(Reason.AMOUNT, run.amount, most)


def _hours(span: timedelta) -> Decimal:
    return Decimal(int(span.total_seconds())) / 3600
