"""The days of the play: when it begins, and which of its days are business days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from odoo.addons.payment_reminders.rules.calendar import Calendar

LENGTH = 45
ONE_DAY = timedelta(days=1)
CALENDAR = Calendar("DK")


@dataclass(frozen=True)
class Days:
    """45 days up to today.

    ``last`` is the last business day, today if it is one: what the queue shows at
    the end was proposed then.
    """

    today: date

    @property
    def first(self) -> date:
        """The day on which the play begins."""
        return self.today - timedelta(days=LENGTH)

    @property
    def last(self) -> date:
        """The last business day."""
        return business_day_before(self.today + ONE_DAY)

    def number(self, offset: int) -> date:
        """Return the day that many days after the first."""
        return self.first + timedelta(days=offset)

    def before_last(self, count: int) -> date:
        """Return the business day that many business days before the last."""
        day = self.last
        for _step in range(count):
            day = business_day_before(day)
        return day

    def __iter__(self) -> Iterator[date]:
        return (self.number(offset) for offset in range(LENGTH + 1))


def is_business_day(day: date) -> bool:
    """Tell whether the company works on a day."""
    return bool(CALENDAR.is_business_day(day))


def business_day(day: date) -> date:
    """Return the day itself if the company works, else the next such day."""
    while not is_business_day(day):
        day += ONE_DAY
    return day


def business_day_before(day: date) -> date:
    """Return the last business day before a day."""
    day -= ONE_DAY
    while not is_business_day(day):
        day -= ONE_DAY
    return day
