"""What a content looks like, by table."""

import json
from datetime import date
from decimal import Decimal

import pytest

from ...wire import (
    Money,
    Receiver,
    choose_type,
    clean_vat,
    find_receiver,
    make_content,
)
from ...wire.body import has_check_digit

COMPANY = Receiver("vat", "SE599999247101")
PERSON = Receiver("email", "anna@exempel.example")
DAY = date(2026, 10, 5)
MONEY = Money("5050-1055", Decimal("12560"), date(2026, 10, 15), "20261000317")


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("SE599999247101", "SE599999247101"),
        ("se 599999-2471 01", "SE599999247101"),
        ("SE599999247102", ""),
        ("DK12345674", ""),
        ("599999-2471", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_vat_numbers(written, number):
    assert clean_vat(written) == number


def test_receivers():
    assert find_receiver("SE599999247101") == COMPANY
    assert find_receiver("email:anna@exempel.example") == PERSON


@pytest.mark.parametrize(
    ("kind", "receiver", "is_demand", "content_type"),
    [
        ("nudge", PERSON, False, "letter"),
        ("nudge", COMPANY, True, "letter"),
        ("reminder", PERSON, True, "invoice.reminder"),
        ("final_notice", PERSON, False, "invoice.reminder"),
        ("final_notice", PERSON, True, "invoice.debtcollection"),
        ("reminder", COMPANY, False, "invoice"),
        ("final_notice", COMPANY, True, "invoice"),
    ],
)
def test_types(kind, receiver, is_demand, content_type):
    assert choose_type(kind, receiver, is_demand) == content_type


@pytest.mark.parametrize(
    ("reference", "is_ocr"),
    [
        ("18", True),
        ("1234566", True),
        ("1234567", False),
        ("20261000317", True),
        ("INV/2026/1", False),
        ("0", False),
        ("", False),
        ("１８", False),
    ],
)
def test_ocr_numbers(reference, is_ocr):
    assert has_check_digit(reference) is is_ocr


def test_a_content_that_can_be_paid():
    raw = make_content(
        PERSON,
        "Betalningspåminnelse",
        "invoice.reminder",
        DAY,
        [("a.pdf", b"%")],
        MONEY,
    )
    content = json.loads(raw)
    assert content["email"] == "anna@exempel.example"
    [option] = content["payment_multiple_options"]["options"]
    assert option == {
        "due_date": "2026-10-15",
        "amount": "12560.00",
        "type": "SE_OCR",
        "reference": "20261000317",
    }
    assert "påminnelse".encode() in raw


def test_the_same_is_always_the_same_bytes():
    values = (COMPANY, "A" * 50, "invoice", DAY, [("a.pdf", b"%PDF")], MONEY)
    assert make_content(*values) == make_content(*values)
    assert len(json.loads(make_content(*values))["subject"]) == 30


@pytest.mark.parametrize(
    "changed",
    [{"account": ""}, {"reference": ""}, {"amount": Decimal("0.99")}],
)
def test_what_cannot_be_paid(changed):
    money = Money(
        **{
            "account": "5050-1055",
            "amount": Decimal(5),
            "due": DAY,
            "reference": "18",
            **changed,
        }
    )
    raw = make_content(COMPANY, "A", "invoice", DAY, [], money)
    assert "payment_multiple_options" not in json.loads(raw)
