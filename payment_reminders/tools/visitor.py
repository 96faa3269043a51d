"""Who acts where nobody is logged in."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Visitor:
    """A customer on the page of a case: what happens there is signed with its name.

    It travels in the context, which anybody may send; but nobody outside can make one.
    """

    partner_id: int
