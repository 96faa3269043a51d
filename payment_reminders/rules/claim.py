"""What one notice asks for on the day on which it leaves: the one order of the rules.

Nothing but what is open with a nudge; else interest on what is overdue, then the lump
sums, then the fee, which has to know of the lump sums. Proposing, sending and playing a
ladder on the past all ask :func:`compute`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from . import accrual, fees, interest
from .calendar import Calendar
from .interest import Payment, Period, Rate
from .schedule import CALL, NUDGE
from .statute import PAYMENT_DAY, ZERO, Statute


@dataclass(frozen=True, slots=True)
class Terms:
    """What one step asks for.

    :param fee_policy: ``none``, ``statutory`` or ``amount``
    :param fee: in the claim's currency; None with ``amount``: no exchange rate
    """

    fee_policy: str = "none"
    fee: Decimal | None = None
    charge_interest: bool = False
    charge_compensation: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """The law and the settings under which claims in one currency are made.

    :param tables: rates by code of the reference (``interest.close_rates``)
    :param currency: of the claims
    :param exchange_rate: its units for one of the statute's currency; None: unknown
    :param find_rate: units of the claims' currency for one of another (its code) on a
        day, or None; asked only for a lump sum that the law converts by itself
    :param limits: what the company sets for itself
    :param fee_agreed: fees were agreed no later than when the debts arose
    """

    statute: Statute | None = None
    tables: Mapping[str, Sequence[Rate]] = field(default_factory=dict)
    currency: str = ""
    exchange_rate: Decimal | None = Decimal(1)
    digits: int = 2
    find_rate: Callable[[str, dt.date], Decimal | None] | None = None
    limits: fees.Limits = fees.Limits()
    fee_agreed: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One due item on a notice. Amounts are in the currency of the claim.

    :param owed: what is open of it
    :param payments: what came in on it so far
    :param interest_claimed: interest on it that notices claimed before, not rounded
    :param bears_lump_sum: it had none yet, and is a late payment of its own
    """

    id: int
    date_due: dt.date
    owed: Decimal
    payments: tuple[Payment, ...] = ()
    interest_claimed: Decimal = ZERO
    bears_lump_sum: bool = True


@dataclass(frozen=True, slots=True)
class Demand:
    """One notice on the day on which it leaves, and what its case has seen so far.

    :param kind: ``nudge``, ``reminder`` or ``final_notice``
    :param debtor: ``person`` or ``company``
    :param items: everything that is shown on it, what is not yet due included
    :param fee_history: see :func:`fees.notice_fee`
    :param fees_claimed: fees on the claim, this notice's not included
    :param compensation_claimed: lump sums on the claim, this notice's not included
    :param disputed: there is an open question
    :param is_clean: the customer was charged no fee lately, and forgiven none
    """

    kind: str
    terms: Terms
    debtor: str
    day: dt.date
    items: Sequence[Item]
    calendar: Calendar
    fee_history: Sequence[fees.SentNotice] = ()
    fees_claimed: Decimal = ZERO
    compensation_claimed: Decimal = ZERO
    disputed: bool = False
    is_clean: bool = True


@dataclass(frozen=True, slots=True)
class Interest:
    """Interest that no notice has claimed yet.

    :param amount: rounded once
    :param until: the last day that could be computed for all items; None: none bears
        interest
    :param by_item: all interest of each item since its due date, not rounded
    :param periods: how it came about, by item
    """

    amount: Decimal = ZERO
    until: dt.date | None = None
    by_item: Mapping[int, Decimal] = field(default_factory=dict)
    periods: Mapping[int, tuple[Period, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Conversion:
    """A lump sum that came from another currency: the rate, and the day of it."""

    currency: str
    day: dt.date
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Claim:
    """What a notice asks for.

    :param remarks: what was left off, lowered or converted: ``fee:…``,
        ``compensation:…`` or ``interest:…`` with a code of ``fees``
    :param fee_decision: on the fee; None where none was to be decided
    :param conversions: of lump sums, where the law says by which day's rate
    """

    principal: Decimal
    interest: Interest = Interest()
    compensation: Decimal = ZERO
    fee: Decimal = ZERO
    remarks: tuple[str, ...] = ()
    fee_decision: fees.FeeDecision | None = None
    conversions: tuple[Conversion, ...] = ()


def compute(conditions: Conditions, demand: Demand) -> Claim:
    """Return what a notice asks for.

    :raise interest.InterestError: see ``interest.accrue``
    """
    principal = sum((item.owed for item in demand.items), ZERO)
    overdue = [item for item in demand.items if item.date_due < demand.day]
    if demand.kind in (NUDGE, CALL) or not overdue:
        return Claim(principal)
    accrued = Interest()
    if demand.terms.charge_interest:
        accrued = accrue(
            conditions, demand.debtor, overdue, demand.day, demand.calendar
        )
    lump_sum, conversions = _compensation(conditions, demand, overdue)
    fee = _fee(conditions, demand, overdue, lump_sum.amount)
    remarks = [f"compensation:{code}" for code in lump_sum.codes]
    remarks += [f"fee:{code}" for code in fee.codes]
    if accrued.until and accrued.until < demand.day:
        remarks.append("interest:no_rate")
    if accrued.amount and _has_one_rate(conditions.statute):
        remarks.append("interest:payment_day")
    return Claim(
        principal,
        accrued,
        lump_sum.amount,
        fee.amount,
        tuple(remarks),
        fee,
        conversions,
    )


def _has_one_rate(statute: Statute | None) -> bool:
    return statute is not None and statute.rate_choice == PAYMENT_DAY


def accrue(
    conditions: Conditions,
    debtor: str,
    items: Sequence[Item],
    day: dt.date,
    calendar: Calendar,
) -> Interest:
    """Return the interest on due items since what was claimed before, to a day.

    :param debtor: ``person`` or ``company``
    :param items: overdue ones
    :raise interest.InterestError: see ``interest.accrue``
    """
    if conditions.statute is None:
        return Interest()
    fresh, until = ZERO, []
    by_item, periods = {}, {}
    for item in items:
        accrued = accrual.accrue_claim(
            conditions.statute,
            conditions.tables,
            principal=item.owed + sum((paid.amount for paid in item.payments), ZERO),
            debtor=debtor,
            due_date=item.date_due,
            end=day,
            payments=item.payments,
            calendar=calendar,
        )
        if not accrued.bears_interest:
            continue
        total = sum((period.amount for period in accrued.periods), ZERO)
        by_item[item.id] = total
        periods[item.id] = accrued.periods
        fresh += total - item.interest_claimed
        until.append(accrued.computed_until)
    return Interest(
        interest.round_money(fresh, conditions.digits),
        min(until, default=None),
        by_item,
        periods,
    )


def _compensation(
    conditions: Conditions, demand: Demand, overdue: Sequence[Item]
) -> tuple[fees.FeeDecision, tuple[Conversion, ...]]:
    """Return the lump sums for items that had none yet, as one decision.

    Fees that count against them are taken off once: what one lump sum does not swallow
    the next one does.
    """
    total, fees_left = ZERO, demand.fees_claimed
    codes: list[str] = []
    conversions: list[Conversion] = []
    if conditions.statute is None or not demand.terms.charge_compensation:
        return fees.FeeDecision(ZERO), ()
    for item in overdue:
        if not item.bears_lump_sum:
            continue
        principal = _owed_when_due(conditions, demand, item)
        conversion = _convert_by_law(conditions, demand, item, principal)
        decision = fees.compensation(
            conditions.statute,
            debtor=demand.debtor,
            due_date=item.date_due,
            on=demand.day,
            fees_claimed=fees_left,
            principal=principal,
            currency=conditions.currency,
            exchange_rate=conversion.rate or None
            if conversion
            else conditions.exchange_rate,
            digits=conditions.digits,
        )
        if decision.cap:
            fees_left = max(fees_left - decision.cap, ZERO)
        total += decision.amount
        codes += [code for code in decision.codes if code not in codes]
        if conversion and conversion not in conversions and "converted" in codes:
            conversions.append(conversion)
    return fees.FeeDecision(total, tuple(codes)), tuple(conversions)


def _owed_when_due(
    conditions: Conditions, demand: Demand, item: Item
) -> Decimal | None:
    """Return what was late of an item, in the statute's currency; None: unknown."""
    statute = conditions.statute
    if not conditions.exchange_rate or statute is None:
        return None
    due = demand.calendar.effective_due_date(item.date_due, statute.weekend_rule)
    late = sum((paid.amount for paid in item.payments if paid.date > due), item.owed)
    return late / conditions.exchange_rate


def _convert_by_law(
    conditions: Conditions, demand: Demand, item: Item, principal: Decimal | None
) -> Conversion | None:
    """Return the exchange rate of the day that the law names, 0 when it is unknown;
    None where the law names none: then that of the notice holds.
    """
    statute = conditions.statute
    if statute is None or not statute.converts_by_item:
        return None
    rule = statute.compensation_rule(demand.debtor, item.date_due, principal)
    currency = (rule.currency if rule else "") or statute.currency
    day = statute.conversion_day(item.date_due, demand.day)
    if currency == conditions.currency:
        return Conversion(currency, day, Decimal(1))
    rate = conditions.find_rate(currency, day) if conditions.find_rate else None
    return Conversion(currency, day, rate or ZERO)


def _fee(
    conditions: Conditions, demand: Demand, overdue: Sequence[Item], lump_sum: Decimal
) -> fees.FeeDecision:
    terms = demand.terms
    if terms.fee_policy == "none":
        return fees.FeeDecision(ZERO)
    wanted = None
    if terms.fee_policy == "amount":
        if terms.fee is None:
            return fees.FeeDecision(ZERO, ("no_exchange_rate",))
        wanted = terms.fee
    principal = sum((item.owed for item in overdue), ZERO)
    limits = replace(
        conditions.limits, first_free=conditions.limits.first_free and demand.is_clean
    )
    if conditions.statute is None:
        return fees.unregulated_fee(
            wanted or ZERO,
            fee_history=demand.fee_history,
            disputed=demand.disputed,
            principal=principal,
            limits=limits,
        )
    return fees.notice_fee(
        conditions.statute,
        wanted=wanted,
        debtor=demand.debtor,
        on=demand.day,
        due_date=min(item.date_due for item in overdue),
        fee_history=demand.fee_history,
        agreed=conditions.fee_agreed,
        disputed=demand.disputed,
        kind=demand.kind,
        principal=principal,
        compensation_claimed=demand.compensation_claimed + lump_sum,
        limits=limits,
        currency=conditions.currency,
        exchange_rate=conditions.exchange_rate,
        digits=conditions.digits,
    )
