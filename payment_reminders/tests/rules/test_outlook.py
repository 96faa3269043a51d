"""What stands in the way of the next notice, in the order in which it is read."""

from datetime import datetime, timedelta

import pytest

from ...rules.guard import Situation, find_obstacles

NOW = datetime(2026, 9, 15, 8)
LATER = NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("situation", "codes"),
    [
        (Situation(), ()),
        (Situation(has_ladder=False), ("no_ladder",)),
        (Situation(ladder_ended=True), ("ladder_ended",)),
        (Situation(case_codes=("snoozed", "open_query")), ("open_query", "snoozed")),
        (Situation(notice_state="proposed"), ("not_approved",)),
        (
            Situation(notice_state="proposed", hold_until=LATER),
            ("not_approved", "hold_window"),
        ),
        (Situation(notice_state="approved", hold_until=NOW), ()),
        # The verdict was given before the approval, or before the window passed.
        (
            Situation(notice_state="approved", verdict=("not_approved", "hold_window")),
            (),
        ),
        (Situation(notice_state="held"), ("held",)),
        (Situation(notice_state="held", verdict=("paid",)), ("paid",)),
        (
            Situation(notice_state="uncertain", case_codes=("held",)),
            ("uncertain", "held"),
        ),
        # A service of a bridge may have codes of its own: they are not lost.
        (Situation(case_codes=("bridge", "held")), ("held", "bridge")),
        # The same thing said by case and notice is said once.
        (
            Situation(("held",), notice_state="held", verdict=("held",)),
            ("held",),
        ),
    ],
)
def test_obstacles(situation, codes):
    assert find_obstacles(situation, NOW) == codes
