"""Payment plans divide to the last øre, and follow the money."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ...rules import plan
from ...rules.plan import Limits, Outcome, Part, PartState

DAY = date(2026, 9, 15)
LIMITS = Limits(max_parts=4, max_days=120, min_amount=Decimal(100))
THREE = plan.propose(Decimal("1000"), 3, DAY + timedelta(days=10))


@given(
    st.integers(min_value=1, max_value=10**14),
    st.integers(min_value=1, max_value=60),
    st.sampled_from([0, 2, 3]),
)
def test_parts_sum_to_the_amount(units, count, digits):
    total = Decimal(units).scaleb(-digits)
    if units < count:
        with pytest.raises(plan.PlanError, match="too_small"):
            plan.split(total, count, digits)
        return
    parts = plan.split(total, count, digits)
    assert sum(parts) == total
    assert len(parts) == count
    assert max(parts) - min(parts) <= Decimal(1).scaleb(-digits)
    assert min(parts) > 0


@pytest.mark.parametrize(
    ("total", "count", "code"),
    [("10", 0, "count"), ("0", 2, "amount"), ("-1", 2, "amount"), ("1.001", 2, "amou")],
)
def test_what_cannot_be_divided(total, count, code):
    with pytest.raises(plan.PlanError, match=code):
        plan.split(Decimal(total), count)


def test_the_last_day_of_the_month_stays_the_last():
    parts = plan.propose(Decimal(400), 4, date(2026, 12, 31))
    assert [part.due.isoformat() for part in parts] == [
        "2026-12-31",
        "2027-01-31",
        "2027-02-28",
        "2027-03-31",
    ]


@pytest.mark.parametrize(
    ("total", "count", "first", "codes"),
    [
        ("1000", 3, 10, []),
        ("1000", 3, 0, ["past"]),
        ("1000", 5, 10, ["too_many", "too_late"]),
        ("300", 4, 10, ["too_small"]),
        ("1000", 1, 121, ["too_late"]),
    ],
)
def test_limits(total, count, first, codes):
    parts = plan.propose(Decimal(total), count, DAY + timedelta(days=first))
    assert plan.check(parts, LIMITS, DAY) == codes
    assert plan.check((), LIMITS, DAY) == ["none"]


@pytest.mark.parametrize(
    ("received", "days", "states", "outcome"),
    [
        ("0", 0, "ooo", Outcome.RUNNING),
        ("0", 13, "ooo", Outcome.RUNNING),
        ("0", 14, "moo", Outcome.BROKEN),
        ("333.33", 14, "moo", Outcome.BROKEN),
        ("333.34", 14, "poo", Outcome.RUNNING),
        ("900", 14, "ppo", Outcome.RUNNING),
        ("900", 200, "ppm", Outcome.BROKEN),
        ("1000", 200, "ppp", Outcome.KEPT),
        ("5000", 0, "ppp", Outcome.KEPT),
        ("-10", 0, "ooo", Outcome.RUNNING),
    ],
)
def test_a_plan_follows_the_money(received, days, states, outcome):
    progress = plan.follow(
        THREE, Decimal(received), DAY + timedelta(days=days), grace_days=3
    )
    assert "".join(state.value[0] for state in progress.states) == states
    assert progress.outcome == outcome


def test_a_company_may_let_one_pass():
    today = DAY + timedelta(days=14)
    progress = plan.follow(THREE, Decimal(0), today, grace_days=3, max_missed=1)
    assert progress.outcome == Outcome.RUNNING
    assert progress.states[0] == PartState.MISSED


@given(
    st.lists(st.decimals(min_value=1, max_value=999, places=2), min_size=1, max_size=9),
    st.decimals(min_value=0, max_value=9999, places=2),
    st.integers(min_value=0, max_value=400),
)
def test_more_money_never_worsens_a_plan(amounts, received, days):
    parts = [
        Part(DAY + timedelta(days=30 * n), amount) for n, amount in enumerate(amounts)
    ]
    today = DAY + timedelta(days=days)
    less = plan.follow(parts, received, today)
    more = plan.follow(parts, received + 1, today)
    assert sum(less.paid) == min(received, sum(amounts))
    assert more.states.count(PartState.PAID) >= less.states.count(PartState.PAID)
    assert less.outcome != Outcome.KEPT or more.outcome == Outcome.KEPT


def test_a_plan_waits_for_money_that_may_be_its_own():
    today = DAY + timedelta(days=14)
    known = plan.follow(THREE, Decimal(0), today, grace_days=3)
    assert known.outcome == Outcome.BROKEN
    hopeful = plan.follow(THREE, THREE[0].amount, today, grace_days=3)
    waiting = plan.wait(known, hopeful)
    assert waiting.outcome == Outcome.RUNNING
    assert waiting.states == (PartState.OPEN,) * 3
    assert sum(waiting.paid) == 0
    less = plan.follow(THREE, THREE[0].amount - 1, today, grace_days=3)
    assert plan.wait(known, less) == known
    # Even if it were all of it, nothing is kept before it is booked.
    all_of_it = plan.follow(THREE, Decimal(1000), today, grace_days=3)
    assert plan.wait(known, all_of_it).outcome == Outcome.RUNNING


def test_the_second_broken_word_pauses_nothing():
    assert [plan.may_pause(broken) for broken in range(4)] == [True, True, False, False]
