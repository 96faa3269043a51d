"""What a dialog that creates reminders offers: ready, for a person to mend, not yet."""

from __future__ import annotations

from collections.abc import Collection

from .text_enum import TextEnum
from .verdict import RULES, Code, Lifter, Obstacle, get_lifter


class Group(TextEnum):
    """Where a row of the dialog stands."""

    READY = "ready"
    NEEDS = "needs"
    LATER = "later"


#: What keeps a row back beside the codes of a verdict: no case is open for it, its case
#: is closed, or another kind of step is due than the one that was chosen.
NO_CASE, CLOSED, OTHER_KIND = "no_case", "closed", "other_kind"
#: A call is due: what is to be done then is no reminder.
CALL_NEXT = "call_next"
#: Only this little is owed that a person decides.
TRIFLE = "trifle"

#: What is in the way of a notice, and not of creating it.
PASSED = frozenset(
    (Code.NOT_APPROVED, Code.HOLD_WINDOW, Obstacle.NOT_STARTED, Obstacle.HELD_OUT)
)

_LATER = frozenset(
    (
        NO_CASE,
        CLOSED,
        OTHER_KIND,
        CALL_NEXT,
        Obstacle.LADDER_ENDED.value,
        # A service has it: it is not for anybody here.
        Code.HANDED_OVER.value,
    )
)


def find_group(codes: Collection[str]) -> Group:
    """Return the group of a row with these things in its way.

    What passes by itself needs nobody; one thing that does not makes it a person's.
    """
    left = [code for code in codes if code not in PASSED]
    if not left:
        return Group.READY
    if all(
        code in _LATER or (code in RULES and get_lifter(code) == Lifter.TIME)
        for code in left
    ):
        return Group.LATER
    # What never can be right again is no work for anybody, whatever else is there.
    gone = {NO_CASE, CLOSED, Code.PAID.value, Code.NOTHING_DUE.value}
    return Group.LATER if gone.intersection(left) else Group.NEEDS
