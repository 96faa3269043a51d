"""Division of a payment: exact sums, no negative part, the order of the law."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ...rules.allocation import (
    ORDERS,
    AllocationError,
    Owed,
    allocate,
    open_entries,
    payment_order,
)

D = Decimal
LEDGER = {
    "fee": D(100),
    "compensation": D(310),
    "interest": D("12.50"),
    "principal": D(900),
}
KINDS = sorted(LEDGER)

amounts = st.decimals(0, 100_000, places=3)
entries = st.lists(
    st.builds(
        Owed,
        st.sampled_from(KINDS),
        amounts,
        st.none() | st.dates(dt.date(2020, 1, 1), dt.date(2026, 1, 1)),
    ),
    max_size=8,
)


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("costs_first", {"fee": 100, "compensation": 310, "interest": D("12.5")}),
        ("interest_first", {"interest": D("12.5"), "fee": 100, "compensation": 310}),
        ("principal_first", {"principal": 600}),
    ],
)
def test_orders(order, expected):
    result = allocate(D(600), LEDGER, order)
    got = {kind: result.total(kind) for kind in KINDS if result.total(kind)}
    rest = D(600) - sum(expected.values())
    if rest:
        expected = {**expected, "principal": rest}
    assert got == expected
    assert result.remainder == 0


def test_more_than_everything_leaves_a_remainder():
    result = allocate(D(2000), LEDGER)
    assert result.remainder == D(2000) - sum(LEDGER.values())


def test_oldest_entry_of_a_kind_first():
    new = Owed("fee", D(100), dt.date(2026, 2, 1), key="new")
    old = Owed("fee", D(100), dt.date(2026, 1, 1), key="old")
    result = allocate(D(150), [new, old])
    assert [(part.owed.key, part.amount) for part in result.parts] == [
        ("old", D(100)),
        ("new", D(50)),
    ]


def test_an_order_of_ones_own():
    kinds = ("principal", "fee", "interest", "compensation")
    assert payment_order(kinds) == kinds
    assert allocate(D(1000), LEDGER, kinds).total("fee") == D(100)


@pytest.mark.parametrize(
    ("args", "code"),
    [
        ((D(-1), LEDGER), "negative_amount"),
        ((D(1), {"fee": D(-1)}), "negative_owed"),
        ((D(1), {"tip": D(1)}), "unknown_kind"),
        ((D(1), LEDGER, "random"), "unknown_order"),
        ((D(1), LEDGER, ("fee", "principal")), "unknown_order"),
    ],
)
def test_bad_input(args, code):
    with pytest.raises(AllocationError) as caught:
        allocate(*args)
    assert caught.value.code == code


@given(amounts, entries, st.sampled_from(sorted(ORDERS)))
def test_sums_are_exact_and_no_part_is_negative(amount, ledger, order):
    result = allocate(amount, ledger, order)
    assert (
        sum((part.amount for part in result.parts), D(0)) + result.remainder == amount
    )
    assert all(0 < part.amount <= part.owed.amount for part in result.parts)
    owed = sum((entry.amount for entry in ledger), D(0))
    assert result.remainder == max(amount - owed, D(0))


@given(amounts, entries, st.sampled_from(sorted(ORDERS)))
def test_nothing_later_before_everything_earlier(amount, ledger, order):
    result = allocate(amount, ledger, order)
    for kind, after in zip(ORDERS[order], ORDERS[order][1:], strict=False):
        open_sum = sum((entry.amount for entry in ledger if entry.kind == kind), D(0))
        if result.total(after):
            assert result.total(kind) == open_sum


@pytest.mark.parametrize(
    ("amounts", "left", "expected"),
    [
        ([100, 100, 100], 300, [100, 100, 100]),
        ([100, 100, 100], 140, [0, 40, 100]),
        ([100, 100], 0, [0, 0]),
        ([80, -30], 50, [80, -30]),
        ([80, -30], 0, [0, 0]),
        ([], 0, []),
    ],
)
def test_what_is_open_of_each_entry(amounts, left, expected):
    found = open_entries([Decimal(amount) for amount in amounts], Decimal(left))
    assert found == expected
