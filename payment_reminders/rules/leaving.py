"""When a notice leaves: the moment that people read is the one the sender goes by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from .calendar import Calendar, Zone
from .text_enum import TextEnum
from .verdict import EARLY, OBSOLETE, RULES, Code


class Way(TextEnum):
    """How a notice comes to leave, or why it does not."""

    LEFT = "left"
    LEAVING = "leaving"
    UNCERTAIN = "uncertain"
    NEVER = "never"
    HELD = "held"
    BLOCKED = "blocked"
    PRINTED = "printed"
    APPROVED = "approved"
    ITSELF = "itself"


@dataclass(frozen=True)
class Waiting:
    """One notice as it waits.

    :param state: of the notice
    :param hold_until: end of its hold window, UTC without zone
    :param obstacles: codes of what is known to be in the way, those that a manager let
        pass left out
    :param by_letter: whether a person prints it
    :param is_held_by_person: whether somebody holds it, not the guard alone
    :param hold_end: the day on which such a hold ends by itself
    """

    state: str
    hold_until: datetime | None
    obstacles: tuple[str, ...] = ()
    by_letter: bool = False
    is_held_by_person: bool = False
    hold_end: date | None = None


@dataclass(frozen=True)
class Leaving:
    """What is to be said of one notice.

    ``moment`` (UTC without zone) is the first at which the sender may send it;
    ``obstacle`` the code of what is in the way, ``hold_end`` the day on which a hold
    ends by itself.
    """

    way: Way
    moment: datetime | None = None
    obstacle: str | None = None
    hold_end: date | None = None

    @property
    def by_itself(self) -> datetime | None:
        """The moment at which it leaves without anybody doing anything."""
        return self.moment if self.way == Way.ITSELF else None


def tell(notice: Waiting, now: datetime, calendar: Calendar, zone: Zone) -> Leaving:
    """Return when a notice leaves, and by whose doing.

    :param now: UTC without zone
    """
    ended = {
        "sent": Way.LEFT,
        "sending": Way.LEAVING,
        "uncertain": Way.UNCERTAIN,
        "cancelled": Way.NEVER,
    }.get(notice.state)
    if ended:
        return Leaving(ended)
    if notice.state == "held" and notice.is_held_by_person:
        return Leaving(Way.HELD, hold_end=notice.hold_end)
    obstacle = find_obstacle(notice.obstacles)
    if obstacle in OBSOLETE:
        return Leaving(Way.NEVER, obstacle=obstacle)
    if notice.state == "held" or obstacle:
        if obstacle in (None, Code.HELD):
            return Leaving(Way.HELD)
        return Leaving(Way.BLOCKED, obstacle=obstacle)
    moment = calendar.first_moment(max(now, notice.hold_until or now), zone)
    if notice.state == "proposed":
        return Leaving(Way.APPROVED, moment)
    return Leaving(Way.PRINTED if notice.by_letter else Way.ITSELF, moment)


def find_obstacle(codes: Iterable[str]) -> str | None:
    """Return the first code that keeps a notice back, whatever the clock says.

    Only what the guard asks does: what else is in the way of a case is about its next
    notice.
    """
    known = {code.value for code in Code} - EARLY
    found = set(codes) & known
    reasons = found - {Code.HELD} or found
    return next((code for code in RULES if code in reasons), None)
