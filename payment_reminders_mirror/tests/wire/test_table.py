from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ...wire.table import (
    FileError,
    Reason,
    Target,
    guess_targets,
    read_amount,
    read_date,
    read_rows,
    read_table,
)

FILES = Path(__file__).parents[1] / "files"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-30", date(2026, 11, 30)),
        ("20261130", date(2026, 11, 30)),
        ("30-11-2026", date(2026, 11, 30)),
        ("30.11.2026", date(2026, 11, 30)),
        ("1/2/2026", date(2026, 2, 1)),
        ("2026-11-30 00:00:00", date(2026, 11, 30)),
        ("11/30/2026", None),
        ("31-02-2026", None),
        ("30-11-26", None),
        ("i morgen", None),
        ("", None),
    ],
)
def test_days(text, day):
    assert read_date(text) == day


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1 234,56", "1234.56"),
        ("1\u00a0234,5", "1234.5"),
        ("1234", "1234"),
        ("1.234", "1234"),
        ("1.234.567", "1234567"),
        ("1.234.567,89", "1234567.89"),
        ("0,50", "0.50"),
        ("-250,00", "-250"),
        ("250,00-", "-250"),
        ("\u2212250,00", "-250"),
        ("1.000,00 kr.", "1000"),
        ("DKK 99", "99"),
        ("1,234", None),
        ("12.34.567", None),
        ("1,2,3.4", None),
        ("NaN", None),
        ("1e5", None),
        ("", None),
        ("-", None),
        ("٣", None),
    ],
)
def test_amounts(text, amount):
    assert read_amount(text) == (None if amount is None else Decimal(amount))


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_amounts_as_danes_and_swedes_write_them(amount):
    english = f"{amount:,.2f}"
    danish = english.translate(str.maketrans(",.", ".,"))
    assert read_amount(danish) == read_amount(english) == amount
    assert read_amount(danish.replace(".", " ")) == amount


@given(st.binary(max_size=300))
def test_no_file_breaks_it(content):
    try:
        table = read_table(content)
    except FileError:
        return
    read_rows(table, guess_targets(table.columns), "DKK")


def read(name):
    table = read_table((FILES / name).read_bytes())
    return table, guess_targets(table.columns)


def test_a_danish_file():
    table, targets = read("aabne_fakturaer.csv")
    assert set(targets.values()) == set(Target)
    rows = read_rows(table, targets, "DKK")
    assert [row.number for row in rows if not row.reasons] == [
        "20101", "20102", "20103", "20104",
    ]  # fmt: skip
    assert rows[0].customer_name == "Havnens Smørrebrød ApS"
    assert (rows[0].date_due, rows[0].residual) == (date(2026, 8, 31), Decimal("12500"))
    assert rows[3].residual == Decimal("-750")
    assert {(row.line, *row.reasons) for row in rows if row.reasons} == {
        (6, (Reason.BAD_DATE, "31-02-2026")),
        (7, (Reason.NO_CUSTOMER, "")),
        (8, (Reason.TWICE, "20107")),
        (9, (Reason.TWICE, "20107")),
        (10, (Reason.BAD_AMOUNT, "1,250")),
    }


def test_a_swedish_file():
    table, targets = read("obetalda_fakturor.csv")
    rows = read_rows(table, targets, "SEK")
    assert [row.number for row in rows] == ["5001", "5002", "5003"]
    assert not any(row.reasons for row in rows)
    assert rows[1].customer_name == "Ångermans Åkeri AB"
    assert (rows[1].amount, rows[1].residual) == (Decimal("18750.50"), Decimal(8750))
    assert rows[2].date_due is None


@pytest.mark.parametrize("content", [b"", b"a;b;c\n", b"\n\n", b"PK\0\0"])
def test_what_is_no_list(content):
    with pytest.raises(FileError):
        read_table(content)
