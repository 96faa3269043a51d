"""A call as a step of a ladder: when it stands, what its result means, what comes then.

The same guard that stops a letter keeps a call off the list. A call is never a letter:
nobody approves it, it has no address, and no law lets a creditor charge for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from . import guard
from .schedule import BusinessCalendar
from .text_enum import TextEnum
from .verdict import OBSOLETE, Code

#: What stands in the way of a letter alone: whoever calls has decided to.
PASSED = frozenset((Code.NOT_APPROVED, Code.HOLD_WINDOW, Code.LADDER_CHANGED))


class Result(TextEnum):
    """How a call ended."""

    PROMISED = "promised"
    QUESTION = "question"
    MISSED = "missed"
    WRONG_NUMBER = "wrong_number"
    #: Somebody says that it was made, or need not be.
    DONE = "done"
    SKIPPED = "skipped"
    #: Nobody called in time.
    LATE = "late"


class Then(TextEnum):
    """What comes when a customer was not reached often enough."""

    GO_ON = "go_on"
    ASK = "ask"


class Outcome(TextEnum):
    """What a result does with the step."""

    DONE = "done"
    AGAIN = "again"
    #: Once more with another number, as soon as there is one.
    NUMBER = "number"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a step says of its call.

    :param tries: so often a customer who is not reached is called (1 at least)
    :param then: what comes after the last try
    :param wait_days: the next step follows so many days after the call was due, made
        or not (0: it waits until somebody has called)
    """

    tries: int = 3
    then: Then = Then.GO_ON
    wait_days: int = 0


def check(facts: guard.Facts, now: datetime) -> list[Code]:
    """Return every reason why nobody should call; empty: somebody may.

    :param facts: as of a notice of the same step
    :param now: UTC without time zone
    """
    return [code for code in guard.check(facts, now) if code not in PASSED]


def is_over(codes: list[Code]) -> bool:
    """Tell whether a call with this in its way is never right again as it stands."""
    return bool(OBSOLETE.intersection(codes))


def follow(result: str, tries: int, terms: Terms) -> Outcome:
    """Return what a result does with the step.

    :param tries: calls that reached nobody, this one included
    """
    if result == Result.WRONG_NUMBER:
        return Outcome.NUMBER
    if result != Result.MISSED:
        return Outcome.DONE
    if tries < max(terms.tries, 1):
        return Outcome.AGAIN
    return Outcome.PERSON if terms.then == Then.ASK else Outcome.DONE


def next_try(wanted: date | None, today: date, calendar: BusinessCalendar) -> date:
    """Return the day of the next try: a business day after today.

    :param wanted: the day that somebody chose (None: the next one)
    """
    tomorrow = today + timedelta(days=1)
    return calendar.next_business_day(max(wanted or tomorrow, tomorrow))


def is_late(due: date, today: date, terms: Terms) -> bool:
    """Tell whether the ladder has waited long enough for a call that nobody made.

    :param due: the day from which it stood on the list
    """
    return terms.wait_days > 0 and due + timedelta(days=terms.wait_days) <= today
