"""Sveriges Riksbank: the reference rate of the Interest Act."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from .base import (
    FIRST_DAYS,
    Feed,
    Observation,
    Row,
    collect,
    nonsense,
    read_day,
    read_percent,
)

NO_CONTENT = 204


class Riksbank(Feed):
    """The value of the first banking day holds from the first day of the half-year."""

    code = "riksbank"
    source = "Sveriges Riksbank"
    #: One letter away is the policy rate, which is another one.
    series = "SECBREFEFF"
    references = ("riksbank_reference_rate",)

    def fetch(self, since: dt.date) -> list[Observation]:
        until = since + dt.timedelta(days=730)
        answer = self.door.get(
            f"/swea/v1/Observations/{self.series}/{since.isoformat()}"
            f"/{until.isoformat()}"
        )
        if answer.status == NO_CONTENT:
            return []
        self._check(answer)
        found = answer.data
        # The newest alone comes as one object.
        found = [found] if isinstance(found, dict) else found
        if not isinstance(found, list) or not all(isinstance(o, dict) for o in found):
            raise nonsense("no list")
        return collect(
            (read_day(one.get("date")), read_percent(one.get("value"))) for one in found
        )

    def to_rows(
        self, observations: Sequence[Observation], half_years: Iterable[dt.date]
    ) -> Iterator[Row]:
        for first in half_years:
            last = first + dt.timedelta(days=FIRST_DAYS)
            found = min(
                (one for one in observations if first <= one[0] <= last), default=None
            )
            if found:
                yield Row(self.references[0], first, found[1], found[0].isoformat())
