"""Norges Bank: the policy rate, beside which the ministry's decision is checked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from .base import (
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

MARGIN = Decimal(8)


class NorgesBank(Feed):
    """The rate is what the ministry decides and publishes: nothing is proposed here."""

    code = "norges_bank"
    source = "Norges Bank"
    series = "IR/B.KPRA.SD.R"
    references = ("late_payment_rate_total",)
    proposes = False

    def fetch(self, since: dt.date) -> list[Observation]:
        lines = self._ask_for_csv(
            self.door.get(
                f"/api/data/{self.series}",
                params={
                    "format": "csv",
                    "startPeriod": since.isoformat(),
                    "endPeriod": (since + dt.timedelta(days=730)).isoformat(),
                    "locale": "en",
                },
                wants="bytes",
            ),
            ";",
        )
        return collect(
            (read_day(take(line, "TIME_PERIOD")), read_percent(take(line, "OBS_VALUE")))
            for line in lines
        )

    def to_rows(
        self, observations: Sequence[Observation], half_years: Iterable[dt.date]
    ) -> Iterator[Row]:
        for first in half_years:
            found = find_last(observations, first)
            if found and observations[-1][0] >= first:
                yield Row(
                    self.references[0],
                    first,
                    found[1] + MARGIN,
                    found[0].isoformat(),
                    f"{format_percent(found[1])} + 8",
                )
