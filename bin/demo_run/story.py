"""The words in which the play is written: when something happens, and what."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

NUDGE = "nudge"
FIRST = "reminder_1"
SECOND = "reminder_2"
FINAL = "final_notice"
#: Every ladder of the demo has these steps, in this order.
STEPS = (NUDGE, FIRST, SECOND, FINAL)


@dataclass(frozen=True)
class Moment:
    """When something happens to an invoice.

    :param kind: what is waited for, see ``script.py``
    :param days: days after it
    """

    kind: str
    days: int = 0
    step: str = ""


@dataclass(frozen=True)
class Act:
    """Something that somebody does about an invoice, once.

    :param name: a function of ``acts.py``
    """

    moment: Moment
    name: str
    details: dict[str, Any] = field(default_factory=dict)


def on_day(number: int) -> Moment:
    """On a day of the play."""
    return Moment("day", number)


def before_last(count: int) -> Moment:
    """So many business days before the last one."""
    return Moment("before_last", count)


def due(days: int = 0) -> Moment:
    """So many days after the due date."""
    return Moment("due", days)


def after(step: str, days: int) -> Moment:
    """So many days after a notice really went out."""
    return Moment("sent", days, step)


def proposed(step: str, days: int = 0) -> Moment:
    """So many days after a notice was proposed, as long as it waits."""
    return Moment("proposed", days, step)


def frozen(days: int) -> Moment:
    """So many days after the case was put on hold, as long as it is."""
    return Moment("frozen", days)


def held(days: int) -> Moment:
    """So many days after its notice was held, as long as it is."""
    return Moment("held", days)


def then(days: int) -> Moment:
    """So many days after the act before."""
    return Moment("then", days)


def does(moment: Moment, name: str, **details: Any) -> Act:
    """Write one act."""
    return Act(moment, name, details)


def pays(moment: Moment, **details: Any) -> Act:
    """The customer pays; by bank and all that is open, unless told otherwise."""
    return Act(moment, "pay", details)
