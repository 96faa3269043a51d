"""Why not, why next: what stands in the way of the next notice, and who lifts it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from .verdict import EARLY, RULES, Code, Obstacle


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
        yield Obstacle.NO_LADDER
    if situation.ladder_ended:
        yield Obstacle.LADDER_ENDED
    if not situation.has_started:
        yield Obstacle.NOT_STARTED
    if situation.held_out:
        yield Obstacle.HELD_OUT
    if situation.notice_state is None:
        return
    # Whether it is approved and its window open is known without the guard.
    yield from set(situation.verdict) - EARLY
    match situation.notice_state:
        case "uncertain":
            yield Obstacle.UNCERTAIN
        case "proposed":
            yield Code.NOT_APPROVED
        case "held":
            if not set(situation.verdict) - EARLY:
                yield Code.HELD
    if situation.hold_until and now < situation.hold_until:
        yield Code.HOLD_WINDOW


def _sort(codes: Iterable[str]) -> tuple[str, ...]:
    found = set(codes)
    return (*(code for code in RULES if code in found), *sorted(found - RULES.keys()))
