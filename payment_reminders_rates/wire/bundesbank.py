"""Deutsche Bundesbank: the base rate of § 247 BGB."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence

from .base import (
    Feed,
    Observation,
    Row,
    collect,
    format_percent,
    nonsense,
    read_percent,
    take,
)
from .ecb import GERMAN_DISTANCE

MONTH = re.compile(r"(\d{4})-(\d{2})")


class Bundesbank(Feed):
    """Values of the ends of months: that of January or July is the half-year's."""

    code = "bundesbank"
    source = "Deutsche Bundesbank"
    #: "BBKBAS1" ended in 2001.
    series = "BBIN1/M.DE.BBK.BBKBAS2.EUR.ME"
    references = ("basiszinssatz", "ecb_main_refinancing_rate")

    def fetch(self, since: dt.date) -> list[Observation]:
        lines = self._ask_for_csv(
            self.door.get(
                f"/rest/data/{self.series}",
                params={"startPeriod": f"{since:%Y-%m}"},
                headers={"Accept": "text/csv"},
                wants="bytes",
            ),
            ";",
        )
        return collect(
            (
                read_month(take(line, "TIME_PERIOD")),
                read_percent(take(line, "OBS_VALUE")),
            )
            for line in lines
        )

    def to_rows(
        self, observations: Sequence[Observation], half_years: Iterable[dt.date]
    ) -> Iterator[Row]:
        values = dict(observations)
        for first in half_years:
            percent = values.get(first)
            if percent is None:
                continue
            yield Row("basiszinssatz", first, percent, f"{first:%Y-%m}")
            yield Row(
                "ecb_main_refinancing_rate",
                first,
                percent + GERMAN_DISTANCE,
                f"{first:%Y-%m}",
                f"{format_percent(percent)} + {GERMAN_DISTANCE}",
            )


def read_month(text: str) -> dt.date:
    """Return the first day of a month such as ``2026-07``."""
    found = MONTH.fullmatch(text)
    try:
        return dt.date(int(found[1]), int(found[2]), 1) if found else _refuse()
    except ValueError:
        return _refuse()


def _refuse() -> dt.date:
    raise nonsense("no month")
