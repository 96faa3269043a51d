"""What a person can do about what is in the way."""

import pytest

from ...rules.remedy import REMEDIES, Remedy, find_remedies
from ...rules.verdict import OBSOLETE, RULES, Code, Lifter, get_lifter

#: Nobody can do anything about these here: a copy of a database sends nothing, and
#: what can never be right again makes room for a new proposal.
NOTHING_TO_DO = {"neutralized", *OBSOLETE}


@pytest.mark.parametrize("code", list(RULES))
def test_whatever_a_person_lifts_has_a_button(code):
    if get_lifter(code) != Lifter.TIME and code not in NOTHING_TO_DO:
        assert find_remedies([code], is_held_here=False)


def test_no_remedy_is_of_a_code_that_there_is_not():
    assert set(REMEDIES) <= set(RULES)


def test_approving_comes_last():
    """It helps nobody while something else is in the way."""
    found = find_remedies([Code.NOT_APPROVED, Code.NO_RECIPIENT], is_held_here=False)
    assert found == (Remedy.ADD_ADDRESS, Remedy.APPROVE)
    assert find_remedies([Code.NOT_APPROVED], is_held_here=False) == (Remedy.APPROVE,)


def test_a_hold_is_lifted_where_it_is():
    assert find_remedies([Code.HELD], is_held_here=True) == (Remedy.RELEASE,)
    assert find_remedies([Code.HELD], is_held_here=False) == (Remedy.OPEN_CASE,)


def test_one_button_for_what_two_codes_ask():
    codes = [Code.PARTIAL_PAYMENT, Code.INSOLVENCY]
    assert find_remedies(codes, is_held_here=False) == (Remedy.OPEN_CASE,)


def test_what_passes_by_itself_needs_nobody():
    assert find_remedies([Code.HOLD_WINDOW, Code.SPACING], is_held_here=False) == ()


@pytest.mark.parametrize("code", list(RULES))
def test_what_lets_money_go_by_is_never_the_first_button(code):
    protecting = find_remedies([code], is_held_here=False)[:1]
    assert protecting not in (
        (Remedy.LET_TRANSACTION_GO,),
        (Remedy.IGNORE_CREDIT,),
        (Remedy.VOUCH_FOR_INVOICE,),
    )
