from decimal import Decimal as D

import pytest

from ...rules.trifle import FLOORS, is_trifle


@pytest.mark.parametrize(
    ("currency", "rest", "whole"),
    [
        ("DKK", "0.25", "1000.25"),
        ("SEK", "0.40", "500.40"),
        ("EUR", "0.02", "80.00"),
        ("NOK", "0.01", "1200.00"),
        ("EUR", "0.50", "4900"),  # a bank's charge
        ("USD", "2.80", "990"),  # lost in the exchange
        ("JPY", "60", "100000"),
        ("XYZ", "0.99", "10"),  # a currency that nobody listed
        ("DKK", "0.25", "0.25"),  # an invoice of nothing but a rounding
    ],
)
def test_a_rest_is_a_trifle(currency, rest, whole):
    assert is_trifle(currency, [(D(rest), D(whole))])


@pytest.mark.parametrize(
    ("currency", "rest", "whole"),
    [
        ("DKK", "50", "1000"),  # a part that was really left
        ("DKK", "25.01", "1000"),
        ("EUR", "3.01", "500"),
        ("EUR", "2", "2"),  # a small invoice, and nothing paid of it
        ("DKK", "12.50", "12.50"),
        ("JPY", "600", "1000"),
        ("XYZ", "1.01", "10"),
        ("EUR", "0", "10"),
    ],
)
def test_what_is_really_owed_is_none(currency, rest, whole):
    assert not is_trifle(currency, [(D(rest), D(whole))])


def test_rests_are_summed_and_a_whole_invoice_beside_them_counts():
    rests = [(D("2"), D("100"))] * 2
    assert not is_trifle("EUR", rests)
    assert is_trifle("EUR", [(D("0.10"), D("100"))] * 2)
    assert not is_trifle("EUR", [(D("0.10"), D("100")), (D("2"), D("2"))])


def test_what_the_company_calls_a_trifle():
    assert is_trifle("EUR", [(D("40"), D("40"))], limit=D("40"))
    assert not is_trifle("EUR", [(D("40.01"), D("100"))], limit=D("40"))


def test_no_floor_is_worth_more_than_a_small_invoice():
    assert all(D(1) <= floor <= D(5000) for floor in FLOORS.values())
