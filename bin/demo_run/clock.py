"""Time in the demo: UTC without zone, as Odoo keeps it, and the company's own day."""

from __future__ import annotations

from datetime import date, datetime, time, timezone

import pytz

ZONE = pytz.timezone("Europe/Copenhagen")


class Clock:
    """The time of the play as long as it runs, the real one otherwise."""

    moved: datetime | None = None

    def now(self) -> datetime:
        """Return the time in UTC, without zone."""
        return self.moved or now()


def now() -> datetime:
    """Return the time in UTC, without zone."""
    return datetime.now(timezone.utc).replace(tzinfo=None)


def to_local(moment: datetime) -> datetime:
    """Return the company's wall clock at a moment.

    :param moment: UTC without zone
    """
    local = pytz.utc.localize(moment).astimezone(ZONE)
    return datetime.combine(local.date(), local.time())


def at(day: date, hour: float) -> datetime:
    """Return the moment (UTC without zone) of an hour of the company's day."""
    wall = datetime.combine(day, time(int(hour), round(hour % 1 * 60)))
    utc = ZONE.localize(wall).astimezone(pytz.utc)
    return datetime.combine(utc.date(), utc.time())
