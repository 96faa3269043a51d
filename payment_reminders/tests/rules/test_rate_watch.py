"""Which reference rates are missing, which run out, and when people are told."""

import datetime as dt
from decimal import Decimal

import pytest

from ...rules import rate_watch, statute
from ...rules.interest import Rate, close_rates

DAY = dt.date
HALF, MONTH, CONSTANT = statute.HALF_YEAR, statute.MONTH, statute.CONSTANT


def make(*rows):
    return close_rates([Rate(day, Decimal(2), known=known) for day, known in rows])


UNREAD = make((DAY(2026, 1, 1), True), (DAY(2026, 7, 1), False))
READ = make((DAY(2026, 1, 1), True), (DAY(2026, 7, 1), True))


def test_the_last_day_of_which_a_rate_is_known():
    assert rate_watch.last_known(UNREAD, DAY(2026, 11, 29)) == DAY(2026, 6, 30)
    assert rate_watch.last_known(READ, DAY(2026, 11, 29)) == DAY(2026, 11, 29)
    assert rate_watch.last_known(READ, DAY(2027, 1, 2)) == DAY(2026, 12, 31)
    assert rate_watch.last_known((), DAY(2026, 11, 29)) is None


@pytest.mark.parametrize(
    ("rates", "on", "missing"),
    [
        (READ, DAY(2026, 12, 31), []),
        (READ, DAY(2027, 1, 1), [DAY(2027, 1, 1)]),
        (UNREAD, DAY(2026, 11, 29), [DAY(2026, 7, 1)]),
        # Entering the newest alone would bring no interest for a claim that is older.
        (UNREAD, DAY(2027, 1, 2), [DAY(2026, 7, 1), DAY(2027, 1, 1)]),
        (
            UNREAD,
            DAY(2029, 1, 2),
            [DAY(2028, 1, 1), DAY(2028, 7, 1), DAY(2029, 1, 1)],
        ),
        ((), DAY(2026, 11, 29), [DAY(2026, 7, 1)]),
    ],
)
def test_the_periods_that_are_missing(rates, on, missing):
    assert rate_watch.list_missing(rates, on) == missing


def test_a_series_of_months():
    rates = (
        Rate(DAY(2026, 9, 1), Decimal(9)),
        Rate(DAY(2026, 10, 1), Decimal(0), False),
    )
    assert rate_watch.list_missing(rates, DAY(2026, 11, 5), MONTH) == [
        DAY(2026, 10, 1),
        DAY(2026, 11, 1),
    ]
    assert rate_watch.next_period(DAY(2026, 1, 31), MONTH) == DAY(2026, 2, 1)
    assert rate_watch.next_period(DAY(2026, 12, 1), MONTH) == DAY(2027, 1, 1)


@pytest.mark.parametrize(
    ("day", "following"),
    [
        (DAY(2026, 1, 1), DAY(2026, 7, 1)),
        (DAY(2028, 6, 30), DAY(2028, 7, 1)),
        (DAY(2026, 7, 1), DAY(2027, 1, 1)),
        (DAY(2026, 12, 31), DAY(2027, 1, 1)),
    ],
)
def test_the_half_year_after_a_day(day, following):
    assert rate_watch.next_period(day) == following


def test_a_rate_that_runs_out():
    assert rate_watch.find_end(READ, DAY(2026, 11, 29)) == DAY(2026, 12, 31)
    assert rate_watch.find_end(UNREAD, DAY(2026, 11, 29)) is None
    assert (
        rate_watch.find_end((Rate(DAY(2000, 1, 1), Decimal(5)),), DAY(2026, 1, 1))
        is None
    )


def test_told_60_30_and_7_days_before_and_once_each():
    end = DAY(2026, 12, 31)
    since, told = None, []
    for number in range(120):
        on = DAY(2026, 10, 1) + dt.timedelta(days=number)
        if rate_watch.last_notice_day(on) <= (since or dt.date.min):
            continue
        if rate_watch.is_to_tell(end, HALF, since, on):
            told.append(on)
        since = on
    assert told == [DAY(2026, 11, 2), DAY(2026, 12, 2), DAY(2026, 12, 25)]


def test_who_comes_late_is_told_once():
    assert rate_watch.is_to_tell(DAY(2026, 12, 31), HALF, None, DAY(2026, 12, 20))
    assert not rate_watch.is_to_tell(
        DAY(2026, 12, 31), HALF, DAY(2026, 12, 20), DAY(2026, 12, 21)
    )
    assert not rate_watch.is_to_tell(DAY(2026, 12, 31), HALF, None, DAY(2026, 11, 1))
    assert not rate_watch.is_to_tell(DAY(2026, 12, 31), HALF, None, DAY(2027, 1, 1))
    assert not rate_watch.is_to_tell(
        DAY(2026, 12, 31), CONSTANT, None, DAY(2026, 12, 20)
    )
    assert rate_watch.is_near_end(DAY(2026, 11, 30), MONTH, DAY(2026, 11, 24))
    assert not rate_watch.is_near_end(DAY(2026, 11, 30), MONTH, DAY(2026, 11, 23))


@pytest.mark.parametrize(
    ("text", "percent"),
    [
        ("2", "2"),
        ("2.00", "2.00"),
        ("2,15", "2.15"),
        (" 1,75 % ", "1.75"),
        ("-0.35", "-0.35"),
        ("\N{MINUS SIGN}0,45", "-0.45"),
        ("0", "0"),
        ("12.25%", "12.25"),
    ],
)
def test_a_percent_that_was_typed(text, percent):
    assert rate_watch.parse_percent(text) == Decimal(percent)


@pytest.mark.parametrize(
    "text", ["", "two", "200", "1.234,5", "2.00 or so", "99", "-20", "2..0", "1e1"]
)
def test_what_is_no_percent(text):
    assert rate_watch.parse_percent(text) is None
