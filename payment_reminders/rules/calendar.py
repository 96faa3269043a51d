"""Business days, banking days and sending hours of one country.

Public holidays come from the ``holidays`` package and are kept per country and year, so
a calendar can be asked thousands of times. A country that the package does not know
has weekends only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import Protocol

import holidays
from dateutil.easter import easter  # type: ignore[import-untyped,unused-ignore]

from .errors import RuleError

ONE_DAY = timedelta(days=1)
SATURDAY = 5

#: Days (month, day) on which banks are closed although the law names no public holiday.
BANKS_CLOSED: dict[str, tuple[tuple[int, int], ...]] = {
    "DK": ((6, 5), (12, 24), (12, 31)),
    "NO": ((12, 24), (12, 31)),
}

#: Countries whose transfers follow the closing days of the euro payment system.
EURO_COUNTRIES = frozenset(
    "AT BE CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK".split()
)


class Zone(Protocol):
    """A time zone, as the library that Odoo uses has them."""

    def fromutc(self, dt: datetime) -> datetime: ...
    def localize(self, dt: datetime) -> datetime: ...


class CalendarError(RuleError):
    """A calendar that cannot work.

    :param code: what is wrong: ``hours`` (the day of sending would be empty) or
        ``negative_days``
    """


@lru_cache(maxsize=4096)
def bank_holidays(country: str, subdivision: str, year: int) -> frozenset[date]:
    """Return the days of a year on which banks are closed, weekends left out.

    These are the public holidays, the weekdays to which some countries move those of a
    weekend, and the days that are treated like one: in Denmark 5
    June, 24 and 31 December and the Friday after Ascension Day (so the central bank
    lists them; Great Prayer Day is an ordinary day since 2024), in Sweden the eves of
    midsummer, Christmas and New Year, in Norway 24 and 31 December as a careful guess,
    in the euro area also the closing days of its payment system.

    :param country: ISO 3166 code of two letters; empty or unknown: no holidays
    :param subdivision: code of a part of the country, as the ``holidays`` package
        spells it; one that it does not know counts as none
    :param year: calendar year
    """
    days = set(_public_holidays(country, subdivision, year))
    days.update(date(year, month, day) for month, day in BANKS_CLOSED.get(country, ()))
    if country == "DK":
        days.add(easter(year) + timedelta(days=40))
    if country in EURO_COUNTRIES:
        days.update(holidays.financial_holidays("ECB", years=year, observed=False))
    return frozenset(days)


def _public_holidays(country: str, subdivision: str, year: int) -> Iterable[date]:
    if not country:
        return ()
    categories = ("public", "de_facto") if country == "SE" else None
    for part in (subdivision or None, None):
        try:
            found = holidays.country_holidays(
                country, subdiv=part, years=year, observed=True, categories=categories
            )
        except NotImplementedError:
            continue
        return tuple(found)
    return ()


@lru_cache(maxsize=4096)
def get_calendar(
    country: str, closed_days: frozenset[date], hour_from: float, hour_to: float
) -> Calendar:
    """Return the :class:`Calendar` of these; thousands of notices share a few."""
    return Calendar(
        country=country, closed_days=closed_days, hour_from=hour_from, hour_to=hour_to
    )


@dataclass(frozen=True, slots=True)
class Calendar:
    """When a company may send to a country, and when a payer there can pay.

    :param country: ISO 3166 code of two letters, or empty for weekends only
    :param subdivision: code of a part of the country (a German Land), or empty
    :param closed_days: days on which the company itself sends nothing
    :param hour_from: local hour from which sending is allowed (8.5 is half past eight)
    :param hour_to: local hour at which it ends (17.0: nothing from five o'clock on)
    :raise CalendarError: ``hours``, when the hours leave no time to send
    """

    country: str = ""
    subdivision: str = ""
    closed_days: frozenset[date] = frozenset()
    hour_from: float = 8.0
    hour_to: float = 17.0

    def __post_init__(self) -> None:
        if not 0 <= self.hour_from < self.hour_to <= 24:
            raise CalendarError("hours", hour_from=self.hour_from, hour_to=self.hour_to)

    # -- days --------------------------------------------------------------------------
    # ------------

    def is_banking_day(self, day: date) -> bool:
        """Tell whether banks of the country are open: no weekend, no holiday, no
        closing day of theirs.
        """
        return day.weekday() < SATURDAY and day not in bank_holidays(
            self.country, self.subdivision, day.year
        )

    def next_banking_day(self, day: date) -> date:
        """Return the day itself when banks are open, else the first day after it on
        which they are.
        """
        while not self.is_banking_day(day):
            day += ONE_DAY
        return day

    def add_banking_days(self, day: date, n: int) -> date:
        """Return the n-th banking day after a day; the day itself is not counted.

        :param n: number of banking days; 0 gives ``next_banking_day(day)``
        :raise CalendarError: ``negative_days``
        """
        if n < 0:
            raise CalendarError("negative_days", days=n)
        day = day if n else self.next_banking_day(day)
        for _step in range(n):
            day = self.next_banking_day(day + ONE_DAY)
        return day

    def is_business_day(self, day: date) -> bool:
        """Tell whether the company may send: a banking day on which it is not closed
        itself.
        """
        return day not in self.closed_days and self.is_banking_day(day)

    def next_business_day(self, day: date) -> date:
        """Tell whether the company may send: banks are open, it is not closed."""
        while not self.is_business_day(day):
            day += ONE_DAY
        return day

    # -- hours -------------------------------------------------------------------------
    # ------------

    def is_sending_time(self, local: datetime) -> bool:
        """Tell whether a notice may leave at a moment.

        :param local: wall clock of the receiver, without time zone
        """
        return self.hour_from <= _hours(local) < self.hour_to and self.is_business_day(
            local.date()
        )

    def next_sending_time(self, local: datetime) -> datetime:
        """Return the moment itself when a notice may leave then, else the first moment
        after it.

        :param local: wall clock of the receiver, without time zone
        """
        if self.is_sending_time(local):
            return local
        day = local.date()
        if _hours(local) >= self.hour_from:
            day += ONE_DAY
        return datetime.combine(self.next_business_day(day), _time(self.hour_from))

    def first_moment(self, since: datetime, zone: Zone) -> datetime:
        """Return the first moment from one on at which a notice may leave.

        :param since: UTC without zone, as the result
        :param zone: of whoever gets it
        """
        local = zone.fromutc(since).replace(tzinfo=None)
        free = self.next_sending_time(local)
        if free == local:
            return since
        return zone.localize(free).astimezone(timezone.utc).replace(tzinfo=None)

    # -- due dates and deadlines
    # -------------------------------------------------------------------

    def effective_due_date(self, due_date: date, weekend_rule: str) -> date:
        """Return the last day on which a payment is in time.

        Debt-instrument law of SE, NO and FI and § 193 BGB move a due date on a weekend
        or holiday to the next working day; Denmark has no rule for invoices, hence the
        setting.

        :param weekend_rule: ``shift`` or ``ignore``, as the jurisdiction says
        """
        return self.next_banking_day(due_date) if weekend_rule == "shift" else due_date

    def deadline(
        self, sent_on: date, days: int, *, banking_days: int = 0, post_days: int = 0
    ) -> date:
        """Return the last day to pay that a notice gives; never on a weekend or
        holiday.

        :param sent_on: day of sending, from which the deadline counts
        :param days: calendar days from sending
        :param banking_days: banking days that must be left after receipt (Sweden: 4)
        :param post_days: calendar days that a letter is taken to need until receipt
        """
        last = sent_on + timedelta(days=days + post_days)
        if banking_days:
            received = sent_on + timedelta(days=post_days)
            last = max(last, self.add_banking_days(received, banking_days))
        return self.next_banking_day(last)


def _hours(moment: datetime) -> float:
    return moment.hour + moment.minute / 60 + moment.second / 3600


def _time(hours: float) -> time:
    minutes = round(hours * 60)
    return time(minutes // 60, minutes % 60)
