"""The life of a due item at a collection service: states, what may follow, what money
is told.

The service's own words are data (``payment.reminder.handover.word``); here are the
states that they are put into.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from .text_enum import TextEnum


class State(TextEnum):
    """Where a due item stands that was handed over, in the order of its life."""

    QUEUED = "queued"
    SENDING = "sending"
    UNCERTAIN = "uncertain"
    REFUSED = "refused"
    REGISTERED = "registered"
    REMINDER_SENT = "reminder_sent"
    COLLECTION = "collection"
    LEGAL = "legal"
    PLAN = "plan"
    PAUSED = "paused"
    DISPUTED = "disputed"
    UNKNOWN = "unknown"
    ENDING = "ending"
    END_UNCERTAIN = "end_uncertain"
    PAID = "paid"
    CANCELLED = "cancelled"
    CLOSED = "closed"


#: The service has it, and works on it.
LIVE = frozenset(
    (
        State.REGISTERED,
        State.REMINDER_SENT,
        State.COLLECTION,
        State.LEGAL,
        State.PLAN,
        State.PAUSED,
        State.DISPUTED,
        State.UNKNOWN,
    )
)
#: The end: the item is ours again, or settled.
FINAL = frozenset((State.REFUSED, State.PAID, State.CANCELLED, State.CLOSED))
#: While it is one of these, no notice of ours is about the item.
OPEN = frozenset(State) - FINAL
#: The service has it, or has been asked to let go of it.
THERE = LIVE | {State.ENDING, State.END_UNCERTAIN}
#: What a person may say of it, whatever a machine found out.
SAYABLE = LIVE | FINAL | {State.UNCERTAIN}

_OVER = frozenset((State.PAID, State.CANCELLED, State.CLOSED))
#: {state: what may follow it}. A person may also take up again what was ended by
#: mistake (:func:`may_follow`).
FOLLOWING: Mapping[State, frozenset[State]] = {
    State.QUEUED: LIVE | {State.SENDING, State.REFUSED, State.CANCELLED},
    State.SENDING: LIVE
    | {State.QUEUED, State.UNCERTAIN, State.REFUSED, State.CANCELLED},
    State.UNCERTAIN: LIVE | {State.QUEUED, State.REFUSED, State.CANCELLED},
    **{state: (LIVE - {state}) | _OVER | {State.ENDING} for state in LIVE},
    State.ENDING: LIVE | _OVER | {State.END_UNCERTAIN},
    State.END_UNCERTAIN: LIVE | _OVER | {State.ENDING},
    State.REFUSED: frozenset(),
    State.PAID: frozenset(),
    State.CANCELLED: frozenset(),
    State.CLOSED: frozenset(),
}


def may_follow(before: str, after: str, by_hand: bool = False) -> bool:
    """Tell whether one state may follow another.

    :param by_hand: whether a person says so, who may also take up again what was ended
        by mistake, and end what never left
    """
    old, new = State(before), State(after)
    if new in FOLLOWING[old]:
        return True
    return by_hand and new != old and new in SAYABLE


class Outcome(TextEnum):
    """What became of something that was asked of a service."""

    #: The service said yes.
    DONE = "done"
    #: It said no, with its reason: nothing happened there.
    REFUSED = "refused"
    #: Nothing has happened there: it was not reached, or asks to come back.
    UNAVAILABLE = "unavailable"
    #: The log-in was refused: nothing happened, and nothing will until a person helps.
    AUTH = "auth"
    #: Nobody knows whether it happened: only a person, or the service, can tell.
    UNCERTAIN = "uncertain"


@dataclass(frozen=True)
class Answer:
    """What a service answered when something was asked of it.

    :param reason: in words that a bookkeeper understands
    :param external_id: what the service calls the case
    :param payer_reference: the reference with which the debtor pays there
    :param raw_state: the service's own word for the state, and ``raw_status`` a second
    :param retry_after: seconds until it wants to be asked again
    """

    outcome: Outcome
    reason: str = ""
    external_id: str = ""
    payer_reference: str = ""
    raw_state: str = ""
    raw_status: str = ""
    retry_after: int | None = None


@dataclass(frozen=True)
class Reading:
    """What a service says of a case that it has.

    :param state: in our words, if the bridge knows better than the table of words
    :param since: since when, as the service says (UTC without zone)
    :param left: {capital, costs, interest: what is left of it}; what the service does
        not say is left out
    """

    raw_state: str = ""
    raw_status: str = ""
    state: State | None = None
    since: datetime | None = None
    payer_reference: str = ""
    left: Mapping[str, Decimal] = field(default_factory=dict)


# -- words ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Word:
    """One row of the table of words: an empty status stands for any."""

    raw_state: str
    raw_status: str
    state: State


def translate(words: Iterable[Word], raw_state: str, raw_status: str) -> State:
    """Return our state for the words of a service; one that nobody knows is unknown.

    A row that names the status goes before one that does not. Case and spaces at the
    ends do not matter: people type these rows.
    """

    def fold(text: str) -> str:
        return " ".join(text.split()).casefold()

    wanted = fold(raw_state), fold(raw_status)
    by_state = {}
    for word in words:
        if (fold(word.raw_state), fold(word.raw_status)) == wanted:
            return word.state
        if fold(word.raw_state) == wanted[0] and not fold(word.raw_status):
            by_state[wanted[0]] = word.state
    return by_state.get(wanted[0], State.UNKNOWN)


# -- money that the service is told of -----------------------------------------------


class Kind(TextEnum):
    """What a report to a service is about."""

    PAYMENT = "payment"
    CREDIT = "credit"
    WRITE_OFF = "write_off"
    REVERSAL = "reversal"


@dataclass(frozen=True)
class Matching:
    """One matching of a due item with money, a credit note, or a loss.

    :param id: of the matching; None: a payment that has no journal entry yet
    :param kind: payment, credit or write_off
    :param own: whether it is the service's own money, of which it knows
    """

    id: int | None
    kind: Kind
    amount: Decimal
    day: date
    reference: str = ""
    own: bool = False


@dataclass(frozen=True)
class Told:
    """One report that was written down before."""

    kind: Kind
    amount: Decimal
    matching_id: int | None = None
    reversed_kind: Kind | None = None


@dataclass(frozen=True)
class Change:
    """One report that is to be written down now."""

    kind: Kind
    amount: Decimal
    day: date | None
    reference: str = ""
    matching_id: int | None = None
    own: bool = False
    reversed_kind: Kind | None = None


def find_changes(seen: Sequence[Matching], told: Sequence[Told]) -> list[Change]:
    """Return what a service is to be told, so that each sum is told once.

    Sums are compared, not matchings: one that is undone and done again is another
    record of the same money, and a payment that gets its journal entry late is the
    same payment. What was told and is gone is a reversal.

    :param seen: all matchings of one due item, now
    :param told: all reports of one hand-over, as they were written down
    """
    changes = []
    known = {row.matching_id for row in told if row.matching_id is not None}
    for kind in (Kind.PAYMENT, Kind.CREDIT, Kind.WRITE_OFF):
        mine = [row for row in seen if row.kind == kind]
        left = sum((row.amount for row in mine), Decimal(0)) - _get_told(told, kind)
        if left < 0:
            changes.append(Change(Kind.REVERSAL, -left, None, reversed_kind=kind))
            continue
        # What is new explains the difference best, then what has no entry yet.
        fresh = [row for row in mine if row.id is not None and row.id not in known]
        fresh.sort(key=lambda row: row.id or 0, reverse=True)
        others = [row for row in mine if row.id is None or row.id in known]
        for row in (*fresh, *others):
            amount = min(row.amount, left)
            if amount > 0:
                left -= amount
                is_fresh = row.id is not None and row.id not in known
                changes.append(
                    Change(
                        kind,
                        amount,
                        row.day,
                        row.reference,
                        row.id if is_fresh else None,
                        row.own,
                    )
                )
    return changes


def _get_told(told: Sequence[Told], kind: Kind) -> Decimal:
    """Return what a service was told of one kind in all, reversals taken off."""
    total = Decimal(0)
    for row in told:
        if row.kind == kind:
            total += row.amount
        elif row.kind == Kind.REVERSAL and row.reversed_kind == kind:
            total -= row.amount
    return total
