"""Banking days, business days, sending hours and deadlines."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ...rules.calendar import Calendar, CalendarError

DAY = dt.date
DENMARK = Calendar("DK")
days = st.dates(DAY(2013, 1, 1), DAY(2035, 12, 31))
countries = st.sampled_from(["", "DK", "SE", "NO", "FI", "DE", "NL", "XX"])


@pytest.mark.parametrize(
    ("country", "day", "is_open"),
    [
        ("DK", DAY(2023, 5, 5), False),  # Great Prayer Day, the last one
        ("DK", DAY(2024, 4, 26), True),  # ordinary since
        ("DK", DAY(2026, 4, 2), False),  # Maundy Thursday
        ("DK", DAY(2026, 5, 1), True),
        ("DK", DAY(2026, 5, 14), False),  # Ascension Day
        ("DK", DAY(2026, 5, 15), False),  # the Friday after it
        ("DK", DAY(2026, 6, 5), False),
        ("DK", DAY(2026, 12, 24), False),
        ("DK", DAY(2026, 12, 31), False),
        ("DK", DAY(2027, 1, 1), False),
        ("SE", DAY(2026, 6, 19), False),  # Midsummer Eve
        ("SE", DAY(2026, 12, 24), False),
        ("SE", DAY(2026, 4, 2), True),
        ("NO", DAY(2027, 5, 17), False),
        ("NO", DAY(2026, 12, 24), False),
        ("FI", DAY(2026, 6, 19), False),
        ("FI", DAY(2026, 12, 31), True),
        ("DE", DAY(2026, 10, 3), False),
        ("DE", DAY(2026, 1, 6), True),
        ("NL", DAY(2026, 4, 27), False),
        ("GB", DAY(2027, 12, 27), False),  # for Saturday the 25th
        ("GB", DAY(2027, 12, 28), False),  # for Sunday the 26th
        ("GB", DAY(2027, 12, 29), True),
        ("GB", DAY(2028, 1, 3), False),
        ("IE", DAY(2026, 12, 28), True),  # by law none moves
        ("US", DAY(2027, 7, 5), False),
        ("US", DAY(2027, 12, 31), False),  # for Saturday, New Year's Day
        ("US", DAY(2027, 7, 6), True),
        ("CA", DAY(2027, 12, 27), False),
        ("NZ", DAY(2027, 4, 26), False),
        ("LV", DAY(2028, 11, 20), False),
        ("JP", DAY(2026, 5, 6), False),
        # Here a holiday on a weekend is lost.
        ("DK", DAY(2027, 12, 27), True),
        ("DE", DAY(2027, 12, 27), True),
        ("SE", DAY(2027, 12, 27), True),
        ("NO", DAY(2027, 12, 27), True),
        ("NL", DAY(2026, 5, 1), False),  # closing day of euro payments
        ("XX", DAY(2026, 12, 25), True),
        ("", DAY(2026, 12, 25), True),
        ("", DAY(2026, 12, 26), False),  # a Saturday
    ],
)
def test_banking_days(country, day, is_open):
    assert Calendar(country).is_banking_day(day) is is_open


def test_part_of_a_country():
    assert not Calendar("DE", "BY").is_banking_day(DAY(2026, 1, 6))
    assert Calendar("DE", "nowhere").is_banking_day(DAY(2026, 1, 6))


def test_closed_days_stop_sending_and_not_the_banks():
    calendar = Calendar("DK", closed_days=frozenset({DAY(2026, 7, 13)}))
    assert calendar.is_banking_day(DAY(2026, 7, 13))
    assert not calendar.is_business_day(DAY(2026, 7, 13))
    assert calendar.next_business_day(DAY(2026, 7, 11)) == DAY(2026, 7, 14)


def test_over_christmas():
    assert DENMARK.next_banking_day(DAY(2026, 12, 24)) == DAY(2026, 12, 28)
    assert DENMARK.add_banking_days(DAY(2026, 12, 23), 1) == DAY(2026, 12, 28)
    assert DENMARK.add_banking_days(DAY(2026, 12, 26), 0) == DAY(2026, 12, 28)
    assert DENMARK.add_banking_days(DAY(2026, 12, 28), 0) == DAY(2026, 12, 28)
    with pytest.raises(CalendarError, match="negative_days"):
        DENMARK.add_banking_days(DAY(2026, 12, 23), -1)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-20 10:00", "2026-11-20 10:00"),
        ("2026-11-20 07:59", "2026-11-20 08:30"),
        ("2026-11-20 17:00", "2026-11-23 08:30"),
        ("2026-11-20 17:00:30", "2026-11-23 08:30"),
        ("2026-11-20 08:29:30", "2026-11-20 08:30"),
        ("2026-11-21 10:00", "2026-11-23 08:30"),
        ("2026-12-23 18:00", "2026-12-28 08:30"),
    ],
)
def test_next_sending_time(moment, expected):
    calendar = Calendar("DK", hour_from=8.5, hour_to=17)
    local = dt.datetime.fromisoformat(moment)
    sending = calendar.next_sending_time(local)
    assert sending == dt.datetime.fromisoformat(expected)
    assert calendar.is_sending_time(sending)
    assert calendar.is_sending_time(local) is (local == sending)


def test_round_the_clock():
    calendar = Calendar(hour_from=0, hour_to=24)
    assert calendar.is_sending_time(dt.datetime(2026, 11, 20, 23, 59, 59))


@pytest.mark.parametrize("hours", [(9, 9), (17, 8), (-1, 8), (8, 25)])
def test_hours_that_leave_no_time(hours):
    with pytest.raises(CalendarError) as caught:
        Calendar("DK", hour_from=hours[0], hour_to=hours[1])
    assert caught.value.code == "hours"


def test_due_date_on_a_saturday():
    saturday = DAY(2026, 5, 9)
    assert DENMARK.effective_due_date(saturday, "shift") == DAY(2026, 5, 11)
    assert DENMARK.effective_due_date(saturday, "ignore") == saturday


@pytest.mark.parametrize(
    ("country", "sent_on", "kwargs", "expected"),
    [
        ("DK", DAY(2026, 11, 20), {"days": 10}, DAY(2026, 11, 30)),
        ("DK", DAY(2026, 11, 18), {"days": 10}, DAY(2026, 11, 30)),  # Saturday 28th
        ("DK", DAY(2026, 12, 14), {"days": 10}, DAY(2026, 12, 28)),  # Christmas Eve
        ("DK", DAY(2026, 11, 16), {"days": 10, "post_days": 3}, DAY(2026, 11, 30)),
        ("SE", DAY(2026, 11, 16), {"days": 8, "banking_days": 4}, DAY(2026, 11, 24)),
        (
            "SE",
            DAY(2026, 11, 16),
            {"days": 2, "banking_days": 4, "post_days": 3},
            DAY(2026, 11, 25),
        ),
        (
            "SE",
            DAY(2026, 12, 18),
            {"days": 8, "banking_days": 4, "post_days": 3},
            DAY(2026, 12, 29),
        ),
    ],
)
def test_deadline(country, sent_on, kwargs, expected):
    assert Calendar(country).deadline(sent_on, **kwargs) == expected


@given(countries, days, st.integers(0, 30), st.integers(0, 6), st.integers(0, 5))
def test_deadline_is_never_shorter_and_never_on_a_closed_day(
    country, sent_on, length, banking_days, post_days
):
    calendar = Calendar(country)
    deadline = calendar.deadline(
        sent_on, length, banking_days=banking_days, post_days=post_days
    )
    assert deadline >= sent_on + dt.timedelta(length + post_days)
    assert calendar.is_banking_day(deadline)


@given(countries, days, st.integers(0, 40))
def test_adding_banking_days_counts_them(country, day, n):
    calendar = Calendar(country)
    end = calendar.add_banking_days(day, n)
    between = [
        one
        for one in (day + dt.timedelta(k) for k in range(1, (end - day).days + 1))
        if calendar.is_banking_day(one)
    ]
    if n:
        assert len(between) == n
    assert calendar.is_banking_day(end)


@given(countries, st.datetimes(dt.datetime(2013, 1, 1), dt.datetime(2035, 1, 1)))
def test_next_sending_time_is_the_first_one(country, local):
    calendar = Calendar(country)
    sending = calendar.next_sending_time(local)
    assert sending >= local
    assert calendar.is_sending_time(sending)
    assert calendar.next_sending_time(sending) == sending
