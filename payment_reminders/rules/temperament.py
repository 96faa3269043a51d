"""One ladder in three temperaments: gentler and firmer than it was written, within the
law of its country.

A ladder that is lawful stays lawful: gentle waits longer and asks for less, firm never
goes under what the statute names.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .statute import (
    CALL,
    COMPANY,
    DEBTORS,
    FINAL_NOTICE,
    NUDGE,
    FeeRule,
    Statute,
)

GENTLE = "gentle"
NORMAL = "normal"
FIRM = "firm"

PREVIOUS_STEP = "previous_step"
NO_FEE = "none"

#: Gentle: so many days later for the first letter, and for each one after it; and so
#: many days more to pay.
FIRST_LATER, EACH_LATER, LONGER = 5, 7, 4
#: Firm: no reminder gives less than so many days to pay.
LEAST_DEADLINE = 8


@dataclass(frozen=True, slots=True)
class Step:
    """What a temperament changes of a step; days as on the ladder.

    :param fee_policy: ``none``, ``statutory`` or ``amount``
    """

    kind: str
    delay_days: int
    delay_from: str
    deadline_days: int
    fee_policy: str
    charge_interest: bool
    charge_compensation: bool


def temper(
    steps: Sequence[Step], temperament: str, statute: Statute | None, on: dt.date
) -> tuple[Step, ...]:
    """Return the steps of a ladder in a temperament, in their order.

    :param steps: as the ladder has them, which is ``normal``
    :param statute: its law, if it has one
    :param on: the day whose law is meant
    """
    if temperament == GENTLE:
        return _gentle(steps)
    if temperament == FIRM:
        return _Firm(statute, on).temper(steps)
    return tuple(steps)


def spacing(steps: Sequence[Step], before: int) -> int:
    """Return the least days between two letters that lets these steps come in time.

    :param before: what the ladder asks for
    """
    days = _days(steps)
    letters = [day for step, day in zip(steps, days, strict=True) if step.kind != NUDGE]
    gaps = [later - day for day, later in zip(letters, letters[1:], strict=False)]
    return max(min([before, *gaps]), 1)


def _days(steps: Sequence[Step]) -> list[int]:
    """Return the day after the due date on which each step comes, at the earliest."""
    days: list[int] = []
    for step in steps:
        follows = step.delay_from == PREVIOUS_STEP and bool(days)
        days.append(step.delay_days + (days[-1] if follows else 0))
    return days


def _gentle(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Later, with more time to pay, and nothing beside the invoices before the end."""
    tempered = []
    letters = 0
    for step in steps:
        if step.kind == NUDGE:
            tempered.append(step)
            continue
        follows = step.delay_from == PREVIOUS_STEP
        later = EACH_LATER if follows else FIRST_LATER + EACH_LATER * letters
        letters += 1
        softer = replace(
            step,
            delay_days=step.delay_days + later,
            deadline_days=step.deadline_days + LONGER,
        )
        if step.kind != FINAL_NOTICE:
            softer = replace(
                softer,
                fee_policy=NO_FEE,
                charge_interest=False,
                charge_compensation=False,
            )
        tempered.append(softer)
    return tuple(tempered)


class _Firm:
    """At once, as soon as the law allows, and with all that it gives."""

    def __init__(self, statute: Statute | None, on: dt.date):
        self.statute = statute
        self.on = on

    def temper(self, steps: Sequence[Step]) -> tuple[Step, ...]:
        asks_interest = any(step.charge_interest for step in steps)
        asks_compensation = self._has_compensation(steps)
        tempered: list[Step] = []
        day = 0
        before: Step | None = None
        for step, planned in zip(steps, _days(steps), strict=True):
            if step.kind == NUDGE:
                tempered.append(step)
                continue
            if step.kind == CALL:
                # It asks for no costs and gives no deadline: it keeps its days.
                tempered.append(step)
                day = max(day, _days(tempered)[-1])
                continue
            rules = self._rules(step)
            day = min(self._earliest(step, rules, before, day), planned)
            delay = day - _days(tempered)[-1] if _follows(step, before) else day
            before = replace(
                step,
                delay_days=delay,
                deadline_days=self._deadline(step, rules),
                charge_interest=asks_interest,
                charge_compensation=step.charge_compensation or asks_compensation,
            )
            tempered.append(before)
        return tuple(tempered)

    def _rules(self, step: Step) -> list[FeeRule]:
        if self.statute is None:
            return []
        found = (self.statute.fee_rule(one, self.on, step.kind) for one in DEBTORS)
        return [rule for rule in found if rule is not None]

    def _has_compensation(self, steps: Sequence[Step]) -> bool:
        """Tell whether the lump sum is there, and no fee counts against it."""
        if self.statute is None or not self.statute.compensation_rule(COMPANY, self.on):
            return False
        has_fee = any(step.fee_policy != NO_FEE for step in steps)
        return not (has_fee and self.statute.compensation_includes_fees)

    def _earliest(
        self, step: Step, rules: Sequence[FeeRule], before: Step | None, day: int
    ) -> int:
        """Return the first day after the due date on which a letter may come.

        :param day: on which the letter before comes
        """
        bears_fee = step.fee_policy != NO_FEE
        first = max((rule.first_after_days for rule in rules), default=1)
        least = max(first, 1) if bears_fee else 1
        if before is None:
            return least
        # The one before has to be overdue, also by what the law gives it.
        gap = max([before.deadline_days, *(rule.deadline_days for rule in rules)]) + 1
        if bears_fee:
            gap = max(
                [gap, *(max(r.spacing_days, r.careful_spacing_days) for r in rules)]
            )
        return max(least, day + gap)

    def _deadline(self, step: Step, rules: Sequence[FeeRule]) -> int:
        """Return the days to pay. A final notice keeps its own: nobody is hurried into
        debt collection.
        """
        if step.kind == FINAL_NOTICE:
            return step.deadline_days
        least = max([LEAST_DEADLINE, *(rule.deadline_days for rule in rules)])
        return min(step.deadline_days, least)


def _follows(step: Step, before: Step | None) -> bool:
    return step.delay_from == PREVIOUS_STEP and before is not None
