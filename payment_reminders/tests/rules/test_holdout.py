"""Which nudges are held out, and what the comparison of the groups says."""

import datetime as dt

import pytest

from ...rules import schedule
from ...rules.calendar import Calendar
from ...rules.holdout import (
    Comparison,
    Finding,
    Group,
    Result,
    choose_group,
    compare,
    is_kept_back,
)

DUE = dt.date(2026, 9, 30)  # a Wednesday


def choose(percent, number, day=DUE):
    return choose_group(percent, f"1/{number}/12", day)


def test_choice_is_the_same_when_asked_again():
    """The first 16 digits of sha256 of 1/7/12|2026-09-30 leave 46, divided by 100."""
    assert choose(46, 7) == Group.NUDGED
    assert choose(47, 7) == Group.HELD_OUT


@pytest.mark.parametrize("percent", [5, 20, 50])
def test_about_as_many_are_held_out_as_were_asked_for(percent):
    held_out = sum(choose(percent, n) == Group.HELD_OUT for n in range(10_000))
    # Three standard deviations of 10,000 draws.
    spread = 3 * (percent * (100 - percent)) ** 0.5
    assert abs(held_out - 100 * percent) <= spread


def test_more_percent_hold_out_more_and_let_go_nobody():
    for number in range(500):
        if choose(10, number) == Group.HELD_OUT:
            assert choose(30, number) == Group.HELD_OUT


def test_one_customer_is_not_held_out_each_time():
    days = [DUE + dt.timedelta(days=number) for number in range(60)]
    assert {choose(50, 7, day) for day in days} == set(Group)


def test_kept_back_from_its_day_until_it_comes_or_makes_no_sense():
    planned = dt.date(2026, 9, 25)
    days = [dt.date(2026, 9, day) for day in range(24, 31)]
    later = planned + dt.timedelta(days=3)
    kept = [day.day for day in days if is_kept_back(planned, later, DUE, day)]
    assert kept == [25, 26, 27]
    later = planned + dt.timedelta(days=30)
    kept = [day.day for day in days if is_kept_back(planned, later, DUE, day)]
    assert kept == [25, 26, 27, 28, 29, 30]
    assert not is_kept_back(planned, later, DUE, dt.date(2026, 10, 1))


@pytest.mark.parametrize(
    ("first", "second", "difference", "low", "high"),
    [
        # Newcombe 1998, table II, method 10, to four places.
        ((56, 70), (48, 80), 0.2000, 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.6000, 0.1705, 0.8090),
        ((5, 56), (0, 29), 0.0893, -0.0381, 0.1926),
        ((0, 10), (0, 20), 0.0000, -0.1611, 0.2775),
        ((10, 10), (0, 10), 1.0000, 0.6075, 1.0000),
    ],
)
def test_interval_is_that_of_the_paper(first, second, difference, low, high):
    found = compare(*(Result(count, paid) for paid, count in (first, second)))
    assert found.difference == pytest.approx(difference, abs=5e-5)
    assert found.low == pytest.approx(low, abs=5e-5)
    assert found.high == pytest.approx(high, abs=5e-5)


def test_plain_word():
    assert compare(Result(70, 56), Result(80, 48)).finding == Finding.MORE
    assert compare(Result(80, 48), Result(70, 56)).finding == Finding.FEWER
    assert compare(Result(70, 50), Result(80, 55)).finding == Finding.UNCERTAIN
    assert compare(Result(500, 450), Result(29, 1)).finding == Finding.TOO_FEW
    nobody = compare(Result(500, 450), Result(0, 0))
    assert nobody == Comparison(0.9, -1.0, 1.0, Finding.TOO_FEW)


LADDER = schedule.Ladder(
    (
        schedule.Step(1, schedule.NUDGE, -5),
        schedule.Step(2, schedule.REMINDER, 7, bears_fee=True),
    )
)


@pytest.mark.parametrize(
    ("not_before", "step_id", "day"),
    [
        (None, 1, dt.date(2026, 9, 25)),
        (dt.date(2026, 9, 24), 1, dt.date(2026, 9, 25)),
        (dt.date(2026, 9, 26), 1, dt.date(2026, 9, 28)),  # after a week-end
        # Past the due date a nudge makes no sense: it is left out.
        (dt.date(2026, 10, 1), 2, dt.date(2026, 10, 7)),
    ],
)
def test_held_out_nudge_comes_later_and_a_reminder_never_does(not_before, step_id, day):
    item = schedule.DueItem(1, DUE, nudge_not_before=not_before)
    plan = schedule.next_item_step(
        LADDER, item, (), dt.date(2026, 9, 24), Calendar(country="DK")
    )
    assert (plan.step_id, plan.date) == (step_id, day)
