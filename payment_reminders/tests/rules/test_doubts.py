"""Which bank line may be a payment of which customer."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ...rules.doubt_keys import get_line_keys, get_wanted_keys
from ...rules.doubts import (
    BankLine,
    Expected,
    Fit,
    compose_text,
    find_fits,
    mentions,
    squeeze,
)

D = Decimal
DKK, EUR = 1, 2

EXPECTED = Expected(
    partner_id=7,
    partner_name="Nordlys ApS",
    references=frozenset({"INV/2026/00012", "12", "+71<000000001234>"}),
    accounts=frozenset({"DK5000400440116243"}),
    currency_id=DKK,
    amounts=frozenset({D("1000.00"), D("1100.00")}),
)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("INV/2026/00012", True),
        ("Betaling inv 2026 00012 tak", True),
        ("inv-2026-00012", True),
        ("INV202600012", True),
        ("RefINV/2026/00012/Nordlys", True),
        ("INV/2026/000123", False),
        ("INV/2026/0001", False),
        ("2INV/2026/00012", True),
        ("", False),
    ],
)
def test_invoice_number(text, named):
    assert mentions(text, "INV/2026/00012") is named


def test_a_number_is_no_part_of_a_longer_one():
    assert mentions("FIK 71 1234567", "1234567")
    assert not mentions("FIK 711234567", "1234567")
    assert not mentions("FIK 12345678", "1234567")


def test_a_reference_of_several_words_is_no_prefix_and_number():
    assert mentions("order for week 12", "Order for week 12")
    assert not mentions("order 12", "Order for week 12")


def test_a_short_reference_is_none():
    assert not mentions("12 pieces", "12")
    assert not mentions("anything", "")


@pytest.mark.parametrize(
    ("line", "fits"),
    [
        (BankLine(), ()),
        (BankLine(partner_id=7), (Fit.PARTNER,)),
        (BankLine(text="paying INV/2026/00012"), (Fit.REFERENCE,)),
        (BankLine(text="ref 71 000000001234"), (Fit.REFERENCE,)),
        (BankLine(account="DK50 0040 0440 1162 43"), (Fit.ACCOUNT,)),
        (BankLine(partner_name="NORDLYS APS"), (Fit.NAME,)),
        (BankLine(partner_name="Nordlys"), (Fit.NAME,)),
        (BankLine(partner_name="Nordly"), ()),
        (BankLine(amounts={DKK: D(1000)}), (Fit.AMOUNT,)),
        (BankLine(amounts={DKK: D("1100.00")}), (Fit.AMOUNT,)),
        (BankLine(amounts={EUR: D(1000)}), ()),
        (BankLine(amounts={EUR: D(134), DKK: D(1000)}), (Fit.AMOUNT,)),
        (BankLine(amounts={DKK: D("999.99")}), ()),
        (BankLine(partner_id=8, amounts={DKK: D(1000)}), ()),
        (BankLine(partner_id=8, partner_name="Nordlys ApS"), ()),
        (BankLine(partner_id=8, text="INV/2026/00012"), (Fit.REFERENCE,)),
        (
            BankLine(partner_id=7, text="INV/2026/00012", amounts={DKK: D(1000)}),
            (Fit.PARTNER, Fit.REFERENCE),
        ),
    ],
)
def test_fits(line, fits):
    assert find_fits(line, EXPECTED) == fits


def test_tolerance():
    line = BankLine(amounts={DKK: D("995.00")})
    assert find_fits(line, EXPECTED, D("5")) == (Fit.AMOUNT,)
    assert find_fits(line, EXPECTED, D("4.99")) == ()


def test_a_customer_without_a_name_fits_no_nameless_line():
    assert find_fits(BankLine(), replace(EXPECTED, partner_name="")) == ()


@given(st.decimals(0, 2000, places=2), st.decimals(0, 50, places=2), st.integers(0, 50))
def test_a_wider_tolerance_finds_no_less(amount, tolerance, more):
    line = BankLine(amounts={DKK: amount})
    if find_fits(line, EXPECTED, tolerance):
        assert find_fits(line, EXPECTED, tolerance + more)


@given(st.text(), st.text(alphabet="ABC123/-. ", min_size=4))
def test_any_text_is_read(text, reference):
    found = mentions(text, reference)
    assert not found or len(squeeze(reference)) >= 4


@given(st.text(alphabet="ABC123/-. RF", min_size=4))
def test_a_reference_names_itself(reference):
    assert mentions(f"x {reference} x", reference) is (len(squeeze(reference)) >= 4)


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("Customer 17", True),
        ("CUSTOMER 17 APS", True),
        ("Customer 17, Havnegade 2", True),
        ("Customer 170", False),
        ("Customer 1", False),
        ("Customer 1 ApS", False),
    ],
)
def test_a_number_in_a_name_is_no_longer_one(written, same):
    line = BankLine(partner_name=written)
    expected = replace(EXPECTED, partner_name="Customer 17 ApS")
    assert find_fits(line, expected) == ((Fit.NAME,) if same else ())


def test_a_reference_of_words_is_there_as_words():
    assert mentions("Betaling site Anna, tak", "Site Anna")
    assert mentions("BETALING SITE ANNA", "Site Anna")
    assert not mentions("Website Annanas", "Site Anna")
    assert not mentions("Anna for the site", "Site Anna")


def test_a_text_is_all_that_the_bank_passed_on():
    text = compose_text(
        "CREDIT",
        "<p>M&uuml;ller &amp; S&oslash;n</p>",
        '{"b": ["INV/2026/", "00012"], "a": {"x": 7}, "c": null, "d": true}',
    )
    assert text.split() == "CREDIT Müller & Søn 7 INV/2026/ 00012".split()
    assert mentions(text, "INV/2026/00012")


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("DK50 0040 0440 1162 43", True),
        ("0040 0440116243", True),
        ("40-0440116243", True),
        ("00000400440116243", True),
        ("SE50 0040 0440 1162 43", False),
        ("0040 0440116244", False),
        ("0440116243", False),
        ("", False),
        ("000", False),
    ],
)
def test_an_account_with_and_without_its_country(written, same):
    expected = replace(EXPECTED, accounts=frozenset({"DK5000400440116243", "0"}))
    line = BankLine(account=written)
    assert find_fits(line, expected) == ((Fit.ACCOUNT,) if same else ())
    if same:
        assert get_line_keys(line) & get_wanted_keys(expected)
