"""The last step once more: never with a fee, and not for ever."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from ...rules import claim, repeat
from ...rules.calendar import Calendar
from ...rules.schedule import (
    FINAL_NOTICE,
    NUDGE,
    PREVIOUS_STEP,
    REMINDER,
    DueItem,
    Ladder,
    Sent,
    Step,
    next_step,
)

LAST = Step(2, FINAL_NOTICE, 10, PREVIOUS_STEP, bears_fee=True)
CALENDAR = Calendar(country="DK")


@pytest.mark.parametrize(
    ("every", "times", "count"),
    [(0, 3, 0), (30, 0, 0), (-1, 3, 0), (30, -1, 0), (30, 3, 3), (1, 99, 12)],
)
def test_so_many_and_off_by_nothing(every, times, count):
    assert len(repeat.repeat_last(LAST, every, times)) == count


def test_a_nudge_is_not_repeated():
    assert repeat.repeat_last(Step(1, NUDGE, -3), 30, 3) == ()


@pytest.mark.parametrize("kind", [REMINDER, FINAL_NOTICE])
def test_a_repeat_is_of_its_kind_and_bears_no_fee(kind):
    (again,) = repeat.repeat_last(Step(2, kind, 10, bears_fee=True), 30, 1)
    assert (again.kind, again.delay_days, again.delay_from) == (kind, 30, PREVIOUS_STEP)
    assert not again.bears_fee


@pytest.mark.parametrize("policy", ["none", "statutory", "amount"])
def test_a_fee_is_never_charged(policy):
    terms = claim.Terms(
        fee_policy=policy,
        fee=Decimal(100),
        charge_interest=True,
        charge_compensation=True,
    )
    again = repeat.repeat_terms(terms)
    assert (again.fee_policy, again.fee) == ("none", None)
    assert not again.charge_compensation
    assert again.charge_interest, "interest runs on by itself"


def test_every_so_many_days_and_then_nothing():
    """Played to the end: two repeats, 30 days apart, and nothing after them."""
    repeats = [
        Step(3 + number, one.kind, one.delay_days, one.delay_from, one.bears_fee)
        for number, one in enumerate(repeat.repeat_last(LAST, 30, 2))
    ]
    ladder = Ladder((Step(1, REMINDER, 5), LAST, *repeats), spacing_days=7)
    due = day = date(2026, 1, 5)
    item, history, sent = DueItem(1, due), [], []
    while day < date(2027, 1, 1):
        plan = next_step(ladder, [item], history, day, CALENDAR)
        if plan and plan.date <= day:
            sent.append((plan.step_id, day))
            kind = {step.id: step.kind for step in ladder.steps}[plan.step_id]
            history.append(Sent(day, kind))
            item = DueItem(1, due, plan.step_id, day)
        day += timedelta(days=1)
    assert [step_id for step_id, _day in sent] == [1, 2, 3, 4]
    gaps = [
        (later - sooner).days
        for (_a, sooner), (_b, later) in zip(sent[1:], sent[2:], strict=False)
    ]
    assert all(30 <= gap <= 33 for gap in gaps), "later by a week-end at most"
