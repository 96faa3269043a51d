from datetime import date
from decimal import Decimal

import pytest

from ...rules import handover
from ...rules.handover import Kind, State

DAY = date(2026, 9, 15)


def paid(id, amount, **more):
    return handover.Matching(id, Kind.PAYMENT, Decimal(amount), DAY, **more)


def told(amount, matching_id=None, kind=Kind.PAYMENT, reversed_kind=None):
    return handover.Told(kind, Decimal(amount), matching_id, reversed_kind)


def changes(seen, before):
    return [
        (str(c.kind), c.amount, c.matching_id)
        for c in handover.find_changes(seen, before)
    ]


def test_each_state_has_what_may_follow():
    assert set(handover.FOLLOWING) == set(State)
    assert handover.OPEN | handover.FINAL == set(State)
    for state in handover.FINAL:
        assert not handover.FOLLOWING[state]
    for state in handover.LIVE:
        assert state not in handover.FOLLOWING[state]
        assert State.QUEUED not in handover.FOLLOWING[state]


@pytest.mark.parametrize("after", sorted(handover.LIVE))
def test_a_person_takes_up_what_was_ended_by_mistake(after):
    assert not handover.may_follow("cancelled", after)
    assert handover.may_follow("cancelled", after, by_hand=True)


def test_nobody_says_that_it_is_on_the_wire():
    assert not handover.may_follow("registered", "sending", by_hand=True)
    assert not handover.may_follow("registered", "queued", by_hand=True)


def test_a_new_matching_is_told():
    assert changes([paid(1, 100)], []) == [("payment", 100, 1)]
    assert changes([paid(1, 100)], [told(100, 1)]) == []
    assert changes([paid(1, 100), paid(2, 50)], [told(100, 1)]) == [("payment", 50, 2)]


def test_undone_and_done_again_is_the_same_money():
    assert changes([paid(2, 100)], [told(100, 1)]) == []
    # The next one is told by its own matching.
    assert changes([paid(2, 100), paid(3, 30)], [told(100, 1)]) == [("payment", 30, 3)]


def test_undone_is_taken_back_once():
    assert changes([], [told(100, 1)]) == [("reversal", 100, None)]
    before = [told(100, 1), told(100, None, Kind.REVERSAL, Kind.PAYMENT)]
    assert changes([], before) == []
    assert changes([paid(2, 100)], before) == [("payment", 100, 2)]


def test_a_payment_without_an_entry_is_told_before_it_has_one():
    early = [paid(None, 100)]
    assert changes(early, []) == [("payment", 100, None)]
    assert changes([paid(7, 100)], [told(100)]) == []


def test_kinds_are_told_apart():
    credit = handover.Matching(2, Kind.CREDIT, Decimal(40), DAY)
    assert changes([paid(1, 100), credit], [told(100, 1)]) == [("credit", 40, 2)]
    # What was a payment is a credit note now: both are said.
    assert changes([credit], [told(40, 1)]) == [
        ("reversal", 40, None),
        ("credit", 40, 2),
    ]


def test_money_of_the_service_is_marked():
    (change,) = handover.find_changes([paid(1, 100, own=True)], [])
    assert change.own


def test_words():
    words = [
        handover.Word("debt_collection", "", State.COLLECTION),
        handover.Word("debt_collection", "disputed", State.DISPUTED),
    ]

    def translate(*said):
        return handover.translate(words, *said)

    assert translate("debt_collection", "active") == State.COLLECTION
    assert translate(" Debt_Collection", "DISPUTED ") == State.DISPUTED
    assert translate("something", "new") == State.UNKNOWN
    assert translate("", "") == State.UNKNOWN
