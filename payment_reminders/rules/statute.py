"""The law of one country as plain data: dated rules, each with its source.

Nothing here is a number of the law; the numbers are records of the database (or of a
test) and come in as a :class:`Statute`.  Amounts are in the statute's currency, spans
in days, margins in percentage points a year.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Protocol, TypeVar

from dateutil.relativedelta import relativedelta

from .errors import RuleError

ZERO = Decimal(0)

PERSON = "person"
COMPANY = "company"
ALL = "all"
DEBTORS = (PERSON, COMPANY)
#: So many days before a claim lapses its responsible is told.
WARNING_DAYS = 90

NUDGE = "nudge"
REMINDER = "reminder"
FINAL_NOTICE = "final_notice"
#: The creditor's own demand after a final notice (Norway).
DEMAND = "demand"
#: A call on the telephone: a step like any other, and never a letter.
CALL = "call"
PLAN = "plan"
#: Handing a claim over to a collection service.
HANDOVER = "handover"
#: Of these a rule for "all" kinds speaks.
LETTERS = (NUDGE, REMINDER, FINAL_NOTICE)

#: How a fee is limited: by an amount in the law, by a scale on the principal, only by
#: the real cost (then
#: there is none unless the company sets one), or there is no such fee.
STATUTORY = "statutory"
SCALE = "scale"
ACTUAL_COST = "actual_cost"
NO_FEE = "none"
#: The notice itself may not be sent.
FORBIDDEN = "forbidden"

#: By which rate of a series the days of a claim bear interest.
EACH_DAY = "each_day"
PAYMENT_DAY = "payment_day"

#: How long a reference rate holds that has no later one.
HALF_YEAR = "half_year"
MONTH = "month"
CONSTANT = "constant"

#: Which day's exchange rate a lump sum of another currency takes.
NOTICE_DAY = "notice_day"
DUE_DATE = "due_date"
MONTH_END_BEFORE_DUE = "month_end_before_due"
HALF_YEAR_BEFORE_DUE = "half_year_before_due"


class StatuteError(RuleError):
    """Data of a statute that cannot be read.

    :param code: ``scale``
    """


@dataclass(frozen=True, slots=True)
class Band:
    """One band of a scale: so many percent of the principal up to a sum (None: above
    all others).

    :param base: what the costs are where the band begins, in place of what the bands
        below it give
    """

    up_to: Decimal | None
    percent: Decimal
    base: Decimal | None = None


@dataclass(frozen=True, slots=True)
class FeeRule:
    """What the law says about one kind of notice to one kind of debtor from one day on.

    :param valid_from: first sending day for which it holds
    :param debtor: ``person``, ``company`` or ``all``
    :param valid_to: last sending day for which it holds; None: no end is known. When
        it has passed and nothing follows, nothing is claimed
    :param kind: ``reminder``, ``final_notice``, ``all`` (of the two), ``demand``,
        ``plan`` or ``handover``
    :param basis: ``statutory``, ``scale``, ``actual_cost``, ``none``, or ``forbidden``:
        such a notice may not be sent
    :param is_signalled: announced, and not known to be in force: nothing is decided by
        it, but a person is asked
    :param amount: the highest fee when the basis is statutory
    :param scale: bands in rising order when the basis is a scale
    :param scale_min: the least that a scale gives
    :param scale_max: the most that it gives
    :param max_count: number of fees for one claim (None: no limit)
    :param count_months: months after the last letter with a fee from which they are
        counted anew (0: never)
    :param count_shared: True: fees of other kinds of notices count too
    :param first_after_days: days after the due date before the first fee
    :param spacing_days: days between a letter and the next one with a fee
    :param careful_spacing_days: the careful reading of it, for a warning
    :param after_deadline: the deadline of the letter before must have been missed
    :param after_final_notice: the deadline of a final notice must have been missed
    :param free_notices: number of letters that must go before, without a fee
    :param after_free_deadline: and whose deadline must have been missed
    :param requires_agreement: only when agreed no later than when the debt arose
    :param deadline_days: the shortest deadline that the notice may give, from sending
    :param deadline_banking_days: banking days that it must leave after receipt
    :param guessed: names of the parameters above that rest on no text that was read
    :param source: paragraph
    """

    valid_from: dt.date
    debtor: str = ALL
    kind: str = ALL
    basis: str = STATUTORY
    amount: Decimal = ZERO
    scale: tuple[Band, ...] = ()
    scale_min: Decimal = ZERO
    scale_max: Decimal | None = None
    valid_to: dt.date | None = None
    is_signalled: bool = False
    max_count: int | None = None
    count_months: int = 0
    count_shared: bool = True
    first_after_days: int = 1
    spacing_days: int = 0
    careful_spacing_days: int = 0
    after_deadline: bool = False
    after_final_notice: bool = False
    free_notices: int = 0
    after_free_deadline: bool = False
    requires_agreement: bool = False
    deadline_days: int = 0
    deadline_banking_days: int = 0
    guessed: frozenset[str] = frozenset()
    source: str = ""

    def has_ended(self, on: dt.date) -> bool:
        """Tell whether its last day has passed."""
        return self.valid_to is not None and self.valid_to < on


@dataclass(frozen=True, slots=True)
class MarginRule:
    """Which reference rate bears the interest of claims due from a day on, and what
    comes on top.

    :param valid_from: first due date for which it holds; a claim keeps it for good
    :param debtor: ``person``, ``company`` or ``all``
    :param reference: code of the reference rate
    :param points: percentage points a year on top of it
    :param source: paragraph
    :param round_up_to: the two together are rounded up to a multiple of this (0: not)
    """

    valid_from: dt.date
    debtor: str
    reference: str
    points: Decimal
    source: str = ""
    round_up_to: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class CompensationRule:
    """The lump sum for a late payment of a claim due from a day on.

    :param valid_from: first due date for which it holds
    :param debtor: ``company`` or ``all``
    :param amount: in the statute's currency, or in its own
    :param source: paragraph
    :param principal_from: the least that is owed, in the statute's currency, for it to
        hold: a law with tiers has a rule for each
    :param currency: ISO code of the amount; empty: the statute's
    """

    valid_from: dt.date
    debtor: str
    amount: Decimal
    source: str = ""
    principal_from: Decimal = ZERO
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Limitation:
    """When a claim lapses.

    :param years_person: years with a consumer (0: not known)
    :param years_company: years with anybody else (0: not known)
    :param start: ``due_date``, ``year_end`` (from the end of the year of it) or
        ``claim_date`` (from when the debt arose)
    :param broken_by: what starts a new period: ``acknowledgement``, ``part_payment``,
        ``legal_step``, ``written_demand``, ``bankruptcy_filing``
    :param source: paragraph
    """

    years_person: int
    years_company: int
    start: str = "due_date"
    broken_by: frozenset[str] = frozenset()
    source: str = ""


@dataclass(frozen=True, slots=True)
class Statute:
    """The limits of one country.

    :param code: short name (``DK``)
    :param country: ISO 3166 code of two letters, empty for the EU
    :param currency: ISO 4217 code of all amounts
    :param day_count: see ``interest.DAY_COUNTS``
    :param weekend_rule: ``shift`` or ``ignore`` a due date on a weekend or holiday
    :param compounding: ``none`` or ``yearly``
    :param payment_order: key of ``allocation.ORDERS``
    :param fee_rules: dated rules about notices
    :param margin_rules: dated rules about interest
    :param compensation_rules: dated lump sums
    :param compensation_includes_fees: the lump sum and the fees count against each
        other
    :param consumer_margin_fixed: no interest over the statutory margin from a consumer
    :param post_days: days that a letter is taken to need
    :param limitation: None when not known
    :param rate_choice: ``each_day``: a day bears the rate that is in force on it;
        ``payment_day``: all days bear that of the day of payment
    :param convert_on: which day's exchange rate a lump sum takes: ``notice_day``,
        ``due_date``, ``month_end_before_due`` or ``half_year_before_due``
    :param reviewed_until: the last day for which somebody has read these rules; None:
        nobody said
    :param answer_days: days in which a customer's question wants an answer (0: not
        said)
    :param doubts: what is contested or only recalled, in words
    :param sources: short names of the sources
    """

    code: str
    country: str
    currency: str
    day_count: str = "actual/actual"
    weekend_rule: str = "shift"
    compounding: str = "none"
    payment_order: str = "principal_first"
    fee_rules: tuple[FeeRule, ...] = ()
    margin_rules: tuple[MarginRule, ...] = ()
    compensation_rules: tuple[CompensationRule, ...] = ()
    compensation_includes_fees: bool = True
    consumer_margin_fixed: bool = True
    post_days: int = 0
    limitation: Limitation | None = None
    rate_choice: str = EACH_DAY
    convert_on: str = NOTICE_DAY
    reviewed_until: dt.date | None = None
    answer_days: int = 0
    doubts: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    @property
    def converts_by_item(self) -> bool:
        """Whether a lump sum takes another exchange rate than the fees of a notice."""
        return self.convert_on != NOTICE_DAY or any(
            rule.currency not in ("", self.currency) for rule in self.compensation_rules
        )

    def conversion_day(self, due_date: dt.date, notice_day: dt.date) -> dt.date:
        """Return the day whose exchange rate a lump sum takes."""
        if self.convert_on == DUE_DATE:
            return due_date
        if self.convert_on == MONTH_END_BEFORE_DUE:
            return due_date.replace(day=1) - dt.timedelta(days=1)
        if self.convert_on == HALF_YEAR_BEFORE_DUE:
            return due_date.replace(month=7 if due_date.month > 6 else 1, day=1)
        return notice_day

    def fee_rule(
        self, debtor: str, on: dt.date, kind: str = REMINDER
    ) -> FeeRule | None:
        """Return the rule for a notice sent on a day: the most specific one, then the
        latest. One that has ended is returned only when nothing follows it.
        """
        kinds = (kind, ALL) if kind in LETTERS else (kind,)
        rules = [
            rule
            for rule in self.fee_rules
            if rule.kind in kinds and not rule.is_signalled
        ]
        return _in_force(rules, debtor, on)

    def signalled_rule(
        self, debtor: str, on: dt.date, kind: str = REMINDER
    ) -> FeeRule | None:
        """Return an announced rule that would hold for a notice sent on a day, or
        None: nobody knows yet whether it is in force.
        """
        kinds = (kind, ALL) if kind in LETTERS else (kind,)
        rules = [
            rule for rule in self.fee_rules if rule.kind in kinds and rule.is_signalled
        ]
        rule = _in_force(rules, debtor, on) if rules else None
        return rule if rule and not rule.has_ended(on) else None

    def coming_ban(
        self, debtor: str, on: dt.date, kind: str = REMINDER
    ) -> FeeRule | None:
        """Return the rule by which such a notice will not be allowed, from a later day
        on or announced; None: there is none.
        """
        kinds = (kind, ALL) if kind in LETTERS else (kind,)
        bans = [
            rule
            for rule in self.fee_rules
            if rule.basis == FORBIDDEN
            and rule.kind in kinds
            and rule.debtor in (debtor, ALL)
            and (rule.is_signalled or rule.valid_from > on)
            and not rule.has_ended(on)
        ]
        return min(bans, key=lambda rule: rule.valid_from, default=None)

    def plan_fee(self, debtor: str, on: dt.date) -> Decimal:
        """Return the highest fee of a payment plan agreed on a day, by the same rank of
        rules. A rule for notices of any kind allows none.
        """
        rule = self.fee_rule(debtor, on, PLAN)
        return ZERO if rule is None or rule.has_ended(on) else rule.amount

    def margin_rule(self, debtor: str, due_date: dt.date) -> MarginRule | None:
        """Return the rule for the interest of a claim due on a day, or None: it bears
        none.
        """
        return _in_force(self.margin_rules, debtor, due_date)

    def compensation_rule(
        self, debtor: str, due_date: dt.date, principal: Decimal | None = None
    ) -> CompensationRule | None:
        """Return the lump sum of a claim due on a day, or None: there is none.

        :param principal: what was owed, in the statute's currency, for laws with tiers
            (None: their lowest)
        """
        rules = self.compensation_rules
        rule = _in_force(rules, debtor, due_date)
        if rule is None or not any(one.principal_from for one in rules):
            return rule
        owed = principal or ZERO
        tiers = [
            one
            for one in rules
            if (one.debtor, one.valid_from) == (rule.debtor, rule.valid_from)
            and one.principal_from <= owed
        ]
        return max(tiers, key=lambda one: one.principal_from, default=None)


class _Dated(Protocol):
    @property
    def valid_from(self) -> dt.date: ...
    @property
    def debtor(self) -> str: ...


_Rule = TypeVar("_Rule", bound=_Dated)


def _in_force(rules: Iterable[_Rule], debtor: str, on: dt.date) -> _Rule | None:
    """Pick, of the rules that hold for a debtor on a day, the most specific one, then
    the latest.
    """
    found = [
        rule for rule in rules if rule.debtor in (debtor, ALL) and rule.valid_from <= on
    ]

    def rank(rule: _Rule) -> tuple[bool, bool, bool, dt.date]:
        end: dt.date | None = getattr(rule, "valid_to", None)
        return (
            end is None or end >= on,
            rule.debtor != ALL,
            getattr(rule, "kind", ALL) != ALL,
            rule.valid_from,
        )

    return max(found, key=rank, default=None)


def parse_scale(text: str) -> tuple[Band, ...]:
    """Read a scale such as ``2500: 15; 5000: 10; 0.5``.

    Each band but the last is ``sum: percent``, sums rising; the last may be a
    percentage alone, for all that is above. ``500: 30+10`` is a band in which the
    costs begin with 30.

    :raise StatuteError: ``scale``
    """
    bands: list[Band] = []
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        up_to, _colon, costs = part.rpartition(":")
        base, _plus, percent = costs.rpartition("+")
        try:
            band = Band(
                Decimal(up_to.strip()) if up_to else None,
                Decimal(percent.strip()),
                Decimal(base.strip()) if base else None,
            )
        except InvalidOperation as error:
            raise StatuteError("scale", text=text) from error
        before = bands[-1].up_to if bands else ZERO
        if (
            before is None
            or (band.up_to is not None and band.up_to <= before)
            or band.percent < 0
            or (band.base or ZERO) < 0
        ):
            raise StatuteError("scale", text=text)
        bands.append(band)
    return tuple(bands)


def limitation_date(
    statute: Statute,
    debtor: str,
    due_date: dt.date,
    *,
    claim_date: dt.date | None = None,
    interruptions: Iterable[tuple[dt.date, str]] = (),
) -> dt.date | None:
    """Return the day on which a claim lapses, or None when the statute does not say.

    A weekend is not taken into account (that would only move it later), nor is a longer
    period after a judgment or a written acknowledgement.

    :param due_date: day on which the claim was due
    :param claim_date: day on which it arose (the invoice date), for statutes that count
        from it
    :param interruptions: (day, what happened); what does not break the period there is
        passed over
    """
    limitation = statute.limitation
    if limitation is None:
        return None
    years = limitation.years_person if debtor == PERSON else limitation.years_company
    if not years:
        return None
    start = (claim_date or due_date) if limitation.start == "claim_date" else due_date
    broken = [
        day
        for day, what in interruptions
        if what in limitation.broken_by and day > start
    ]
    start = max([start, *broken])
    if limitation.start == "year_end" and not broken:
        start = dt.date(start.year, 12, 31)
    # 29 February becomes the 28th where there is none.
    lapsed: dt.date = start + relativedelta(years=years)
    return lapsed
