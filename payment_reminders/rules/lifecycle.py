"""The life of a case when the books move, and of a notice until it leaves.

A case closes, freezes, opens again, or does nothing. A notice leaves by itself, by
somebody's doing, or not: the moment that people read is the one the sender goes by.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from .calendar import Calendar, Zone
from .text_enum import TextEnum
from .verdict import EARLY, OBSOLETE, RULES, Code

#: States of a notice that a person or the guard can still stop, those in which it may
#: still go out, and those after which no other may be proposed on its case.
WAITING = ("proposed", "approved", "held")
OPEN = (*WAITING, "sending")
BUSY = (*OPEN, "uncertain")


class Change(TextEnum):
    """What was seen on one due item since the last look."""

    NONE = "none"
    PAID = "paid"
    CREDITED = "credited"
    PARTLY_PAID = "partly_paid"
    PARTLY_CREDITED = "partly_credited"
    UNDONE = "undone"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Seen:
    """One due item: what the case knew, and what the books say now.

    ``known`` and ``owed`` are what is open, in the case's currency, payments
    in process taken off; ``known_credited`` and ``credited`` are the share that
    credit notes took. ``alive`` is False when the invoice is no longer posted;
    ``elsewhere`` is set while a collection service has it: the other invoices go on,
    whatever comes in for it.
    """

    known: Decimal
    owed: Decimal
    known_credited: Decimal
    credited: Decimal
    alive: bool = True
    elsewhere: bool = False


@dataclass(frozen=True)
class Outcome:
    """What the case has to do. Reasons are those of freezes and closings."""

    freeze: str | None = None
    close: str | None = None
    reopen: bool = False


def observe(seen: Seen) -> Change:
    """Return what happened to one due item since the case last looked."""
    if not seen.alive:
        return Change.CANCELLED if seen.known > 0 else Change.NONE
    if seen.owed == seen.known:
        return Change.NONE
    if seen.owed > seen.known:
        return Change.UNDONE
    credited = seen.credited > seen.known_credited
    if seen.owed == 0:
        return Change.CREDITED if credited else Change.PAID
    return Change.PARTLY_CREDITED if credited else Change.PARTLY_PAID


def decide(state: str, items: Sequence[Seen]) -> Outcome:
    """Return what a case in ``state`` does about its due items.

    :param state: active, frozen or closed
    :param items: every due item of the case, settled ones included
    """
    changes = {observe(item) for item in items}
    if not any(item.alive and item.owed > 0 for item in items):
        return Outcome(close=_closing(changes)) if state != "closed" else Outcome()
    ours = {observe(item) for item in items if not item.elsewhere}
    if Change.UNDONE in ours:
        return Outcome(freeze="reopened", reopen=state == "closed")
    if state == "closed":
        return Outcome(reopen=Change.UNDONE in changes)
    changes = ours
    if changes & {Change.PARTLY_CREDITED, Change.CREDITED}:
        return Outcome(freeze="credit_note")
    if Change.PARTLY_PAID in changes:
        return Outcome(freeze="partial_payment")
    return Outcome()


def _closing(changes: set[Change]) -> str:
    if Change.PAID in changes:
        return "paid"
    if changes & {Change.CREDITED, Change.PARTLY_CREDITED}:
        return "credited"
    return "cancelled" if Change.CANCELLED in changes else "paid"


# -- when a notice leaves --------------------------------------------------------------


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
