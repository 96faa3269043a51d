"""Which step is next, and when: by state, never by an exact day.

The next step of a due item is the first rung that it has not climbed yet. A
date only says from when that step may be proposed; a week that was missed is
caught up one step at a time, and asking twice on one day gives the same answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from .statute import CALL as CALL
from .statute import DEMAND as DEMAND
from .statute import FINAL_NOTICE as FINAL_NOTICE
from .statute import NUDGE as NUDGE
from .statute import REMINDER as REMINDER

DUE_DATE = "due_date"
PREVIOUS_STEP = "previous_step"


class BusinessCalendar(Protocol):
    """The part of ``calendar.Calendar`` that a schedule needs."""

    def next_business_day(self, day: date) -> date: ...


@dataclass(frozen=True)
class Step:
    """One rung of a ladder.

    ``delay_days`` counts from ``delay_from``: the due date (negative: before
    it) or the real sending of the step before. ``bears_fee`` tells whether the
    spacing between fee-bearing notices applies to it.
    """

    id: int
    kind: str
    delay_days: int
    delay_from: str = DUE_DATE
    bears_fee: bool = False


@dataclass(frozen=True)
class Ladder:
    """The active steps in their order.

    ``spacing_days`` lie at least between any two notices of a case;
    ``fee_spacing_days`` between two that bear a fee (the jurisdiction's).
    """

    steps: tuple[Step, ...]
    spacing_days: int = 0
    fee_spacing_days: int = 0


@dataclass(frozen=True)
class DueItem:
    """One receivable journal item and its place on the ladder.

    ``last_step_id`` is the step that was last really sent (None: none yet).
    ``grace_days`` are added to the due date for every step but a nudge;
    ``nudge_not_before`` puts off its nudges alone (see :mod:`holdout`).
    ``date_invoice`` is the day of the invoice itself (None: not known).
    """

    id: int
    date_due: date
    last_step_id: int | None = None
    last_sent_date: date | None = None
    grace_days: int = 0
    nudge_not_before: date | None = None
    date_invoice: date | None = None


@dataclass(frozen=True)
class Sent:
    """A notice of the case that really went out on ``date``, or a call made then."""

    date: date
    kind: str
    bore_fee: bool = False


@dataclass(frozen=True)
class ItemPlan:
    """The next step of one due item and the earliest day for it."""

    item_id: int
    step_id: int
    date: date


@dataclass(frozen=True)
class Planned:
    """The next notice of a case.

    ``step_id`` is the most advanced step among ``advancing``, the items that
    climb a rung by this notice. ``listed`` are the overdue items that are
    shown on it too, but stay where they are. ``plans`` is every item's own
    next step.
    """

    step_id: int
    date: date
    advancing: tuple[ItemPlan, ...]
    listed: tuple[int, ...]
    plans: tuple[ItemPlan, ...]


def next_item_step(
    ladder: Ladder,
    item: DueItem,
    history: Sequence[Sent],
    today: date,
    calendar: BusinessCalendar,
) -> ItemPlan | None:
    """Return the next step of one due item, or None at the end of the ladder.

    A nudge whose due date has passed is left out: it has no meaning any more. So is
    one whose day came no later than the invoice: that itself tells when it falls due.
    Every other step is never skipped. An item that stands on a step which is
    not on this ladder gets nothing: a person has to place it.

    :param history: notices of the whole case that really went out, any order
    :param today: the company's day
    """
    for step in _steps_above(ladder, item):
        if step.kind == NUDGE and (today > item.date_due or _is_too_soon(step, item)):
            continue
        earliest = _earliest(ladder, step, item, history)
        day = calendar.next_business_day(max(earliest, today))
        if step.kind == NUDGE and day > item.date_due:
            continue
        return ItemPlan(item.id, step.id, day)
    return None


def next_step(
    ladder: Ladder,
    items: Sequence[DueItem],
    history: Sequence[Sent],
    today: date,
    calendar: BusinessCalendar,
) -> Planned | None:
    """Return the next notice of a case, or None when nothing is left to send.

    All due items go on one notice. Reminders go before nudges; a nudge that
    has to wait for them is sent another day, or not at all once its due date
    has passed. A call is about everything that is owed, but only the items that are
    to be called about climb by it: no letter is skipped for a call, nor a call for a
    letter.

    :param items: the open due items of the case, those not yet due included
    :param history: notices of the case that really went out, any order
    :param today: the company's day
    """
    rank = {step.id: index for index, step in enumerate(ladder.steps)}
    kinds = {step.id: step.kind for step in ladder.steps}
    plans = tuple(
        plan
        for item in items
        if (plan := next_item_step(ladder, item, history, today, calendar))
    )
    if not plans:
        return None
    ready = [plan for plan in plans if plan.date <= today]
    if chasing := [plan for plan in ready if kinds[plan.step_id] != NUDGE]:
        group = chasing
    elif ready:
        group = ready
    else:
        first = min(plan.date for plan in plans)
        group = [plan for plan in plans if plan.date == first]
        if chasing := [plan for plan in group if kinds[plan.step_id] != NUDGE]:
            group = chasing
    leading = max(group, key=lambda plan: rank[plan.step_id])
    group = _go_together(group, leading, kinds)
    moving = {plan.item_id for plan in group}
    listed: tuple[int, ...] = ()
    if kinds[leading.step_id] != NUDGE:
        listed = tuple(
            item.id
            for item in items
            if item.id not in moving
            and item.date_due + timedelta(days=item.grace_days) < leading.date
        )
    return Planned(
        step_id=leading.step_id,
        date=leading.date,
        advancing=tuple(group),
        listed=listed,
        plans=plans,
    )


def is_spaced(ladder: Ladder, step: Step, history: Iterable[Sent], today: date) -> bool:
    """Tell whether ``step`` may go out today after what was really sent.

    The same answer as :func:`next_step` gives, for one step and one day; the
    guard asks it again at the moment of sending.
    """
    return _spaced_from(ladder, step, history) <= today


def _go_together(
    group: Sequence[ItemPlan], leading: ItemPlan, kinds: Mapping[int, str]
) -> list[ItemPlan]:
    """Return those of these plans that climb along with the leading one."""
    if kinds[leading.step_id] == CALL:
        return [plan for plan in group if plan.step_id == leading.step_id]
    return [plan for plan in group if kinds[plan.step_id] != CALL]


def _steps_above(ladder: Ladder, item: DueItem) -> tuple[Step, ...]:
    if item.last_step_id is None:
        return ladder.steps
    for index, step in enumerate(ladder.steps):
        if step.id == item.last_step_id:
            return ladder.steps[index + 1 :]
    return ()


def _is_too_soon(nudge: Step, item: DueItem) -> bool:
    """Tell whether a nudge would come with the invoice, or before it."""
    if item.date_invoice is None:
        return False
    return item.date_due + timedelta(days=nudge.delay_days) <= item.date_invoice


def _earliest(
    ladder: Ladder, step: Step, item: DueItem, history: Sequence[Sent]
) -> date:
    grace = 0 if step.kind == NUDGE else item.grace_days
    start = item.date_due + timedelta(days=grace)
    if step.delay_from == PREVIOUS_STEP and item.last_sent_date:
        start = max(start, item.last_sent_date)
    planned = start + timedelta(days=step.delay_days)
    if step.kind == NUDGE and item.nudge_not_before:
        planned = max(planned, item.nudge_not_before)
    return max(planned, _spaced_from(ladder, step, history))


def _spaced_from(ladder: Ladder, step: Step, history: Iterable[Sent]) -> date:
    """Return the first day on which what was sent no longer stands in the way.

    A nudge is no demand: it keeps nothing back, but two messages never go to
    one customer on one day. A call keeps the same days as a letter, on both sides.
    """
    earliest = date.min
    for sent in history:
        gap = 1
        if step.kind != NUDGE and sent.kind != NUDGE:
            gap = max(gap, ladder.spacing_days)
            if step.bears_fee and sent.bore_fee:
                gap = max(gap, ladder.fee_spacing_days)
        earliest = max(earliest, sent.date + timedelta(days=gap))
    return earliest
