"""Statutory interest on an overdue claim: per day, piecewise, by dated reference rates.

The due day bears no interest, the day of payment does, so days = end - start, and each
day belongs to the rate that is in force on it. Interest is simple (DK, SE, NO, FI, §
289 BGB, Directive 2011/7/EU art. 2(5)); only the Netherlands add it to the principal
after each full year (art. 6:119(2) BW).
"""

from __future__ import annotations

import calendar as gregorian
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Context, Decimal

from . import allocation
from .errors import RuleError
from .statute import CONSTANT, HALF_YEAR, MONTH

ZERO = Decimal(0)
#: No interest lies nearer to half a cent than this without being it: its denominator is
#: at most that of a year, of a leap year and of the decimals of principal and rate.
NEAR = Decimal("1e-15")
WIDE = Context(prec=60)
ONE_DAY = dt.timedelta(days=1)

DAY_COUNTS = ("actual/actual", "actual/365", "actual/360", "30/360")
COMPOUNDING = ("none", "yearly")


class InterestError(RuleError):
    """Input from which no interest can be computed.

    :param code: ``not_decimal``, ``negative_principal``, ``negative_payment``,
        ``negative_costs``, ``duplicate_rate``, ``unknown_day_count`` or
        ``unknown_compounding``
    """


@dataclass(frozen=True, slots=True)
class Rate:
    """A reference rate.

    :param date: first day on which it is in force; it holds until the next one
    :param percent: percent per year, may be negative
    :param known: False: from this day on nobody knows the rate, so nothing is claimed
    """

    date: dt.date
    percent: Decimal
    known: bool = True


@dataclass(frozen=True, slots=True)
class Payment:
    """Money received for the claim.

    :param date: day of payment; that day still bears interest on the sum paid
    :param amount: in the currency of the claim, zero or more
    """

    date: dt.date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Period:
    """Interest of some days at one rate on one base: a line of the specification in the
    letter.

    :param start: the day before the first day that bears interest
    :param end: the last day that bears interest
    :param days: number of days as the day count has them
    :param rate: percent per year, reference rate and margin together
    :param base: what the interest is computed on
    :param amount: the interest, not rounded
    """

    start: dt.date
    end: dt.date
    days: int
    rate: Decimal
    base: Decimal
    amount: Decimal

    @property
    def first_day(self) -> dt.date:
        """Return the first day that bears interest."""
        return self.start + ONE_DAY


def accrue(
    principal: Decimal,
    start: dt.date,
    end: dt.date,
    rates: Sequence[Rate],
    margin: Decimal = ZERO,
    payments: Iterable[Payment] = (),
    day_count: str = "actual/actual",
    *,
    compounding: str = "none",
    order: str | Sequence[str] = "principal_first",
    costs: Decimal = ZERO,
    round_up_to: Decimal = ZERO,
) -> list[Period]:
    """Compute the interest of a claim, period by period.

    The periods stop before the first day whose rate is not known (see
    :func:`computed_until`): nothing is extrapolated, and what follows a gap can be
    claimed when the gap is filled. A payment on or before ``start`` lowers the base
    from the beginning; one that exceeds what is owed ends the interest. A total rate
    under zero counts as zero: lateness never costs the creditor.

    :param principal: what was owed on ``start``, in the currency of the claim, zero or
        more
    :param start: the due date (after the weekend rule), or the last day already
        computed
    :param end: the day of payment, or today; on or before ``start`` there is no
        interest
    :param rates: reference rates in any order, one a day
    :param margin: percentage points a year on top of the reference rate
    :param payments: in any order; several a day are one
    :param day_count: one of ``DAY_COUNTS``; actual/actual divides by 366 in leap years
        (the Norwegian rule)
    :param compounding: ``none``, or ``yearly`` on the anniversaries of ``start``
        (Netherlands); then compute from the due date always, not from the last posting
    :param order: what a payment settles first (``allocation.ORDERS``); other orders
        than principal first want the whole claim from the due date
    :param costs: fees and lump sums open before interest and principal in such an order
    :param round_up_to: rate and margin together are rounded up to a multiple of this
        (Belgium: 0.5; 0: not)
    :raise InterestError: see there
    """
    _check(principal, margin, costs, day_count, compounding)
    _decimal("round_up_to", round_up_to)
    received = _by_day(payments)
    rates = _sorted(rates)
    last = computed_until(start, end, rates)
    owed = {
        allocation.FEE: costs,
        allocation.INTEREST: ZERO,
        allocation.PRINCIPAL: principal,
    }
    for day in sorted(day for day in received if day <= start):
        _settle(owed, received[day], order)
    years = set(_anniversaries(start, last)) if compounding == "yearly" else set()
    periods: list[Period] = []
    previous = start
    for cut in _cuts(start, last, rates, received, years, day_count):
        base = owed[allocation.PRINCIPAL]
        days, denominator = _day_fraction(previous, cut, day_count)
        if base and days:
            percent = max(_rate_on(previous + ONE_DAY, rates) + margin, ZERO)
            percent = _round_up(percent, round_up_to)
            amount = base * percent * days / (100 * denominator)
            periods.append(Period(previous, cut, days, percent, base, amount))
            owed[allocation.INTEREST] += amount
        if cut in received:
            _settle(owed, received[cut], order)
        if cut in years:
            owed[allocation.PRINCIPAL] += owed[allocation.INTEREST]
            owed[allocation.INTEREST] = ZERO
        previous = cut
    return periods


def computed_until(start: dt.date, end: dt.date, rates: Sequence[Rate]) -> dt.date:
    """Return the last day for which :func:`accrue` can compute interest.

    It is ``end`` when all rates are known, the day before the first unknown day
    otherwise, and ``start`` when not even the first day has a rate. The notice prints
    it when it is before ``end``.
    """
    if end <= start:
        return start
    rates = _sorted(rates)
    first = start + ONE_DAY
    if not is_known(first, rates):
        return start
    gaps = [rate.date for rate in rates if rate.date > first and not rate.known]
    return min([end, *(day - ONE_DAY for day in gaps)])


def is_known(day: dt.date, rates: Sequence[Rate]) -> bool:
    """Tell whether a rate is known for a day."""
    in_force = [rate for rate in _sorted(rates) if rate.date <= day]
    return bool(in_force) and in_force[-1].known


def rate_on(day: dt.date, rates: Sequence[Rate]) -> Decimal | None:
    """Return the rate in force on a day, or None when it is not known."""
    rates = _sorted(rates)
    return _rate_on(day, rates) if is_known(day, rates) else None


def half_year_start(day: dt.date) -> dt.date:
    """Return 1 January or 1 July, on which the statutes of all seven jurisdictions
    reset their rates.
    """
    return dt.date(day.year, 7 if day.month > 6 else 1, 1)


def rate_start(day: dt.date, rhythm: str = HALF_YEAR) -> dt.date:
    """Return the first day of the half-year or month in which a rate of a day began."""
    return day.replace(day=1) if rhythm == MONTH else half_year_start(day)


def close_rates(rates: Sequence[Rate], rhythm: str = HALF_YEAR) -> tuple[Rate, ...]:
    """Return the rates with an unknown one where the half-year of the last one ends.

    A rate holds until the next one; after the last one nobody has looked up what the
    next half-year brings. Months likewise; what only the law changes stays open.

    :param rhythm: ``half_year``, ``month`` or ``constant``
    """
    rates = _sorted(rates)
    if not rates or not rates[-1].known or rhythm == CONSTANT:
        return rates
    start = rate_start(rates[-1].date, rhythm)
    months = start.month + (1 if rhythm == MONTH else 6)
    following = dt.date(start.year + (months > 12), (months - 1) % 12 + 1, 1)
    return (*rates, Rate(following, ZERO, known=False))


def round_money(amount: Decimal, digits: int = 2) -> Decimal:
    """Round half up (away from zero) to a number of decimals of a currency (0 for JPY,
    3 for KWD).

    Days of a year are no finite decimals: parts that make 4.625 together may be summed
    to a little less. What lies so near to a half is one.
    """
    near = amount.quantize(NEAR, rounding=ROUND_HALF_UP, context=WIDE)
    return near.quantize(
        Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP, context=WIDE
    )


def total(periods: Iterable[Period], digits: int = 2) -> Decimal:
    """Sum the unrounded interest of periods and round it once, half up.

    :param digits: number of decimals of the currency
    """
    return round_money(sum((period.amount for period in periods), ZERO), digits)


def _check(
    principal: Decimal,
    margin: Decimal,
    costs: Decimal,
    day_count: str,
    compounding: str,
) -> None:
    for name, value in (("principal", principal), ("margin", margin), ("costs", costs)):
        _decimal(name, value)
    if principal < 0:
        raise InterestError("negative_principal", principal=principal)
    if costs < 0:
        raise InterestError("negative_costs", costs=costs)
    if day_count not in DAY_COUNTS:
        raise InterestError("unknown_day_count", day_count=day_count)
    if compounding not in COMPOUNDING:
        raise InterestError("unknown_compounding", compounding=compounding)


def _decimal(name: str, value: object) -> None:
    if not isinstance(value, Decimal | int):
        raise InterestError("not_decimal", name=name, value=value)


def _sorted(rates: Sequence[Rate]) -> tuple[Rate, ...]:
    ordered = tuple(sorted(rates, key=lambda rate: rate.date))
    for before, after in zip(ordered, ordered[1:], strict=False):
        if before.date == after.date:
            raise InterestError("duplicate_rate", date=after.date)
    for rate in ordered:
        _decimal("rate", rate.percent)
    return ordered


def _by_day(payments: Iterable[Payment]) -> dict[dt.date, Decimal]:
    received: dict[dt.date, Decimal] = {}
    for payment in payments:
        _decimal("payment", payment.amount)
        if payment.amount < 0:
            raise InterestError(
                "negative_payment", date=payment.date, amount=payment.amount
            )
        if payment.amount:
            received[payment.date] = received.get(payment.date, ZERO) + payment.amount
    return received


def _settle(
    owed: dict[str, Decimal], amount: Decimal, order: str | Sequence[str]
) -> None:
    result = allocation.allocate(amount, owed, order)
    for part in result.parts:
        owed[part.owed.kind] -= part.amount


def _round_up(percent: Decimal, step: Decimal) -> Decimal:
    if step <= 0:
        return percent
    return (percent / step).to_integral_value(rounding=ROUND_CEILING) * step


def _rate_on(day: dt.date, rates: Sequence[Rate]) -> Decimal:
    return next(rate.percent for rate in reversed(rates) if rate.date <= day)


def _cuts(
    start: dt.date,
    last: dt.date,
    rates: Sequence[Rate],
    received: Iterable[dt.date],
    years: Iterable[dt.date],
    day_count: str,
) -> list[dt.date]:
    """Return the last days of the periods, in order; none when nothing is to be
    computed.
    """
    cuts = {last, *received, *years, *(rate.date - ONE_DAY for rate in rates)}
    if day_count == "actual/actual":
        cuts.update(
            dt.date(year, 12, 31)
            for year in range(start.year, last.year)
            if gregorian.isleap(year) != gregorian.isleap(year + 1)
        )
    return sorted(day for day in cuts if start < day <= last)


def _anniversaries(start: dt.date, last: dt.date) -> Iterable[dt.date]:
    for year in range(start.year + 1, last.year + 1):
        leapless = (start.month, start.day) == (2, 29) and not gregorian.isleap(year)
        yield start.replace(year=year, day=28) if leapless else start.replace(year=year)


def _day_fraction(start: dt.date, end: dt.date, day_count: str) -> tuple[int, int]:
    """Return the days that bear interest after ``start`` up to ``end``, and the days of
    their year.
    """
    if day_count == "30/360":
        return _days_30(end) - _days_30(start), 360
    days = (end - start).days
    if day_count == "actual/actual":
        return days, 366 if gregorian.isleap((start + ONE_DAY).year) else 365
    return days, int(day_count.removeprefix("actual/"))


def _days_30(day: dt.date) -> int:
    """Count days since year 0 in months of 30 days, the 31st being a second 30th
    (European 30/360).
    """
    return day.year * 360 + day.month * 30 + min(day.day, 30)
