"""What every publisher of rates is to the daily look. Nothing here knows records."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from odoo.addons.payment_reminders.http import Answer, Door, Outcome

#: A day and what the series was on it.
Observation = tuple[dt.date, Decimal]
#: What stands where there is no value.
MISSING = ("", ".", "..", "-", "nan")
#: A rate outside of this is no rate, whatever the answer says.
LEAST, HIGHEST = Decimal(-10), Decimal(100)
ONE_DAY = dt.timedelta(days=1)
#: A series of banking days may leave out so many days around a half-year.
FIRST_DAYS = 14


class FeedError(Exception):
    """A publisher did not answer, or with nonsense.

    :param outcome: as the door has it
    :param reason: in words
    :param pause: seconds that it wants to rest
    """

    def __init__(self, outcome: Outcome, reason: str, pause: int | None = None) -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.reason = reason
        self.pause = pause


@dataclass(frozen=True)
class Row:
    """A rate that a publisher's series says or implies.

    :param reference: code of the series of reference rates
    :param date: from which it holds
    :param percent: a year
    :param observed: the day (or month) of the observation, ISO
    :param how: how it was computed from the observation; empty: it is as published
    """

    reference: str
    date: dt.date
    percent: Decimal
    observed: str
    how: str = ""


class Feed:
    """One series of one publisher.

    :param door: the way out
    """

    #: Code, what is written as the source, the series, and the rates it speaks of.
    code = source = series = ""
    references: tuple[str, ...] = ()
    #: False: what it says is compared with what is there, and nothing is proposed.
    proposes = True

    def __init__(self, door: Door) -> None:
        self.door = door

    def fetch(self, since: dt.date) -> list[Observation]:
        """Return what the series was from a day on, oldest first.

        :raise FeedError: there is no answer that makes sense
        """
        raise NotImplementedError

    def to_rows(
        self, observations: Sequence[Observation], half_years: Iterable[dt.date]
    ) -> Iterator[Row]:
        """Yield the rates of these half-years, of which the series knows enough.

        :param half_years: their first days
        """
        raise NotImplementedError

    # -- for the feeds ----------------------------------------------------------------

    def _check(self, answer: Answer) -> None:
        """Raise when there is no good answer."""
        if answer.outcome == Outcome.OK:
            return
        outcome = answer.outcome
        if outcome == Outcome.GONE:
            outcome = Outcome.UNAVAILABLE
        raise FeedError(outcome, answer.reason, answer.pause)

    def _ask_for_csv(self, answer: Answer, delimiter: str) -> list[dict[str, str]]:
        """Return the lines of an answer in CSV, by the names of their columns.

        That a window holds nothing is told by "404" at some.
        """
        if answer.outcome == Outcome.NOT_FOUND:
            return []
        self._check(answer)
        return read_csv(answer.body, delimiter)


def nonsense(reason: str) -> FeedError:
    """Return the error of an answer that is not as documented."""
    return FeedError(Outcome.MALFORMED, reason)


def read_csv(body: bytes, delimiter: str) -> list[dict[str, str]]:
    """Return the lines of a CSV file: {name of the column in capitals: text}.

    Columns are read by name, since publishers move them. A mark of the order of bytes
    before the first name is none of it.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise nonsense("not UTF-8") from None
    if text.lstrip()[:1] in ("<", "{"):
        raise nonsense("no CSV")
    lines = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        rows = [line for line in lines if any(line)]
    except csv.Error:
        raise nonsense("no CSV") from None
    if not rows:
        return []
    names = [name.strip().strip('"').upper() for name in rows[0]]
    return [dict(zip(names, line, strict=False)) for line in rows[1:]]


def take(line: dict[str, str], name: str) -> str:
    """Return the text of a column that has to be there."""
    if name not in line:
        raise nonsense(f"no column {name}")
    return line[name].strip()


def read_percent(value: object) -> Decimal | None:
    """Return a percentage, with point or comma; None where there is no value.

    :raise FeedError: it is no percentage
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise nonsense("no percentage")
    text = str(value).strip().replace("\N{MINUS SIGN}", "-").replace(",", ".")
    if text.lower() in MISSING:
        return None
    try:
        percent = Decimal(text)
    except InvalidOperation:
        raise nonsense("no percentage") from None
    if not percent.is_finite() or not LEAST <= percent <= HIGHEST:
        raise nonsense("no percentage")
    return percent


def read_day(text: object) -> dt.date:
    """Return the day of an ISO date.

    :raise FeedError: it is none
    """
    if not isinstance(text, str):
        raise nonsense("no date")
    try:
        return dt.date.fromisoformat(text.strip()[:10])
    except ValueError:
        raise nonsense("no date") from None


def collect(pairs: Iterable[tuple[dt.date, Decimal | None]]) -> list[Observation]:
    """Return the observations that have a value, oldest first.

    :raise FeedError: a day has two values
    """
    found: dict[dt.date, Decimal] = {}
    for day, percent in pairs:
        if percent is None:
            continue
        if found.setdefault(day, percent) != percent:
            raise nonsense("two values for one day")
    return sorted(found.items())


def find_last(observations: Sequence[Observation], on: dt.date) -> Observation | None:
    """Return the observation with the latest day up to ``on``."""
    return max((one for one in observations if one[0] <= on), default=None)


def is_banking_day(day: dt.date) -> bool:
    """Tell whether a first day of a half-year may have a value of its own."""
    return day.weekday() < 5 and (day.month, day.day) != (1, 1)


def format_percent(percent: Decimal) -> str:
    """Return a percentage with at least two decimals."""
    short = percent.quantize(Decimal("0.01"))
    return f"{short if short == percent else percent.normalize():f}"
