"""Three reminders at normal intervals, or why there are none."""

import datetime as dt

import pytest

from ...rules import relief

FIRST = dt.date(2026, 1, 15)


def after(*days):
    return [FIRST + dt.timedelta(days=day) for day in days]


@pytest.mark.parametrize(
    ("days", "found"),
    [
        ((0, 14, 28), (0, 14, 28)),
        ((0, 10, 20), (0, 10, 20)),
        ((0, 62, 124), (0, 62, 124)),
        # The second came too soon, the fourth makes three.
        ((0, 9, 18, 30), (0, 18, 30)),
        # A gap begins anew.
        ((0, 63, 80, 100), (63, 80, 100)),
        ((40, 0, 20), (0, 20, 40)),
        ((0, 14, 28, 42, 56), (0, 14, 28)),
    ],
)
def test_three_in_a_row(days, found):
    assert relief.find_reminders(after(*days)) == relief.Relief(tuple(after(*found)))


@pytest.mark.parametrize(
    ("days", "reason", "between"),
    [
        ((), "too_few", ()),
        ((0, 14), "too_few", ()),
        ((0, 14, 23), "too_close", (14, 23)),
        ((0, 14, 77), "too_far", (14, 77)),
        ((0, 9, 18), "too_close", (0, 9)),
    ],
)
def test_no_three(days, reason, between):
    expected = relief.Relief((), reason, tuple(after(*between)))
    assert relief.find_reminders(after(*days)) == expected
