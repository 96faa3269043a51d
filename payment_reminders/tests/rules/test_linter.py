"""What a ladder breaks: every rule of every law that ships."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ...rules import linter
from ...rules.linter import ERROR, WARNING, Ladder, Step
from .law_data import STATUTES
from .linter_cases import BOTH, REFUSED, WARNED, final, reminder

D = Decimal
ON = dt.date(2026, 11, 22)


def find(code, *steps, debtors=BOTH):
    """Return {(level, code, step)} of a ladder by the law of a country."""
    breaches = linter.lint(Ladder(steps, debtors), STATUTES[code], ON)
    return {(breach.level, breach.code, breach.step) for breach in breaches}


# -- ladders that are in order ---------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "steps"),
    [
        (
            "DK",
            [
                Step("nudge", -3),
                reminder(5, 100),
                reminder(16, 100, charge_compensation=True),
                final(27, 100, deadline_days=10, charge_interest=True),
            ],
        ),
        ("DK", [reminder(5), reminder(16), final(27)]),
        ("DK", [reminder(5, 0), reminder(16, 100), reminder(27, 100), final(38, 100)]),
        ("DK", [final(1, 0, deadline_days=10)]),
        ("SE", [reminder(5, 0), final(20, 180, deadline_days=8)]),
        ("NO", [reminder(14, 35, deadline_days=14), final(29, 38, deadline_days=14)]),
        ("FI", [reminder(14, 5, deadline_days=14), final(28, 5, deadline_days=14)]),
        ("FI", [reminder(14), final(28)]),
        ("DE", [reminder(5, 0), reminder(15, 0), final(25, 0)]),
        ("NL", [reminder(5, 0), final(20, 0, deadline_days=14)]),
        ("NL", [final(5, 0), final(25, 40)]),
        ("EU", [reminder(5, 0), final(20, 0, deadline_days=7)]),
    ],
)
def test_a_ladder_in_order(code, steps):
    found = find(code, *steps)
    if code == "NO":  # What is announced for 2027 is told, and breaks nothing yet.
        found -= {(WARNING, "notice_signalled", len(steps) - 1)}
    assert found == set()


# -- errors ----------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "steps", "debtors", "breach", "step"), REFUSED)
def test_refused(code, steps, debtors, breach, step):
    assert (ERROR, breach, step) in find(code, *steps, debtors=debtors)


# -- doubts ----------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "steps", "debtors", "breach", "step"), WARNED)
def test_warned(code, steps, debtors, breach, step):
    assert (WARNING, breach, step) in find(code, *steps, debtors=debtors)


def test_no_fee_before_the_law_knew_one():
    statute = STATUTES["FI"]
    ladder = Ladder((reminder(14, 5),), ("company",))
    (breach,) = linter.lint(ladder, statute, dt.date(2020, 1, 1))
    assert (breach.level, breach.code) == (ERROR, "no_fee")


def test_no_lump_sum_before_the_law_knew_one():
    ladder = Ladder((reminder(14, 0, charge_compensation=True),))
    (breach,) = linter.lint(ladder, STATUTES["DE"], dt.date(2014, 1, 1))
    assert (breach.level, breach.code) == (WARNING, "no_compensation")


def test_figures_and_paragraph_go_with_a_breach():
    ladder = Ladder((reminder(5, 150),))
    (breach,) = linter.lint(ladder, STATUTES["DK"], ON)
    assert breach.params == {"fee": D(150), "cap": D(100)}
    assert breach.source == "Renteloven § 9 b"


def test_figures_of_the_days_and_the_number():
    steps = reminder(14, 38, deadline_days=20), reminder(30, 38), final(50, 38)
    breaches = linter.lint(Ladder(steps), STATUTES["NO"], ON)
    params = {(breach.step, breach.code): breach.params for breach in breaches}
    assert params == {
        (1, "fee_deadline_running"): {"gap": 16, "deadline": 20},
        (2, "fee_count"): {"number": 3, "max": 2},
        (2, "notice_signalled"): {"day": dt.date(2027, 1, 1)},
    }


def test_different_kinds_are_counted_apart_where_the_law_says_so():
    found = find("SE", reminder(5, 60), final(20, 180, deadline_days=8))
    assert found == {(WARNING, "fee_agreement", 0)}


def test_a_rule_is_told_once_a_step_and_as_an_error_if_it_is_one():
    found = find("FI", reminder(13, 6))
    assert found == {(ERROR, "fee_over_cap", 0), (ERROR, "fee_too_early", 0)}


def test_every_breach_of_a_ladder_is_told():
    found = find(
        "DK",
        reminder(5, 150),
        reminder(8, 150),
        final(12, 150, deadline_days=3, charge_interest=True, extra_margin=D(5)),
    )
    assert found == {
        (ERROR, "fee_over_cap", 0),
        (ERROR, "fee_over_cap", 1),
        (ERROR, "fee_spacing", 1),
        (ERROR, "fee_over_cap", 2),
        (ERROR, "fee_spacing", 2),
        (ERROR, "deadline_short", 2),
        (ERROR, "interest_margin_person", 2),
        (WARNING, "interest_margin_agreed", 2),
    }


steps = st.lists(
    st.builds(
        Step,
        st.sampled_from(["nudge", "reminder", "final_notice"]),
        st.integers(-10, 60),
        st.sampled_from(["due_date", "previous_step"]),
        st.none() | st.decimals(0, 200, places=0),
        st.booleans(),
        st.decimals(0, 3, places=1),
        st.booleans(),
        st.none() | st.integers(0, 30),
    ),
    max_size=6,
)


@given(
    st.sampled_from(sorted(STATUTES)),
    steps,
    st.sampled_from([BOTH, ("person",), ("company",)]),
)
def test_any_ladder_can_be_checked(code, ladder, debtors):
    for breach in linter.lint(Ladder(tuple(ladder), debtors), STATUTES[code], ON):
        assert breach.code in linter.CODES
        assert breach.level in (ERROR, WARNING)
        assert 0 <= breach.step < len(ladder)
