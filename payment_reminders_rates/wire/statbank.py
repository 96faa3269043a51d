"""Statistics Denmark: the lending rate of Danmarks Nationalbank."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence

from .base import (
    Feed,
    Observation,
    Row,
    collect,
    find_last,
    is_banking_day,
    nonsense,
    read_csv,
    read_percent,
    take,
)

DAY = re.compile(r"(\d{4})M(\d{2})D(\d{2})")
#: Every variable has to be named. "OIRNAA" is the lending rate that the law means; one
#: letter away are the discount rate and the rate of certificates of deposit.
QUESTION = {
    "table": "DNRENTD",
    "format": "BULK",
    "lang": "en",
    "variables": [
        {"code": "INSTRUMENT", "values": ["OIRNAA"]},
        {"code": "LAND", "values": ["DK"]},
        {"code": "OPGOER", "values": ["E"]},
        {"code": "Tid", "values": ["*"]},
    ],
}


class StatBank(Feed):
    """The rate of a day that is no banking day is that of the last one before it."""

    code = "statbank"
    source = "Statistics Denmark / Danmarks Nationalbank"
    series = "DNRENTD OIRNAA"
    references = ("nationalbank_lending_rate",)

    def fetch(self, since: dt.date) -> list[Observation]:
        answer = self.door.post("/v1/data", json=QUESTION, wants="bytes")
        self._check(answer)
        lines = read_csv(answer.body, ";")
        return collect(
            (day, read_percent(take(line, "INDHOLD")))
            for line in lines
            if (day := read_time(take(line, "TID"))) >= since
        )

    def to_rows(
        self, observations: Sequence[Observation], half_years: Iterable[dt.date]
    ) -> Iterator[Row]:
        for first in half_years:
            found = find_last(observations, first)
            # The newest value is often missing: of a banking day its own is waited for.
            is_late = observations and observations[-1][0] >= first
            if found and (is_late or not is_banking_day(first)):
                yield Row(self.references[0], first, found[1], found[0].isoformat())


def read_time(text: str) -> dt.date:
    """Return the day of a time such as ``2026M07D01``."""
    found = DAY.fullmatch(text)
    if not found:
        raise nonsense("no date")
    try:
        return dt.date(*(int(part) for part in found.groups()))
    except ValueError:
        raise nonsense("no date") from None
