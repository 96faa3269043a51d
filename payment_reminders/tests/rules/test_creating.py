"""Which rows of the dialog are ready, wait for a person, or for their day."""

import pytest

from ...rules.creating import Group, find_group


@pytest.mark.parametrize(
    ("codes", "group"),
    [
        ((), Group.READY),
        (("not_approved", "hold_window"), Group.READY),
        (("held_out",), Group.READY),
        (("no_recipient",), Group.NEEDS),
        (("invoice_not_sent", "spacing"), Group.NEEDS),
        (("unmatched_bank_line",), Group.NEEDS),
        (("trifle",), Group.NEEDS),
        (("spacing",), Group.LATER),
        (("other_kind",), Group.LATER),
        (("ladder_ended",), Group.LATER),
        (("no_case",), Group.LATER),
        (("closed",), Group.LATER),
        (("paid", "no_recipient"), Group.LATER),
        (("hook_of_a_bridge",), Group.NEEDS),
    ],
)
def test_groups(codes, group):
    assert find_group(codes) == group
