"""The codes of a verdict, one row each: who lifts it, and what follows from it.

What a code is called, and what it tells a bookkeeper, is in words: one row each in
``models/notice/words.py``, in the same order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .text_enum import TextEnum

if TYPE_CHECKING:
    from .guard import ItemFacts


class Code(TextEnum):
    """Why a notice does not go out, in the order in which a person reads them."""

    NOT_POSTED = "not_posted"
    PAID = "paid"
    IN_PAYMENT = "in_payment"
    CREDITED = "credited"
    NOTHING_DUE = "nothing_due"
    PARTIAL_PAYMENT = "partial_payment"
    AMOUNT_CHANGED = "amount_changed"
    UNALLOCATED_CREDIT = "unallocated_credit"
    UNMATCHED_BANK_LINE = "unmatched_bank_line"
    STALE_BANK = "stale_bank"
    STALE_SOURCE = "stale_source"
    PENDING_TRANSACTION = "pending_transaction"
    OPEN_QUERY = "open_query"
    PAYMENT_PLAN = "payment_plan"
    INSOLVENCY = "insolvency"
    STATUS_UNKNOWN = "status_unknown"
    BLOCKED = "blocked"
    HELD = "held"
    INVOICE_HELD = "invoice_held"
    SNOOZED = "snoozed"
    EXCLUDED = "excluded"
    HANDED_OVER = "handed_over"
    OTHER_SENDER = "other_sender"
    NO_RECIPIENT = "no_recipient"
    INVOICE_NOT_SENT = "invoice_not_sent"
    NOT_ALLOWED = "not_allowed"
    LAW_UNSURE = "law_unsure"
    NOT_APPROVED = "not_approved"
    HOLD_WINDOW = "hold_window"
    SPACING = "spacing"
    LADDER_CHANGED = "ladder_changed"
    SEND_BRAKE = "send_brake"
    NEUTRALIZED = "neutralized"
    ALREADY_SENT = "already_sent"


class Obstacle(TextEnum):
    """What stands in the way of the next notice beside the codes of the guard."""

    UNCERTAIN = "uncertain"
    NO_LADDER = "no_ladder"
    NOT_STARTED = "not_started"
    HELD_OUT = "held_out"
    LADDER_ENDED = "ladder_ended"


class Lifter(TextEnum):
    """Who can lift what is in the way."""

    MANAGER = "manager"
    HOLDER = "holder"
    BOOKKEEPER = "bookkeeper"
    TIME = "time"


def _each(_item: ItemFacts) -> bool:
    return True


@dataclass(frozen=True)
class Rule:
    """What follows from one code.

    :param lifter: who can lift it
    :param overridable: whether a manager may override it for one notice: neither the
        law nor a fact of the books forbids it; what is paid, or too soon, never is
    :param obsolete: whether this notice can never be right again: it is cancelled, and
        what is still owed comes back as a new proposal
    :param early: whether the notice is simply not ready: it stays in the queue
    :param concerns: which due items of a notice it is about
    :param freezes: reasons of a freeze that are told by this code
    :param money: sources of money (:class:`rules.guard.MoneyFacts`) that are
    """

    code: Code | Obstacle
    lifter: Lifter
    overridable: bool = False
    obsolete: bool = False
    early: bool = False
    concerns: Callable[[ItemFacts], bool] = _each
    freezes: tuple[str, ...] = ()
    money: tuple[str, ...] = ()


#: One rule for each code, in the order in which a person reads them.
RULES: Mapping[str, Rule] = {
    rule.code.value: rule
    for rule in (
        Rule(Obstacle.UNCERTAIN, Lifter.MANAGER),
        Rule(Obstacle.NO_LADDER, Lifter.MANAGER),
        Rule(
            Code.NOT_POSTED,
            Lifter.BOOKKEEPER,
            obsolete=True,
            concerns=lambda item: item.move_state != "posted",
        ),
        Rule(
            Code.PAID,
            Lifter.TIME,
            obsolete=True,
            concerns=lambda item: item.owed == 0,
        ),
        Rule(
            Code.IN_PAYMENT,
            Lifter.BOOKKEEPER,
            obsolete=True,
            concerns=lambda item: (
                item.in_process > 0 or item.payment_state == "in_payment"
            ),
        ),
        Rule(
            Code.CREDITED,
            Lifter.MANAGER,
            obsolete=True,
            concerns=lambda item: (
                item.credited > item.proposed_credited
                or item.payment_state == "reversed"
            ),
            freezes=("credit_note",),
        ),
        Rule(Code.NOTHING_DUE, Lifter.TIME, obsolete=True),
        Rule(
            Code.PARTIAL_PAYMENT,
            Lifter.MANAGER,
            obsolete=True,
            concerns=lambda item: 0 < item.owed < item.proposed_residual,
            freezes=("partial_payment",),
        ),
        Rule(
            Code.AMOUNT_CHANGED,
            Lifter.TIME,
            obsolete=True,
            concerns=lambda item: (
                bool(item.moved) or item.owed != item.proposed_residual
            ),
        ),
        Rule(
            Code.UNALLOCATED_CREDIT,
            Lifter.BOOKKEEPER,
            freezes=("unmatched_money",),
            money=(
                "entry",
                "payment",
                "credit_note",
                "draft_payment",
                "draft_credit_note",
                "collection",
                "credit_elsewhere",
            ),
        ),
        Rule(Code.UNMATCHED_BANK_LINE, Lifter.BOOKKEEPER, money=("bank_line",)),
        Rule(Code.STALE_BANK, Lifter.BOOKKEEPER, overridable=True),
        # Nobody knows whether it was paid: that no manager can override.
        Rule(Code.STALE_SOURCE, Lifter.TIME),
        Rule(
            # Of these only one that takes too long, see :func:`guard.check`.
            Code.PENDING_TRANSACTION,
            Lifter.MANAGER,
            overridable=True,
            concerns=lambda item: item.pending_transaction,
        ),
        Rule(Code.OPEN_QUERY, Lifter.MANAGER, freezes=("query",)),
        Rule(Code.PAYMENT_PLAN, Lifter.MANAGER, freezes=("plan",)),
        Rule(Code.INSOLVENCY, Lifter.MANAGER, freezes=("insolvency",)),
        Rule(
            Code.STATUS_UNKNOWN,
            Lifter.MANAGER,
            overridable=True,
            freezes=("status_unknown",),
        ),
        Rule(
            Code.BLOCKED,
            Lifter.BOOKKEEPER,
            concerns=lambda item: item.no_followup or item.payment_state == "blocked",
        ),
        Rule(Code.HELD, Lifter.HOLDER),
        Rule(
            # The others go on without it, on a notice of their own.
            Code.INVOICE_HELD,
            Lifter.HOLDER,
            obsolete=True,
            concerns=lambda item: item.held_until is not None,
        ),
        Rule(Code.SNOOZED, Lifter.HOLDER, overridable=True),
        Rule(
            Code.EXCLUDED,
            Lifter.MANAGER,
            concerns=lambda item: item.excluded,
        ),
        Rule(
            # The others go on without it, on a notice of their own.
            Code.HANDED_OVER,
            Lifter.MANAGER,
            obsolete=True,
            concerns=lambda item: item.handed_over,
        ),
        # Two programs would remind of the same: a manager may know that one is at rest.
        Rule(Code.OTHER_SENDER, Lifter.MANAGER, overridable=True),
        Rule(Code.NO_RECIPIENT, Lifter.MANAGER),
        Rule(
            # Which items wait, and why, is asked of :func:`guard.invoice_trouble`.
            Code.INVOICE_NOT_SENT,
            Lifter.BOOKKEEPER,
            overridable=True,
        ),
        # The law forbids such a notice: its step is not offered any more.
        Rule(Code.NOT_ALLOWED, Lifter.MANAGER, obsolete=True),
        # Nobody knows whether the law still is as it stands here: a manager says so.
        Rule(Code.LAW_UNSURE, Lifter.MANAGER, overridable=True),
        Rule(Code.NOT_APPROVED, Lifter.MANAGER, early=True),
        Rule(Code.HOLD_WINDOW, Lifter.TIME, overridable=True, early=True),
        Rule(Code.SPACING, Lifter.TIME),
        Rule(Code.LADDER_CHANGED, Lifter.MANAGER, obsolete=True),
        Rule(Code.SEND_BRAKE, Lifter.MANAGER),
        Rule(Code.NEUTRALIZED, Lifter.MANAGER),
        Rule(
            Code.ALREADY_SENT,
            Lifter.TIME,
            obsolete=True,
            concerns=lambda item: item.already_sent,
        ),
        Rule(Obstacle.NOT_STARTED, Lifter.TIME),
        Rule(Obstacle.HELD_OUT, Lifter.TIME),
        Rule(Obstacle.LADDER_ENDED, Lifter.MANAGER),
    )
}

#: The codes of a notice that is simply not ready, that can never be right again, and
#: that a manager may override.
EARLY = frozenset(code for code, rule in RULES.items() if rule.early)
OBSOLETE = frozenset(code for code, rule in RULES.items() if rule.obsolete)
OVERRIDABLE = frozenset(code for code, rule in RULES.items() if rule.overridable)

#: {reason of a freeze: its code}; any other reason is plain ``held``.
FREEZE_CODES: Mapping[str, Code] = {
    reason: Code(code) for code, rule in RULES.items() for reason in rule.freezes
}

#: {where money that is matched with nothing yet lies: its code}
MONEY_CODES: Mapping[str, Code] = {
    source: Code(code) for code, rule in RULES.items() for source in rule.money
}


def get_freeze_code(reason: str) -> Code:
    """Return the code that tells a freeze."""
    return FREEZE_CODES.get(reason, Code.HELD)


def get_lifter(code: str) -> Lifter:
    """Return who can lift what is in the way; a manager, if the code is a bridge's."""
    return RULES[code].lifter if code in RULES else Lifter.MANAGER
