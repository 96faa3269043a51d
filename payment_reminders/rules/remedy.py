"""What a person can do about what is in the way of a notice, one button each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .text_enum import TextEnum
from .verdict import Code, Obstacle


class Remedy(TextEnum):
    """One thing that a person can do."""

    APPROVE = "approve"
    RELEASE = "release"
    SETTLE_SENT = "settle_sent"
    SETTLE_NOT_SENT = "settle_not_sent"
    MATCH_BANK_LINE = "match_bank_line"
    MATCH_CREDIT = "match_credit"
    IGNORE_CREDIT = "ignore_credit"
    LET_TRANSACTION_GO = "let_transaction_go"
    SEND_INVOICE = "send_invoice"
    VOUCH_FOR_INVOICE = "vouch_for_invoice"
    ADD_ADDRESS = "add_address"
    ANSWER = "answer"
    OPEN_PLAN = "open_plan"
    OPEN_INVOICE = "open_invoice"
    OPEN_CUSTOMER = "open_customer"
    OPEN_CASE = "open_case"
    OPEN_HALT = "open_halt"
    OPEN_SENDER = "open_sender"
    REVIEW_LAW = "review_law"
    SEND_BY_LAW = "send_by_law"


#: What helps against each code, what helps best first. What is not here passes by
#: itself, or takes the notice with it.
REMEDIES: Mapping[str, tuple[Remedy, ...]] = {
    Obstacle.UNCERTAIN: (Remedy.SETTLE_SENT, Remedy.SETTLE_NOT_SENT),
    Obstacle.NO_LADDER: (Remedy.OPEN_CUSTOMER,),
    Obstacle.LADDER_ENDED: (Remedy.OPEN_CASE,),
    Code.IN_PAYMENT: (Remedy.OPEN_INVOICE,),
    Code.CREDITED: (Remedy.OPEN_CASE,),
    Code.PARTIAL_PAYMENT: (Remedy.OPEN_CASE,),
    Code.UNALLOCATED_CREDIT: (Remedy.MATCH_CREDIT, Remedy.IGNORE_CREDIT),
    Code.UNMATCHED_BANK_LINE: (Remedy.MATCH_BANK_LINE,),
    Code.STALE_BANK: (Remedy.OPEN_HALT,),
    # Looking comes first: letting it go lets a notice leave beside money under way.
    Code.PENDING_TRANSACTION: (
        Remedy.OPEN_INVOICE,
        Remedy.OPEN_CASE,
        Remedy.LET_TRANSACTION_GO,
    ),
    Code.OPEN_QUERY: (Remedy.ANSWER,),
    Code.PAYMENT_PLAN: (Remedy.OPEN_PLAN,),
    Code.INSOLVENCY: (Remedy.OPEN_CASE,),
    Code.STATUS_UNKNOWN: (Remedy.OPEN_CASE,),
    Code.BLOCKED: (Remedy.OPEN_INVOICE,),
    Code.HELD: (Remedy.OPEN_CASE,),
    Code.SNOOZED: (Remedy.OPEN_CASE,),
    Code.EXCLUDED: (Remedy.OPEN_CUSTOMER,),
    Code.HANDED_OVER: (Remedy.OPEN_CASE,),
    Code.OTHER_SENDER: (Remedy.OPEN_CUSTOMER, Remedy.OPEN_SENDER),
    Code.NO_RECIPIENT: (Remedy.ADD_ADDRESS,),
    Code.INVOICE_NOT_SENT: (Remedy.SEND_INVOICE, Remedy.VOUCH_FOR_INVOICE),
    Code.NOT_ALLOWED: (Remedy.OPEN_CASE,),
    Code.LAW_UNSURE: (Remedy.REVIEW_LAW, Remedy.SEND_BY_LAW),
    Code.NOT_APPROVED: (Remedy.APPROVE,),
    Code.SEND_BRAKE: (Remedy.OPEN_HALT,),
}


def find_remedies(codes: Iterable[str], is_held_here: bool) -> tuple[Remedy, ...]:
    """Return what a person can do about a notice, what helps best first.

    Approving comes last: it helps nobody while something else is in the way.

    :param codes: everything in the way of it
    :param is_held_here: whether a person holds this very notice, not its case
    """
    found = [
        remedy
        for code in codes
        for remedy in (
            (Remedy.RELEASE,)
            if code == Code.HELD and is_held_here
            else REMEDIES.get(code, ())
        )
    ]
    return tuple(dict.fromkeys(sorted(found, key=Remedy.APPROVE.__eq__)))
