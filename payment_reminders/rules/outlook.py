"""Why not, why next: what stands in the way of the next notice, and who lifts it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from .guard import NOT_READY, Code

#: What stands in the way beside the codes of the guard.
UNCERTAIN = "uncertain"
NO_LADDER = "no_ladder"
NOT_STARTED = "not_started"
HELD_OUT = "held_out"
LADDER_ENDED = "ladder_ended"

#: Every code of an obstacle, in the order in which a person reads them.
ORDER: tuple[str, ...] = (
    UNCERTAIN,
    NO_LADDER,
    *map(str, Code),
    NOT_STARTED,
    HELD_OUT,
    LADDER_ENDED,
)


class Lifter(str, Enum):
    """Who can lift an obstacle."""

    MANAGER = "manager"
    HOLDER = "holder"
    BOOKKEEPER = "bookkeeper"
    TIME = "time"

    def __str__(self) -> str:
        return self.value


_LIFTERS: Mapping[str, Lifter] = {
    Code.NOT_POSTED: Lifter.BOOKKEEPER,
    Code.PAID: Lifter.TIME,
    Code.IN_PAYMENT: Lifter.BOOKKEEPER,
    Code.NOTHING_DUE: Lifter.TIME,
    Code.AMOUNT_CHANGED: Lifter.TIME,
    Code.UNALLOCATED_CREDIT: Lifter.BOOKKEEPER,
    Code.UNMATCHED_BANK_LINE: Lifter.BOOKKEEPER,
    Code.STALE_BANK: Lifter.BOOKKEEPER,
    Code.PENDING_TRANSACTION: Lifter.TIME,
    Code.BLOCKED: Lifter.BOOKKEEPER,
    Code.HELD: Lifter.HOLDER,
    Code.SNOOZED: Lifter.HOLDER,
    Code.INVOICE_NOT_SENT: Lifter.BOOKKEEPER,
    Code.HOLD_WINDOW: Lifter.TIME,
    NOT_STARTED: Lifter.TIME,
    HELD_OUT: Lifter.TIME,
    Code.SPACING: Lifter.TIME,
    Code.ALREADY_SENT: Lifter.TIME,
}


def get_lifter(code: str) -> Lifter:
    """Return who can lift an obstacle; a manager, when nothing else is said."""
    return _LIFTERS.get(code, Lifter.MANAGER)


@dataclass(frozen=True)
class Situation:
    """Where an open case stands.

    ``case_codes`` are what :func:`guard.check_case` says of it; ``notice_state``,
    ``verdict`` and ``hold_until`` (UTC) are those of its notice in the queue, if there
    is one.
    """

    case_codes: tuple[str, ...] = ()
    notice_state: str | None = None
    verdict: tuple[str, ...] = ()
    hold_until: datetime | None = None
    has_ladder: bool = True
    ladder_ended: bool = False
    has_started: bool = True
    held_out: bool = False


def find_obstacles(situation: Situation, now: datetime) -> tuple[str, ...]:
    """Return the codes of everything in the way, the first to be read first.

    :param now: UTC without time zone
    """
    return _sort(_find(situation, now))


def _find(situation: Situation, now: datetime) -> Iterator[str]:
    yield from situation.case_codes
    if not situation.has_ladder:
        yield NO_LADDER
    if situation.ladder_ended:
        yield LADDER_ENDED
    if not situation.has_started:
        yield NOT_STARTED
    if situation.held_out:
        yield HELD_OUT
    if situation.notice_state is None:
        return
    # Whether it is approved and its window open is known without the guard.
    yield from set(situation.verdict) - set(map(str, NOT_READY))
    match situation.notice_state:
        case "uncertain":
            yield UNCERTAIN
        case "proposed":
            yield str(Code.NOT_APPROVED)
        case "held":
            if not set(situation.verdict) - set(map(str, NOT_READY)):
                yield str(Code.HELD)
    if situation.hold_until and now < situation.hold_until:
        yield str(Code.HOLD_WINDOW)


def _sort(codes: Iterable[str]) -> tuple[str, ...]:
    found = set(codes)
    return (*(code for code in ORDER if code in found), *sorted(found - set(ORDER)))
