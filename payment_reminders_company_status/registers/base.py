"""What every register is to the daily check."""

import unicodedata
from dataclasses import dataclass, field
from datetime import date

from odoo.addons.payment_reminders.http import Answer, Outcome
from odoo.addons.payment_reminders.rules.insolvency import (
    GONE,
    UNREADABLE,
    Reading,
    Status,
    classify,
)

#: What reading an answer raises that is not as documented.
NONSENSE = (AttributeError, IndexError, KeyError, TypeError, ValueError)


class Unreadable(ValueError):
    """A part of what is said of a company has no form that is known.

    :param part: its name in the answer
    """

    def __init__(self, part):
        super().__init__(part)
        self.part = part


class NotSaid(ValueError):
    """The answer says of itself that it is none: a source is down, another company."""


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

    def understand(self, number, read, company):
        """Return what ``read`` makes of the entry of this company, whole or not at all.

        The register knows the company and says something of it that cannot be read:
        that is never good news. The status is unknown then, and a person looks.

        :param read: makes a :class:`Reading` of number and entry
        """
        try:
            return read(number, company)
        except NotSaid:
            raise
        except NONSENSE as error:
            return self.reading(
                number,
                UNREADABLE,
                remark=getattr(error, "part", "") or type(error).__name__,
                status=Status.UNKNOWN,
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
    """Return the day of an ISO date or timestamp, None of null or an empty text.

    :raise TypeError: it is no text, not even when it counts as false
    :raise ValueError: it is neither
    """
    if text is None or text == "":
        return None
    if not isinstance(text, str):
        raise TypeError("no date")
    return date.fromisoformat(text[:10])


def take(entry, name, kind, optional=False):
    """Return a part of an entry that has to be there and to be of a kind, or null.

    Capitals, accents and underscores in its name do not matter: registers have
    misspelled their own, and what is not found is never good news.

    :param kind: type, or a tuple of types; null is accepted beside it
    :param optional: it may be left out, as null
    :raise Unreadable: it is not there, is there twice, or is something else
    """
    if not isinstance(entry, dict):
        raise Unreadable(name)
    values = [value for key, value in entry.items() if spell(key) == spell(name)]
    said = [value for value in values if value is not None]
    if len(said) > 1 or not (values or optional):
        raise Unreadable(name)
    value = said[0] if said else None
    # A truth value is an ``int`` to Python, and no number to anybody else.
    if said and (
        not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool)
    ):
        raise Unreadable(name)
    return value


def spell(key):
    """Return a name in small letters, without accents and underscores."""
    plain = unicodedata.normalize("NFKD", key.lower())
    return "".join(sign for sign in plain if sign.isalnum())
