"""Which fee and which lump sum a notice may carry on its day, and why not more.

A reminder fee is a right with conditions that are checked at each sending: agreed
beforehand (SE), days since the due date (NO, FI), days since the last letter (DK § 9 b
renteloven, NO § 1-3 inkassoforskriften, FI), number so far, deadline of the earlier
letter missed (NO), claim not disputed. When one fails the letter may still go, without
a fee. The reasons are codes; the words for them are not here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Decimal

from dateutil.relativedelta import relativedelta

from .calendar import Calendar
from .interest import round_money
from .statute import (
    ACTUAL_COST,
    CALL,
    DEMAND,
    FINAL_NOTICE,
    FORBIDDEN,
    NO_FEE,
    NUDGE,
    PERSON,
    REMINDER,
    SCALE,
    ZERO,
    FeeRule,
    Statute,
)
from .trifle import FLOORS

#: So many times a trifle has to be overdue before a fee is asked for.
TRIFLES_TO_A_FEE = 10

#: Why there is no fee at all.
LEFT_OFF = (
    "kind_without_fee",  # a nudge
    "no_rule",  # the statute knows no fee for it
    "no_statutory_amount",  # only the real cost, and the company set nothing
    "not_wanted",  # the step or the person asked for none
    "too_early",
    "not_agreed",
    "disputed",
    "spacing",
    "earlier_deadline_running",
    "no_expired_notice",
    "first_notice_free",
    "free_deadline_running",
    "law_ended",  # the rule has an end, and nobody entered what follows
    "max_number",
    "no_exchange_rate",
    "under_floor",
    "over_share",
    "over_principal",
    "courtesy",
)
#: Why it is lower than asked for, or in another currency.
LOWERED = ("over_cap", "inside_compensation", "converted")


@dataclass(frozen=True, slots=True)
class SentNotice:
    """A notice that really went out.

    :param date: day of sending
    :param fee: what it charged, in the currency of the claim
    :param kind: ``nudge``, ``reminder`` or ``final_notice``; a nudge counts for nothing
    :param deadline: the last day to pay that it gave, if known
    """

    date: dt.date
    fee: Decimal = ZERO
    kind: str = REMINDER
    deadline: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What the company sets for itself, below the law.

    :param floor: no fee on a principal under this, in the currency of the claim
    :param max_share: no fee that brings the sum of fees over this percentage of the
        principal
    :param first_free: the first fee is forgone for a debtor with a clean record
    :param within_principal: no fee that is more than the principal itself
    """

    floor: Decimal = ZERO
    max_share: Decimal | None = None
    first_free: bool = False
    within_principal: bool = False


@dataclass(frozen=True, slots=True)
class FeeDecision:
    """A fee or lump sum.

    :param amount: in the currency of the claim, rounded
    :param codes: why it is left off, lowered or converted (``LEFT_OFF``, ``LOWERED``)
    :param cap: the highest amount of the law in the currency of the claim; None when it
        names none
    :param source: the paragraph
    """

    amount: Decimal
    codes: tuple[str, ...] = ()
    cap: Decimal | None = None
    source: str = ""


def get_default_floor(currency: str) -> Decimal:
    """Return under which principal a company asks for no fee unless it says otherwise.

    Ten times what is a trifle: a fee of the law would be out of proportion there, and
    cost more goodwill than it brings. Never more than the law allows, for it only takes
    fees away.

    :param currency: ISO code; 0, which sets no floor, where it is not known
    """
    return FLOORS.get(currency, ZERO) * TRIFLES_TO_A_FEE


def fee_spacing_days(
    statute: Statute, debtor: str, on: dt.date, *, kind: str = REMINDER
) -> int:
    """Return the days between a letter and the next one with a fee."""
    rule = statute.fee_rule(debtor, on, kind)
    return rule.spacing_days if rule else 0


def scale_costs(rule: FeeRule, principal: Decimal) -> Decimal:
    """Return the collection costs of a scale (NL: Besluit BIK art. 2), in the statute's
    currency.
    """
    costs, lower = ZERO, ZERO
    for band in rule.scale:
        upper = principal if band.up_to is None else min(principal, band.up_to)
        if band.base is not None and upper > lower:
            costs = band.base
        costs += max(upper - lower, ZERO) * band.percent / 100
        lower = max(lower, upper)
    costs = max(costs, rule.scale_min)
    return round_money(costs if rule.scale_max is None else min(costs, rule.scale_max))


def convert(amount: Decimal, exchange_rate: Decimal, digits: int = 2) -> Decimal:
    """Convert an amount of the law, rounded down so that it never exceeds what the law
    allows.

    :param exchange_rate: units of the target currency for one unit of the statute's
    :param digits: decimals of the target currency
    """
    return (amount * exchange_rate).quantize(
        Decimal(1).scaleb(-digits), rounding=ROUND_DOWN
    )


def notice_fee(
    statute: Statute,
    *,
    wanted: Decimal | None = None,
    debtor: str,
    on: dt.date,
    due_date: dt.date,
    fee_history: Sequence[SentNotice] = (),
    agreed: bool = False,
    disputed: bool = False,
    kind: str = REMINDER,
    principal: Decimal = ZERO,
    compensation_claimed: Decimal = ZERO,
    limits: Limits | None = None,
    currency: str | None = None,
    exchange_rate: Decimal | None = None,
    digits: int = 2,
) -> FeeDecision:
    """Return the fee that a notice sent on a day may carry.

    Ask for the lump sum first when the notice claims both (:func:`compensation`).

    :param wanted: what the step asks for in the claim's currency; None: as much as the
        law gives
    :param debtor: ``person`` or ``company``
    :param on: day of sending
    :param due_date: of the oldest item that the notice is about
    :param fee_history: every reminder and final notice really sent on the claim, with
        fee 0 where it had none; Denmark counts a running series of arrears of one
        relation as one claim
    :param agreed: the fee was agreed no later than when the debt arose
    :param disputed: there is a reasonable objection or an open question
    :param principal: what is owed, in the claim's currency (scale and limits need it)
    :param compensation_claimed: lump sums on the claim, this notice's included
    :param limits: what the company sets for itself
    :param currency: of the claim (None: the statute's)
    :param exchange_rate: its units for one unit of the statute's currency on the day of
        sending
    :param digits: decimals of it
    """
    rule = statute.fee_rule(debtor, on, kind)
    if kind == NUDGE or rule is None or rule.basis in (NO_FEE, FORBIDDEN):
        return FeeDecision(
            ZERO, ("kind_without_fee" if kind == NUDGE else "no_rule",), ZERO
        )
    if rule.has_ended(on):
        return FeeDecision(ZERO, ("law_ended",), ZERO, rule.source)
    foreign = currency is not None and currency != statute.currency
    if foreign and exchange_rate is None:
        return FeeDecision(ZERO, ("no_exchange_rate",), None, rule.source)
    rate = exchange_rate if foreign and exchange_rate is not None else Decimal(1)
    cap = _cap(rule, principal / rate)
    if cap is not None:
        cap = convert(cap, rate, digits)
    asked = round_money(wanted, digits) if wanted is not None else cap
    letters = _known_deadlines(statute, debtor, fee_history)
    codes = _conditions(rule, on, due_date, kind, letters, agreed, disputed)
    if not asked:
        codes = [
            "no_statutory_amount" if wanted is None and cap is None else "not_wanted"
        ]
        return FeeDecision(ZERO, tuple(codes), cap, rule.source)
    amount = asked if cap is None else min(asked, cap)
    charged = sum((notice.fee for notice in fee_history), ZERO)
    codes += _own_limits(limits or Limits(), amount, charged, principal)
    if codes:
        return FeeDecision(ZERO, tuple(codes), cap, rule.source)
    if amount < asked:
        codes.append("over_cap")
    if statute.compensation_includes_fees and compensation_claimed:
        room = (
            max(compensation_claimed, charged + amount) - charged - compensation_claimed
        )
        if room < amount:
            amount = max(room, ZERO)
            codes.append("inside_compensation")
    if foreign and amount:
        codes.append("converted")
    return FeeDecision(amount, tuple(codes), cap, rule.source)


def unregulated_fee(
    wanted: Decimal,
    *,
    fee_history: Sequence[SentNotice] = (),
    disputed: bool = False,
    principal: Decimal = ZERO,
    limits: Limits | None = None,
) -> FeeDecision:
    """Return the fee of a ladder without a law: only what the company sets holds.

    :param wanted: what the step asks for, in the claim's currency
    :param fee_history: notices really sent on the claim
    :param disputed: there is a reasonable objection or an open question
    :param principal: what is owed, in the claim's currency
    :param limits: what the company sets for itself
    """
    if not wanted:
        return FeeDecision(ZERO, ("not_wanted",))
    charged = sum((notice.fee for notice in fee_history), ZERO)
    codes = ["disputed"] if disputed else []
    codes += _own_limits(limits or Limits(), wanted, charged, principal)
    return FeeDecision(ZERO if codes else wanted, tuple(codes))


def compensation(
    statute: Statute,
    *,
    debtor: str,
    due_date: dt.date,
    on: dt.date,
    already_claimed: bool = False,
    disputed: bool = False,
    fees_claimed: Decimal = ZERO,
    principal: Decimal | None = None,
    currency: str | None = None,
    exchange_rate: Decimal | None = None,
    digits: int = 2,
) -> FeeDecision:
    """Return the lump sum of one late claim (one invoice or instalment).

    It comes with the right to interest and needs no reminder; never from a consumer
    (Directive 2011/7/EU art. 6 and its national forms).  It follows the due date's
    rule.

    :param due_date: last day on which payment was in time (after the weekend rule)
    :param on: day on which it is claimed, or of a late payment
    :param already_claimed: the claim bore it before
    :param fees_claimed: fees of the claim so far; they count against it except in
        Denmark
    :param principal: what was owed, in the statute's currency, for laws with tiers
        (None: the lowest tier)
    :param currency: of the claim (None: that of the lump sum)
    :param exchange_rate: its units for one unit of the lump sum's currency
    :return: with codes out of ``no_rule``, ``not_from_persons``, ``not_late``,
        ``already_claimed``, ``disputed``, ``no_exchange_rate``, ``fees_counted``,
        ``converted``
    """
    rule = statute.compensation_rule(debtor, due_date, principal)
    if rule is None:
        return FeeDecision(
            ZERO, ("not_from_persons" if debtor == PERSON else "no_rule",), ZERO
        )
    own = rule.currency or statute.currency
    foreign = currency is not None and currency != own
    reasons = (
        ("not_late", on <= due_date),
        ("already_claimed", already_claimed),
        ("disputed", disputed),
        ("no_exchange_rate", foreign and exchange_rate is None),
    )
    codes = [code for code, holds in reasons if holds]
    if codes:
        return FeeDecision(ZERO, tuple(codes), None, rule.source)
    rate = exchange_rate if foreign and exchange_rate is not None else Decimal(1)
    cap = convert(rule.amount, rate, digits)
    if foreign:
        codes.append("converted")
    amount = cap
    if statute.compensation_includes_fees and fees_claimed > 0:
        amount = max(cap - fees_claimed, ZERO)
        codes.append("fees_counted")
    return FeeDecision(amount, tuple(codes), cap, rule.source)


def notice_deadline(
    statute: Statute,
    calendar: Calendar,
    *,
    kind: str,
    debtor: str,
    on: dt.date,
    days: int = 0,
    by_post: bool = False,
) -> dt.date:
    """Return the last day to pay that a notice gives: never shorter than the law, never
    on a weekend.

    :param on: day of sending, from which it counts (inkassoloven § 10, DK; inkassoloven
        § 9, NO)
    :param days: what the step gives; the law's minimum when that is longer
    :param by_post: the statute's days for the post are added
    """
    rule = statute.fee_rule(debtor, on, kind)
    return calendar.deadline(
        on,
        max(days, rule.deadline_days if rule else 0),
        banking_days=rule.deadline_banking_days if rule else 0,
        post_days=statute.post_days if by_post else 0,
    )


def _cap(rule: FeeRule, principal: Decimal | None) -> Decimal | None:
    if rule.basis == ACTUAL_COST:
        return None
    if rule.basis == SCALE:
        return scale_costs(rule, principal or ZERO)
    return ZERO if rule.basis in (NO_FEE, FORBIDDEN) else rule.amount


def _known_deadlines(
    statute: Statute, debtor: str, history: Sequence[SentNotice]
) -> list[SentNotice]:
    """Return the letters; a deadline that is not known is taken to be the law's."""
    letters = []
    for notice in history:
        if notice.kind in (NUDGE, CALL):
            continue
        rule = statute.fee_rule(debtor, notice.date, notice.kind)
        least = notice.date + dt.timedelta(days=rule.deadline_days if rule else 0)
        letters.append(replace(notice, deadline=notice.deadline or least))
    return letters


def _conditions(
    rule: FeeRule,
    on: dt.date,
    due_date: dt.date,
    kind: str,
    letters: Sequence[SentNotice],
    agreed: bool,
    disputed: bool,
) -> list[str]:
    def is_over(letter: SentNotice) -> bool:
        return letter.deadline is not None and letter.deadline < on

    with_fee = [
        letter
        for letter in letters
        if letter.fee > 0
        and (letter.kind == kind or (rule.count_shared and letter.kind != DEMAND))
    ]
    counted = _count_anew(rule, on, with_fee)
    free = sorted(letters, key=lambda letter: letter.date)[: rule.free_notices]
    finals = [letter for letter in letters if letter.kind == FINAL_NOTICE]
    gaps = [abs((on - letter.date).days) for letter in letters]
    failed = (
        ("too_early", (on - due_date).days < rule.first_after_days),
        ("not_agreed", rule.requires_agreement and not agreed),
        ("disputed", disputed),
        ("spacing", min(gaps, default=rule.spacing_days) < rule.spacing_days),
        (
            "earlier_deadline_running",
            rule.after_deadline and not all(map(is_over, with_fee)),
        ),
        (
            "no_expired_notice",
            rule.after_final_notice and not any(map(is_over, finals)),
        ),
        ("first_notice_free", len(letters) < rule.free_notices),
        (
            "free_deadline_running",
            rule.after_free_deadline and not all(map(is_over, free)),
        ),
        (
            "max_number",
            rule.max_count is not None and len(counted) >= rule.max_count,
        ),
    )
    return [code for code, holds in failed if holds]


def _count_anew(
    rule: FeeRule, on: dt.date, with_fee: Sequence[SentNotice]
) -> Sequence[SentNotice]:
    """Return the letters with a fee that count towards the number on a day: those since
    the last time that so many months lay between two of them (§ 1-3
    inkassoforskriften, NO).
    """
    if not rule.count_months:
        return with_fee
    counted: list[SentNotice] = []
    after = on
    for letter in sorted(with_fee, key=lambda letter: letter.date, reverse=True):
        if letter.date + relativedelta(months=rule.count_months) <= after:
            break
        counted.append(letter)
        after = letter.date
    return counted


def _own_limits(
    limits: Limits, amount: Decimal, charged: Decimal, principal: Decimal
) -> list[str]:
    failed = (
        ("under_floor", principal < limits.floor),
        (
            "over_share",
            limits.max_share is not None
            and charged + amount > principal * limits.max_share / 100,
        ),
        ("over_principal", limits.within_principal and amount > principal),
        ("courtesy", limits.first_free and not charged),
    )
    return [code for code, holds in failed if holds]
