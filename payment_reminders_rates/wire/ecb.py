"""European Central Bank: the main refinancing rate, and what laws make of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from decimal import ROUND_CEILING, Decimal

from .base import (
    ONE_DAY,
    Feed,
    Observation,
    Row,
    collect,
    find_last,
    format_percent,
    read_day,
    read_percent,
    take,
)

HALF = Decimal("0.5")
DUTCH_MARGIN = Decimal(8)
#: The German base rate has moved with the ECB rate for good, this far below it.
GERMAN_DISTANCE = Decimal("0.88")
#: The Austrian base rate moves only when the ECB rate has moved by half a point since
#: it moved last: on this day, to this ECB rate, this far above the base rate.
AUSTRIAN_MOVE = (dt.date(2025, 6, 11), Decimal("2.15"))
AUSTRIAN_DISTANCE = Decimal("0.62")
#: Only days of change are in the series, and a window may hold none.
YEARS_BACK = 10


class Ecb(Feed):
    """The series holds the days of change; each value holds to the next."""

    code = "ecb"
    source = "European Central Bank"
    series = "FM/B.U2.EUR.4F.KR.MRR_FR.LEV"
    references = (
        "ecb_main_refinancing_rate",
        "viitekorko",
        "wettelijke_handelsrente_total",
        "basiszinssatz",
        "at_basiszinssatz",
    )

    def fetch(self, since: dt.date) -> list[Observation]:
        start = dt.date(since.year - YEARS_BACK, 1, 1)
        lines = self._ask_for_csv(
            self.door.get(
                f"/service/data/{self.series}",
                params={"format": "csvdata", "startPeriod": start.isoformat()},
                wants="bytes",
            ),
            ",",
        )
        return collect(
            (read_day(take(line, "TIME_PERIOD")), read_percent(take(line, "OBS_VALUE")))
            for line in lines
        )

    def to_rows(
        self, observations: Sequence[Observation], half_years: Iterable[dt.date]
    ) -> Iterator[Row]:
        for first in half_years:
            if found := find_last(observations, first):
                yield from self._derive(first, *found)
            if found := find_last(observations, first - ONE_DAY):
                yield self._round_up(first, *found)
            if move := find_austrian_move(observations, first):
                yield self._take_austrian(first, *move)

    def _derive(self, first: dt.date, day: dt.date, percent: Decimal) -> Iterator[Row]:
        yield Row("ecb_main_refinancing_rate", first, percent, day.isoformat())
        yield Row(
            "wettelijke_handelsrente_total",
            first,
            percent + DUTCH_MARGIN,
            day.isoformat(),
            f"{format_percent(percent)} + 8",
        )
        yield Row(
            "basiszinssatz",
            first,
            percent - GERMAN_DISTANCE,
            day.isoformat(),
            f"{format_percent(percent)} - {GERMAN_DISTANCE}",
        )

    def _round_up(self, first: dt.date, day: dt.date, percent: Decimal) -> Row:
        """Return the Finnish reference rate: the last rate before the half-year."""
        rounded = round_up(percent)
        how = f"{format_percent(percent)} -> {format_percent(rounded)} (0.5)"
        return Row("viitekorko", first, rounded, day.isoformat(), how)

    def _take_austrian(self, first: dt.date, day: dt.date, percent: Decimal) -> Row:
        return Row(
            "at_basiszinssatz",
            first,
            percent - AUSTRIAN_DISTANCE,
            day.isoformat(),
            f"{format_percent(percent)} - {AUSTRIAN_DISTANCE} (>= 0.5)",
        )


def round_up(percent: Decimal) -> Decimal:
    """Round up to the next half point."""
    return (percent / HALF).to_integral_value(ROUND_CEILING) * HALF


def find_austrian_move(
    observations: Sequence[Observation], on: dt.date
) -> Observation | None:
    """Return the day on which the Austrian base rate moved last, and the ECB rate then.

    A move of the ECB of less than half a point waits until several make it up.
    """
    moved, level = AUSTRIAN_MOVE
    if on < moved or not find_last(observations, on):
        return None
    for day, percent in observations:
        if moved < day <= on and abs(percent - level) >= HALF:
            moved, level = day, percent
    return moved, level
