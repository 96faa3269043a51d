"""The moment that people read is the moment at which the sender may send."""

import datetime as dt

import pytest
import pytz
from hypothesis import given
from hypothesis import strategies as st

from ...rules.calendar import Calendar
from ...rules.lifecycle import Leaving, Waiting, Way, tell

COPENHAGEN = pytz.timezone("Europe/Copenhagen")
MINUTE = dt.timedelta(minutes=1)
AT = dt.datetime
moments = st.datetimes(AT(2024, 1, 1), AT(2029, 12, 31)).map(
    lambda moment: moment.replace(second=0, microsecond=0)
)
zones = st.sampled_from(
    ["Europe/Copenhagen", "America/Los_Angeles", "Asia/Tokyo", "UTC"]
).map(pytz.timezone)
calendars = st.builds(
    Calendar,
    country=st.sampled_from(["DK", "SE", "US", ""]),
    hour_from=st.sampled_from([0.0, 7.5, 8.0]),
    hour_to=st.sampled_from([9.25, 17.0, 24.0]),
    closed_days=st.frozensets(
        st.dates(dt.date(2024, 1, 1), dt.date(2029, 12, 31)), max_size=3
    ),
)


def may_leave(moment, calendar, zone):
    local = pytz.utc.localize(moment).astimezone(zone).replace(tzinfo=None)
    return calendar.is_sending_time(local)


@given(moments, calendars, zones)
def test_it_is_the_first_moment_at_which_the_sender_may_send(since, calendar, zone):
    first = calendar.first_moment(since, zone)
    assert first >= since
    assert may_leave(first, calendar, zone)
    assert first == since or not may_leave(first - MINUTE, calendar, zone)


@given(moments, calendars, zones, st.integers(0, 6 * 24 * 4))
def test_it_stays_the_same_until_it_has_come(since, calendar, zone, quarters):
    first = calendar.first_moment(since, zone)
    later = since + dt.timedelta(minutes=15 * quarters)
    if later <= first:
        assert not may_leave(later, calendar, zone) or later == first
        assert calendar.first_moment(later, zone) == first


@pytest.mark.parametrize(
    ("now", "moment"),
    [
        (AT(2026, 11, 27, 15, 59), AT(2026, 11, 27, 15, 59)),  # Friday, 16:59
        (AT(2026, 11, 27, 16, 0), AT(2026, 11, 30, 7, 0)),  # Friday, 17:00
        (AT(2026, 11, 28, 9, 0), AT(2026, 11, 30, 7, 0)),  # Saturday
        (AT(2026, 11, 29, 11, 0), AT(2026, 11, 30, 7, 0)),  # Sunday
        (AT(2026, 11, 30, 3, 0), AT(2026, 11, 30, 7, 0)),  # Monday, 04:00
        (AT(2026, 12, 23, 20, 0), AT(2026, 12, 28, 7, 0)),  # Christmas
        (AT(2026, 12, 30, 20, 0), AT(2027, 1, 4, 7, 0)),  # New Year
        (AT(2026, 3, 27, 20, 0), AT(2026, 3, 30, 6, 0)),  # summer time begins
        (AT(2026, 10, 23, 20, 0), AT(2026, 10, 26, 7, 0)),  # summer time ends
    ],
)
def test_nights_week_ends_and_holidays(now, moment):
    approved = Waiting("approved", None)
    told = tell(approved, now, Calendar("DK"), COPENHAGEN)
    assert told == Leaving(Way.ITSELF, moment)
    assert told.by_itself == moment


FRIDAY = AT(2026, 11, 27, 9, 0)
MONDAY = AT(2026, 11, 30, 7, 0)


@pytest.mark.parametrize(
    ("waiting", "told"),
    [
        (Waiting("sent", FRIDAY), Leaving(Way.LEFT)),
        (Waiting("sending", FRIDAY), Leaving(Way.LEAVING)),
        (Waiting("uncertain", FRIDAY), Leaving(Way.UNCERTAIN)),
        (Waiting("cancelled", FRIDAY), Leaving(Way.NEVER)),
        (Waiting("held", FRIDAY), Leaving(Way.HELD)),
        (
            Waiting("held", None, ("held",), is_held_by_person=True),
            Leaving(Way.HELD),
        ),
        (
            Waiting(
                "held", None, is_held_by_person=True, hold_end=dt.date(2026, 12, 1)
            ),
            Leaving(Way.HELD, hold_end=dt.date(2026, 12, 1)),
        ),
        (
            Waiting("held", None, ("no_recipient", "held")),
            Leaving(Way.BLOCKED, obstacle="no_recipient"),
        ),
        (
            Waiting("approved", None, ("no_recipient", "hold_window")),
            Leaving(Way.BLOCKED, obstacle="no_recipient"),
        ),
        (
            Waiting("proposed", None, ("not_approved", "send_brake")),
            Leaving(Way.BLOCKED, obstacle="send_brake"),
        ),
        (Waiting("approved", None, ("paid",)), Leaving(Way.NEVER, obstacle="paid")),
        (Waiting("proposed", None, ("not_approved",)), Leaving(Way.APPROVED, FRIDAY)),
        (
            Waiting("approved", AT(2026, 11, 28, 9, 0), ("hold_window",)),
            Leaving(Way.ITSELF, MONDAY),
        ),
        (
            # What stands in the way of the next notice is none of this one's.
            Waiting("approved", None, ("ladder_ended", "not_started", "")),
            Leaving(Way.ITSELF, FRIDAY),
        ),
        (Waiting("approved", None, by_letter=True), Leaving(Way.PRINTED, FRIDAY)),
    ],
)
def test_what_is_said_of_each(waiting, told):
    assert tell(waiting, FRIDAY, Calendar("DK"), COPENHAGEN) == told


def test_only_what_needs_nobody_leaves_by_itself():
    for way in Way:
        assert Leaving(way, FRIDAY).by_itself == (FRIDAY if way == Way.ITSELF else None)
