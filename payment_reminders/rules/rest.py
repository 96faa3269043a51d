"""What becomes of open fees and interest when the invoices themselves are paid."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from .text_enum import TextEnum


class Fate(TextEnum):
    """What happens to the rest; the first five are what a ladder can choose."""

    WAIVE = "waive"
    KEEP = "keep"
    NOTICE = "notice"
    ASK = "ask"
    INVOICE = "invoice"
    NOTHING = "nothing"
    WAIT = "wait"


OPEN, SENT, OBSOLETE, STOPPED = "open", "sent", "obsolete", "stopped"


@dataclass(frozen=True)
class RestNotice:
    """The last notice that asked for the rest alone.

    :param state: ``open`` (on its way), ``sent``, ``obsolete`` (the rest changed, it
        was cancelled for that) or ``stopped`` (a person cancelled it)
    :param deadline: the last day to pay that it gives
    """

    state: str
    deadline: dt.date | None = None


def decide(
    policy: Fate,
    rest: Decimal,
    limit: Decimal,
    today: dt.date,
    notice: RestNotice | None = None,
) -> Fate:
    """Return what happens to the rest now.

    A notice of the rest that is on its way, or whose deadline runs, is waited for; when
    it brought nothing, or a person stopped it, a person decides. So nobody gets two.

    :param policy: what the ladder chose
    :param rest: open fees, interest and lump sums, in the currency of the claim
    :param limit: a rest up to it is waived whatever the policy
    :param notice: since the case was opened
    """
    if rest <= 0:
        return Fate.NOTHING
    if rest <= limit:
        return Fate.WAIVE
    if notice is None or notice.state == OBSOLETE:
        return policy
    if notice.state == OPEN:
        return Fate.WAIT
    if notice.state == SENT and notice.deadline and today <= notice.deadline:
        return Fate.WAIT
    return Fate.ASK
