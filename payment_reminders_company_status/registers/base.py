"""What every register is to the daily check."""

from dataclasses import dataclass, field
from datetime import date

from odoo.addons.payment_reminders.rules.insolvency import (
    GONE,
    Reading,
    Status,
    classify,
)

from .door import Answer, Outcome

#: What reading an answer raises that is not as documented.
NONSENSE = (AttributeError, IndexError, KeyError, TypeError, ValueError)


@dataclass(frozen=True)
class Heard:
    """What one question about some companies brought.

    A number that is in neither brought nothing at all, which says nothing of it.

    :param outcome: of the question
    :param readings: {number: :class:`Reading`}
    :param problems: {number: outcome} where the answer about one made no sense
    :param pause: seconds that the register wants to rest
    :param reason: why there is no answer, in words, without secrets
    """

    outcome: Outcome
    readings: dict = field(default_factory=dict)
    problems: dict = field(default_factory=dict)
    pause: int | None = None
    reason: str = ""


class Register:
    """One company register. Data in, data out: nothing here knows Odoo's records.

    :param door: :class:`Door`
    """

    #: Code, country, and what is written as the source of a reading.
    code = country = source = ""
    #: So many numbers go into one question.
    batch = 1
    #: Questions a minute, and a day; 0: as many as one likes.
    per_minute = 0
    per_day = 0
    #: Asked about by the test of the settings.
    probe_number = ""

    def __init__(self, door):
        self.door = door

    def look_up(self, numbers):
        """Ask about these companies.

        :param numbers: at most ``batch`` of them
        :return: :class:`Heard`
        """
        raise NotImplementedError

    # -- for the registers ------------------------------------------------------

    def read_one(self, number, answer, read):
        """Turn the answer about a single number into a :class:`Heard`.

        :param read: makes a :class:`Reading` of the data
        """
        if answer.outcome == Outcome.NOT_FOUND:
            return Heard(Outcome.OK, {number: self.missing(number)})
        if answer.outcome == Outcome.GONE:
            return Heard(Outcome.OK, {number: self.reading(number, GONE)})
        if answer.outcome != Outcome.OK:
            return self.nothing(answer)
        try:
            return Heard(Outcome.OK, {number: read(answer.data)})
        except NONSENSE as error:
            return self.nothing(malformed(error))

    def nothing(self, answer):
        """Return that an :class:`Answer` brought nothing."""
        return Heard(answer.outcome, pause=answer.pause, reason=answer.reason)

    def reading(self, number, word, since=None, remark="", status=None):
        """Return what a word says of a company."""
        return Reading(
            country=self.country,
            number=number,
            status=classify(self.country, word) if status is None else status,
            word=word,
            since=since,
            source=self.source,
            remark=remark,
        )

    def missing(self, number):
        """Return that the register does not know a number."""
        return self.reading(number, "", status=Status.NOT_FOUND)


def malformed(error):
    """Return the answer that makes no sense, without quoting it."""
    return Answer(Outcome.MALFORMED, reason=f"{type(error).__name__} in the answer")


def not_there(answer):
    """Take "404" for a wrong address where an unknown number is told otherwise."""
    if answer.outcome in (Outcome.NOT_FOUND, Outcome.GONE):
        return Answer(Outcome.UNAVAILABLE, reason=answer.reason)
    return answer


def read_date(text):
    """Return the day of an ISO date or timestamp, None of nothing.

    :raise ValueError: it is neither
    """
    return date.fromisoformat(text[:10]) if text else None
