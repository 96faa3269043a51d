"""Whether a due item is chased: one answer, with which the guard agrees."""

import itertools
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from ...rules.balance import CHASED, SETTLED, hold_in_force, is_chased
from ...rules.guard import check
from .test_guard import FACTS, ITEM, NOW

D = Decimal
STATES = sorted(CHASED | SETTLED | {"blocked", "invoicing_legacy"})


@pytest.mark.parametrize(
    ("changes", "chased"),
    [
        ({}, True),
        ({"payment_state": "partial"}, True),
        ({"in_process": D(400)}, True),
        ({"in_process": D(1000)}, False),
        ({"residual": D(0)}, False),
        ({"residual": D(-5)}, False),
        ({"apart": D(1000)}, False),
        ({"move_state": "draft"}, False),
        ({"move_state": "cancel"}, False),
        ({"payment_state": "paid"}, False),
        ({"payment_state": "in_payment"}, False),
        ({"payment_state": "reversed"}, False),
        ({"payment_state": "blocked"}, False),
        ({"payment_state": "invoicing_legacy"}, False),
        ({"no_followup": True}, False),
        ({"excluded": True}, False),
        ({"held_until": date(2030, 1, 1)}, False),
    ],
)
def test_is_chased(changes, chased):
    assert is_chased(replace(ITEM, **changes)) is chased


def test_guard_lets_nothing_pass_that_is_not_chased():
    """What the books say now is all that differs from what was proposed."""
    table = itertools.product(
        ["posted", "draft", "cancel"],
        [state for state in STATES if state != "invoicing_legacy"],
        [D(1000), D(400), D(0)],
        [D(0), D(400), D(1000)],
        [True, False],
        [True, False],
    )
    for move_state, state, residual, in_process, no_followup, excluded in table:
        item = replace(
            ITEM,
            move_state=move_state,
            payment_state=state,
            residual=residual,
            in_process=in_process,
            no_followup=no_followup,
            excluded=excluded,
        )
        if not is_chased(item):
            assert check(replace(FACTS, items=(item,)), NOW), item


def test_a_hold_of_an_invoice_ends_by_itself():
    day = date(2026, 9, 15)
    assert hold_in_force(day, date(2026, 9, 14)) == day
    assert hold_in_force(day, day) is None
    assert hold_in_force(day, date(2026, 9, 16)) is None
    assert hold_in_force(None, day) is None
