"""What a case does when the books move, and what is really open."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ...rules.balance import SETTLED, in_process_by_item, owed, spread
from ...rules.lifecycle import Change, Outcome, Seen, decide, observe

D = Decimal
amounts = st.decimals(0, 10_000, places=2)
STATES = ("active", "frozen", "closed")


def seen(known, now, known_credited=0, credited=0, alive=True):
    return Seen(D(known), D(now), D(known_credited), D(credited), alive)


SAME = seen(100, 100)
PAID = seen(100, 0)
PARTLY = seen(100, 40)
CREDITED = seen(100, 0, 0, 100)
PARTLY_CREDITED = seen(100, 70, 0, 30)
UNDONE = seen(0, 100)
GONE = seen(100, 0, alive=False)


@pytest.mark.parametrize(
    ("item", "change"),
    [
        (SAME, Change.NONE),
        (PAID, Change.PAID),
        (PARTLY, Change.PARTLY_PAID),
        (CREDITED, Change.CREDITED),
        (PARTLY_CREDITED, Change.PARTLY_CREDITED),
        (UNDONE, Change.UNDONE),
        (seen(40, 100), Change.UNDONE),
        (GONE, Change.CANCELLED),
        (seen(0, 0, alive=False), Change.NONE),
        (seen(0, 0), Change.NONE),
        (seen(100, 60, 30, 30), Change.PARTLY_PAID),
    ],
)
def test_observe(item, change):
    assert observe(item) is change


@pytest.mark.parametrize(
    ("state", "items", "outcome"),
    [
        ("active", [SAME], Outcome()),
        ("active", [PAID], Outcome(close="paid")),
        ("frozen", [PAID], Outcome(close="paid")),
        ("closed", [PAID], Outcome()),
        ("active", [CREDITED], Outcome(close="credited")),
        ("active", [PAID, CREDITED], Outcome(close="paid")),
        ("active", [GONE], Outcome(close="cancelled")),
        ("active", [GONE, PAID], Outcome(close="paid")),
        ("active", [PARTLY], Outcome(freeze="partial_payment")),
        ("active", [PARTLY_CREDITED], Outcome(freeze="credit_note")),
        ("active", [PARTLY, PARTLY_CREDITED], Outcome(freeze="credit_note")),
        ("active", [CREDITED, SAME], Outcome(freeze="credit_note")),
        ("active", [PAID, SAME], Outcome()),
        ("active", [UNDONE], Outcome(freeze="reopened")),
        ("closed", [UNDONE], Outcome(freeze="reopened", reopen=True)),
        ("closed", [SAME], Outcome()),
        ("closed", [PARTLY], Outcome()),
        ("active", [UNDONE, PAID], Outcome(freeze="reopened")),
        ("active", [], Outcome(close="paid")),
    ],
)
def test_decide(state, items, outcome):
    assert decide(state, items) == outcome


items = st.builds(Seen, amounts, amounts, amounts, amounts, st.booleans())


@given(st.sampled_from(STATES), st.lists(items, max_size=5))
def test_a_case_is_open_only_while_something_is_owed(state, some):
    outcome = decide(state, some)
    open_items = any(item.alive and item.owed > 0 for item in some)
    if outcome.close:
        assert not open_items and state != "closed"
    if outcome.freeze or outcome.reopen:
        assert open_items
    if not open_items and state != "closed":
        assert outcome.close


@given(st.sampled_from(STATES), st.lists(items, max_size=5))
def test_undone_always_waits_for_a_person(state, some):
    outcome = decide(state, some)
    open_items = any(item.alive and item.owed > 0 for item in some)
    if open_items and Change.UNDONE in {observe(item) for item in some}:
        assert outcome.freeze == "reopened"
        assert outcome.reopen == (state == "closed")


@given(st.sampled_from(STATES), st.lists(amounts, max_size=5))
def test_looking_again_changes_nothing(state, known):
    some = [seen(amount, amount) for amount in known]
    outcome = decide(state, some)
    assert not outcome.freeze and not outcome.reopen


# -- what is open ---------------------------------------------------------------------


def test_owed():
    assert owed(D(100), D(0), "posted") == 100
    assert owed(D(100), D(40), "posted") == 60
    assert owed(D(100), D(140), "posted") == 0
    assert owed(D(100), D(0), "draft") == 0


def test_instalment_paid_without_entry_leaves_the_other_open():
    shares = in_process_by_item("in_payment", D(300), [(1, D(300)), (2, D(700))])
    assert shares == {1: D(300)}


@pytest.mark.parametrize("state", sorted(SETTLED))
def test_settled_for_no_known_reason_is_settled(state):
    shares = in_process_by_item(state, D(0), [(1, D(300)), (2, D(700))])
    assert shares == {1: D(300), 2: D(700)}


def test_not_paid_takes_nothing():
    assert in_process_by_item("not_paid", D(0), [(1, D(300))]) == {}


@given(amounts, st.lists(amounts, max_size=6))
def test_spread(amount, residuals):
    pairs = list(enumerate(residuals))
    shares = spread(amount, pairs)
    assert sum(shares.values()) == min(amount, sum(residuals))
    for key, share in shares.items():
        assert 0 < share <= residuals[key]
    taken = [shares.get(key, D(0)) for key, _residual in pairs]
    for n, share in enumerate(taken[1:], 1):
        if share:
            assert taken[:n] == residuals[:n], "the oldest first"
