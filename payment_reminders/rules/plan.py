"""Payment plans and promises: dividing an amount, and following what comes in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from .errors import RuleError
from .text_enum import TextEnum

#: Broken promises and plans after which nothing pauses by itself any more.
BROKEN_LIMIT = 2


class PlanError(RuleError):
    """A plan that cannot be: its code is ``count``, ``amount`` or ``too_small``."""


class Outcome(TextEnum):
    """How a plan stands."""

    RUNNING = "running"
    KEPT = "kept"
    BROKEN = "broken"


class PartState(TextEnum):
    """How one instalment stands."""

    OPEN = "open"
    PAID = "paid"
    MISSED = "missed"


@dataclass(frozen=True)
class Part:
    """One instalment. The amount is in the currency of the case."""

    due: date
    amount: Decimal


@dataclass(frozen=True)
class Limits:
    """What a company lets customers propose.

    :param max_parts: number of instalments
    :param max_days: days from today to the last one
    :param min_amount: the least of one instalment (0: any)
    """

    max_parts: int
    max_days: int
    min_amount: Decimal = Decimal(0)


@dataclass(frozen=True)
class Progress:
    """What came in, instalment by instalment, and what follows from it."""

    paid: tuple[Decimal, ...]
    states: tuple[PartState, ...]
    outcome: Outcome


def split(total: Decimal, count: int, digits: int = 2) -> tuple[Decimal, ...]:
    """Divide an amount into parts that differ by one smallest unit at most.

    The parts sum to the amount exactly; the first ones bear what does not divide.

    :param digits: decimals of the currency
    :raise PlanError: ``count``, ``amount`` (not above zero, or finer than the
        currency), ``too_small`` (a part would be zero)
    """
    if count < 1:
        raise PlanError("count", count=count)
    units = total.scaleb(digits)
    if units <= 0 or units != units.to_integral_value():
        raise PlanError("amount", total=total)
    each, rest = divmod(int(units), count)
    if not each:
        raise PlanError("too_small", total=total, count=count)
    return tuple(
        Decimal(each + (1 if index < rest else 0)).scaleb(-digits)
        for index in range(count)
    )


def propose(
    total: Decimal, count: int, first: date, digits: int = 2
) -> tuple[Part, ...]:
    """Return a plan of monthly, even instalments.

    They fall due on the day of the first one; a month that is too short gives its last.

    :raise PlanError: as :func:`split`
    """
    amounts = split(total, count, digits)
    return tuple(
        Part(first + relativedelta(months=index), amount)
        for index, amount in enumerate(amounts)
    )


def check(parts: Sequence[Part], limits: Limits, today: date) -> list[str]:
    """Return what of a proposal is outside the limits; empty: nothing.

    :return: codes: ``none``, ``past``, ``too_many``, ``too_late``, ``too_small``
    """
    if not parts:
        return ["none"]
    found = []
    if min(part.due for part in parts) <= today:
        found.append("past")
    if len(parts) > limits.max_parts:
        found.append("too_many")
    if max(part.due for part in parts) > today + timedelta(days=limits.max_days):
        found.append("too_late")
    if min(part.amount for part in parts) < limits.min_amount:
        found.append("too_small")
    return found


def follow(
    parts: Sequence[Part],
    received: Decimal,
    today: date,
    grace_days: int = 0,
    max_missed: int = 0,
) -> Progress:
    """Compare a plan with the money that came in since it began.

    Money pays the earliest instalment first. One is missed when it is not paid in
    full some days after its date; a plan is broken when more are missed at once than
    the company lets pass, and kept when all is paid.

    :param parts: in the order of their dates
    :param received: in all, since the plan began
    :param grace_days: days after its date in which an instalment is not missed yet
    :param max_missed: instalments that may be missed at a time
    """
    paid, states, left = [], [], max(received, Decimal(0))
    for part in parts:
        share = min(part.amount, left)
        left -= share
        paid.append(share)
        if share == part.amount:
            states.append(PartState.PAID)
        elif today > part.due + timedelta(days=grace_days):
            states.append(PartState.MISSED)
        else:
            states.append(PartState.OPEN)
    outcome = Outcome.RUNNING
    if all(state == PartState.PAID for state in states):
        outcome = Outcome.KEPT
    elif states.count(PartState.MISSED) > max_missed:
        outcome = Outcome.BROKEN
    return Progress(tuple(paid), tuple(states), outcome)


def wait(known: Progress, hopeful: Progress) -> Progress:
    """Return how a plan stands while money that may be its own is matched with nothing.

    Nothing is paid by it yet, and what it would pay is not missed.

    :param known: by what is booked
    :param hopeful: as if that money were booked
    """
    states = tuple(
        PartState.OPEN
        if state == PartState.MISSED and hoped != PartState.MISSED
        else state
        for state, hoped in zip(known.states, hopeful.states, strict=True)
    )
    outcome = known.outcome
    if outcome == Outcome.BROKEN and hopeful.outcome != Outcome.BROKEN:
        outcome = Outcome.RUNNING
    return Progress(known.paid, states, outcome)


def may_pause(broken: int) -> bool:
    """Tell whether the word of a customer still pauses the reminders by itself.

    :param broken: plans and promises that this customer has broken so far
    """
    return broken < BROKEN_LIMIT
