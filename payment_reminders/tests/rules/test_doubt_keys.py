"""A lookup by keys finds whatever fits, and few of what does not."""

import random
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ...rules import doubt_keys, doubts
from ...rules.doubts import BankLine, Expected, OpenItem, find_fits
from . import test_doubts_forms as forms
from .test_doubts import DKK, EXPECTED

TOLERANCE = Decimal("0.50")
REFERENCES = st.text(alphabet="ABRF0126/-. +\n", min_size=1, max_size=14)


def is_found(line, expected, tolerance=TOLERANCE):
    return bool(doubt_keys.Heap([line]).find(expected, tolerance))


def shares_key(line, expected):
    """Tell whether the database would hand this line over."""
    return (
        bool(doubt_keys.get_line_keys(line) & doubt_keys.get_wanted_keys(expected))
        or line.partner_id in expected.get_partners()
        or any(
            least <= line.amounts.get(expected.currency_id, -1) <= most
            for least, most in doubt_keys.get_ranges(expected, TOLERANCE)
        )
    )


@pytest.mark.parametrize("seed", range(3))
def test_every_form_of_a_payment_has_a_key(seed):
    rng = random.Random(seed)
    for number in range(forms.COUNT):
        make, _fit = forms.FORMS[number % len(forms.FORMS)]
        line, expected, fits = forms.judge(rng, make)
        assert fits and shares_key(line, expected), (line, expected)
        assert is_found(line, expected)


@given(REFERENCES, REFERENCES, st.text(alphabet="AB0126/-. \n", max_size=5))
def test_a_text_that_names_a_reference_has_its_key(reference, text, glue):
    for whole in (text, f"{text}{glue}{reference}{glue}{text}"):
        if doubts.mentions(whole, reference):
            keys = doubt_keys.get_line_keys(BankLine(text=whole))
            assert keys & doubt_keys.get_reference_keys(reference)


@given(
    st.text(alphabet="abøüße &/.1", max_size=24),
    st.text(alphabet="abøüße &/.1", max_size=24),
    st.text(alphabet=" 12ab", max_size=4),
)
def test_a_name_that_is_the_same_has_its_key(name, other, more):
    expected = Expected(partner_id=7, partner_name=name)
    for line in (
        BankLine(partner_name=other),
        BankLine(partner_name=name + more),
        BankLine(partner_name=name[: len(name) - len(more)]),
        BankLine(text=f"{other} {name} {more}"),
    ):
        if find_fits(line, expected):
            assert shares_key(line, expected)


@given(
    st.lists(st.integers(1, 9999), min_size=1, max_size=10),
    st.integers(0, 9999),
    st.integers(1, 30),
)
def test_a_sum_that_fits_lies_in_a_range(amounts, paid, day):
    items = tuple(
        OpenItem(Decimal(n), Decimal(n) * Decimal("0.9"), date(2026, 9, 1 + n % 28))
        for n in amounts
    )
    expected = Expected(partner_id=7, currency_id=DKK, items=items)
    line = BankLine(amounts={DKK: Decimal(paid)}, day=date(2026, 9, day))
    if find_fits(line, expected, TOLERANCE):
        assert shares_key(line, expected)


@pytest.mark.long
def test_of_twenty_thousand_lines_few_are_looked_at():
    rng = random.Random(5)
    lines = [
        BankLine(
            partner_name=f"Customer {number}",
            text=f"CREDIT 2026-09-{number % 28 + 1:02} INV/2026/{number + 100:05} "
            f"ref {rng.randint(10**6, 10**9)}",
            amounts={DKK: Decimal(rng.randint(10**6, 10**9)) / 100},
        )
        for number in range(20_000)
    ]
    expected = replace(
        EXPECTED,
        references=frozenset({"INV/2026/00012", "RF471234567"}),
        partner_name="Customer 12",
    )
    found = [line for line in lines if shares_key(line, expected)]
    assert len(found) < 200
    assert [position for position, _ in doubt_keys.Heap(lines).find(expected)] == [12]


def is_like(text, pattern):
    """Tell whether a text is LIKE a pattern of nothing but plain signs and %."""
    return bool(re.fullmatch(pattern.replace("%", ".*"), text, re.DOTALL))


@given(REFERENCES, REFERENCES, st.text(alphabet="AB0126/-. \n", max_size=5))
def test_a_text_that_names_a_number_is_like_it(reference, text, glue):
    if doubts.is_wordy(reference):
        return
    for whole in (text, f"{text}{glue}{reference}{glue}{text}"):
        if doubts.mentions(whole, reference):
            patterns = doubt_keys.get_like_patterns(reference)
            assert any(is_like(whole.upper(), pattern) for pattern in patterns)
