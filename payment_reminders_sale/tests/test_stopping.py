"""Why an order is looked at twice: the rule, without a database."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ..rules.stopping import Debt, Reason, judge

amounts = st.decimals("0", "100000", places=2)
debts = st.lists(st.builds(Debt, amounts, st.booleans(), st.booleans()), max_size=5)


def debt(owed, had_final=False, was_promised=False):
    return Debt(Decimal(owed), had_final, was_promised)


@pytest.mark.parametrize(
    ("owed", "credit", "agreed", "expected"),
    [
        ([], 0, False, None),
        ([debt(100)], 0, False, None),
        ([debt(100, had_final=True)], 0, False, Reason.FINAL_NOTICE),
        ([debt(100, was_promised=True)], 0, False, Reason.BROKEN_PROMISE),
        ([debt(100, True, True)], 0, False, Reason.FINAL_NOTICE),
        # Paid: the final notice of what is settled says nothing.
        ([debt(0, had_final=True), debt(100)], 0, False, None),
        # Money that came in and is matched with nothing yet.
        ([debt(100, had_final=True)], 100, False, None),
        ([debt(100, had_final=True)], 99, False, Reason.FINAL_NOTICE),
        ([debt(50, True), debt(60, False, True)], 55, False, Reason.BROKEN_PROMISE),
        # Who keeps to what was agreed anew.
        ([debt(100, True, True)], 0, True, None),
    ],
)
def test_reasons(owed, credit, agreed, expected):
    assert judge(owed, Decimal(credit), agreed) == expected


@given(debts, amounts)
def test_money_never_makes_it_worse(owed, credit):
    if judge(owed) is None:
        assert judge(owed, credit) is None


@given(debts)
def test_who_has_paid_all_is_free(owed):
    assert judge(owed, sum((d.owed for d in owed), Decimal(0))) is None


@given(debts)
def test_who_keeps_to_an_agreement_is_free(owed):
    assert judge(owed, agreed=True) is None
