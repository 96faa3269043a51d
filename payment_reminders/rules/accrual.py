"""The interest of one claim by the statute that it is under, from its due date on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from . import interest
from .calendar import Calendar
from .interest import Payment, Period, Rate
from .statute import PAYMENT_DAY, ZERO, MarginRule, Statute


@dataclass(frozen=True, slots=True)
class Accrual:
    """Interest of a claim, with what the letter says about it.

    :param periods: the specification, amounts not rounded
    :param start: the day after which interest runs: the due date after the weekend rule
    :param computed_until: last day that is in it; before ``end`` when a rate is missing
    :param is_complete: no rate is missing up to the end
    :param bears_interest: False: the statute knows no interest for such a claim
    :param source: paragraph
    """

    periods: tuple[Period, ...]
    start: dt.date
    computed_until: dt.date
    is_complete: bool
    bears_interest: bool
    source: str = ""

    def total(self, digits: int = 2) -> Decimal:
        """Return the interest, rounded once, half up."""
        return interest.total(self.periods, digits)


def accrue_claim(
    statute: Statute,
    tables: Mapping[str, Sequence[Rate]],
    *,
    principal: Decimal,
    debtor: str,
    due_date: dt.date,
    end: dt.date,
    payments: Iterable[Payment] = (),
    calendar: Calendar | None = None,
) -> Accrual:
    """Compute the interest of one due item from its due date to a day.

    The margin is that of the due date, for good (§ 5 renteloven, DK). What was claimed
    before is to be taken off the total by the caller; so neither rounding nor a rate
    that is filled in later leaves a gap. Payments lower the principal: the ledger of
    the case, not this function, divides what was paid on top.

    :param tables: rates by code of the reference, closed (``interest.close_rates``)
    :param principal: what was owed on the due date, in the currency of the claim
    :param debtor: ``person`` or ``company``
    :param due_date: as agreed; the weekend rule is applied here
    :param end: the day of payment, or today
    :param payments: on the principal
    :param calendar: of the debtor's country; none: that of the statute
    :raise interest.InterestError: see ``interest.accrue``
    """
    calendar = calendar or Calendar(statute.country)
    start = calendar.effective_due_date(due_date, statute.weekend_rule)
    rule = statute.margin_rule(debtor, due_date)
    if rule is None:
        return Accrual((), start, max(start, end), True, False)
    rates = tables.get(rule.reference, ())
    if statute.rate_choice == PAYMENT_DAY:
        periods = _accrue_by_payment_day(
            statute, rule, rates, principal, start, end, payments
        )
    else:
        periods = interest.accrue(
            principal,
            start,
            end,
            rates,
            rule.points,
            payments,
            statute.day_count,
            compounding=statute.compounding,
            round_up_to=rule.round_up_to,
        )
    until = interest.computed_until(start, end, rates)
    return Accrual(tuple(periods), start, until, until >= end, True, rule.source)


def _accrue_by_payment_day(
    statute: Statute,
    rule: MarginRule,
    rates: Sequence[Rate],
    principal: Decimal,
    start: dt.date,
    end: dt.date,
    payments: Iterable[Payment],
) -> list[Period]:
    """Compute the interest of a law by which one rate holds for all days of a payment:
    that of the day on which it came (Ireland).

    Each payment bears interest by itself, and so does what is still open, as if it were
    paid at the end. Where that day's rate is not known, up to the last day with one.
    Interest is simple.
    """
    periods: list[Period] = []
    open_ = principal
    for payment in sorted(payments, key=lambda paid: paid.date):
        if payment.date < end:
            part = min(payment.amount, open_)
            open_ -= part
            periods += _accrue_part(statute, rule, rates, part, start, payment.date)
    return periods + _accrue_part(statute, rule, rates, open_, start, end)


def _accrue_part(
    statute: Statute,
    rule: MarginRule,
    rates: Sequence[Rate],
    amount: Decimal,
    start: dt.date,
    paid: dt.date,
) -> list[Period]:
    last = interest.computed_until(start, paid, rates)
    percent = interest.rate_on(last, rates) if last > start else None
    if percent is None or amount <= ZERO:
        return []
    return interest.accrue(
        amount,
        start,
        last,
        [Rate(start, percent)],
        rule.points,
        day_count=statute.day_count,
        round_up_to=rule.round_up_to,
    )
