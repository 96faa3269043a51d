"""Whether what a customer owes is a reason to look twice at his next order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

ZERO = Decimal(0)


class Reason(str, Enum):
    """Why an order is looked at twice. Python 3.11 calls it ``StrEnum``."""

    __str__ = str.__str__

    FINAL_NOTICE = "final_notice"
    BROKEN_PROMISE = "broken_promise"


@dataclass(frozen=True, slots=True)
class Debt:
    """One due item of a customer, read live.

    :param owed: open now, payments in process taken off
    :param had_final: whether the last that was sent about it is a final notice, or
        what comes after one
    :param was_promised: whether a promise or plan that was broken had it
    """

    owed: Decimal
    had_final: bool = False
    was_promised: bool = False

    def is_about(self, reason: Reason) -> bool:
        """Tell whether it is one of those for which an order is looked at twice."""
        said = self.had_final if reason == Reason.FINAL_NOTICE else self.was_promised
        return said and self.owed > 0


def judge(
    debts: Sequence[Debt], credit: Decimal = ZERO, agreed: bool = False
) -> Reason | None:
    """Return why the next order of a customer is looked at twice, or None.

    The final notice says more than a broken word. Money that came in and is matched
    with nothing yet may be for just this: as far as it reaches, nothing is held against
    the customer, nor while he keeps to what was agreed.

    :param debts: of one case, in any order
    :param credit: money and credit notes that are matched with nothing, in the currency
        of the debts
    :param agreed: whether a promise or plan is in force
    """
    if agreed:
        return None
    for reason in Reason:
        owed = sum((debt.owed for debt in debts if debt.is_about(reason)), ZERO)
        if owed > max(credit, ZERO):
            return reason
    return None
