"""What is sent is the same bytes for the same facts."""

import json
from datetime import date
from decimal import Decimal

import pytest

from ...wire import (
    digest,
    make_body,
    make_date,
    make_registration,
)


def make(**more):
    values = {
        "account": "a",
        "creditor": "c",
        "start_with": "reminder",
        "customer": {
            "name": "Björkdalens Bygg AB",
            "id_number": "5999992471",
            "is_company": True,
            "email": "",
            "address": {"address_line_1": "Storgatan 5", "address_line_2": None},
        },
        "debt": {
            "invoice_number": "INV/1",
            "debt_description": "Konsultarvode",
            "capital_to_claim": Decimal("12500"),
        },
        "invoice_date": date(2026, 8, 3),
        "due_date": date(2026, 9, 2),
        **more,
    }
    return make_registration(**values)


def test_the_same_facts_are_the_same_bytes():
    one = make_body({"b": [1, {"d": Decimal("2"), "c": "å"}], "a": None})
    other = make_body({"a": None, "b": [1, {"c": "å", "d": Decimal("2.00")}]})
    assert one == other == '{"a":null,"b":[1,{"c":"å","d":2.00}]}'.encode()
    assert digest(one) == digest(other)


@pytest.mark.parametrize(
    ("amount", "written"),
    [("0.1", "0.10"), ("12500", "12500.00"), ("1.005", "1.01"), ("1E+3", "1000.00")],
)
def test_amounts_have_two_decimals(amount, written):
    assert make_body({"a": Decimal(amount)}) == f'{{"a":{written}}}'.encode()


def test_a_float_is_refused():
    with pytest.raises(TypeError):
        make_body({"a": 0.1})


def test_days_are_written_as_documented():
    assert make_date(date(2026, 8, 3)) == "Mon, 03 Aug 2026 00:00:00 GMT"


def test_a_registration_is_as_documented():
    made = json.loads(make_body(make()))
    [debt] = made["debts"]
    assert debt == {
        "invoice_number": "INV/1",
        "debt_description": "Konsultarvode",
        "invoice_date": "Mon, 03 Aug 2026 00:00:00 GMT",
        "invoice_due_days_after_invoice_date": 30,
        "capital_to_claim": 12500.0,
    }
    assert made["currency"] == "SEK"
    assert made["first_action"] == "reminder"
    # What is not known is left out, not sent empty.
    assert made["customer"] == {
        "name": "Björkdalens Bygg AB",
        "id_number": "5999992471",
        "is_company": True,
        "address": {"address_line_1": "Storgatan 5"},
    }


def test_what_was_claimed_before_goes_along():
    day = date(2026, 9, 14)
    made = make(fees={"reminder": (Decimal("60"), day), "interest": (Decimal(0), day)})
    assert made["debts"][0]["fees_already_claimed"] == {
        "reminder": {
            "amount": Decimal("60"),
            "fee_registration_date": "Mon, 14 Sep 2026 00:00:00 GMT",
        }
    }
