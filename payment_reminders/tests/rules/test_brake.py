"""When a run is so far out of the usual that a person looks first."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ...rules.brake import Day, Limits, Reason, Run, Stop, check, usual_day

D = Decimal
LIMITS = Limits(factor=D(3), floor=100, per_customer=5, idle=timedelta(days=7))
OFF = Limits(factor=D(0), floor=0, per_customer=0, idle=timedelta(0))
#: Ten usual days, forty notices of a thousand on the busiest but one.
PAST = [Day(count, D(1000) * count) for count in (5, 9, 12, 14, 20, 22, 30, 35, 40, 90)]


def reasons(run, past=PAST, limits=LIMITS, released=None):
    return [stop.reason for stop in check(run, past, limits, released)]


def test_the_first_day_of_all():
    """Without a past there is no usual: only a flood stops."""
    assert reasons(Run(count=100, amount=D(10**9)), past=[]) == []
    assert reasons(Run(count=101), past=[]) == [Reason.COUNT]


def test_usual_is_a_busy_day_but_not_the_busiest_ever():
    assert usual_day(PAST) == Day(40, D(40_000))
    assert usual_day(PAST[:3]) == Day(12, D(12_000))
    assert usual_day([]) is None


@pytest.mark.parametrize(
    ("run", "found"),
    [
        (Run(), []),
        (Run(count=120, amount=D(120_000)), []),
        (Run(count=121), [Reason.COUNT]),
        (Run(count=3, amount=D(120_001)), [Reason.AMOUNT]),
        (Run(count=121, amount=D(120_001)), [Reason.COUNT, Reason.AMOUNT]),
        (Run(per_customer=5), []),
        (Run(per_customer=6), [Reason.CUSTOMER]),
        (Run(changed=10, looked_at=11), []),
        (Run(changed=11, looked_at=44), []),
        (Run(changed=11, looked_at=43), [Reason.CHANGED]),
        (Run(idle=timedelta(days=7)), []),
        (Run(idle=timedelta(days=7, seconds=1)), [Reason.CLOCK]),
        (Run(idle=timedelta(minutes=-59)), []),
        (Run(idle=timedelta(hours=-2)), [Reason.CLOCK]),
    ],
)
def test_limits(run, found):
    assert reasons(run) == found


def test_small_sums_are_never_far_above_the_usual():
    """A company that usually reminds one customer may remind a hundred."""
    past = [Day(1, D(1000))]
    assert reasons(Run(count=100, amount=D(100_000)), past) == []
    assert reasons(Run(count=5, amount=D(500_000)), past) == [Reason.AMOUNT]


def test_a_stop_says_what_was_found_and_what_is_let_through():
    assert check(Run(count=500), PAST, LIMITS) == [
        Stop(Reason.COUNT, figure=D(500), limit=D(120))
    ]


def test_what_a_person_released_may_go_and_grow_a_little():
    released = {Reason.COUNT: D(500)}
    assert reasons(Run(count=500), released=released) == []
    assert reasons(Run(count=625), released=released) == []
    assert reasons(Run(count=626), released=released) == [Reason.COUNT]
    assert reasons(Run(per_customer=9), released=released) == [Reason.CUSTOMER]


runs = st.builds(
    Run,
    count=st.integers(0, 500),
    amount=st.integers(0, 10**6).map(D),
    per_customer=st.integers(0, 20),
    changed=st.integers(0, 100),
    looked_at=st.integers(0, 400),
    idle=st.none() | st.timedeltas(timedelta(days=-9), timedelta(days=30)),
)
pasts = st.lists(
    st.builds(Day, count=st.integers(1, 99), amount=st.integers(0, 10**5).map(D)),
    max_size=12,
)


@given(runs, pasts)
def test_a_brake_that_is_off_stops_by_changes_alone(run, past):
    assert set(reasons(run, past, OFF)) <= {Reason.CHANGED}


@given(runs, pasts, st.integers(1, 100))
def test_more_of_anything_never_releases(run, past, more):
    before = reasons(run, past)
    worse = replace(
        run,
        count=run.count + more,
        amount=run.amount + more,
        per_customer=run.per_customer + more,
        changed=run.changed + more,
    )
    assert set(before) <= set(reasons(worse, past))


@given(runs, pasts)
def test_what_is_released_does_not_stop_at_once_again(run, past):
    found = check(run, past, LIMITS)
    released = {stop.reason: stop.figure for stop in found}
    assert check(run, past, LIMITS, released) == []
