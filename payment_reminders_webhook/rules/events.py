"""Which entries of the trail are told to others, and by which name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Payload = Mapping[str, Any]

SENT = "reminder.sent"
HELD = "reminder.held"
QUESTION = "case.question"
PROMISE_BROKEN = "case.promise_broken"
HANDED_OVER = "case.handed_over"
PAID = "case.paid"
#: What the button of a receiver sends: about nothing.
PING = "ping"

#: {kind of an entry of the trail: [(event, whether its payload makes it one)]}
_EVENTS: dict[str, list[tuple[str, Callable[[Payload], bool]]]] = {
    "sent": [(SENT, lambda payload: True)],
    "held": [(HELD, lambda payload: True)],
    "frozen": [(QUESTION, lambda payload: payload.get("reason") == "query")],
    "plan_changed": [
        (PROMISE_BROKEN, lambda payload: payload.get("state") == "broken")
    ],
    "handover_registered": [(HANDED_OVER, lambda payload: True)],
    "closed": [(PAID, lambda payload: payload.get("reason") == "paid")],
}
#: Kinds of entries that can be an event at all.
KINDS = tuple(_EVENTS)
ALL = tuple(event for events in _EVENTS.values() for event, _is_one in events)

#: A person held it, and the guard found nothing.
BY_HAND = "BY_HAND"


def name_event(kind: str, payload: Payload) -> str | None:
    """Return the event that an entry of the trail is to others, or None.

    :param kind: of the entry
    :param payload: of the entry, as it was hashed
    """
    for event, is_one in _EVENTS.get(kind, ()):
        if is_one(payload):
            return event
    return None


def read_codes(payload: Payload) -> list[str]:
    """Return why a notice was held: the guard's codes, or that a person did it."""
    codes = payload.get("verdict")
    if isinstance(codes, list) and codes:
        return [str(code) for code in codes]
    return [BY_HAND] if payload.get("by") else []
