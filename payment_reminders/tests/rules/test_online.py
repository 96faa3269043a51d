from datetime import date

import pytest

from ...rules.calendar import Calendar
from ...rules.online import last_day, wait_days


def test_a_transfer_gets_more_days_than_a_card():
    assert wait_days("card") < wait_days("wire_transfer") == 5
    assert wait_days("a method of tomorrow") == 5
    assert wait_days("sepa_direct_debit") > 5


@pytest.mark.parametrize(
    ("since", "method", "last"),
    [
        # A Tuesday: five banking days on is the next one.
        (date(2026, 9, 15), "wire_transfer", date(2026, 9, 22)),
        (date(2026, 9, 15), "card", date(2026, 9, 17)),
        # Over Christmas banks in Denmark are closed.
        (date(2026, 12, 22), "card", date(2026, 12, 28)),
    ],
)
def test_days_on_which_banks_are_open_count(since, method, last):
    assert last_day(Calendar("DK"), since, method) == last
