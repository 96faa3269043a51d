"""What gateways tell, by table."""

from datetime import datetime

import pytest

from ...wire import (
    DELIVERED,
    FAILED,
    UNDER_WAY,
    is_news,
    make_number,
    read_moment,
    strip_keyword,
)

EARLY, LATE = datetime(2026, 9, 15, 8, 0), datetime(2026, 9, 15, 8, 5)


@pytest.mark.parametrize(
    ("known", "known_at", "state", "at", "counts"),
    [
        (None, None, UNDER_WAY, EARLY, True),
        (UNDER_WAY, EARLY, DELIVERED, LATE, True),
        (UNDER_WAY, EARLY, FAILED, None, True),
        # Twice.
        (DELIVERED, EARLY, DELIVERED, EARLY, False),
        # Out of order: what is under way cannot follow what is final.
        (DELIVERED, EARLY, UNDER_WAY, LATE, False),
        (FAILED, EARLY, UNDER_WAY, LATE, False),
        # A later final state corrects an earlier one, an earlier one does not.
        (FAILED, EARLY, DELIVERED, LATE, True),
        (DELIVERED, LATE, FAILED, EARLY, False),
        (DELIVERED, None, FAILED, LATE, False),
        (UNDER_WAY, LATE, DELIVERED, EARLY, False),
    ],
)
def test_reports_only_go_forward(known, known_at, state, at, counts):
    assert is_news(known, known_at, state, at) is counts


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("+4520123456", "+4520123456"),
        (4520123456, "+4520123456"),
        ("004520123456", "+4520123456"),
        ("46 70-123 45 67", "+46701234567"),
        ("Bank", ""),
        ("1204", ""),
        ("", ""),
        (None, ""),
        ("+45201234569999999", ""),
        ("٠١٢٣٤٥٦٧٨٩", ""),
    ],
)
def test_senders(written, number):
    assert make_number(written) == number


def test_a_keyword_is_no_part_of_what_somebody_says():
    assert strip_keyword("FAKTURA  jeg har betalt", "faktura") == "jeg har betalt"
    assert strip_keyword("fakturaen er betalt", "faktura") == "fakturaen er betalt"
    assert strip_keyword(" STOP ", "") == "STOP"
    assert strip_keyword("faktura", "Faktura") == ""


def test_moments():
    noon = datetime(2026, 9, 15, 12, 0)
    assert read_moment("2026-09-15T14:00:00+02:00") == noon
    assert read_moment("2026-09-15T12:00:00.123456") == noon
    assert read_moment("2026-09-15T12:00:00Z") == noon
    assert read_moment(1789473600) == read_moment("1789473600")
    for nonsense in ("yesterday", "", None, "9" * 30, [], {}):
        assert read_moment(nonsense) is None
