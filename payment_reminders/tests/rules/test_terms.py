"""How long money is waited for, weighted by amount."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ...rules.holdout import LEAST_COUNT
from ...rules.terms import Waited, add_up, wait

DUE = dt.date(2026, 9, 1)
TODAY = dt.date(2026, 9, 30)
amounts = st.decimals("0.01", "1000000", places=2)
days = st.integers(-60, 29).map(lambda days: DUE + dt.timedelta(days=days))
payments = st.lists(st.tuples(days, amounts), max_size=6)


@pytest.mark.parametrize(
    ("paid", "expected"),
    [
        ([], "29.0"),
        ([(5, 1000)], "5.0"),
        ([(-10, 1000)], "0.0"),
        ([(0, 1000)], "0.0"),
        # 400 x 10 + 600 x 29 of 1,000.
        ([(10, 400)], "21.4"),
        # Who pays half too early is not on average in time: 500 x 20 of 1,000.
        ([(-20, 500), (20, 500)], "10.0"),
        # What is too much counts no more, and the oldest payments count first.
        ([(20, 900), (5, 600)], "11.0"),
    ],
)
def test_days_of_one_due_item(paid, expected):
    parts = [(DUE + dt.timedelta(days=day), Decimal(amount)) for day, amount in paid]
    assert str(wait(DUE, Decimal(1000), parts, TODAY).days) == expected


def test_not_due_yet_is_not_late():
    assert wait(TODAY, Decimal(100), [], DUE).days == 0


def test_what_was_credited_in_full_says_nothing():
    waited = wait(DUE, Decimal(0), [], TODAY)
    assert waited == Waited()
    assert waited.days is None


def test_a_large_amount_weighs_more_than_a_small_one():
    """900 x 10 + 100 x 20 of 1,000; the plain average would be 15."""
    parts = [
        wait(DUE, Decimal(900), [(dt.date(2026, 9, 11), Decimal(900))], TODAY),
        wait(DUE, Decimal(100), [(dt.date(2026, 9, 21), Decimal(100))], TODAY),
    ]
    assert add_up(parts).days == 11
    assert add_up(parts).count == 2


def test_few_are_not_compared():
    one = wait(DUE, Decimal(1), [], TODAY)
    assert add_up([one] * (LEAST_COUNT - 1)).is_few
    assert not add_up([one] * LEAST_COUNT).is_few


@given(amounts, payments)
def test_never_less_than_nothing_nor_more_than_until_today(owed, paid):
    days = wait(DUE, owed, paid, TODAY).days
    assert 0 <= days <= (TODAY - DUE).days


@given(amounts, payments, amounts, st.integers(0, 29))
def test_one_more_payment_never_makes_it_longer(owed, paid, more, day):
    """Nobody waits longer because something comes in until today."""
    before = wait(DUE, owed, paid, TODAY)
    after = wait(DUE, owed, [*paid, (DUE + dt.timedelta(days=day), more)], TODAY)
    assert after.amount_days <= before.amount_days


@given(amounts, payments, st.integers(2, 9))
def test_in_which_unit_it_is_counted_does_not_matter(owed, paid, unit):
    scaled = [(day, amount * unit) for day, amount in paid]
    assert wait(DUE, owed * unit, scaled, TODAY).days == (
        wait(DUE, owed, paid, TODAY).days
    )


@given(st.lists(st.tuples(amounts, payments), min_size=1, max_size=5))
def test_together_they_lie_between_the_shortest_and_the_longest(items):
    waited = [wait(DUE, owed, paid, TODAY) for owed, paid in items]
    assert min(w.days for w in waited) <= add_up(waited).days
    assert add_up(waited).days <= max(w.days for w in waited)
    assert add_up(waited).amount == sum(owed for owed, _paid in items)
