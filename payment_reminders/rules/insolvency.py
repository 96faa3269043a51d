"""What a company register says of a debtor, and what follows from it.

The words of the registers are a table here, and so is what each normal status asks
for. A word that is in no table is unknown: it is never taken for a company in good
standing, nor for an insolvent one, and a person looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from .text_enum import TextEnum


class Status(TextEnum):
    """The normal statuses, the gravest first: the gravest of several counts."""

    BANKRUPTCY = "bankruptcy"
    DISSOLVED = "dissolved"
    SUCCEEDED = "succeeded"
    LIQUIDATION = "liquidation"
    RESTRUCTURING = "restructuring"
    REMOVED = "removed"
    UNKNOWN = "unknown"
    CHANGING = "changing"
    NOT_FOUND = "not_found"
    ACTIVE = "active"


#: Freeze reasons: the register says so; the register says nothing certain.
INSOLVENCY, STATUS_UNKNOWN = "insolvency", "status_unknown"


@dataclass(frozen=True)
class Action:
    """What a status asks for.

    :param freeze: the reason for which cases are put on hold, None: they go on
    :param ask: a person is told
    """

    freeze: str | None
    ask: bool


ACTIONS: Mapping[Status, Action] = {
    Status.BANKRUPTCY: Action(INSOLVENCY, True),
    Status.DISSOLVED: Action(INSOLVENCY, True),
    Status.SUCCEEDED: Action(INSOLVENCY, True),
    Status.LIQUIDATION: Action(INSOLVENCY, True),
    Status.RESTRUCTURING: Action(INSOLVENCY, True),
    Status.REMOVED: Action(STATUS_UNKNOWN, True),
    Status.UNKNOWN: Action(STATUS_UNKNOWN, True),
    Status.CHANGING: Action(None, True),
    Status.NOT_FOUND: Action(None, True),
    Status.ACTIVE: Action(None, False),
}

#: The word under which a register's "removed" (HTTP status 410) is kept.
GONE = "410"
#: The word under which is kept that a register's entry of a company has no known form.
UNREADABLE = "?"
#: What the British register adds to a company in good standing that will be struck off
#: unless somebody objects: then all that it has falls to the Crown.
STRIKE_OFF = "active-proposal-to-strike-off"

#: {country: {word of its register in capitals, blanks left out: status}}
WORDS: Mapping[str, Mapping[str, Status]] = {
    "DK": {
        "NORMAL": Status.ACTIVE,
        "AKTIV": Status.ACTIVE,
        "UNDERKONKURS": Status.BANKRUPTCY,
        "UNDERREKONSTRUKTION": Status.RESTRUCTURING,
        "UNDERTVANGSOPLØSNING": Status.LIQUIDATION,
        "UNDERFRIVILLIGLIKVIDATION": Status.LIQUIDATION,
        # A winding-up that was closed is opened again; the register spells it both
        # ways.
        "UNDERREASSUMERING": Status.LIQUIDATION,
        "UNDERREASUMMERING": Status.LIQUIDATION,
        "UDENRETSVIRKNING": Status.CHANGING,
        "FREMTID": Status.CHANGING,
        "TVANGSOPLØST": Status.DISSOLVED,
        "OPLØSTEFTERKONKURS": Status.DISSOLVED,
        "OPLØSTEFTERERKLÆRING": Status.DISSOLVED,
        "OPLØSTEFTERFRIVILLIGLIKVIDATION": Status.DISSOLVED,
        "OPLØSTEFTERFUSION": Status.SUCCEEDED,
        "OPLØSTEFTERSPALTNING": Status.SUCCEEDED,
        "OPLØSTEFTERGRÆNSEOVERSKRIDENDEFUSION": Status.SUCCEEDED,
        "OPLØSTEFTERGRÆNSEOVERSKRIDENDESPALTNING": Status.SUCCEEDED,
        "OPLØST": Status.DISSOLVED,
        "SLETTET": Status.DISSOLVED,
        "OPHØRT": Status.DISSOLVED,
        "LUKKET": Status.DISSOLVED,
    },
    "NO": {
        "AKTIV": Status.ACTIVE,
        "KONKURS": Status.BANKRUPTCY,
        "UNDERKONKURSBEHANDLING": Status.BANKRUPTCY,
        "UNDERAVVIKLING": Status.LIQUIDATION,
        "UNDERTVANGSAVVIKLINGELLERTVANGSOPPLOSNING": Status.LIQUIDATION,
        "UNDERREKONSTRUKSJONSFORHANDLING": Status.RESTRUCTURING,
        "UNDERUTENLANDSKINSOLVENSBEHANDLING": Status.BANKRUPTCY,
        "SLETTEDATO": Status.DISSOLVED,
    },
    "SE": {
        "AKTIV": Status.ACTIVE,
        "KK": Status.BANKRUPTCY,
        "KKAV": Status.DISSOLVED,
        "LI": Status.LIQUIDATION,
        "LIAV": Status.DISSOLVED,
        "FR": Status.RESTRUCTURING,
        "AC": Status.RESTRUCTURING,
        # Mergers and splits under way: the debt goes over to somebody else.
        "FUOL": Status.SUCCEEDED,
        "FUOT": Status.SUCCEEDED,
        "DEOL": Status.SUCCEEDED,
        "DEOT": Status.SUCCEEDED,
        "GROM": Status.CHANGING,
        "OM": Status.CHANGING,
        "RES": Status.CHANGING,
        # The older numbers of the same register: struck off, restructuring opened,
        # ended and lifted, split.
        **{str(number): Status.DISSOLVED for number in range(61, 79)},
        "80": Status.RESTRUCTURING,
        "81": Status.CHANGING,
        "82": Status.CHANGING,
        "90": Status.SUCCEEDED,
        "91": Status.SUCCEEDED,
    },
    "FI": {
        "AKTIV": Status.ACTIVE,
        "KONK": Status.BANKRUPTCY,
        "SELTILA": Status.LIQUIDATION,
        "SANE": Status.RESTRUCTURING,
        "ENDDATE": Status.DISSOLVED,
        "TRADEREGISTERSTATUS4": Status.DISSOLVED,
    },
    "GB": {
        "ACTIVE": Status.ACTIVE,
        "OPEN": Status.ACTIVE,
        "REGISTERED": Status.ACTIVE,
        "LIQUIDATION": Status.LIQUIDATION,
        "RECEIVERSHIP": Status.BANKRUPTCY,
        "INSOLVENCY-PROCEEDINGS": Status.BANKRUPTCY,
        "ADMINISTRATION": Status.RESTRUCTURING,
        "VOLUNTARY-ARRANGEMENT": Status.RESTRUCTURING,
        "DISSOLVED": Status.DISSOLVED,
        "CONVERTED-CLOSED": Status.DISSOLVED,
        "CLOSED": Status.DISSOLVED,
        "REMOVED": Status.DISSOLVED,
    },
}

#: What words that are in no table may still be told by, in this order.
PARTS: Mapping[str, tuple[tuple[str, Status], ...]] = {
    "DK": (("KONKURS", Status.BANKRUPTCY),),
    "SE": (("FUSION", Status.SUCCEEDED), ("DELNING", Status.SUCCEEDED)),
}
STARTS: Mapping[str, tuple[tuple[str, Status], ...]] = {
    "DK": (
        ("OPLØST", Status.DISSOLVED),
        ("UNDERREAS", Status.LIQUIDATION),
    ),
    # Struck off, in another way than those of the table.
    "SE": (("AVREGISTRERAD", Status.DISSOLVED),),
}


@dataclass(frozen=True)
class Reading:
    """What a register said of one company.

    :param country: code of the country whose register it is
    :param number: the company's number there
    :param word: the status as the register writes it
    :param since: day from which it holds, as far as the register tells
    :param source: the register, in words that a court would understand
    :param remark: a warning of the register that changes no status
    """

    country: str
    number: str
    status: Status
    word: str
    since: date | None
    source: str
    remark: str = ""

    @property
    def key(self) -> str:
        """What a person decides about: the same words need no second decision."""
        return "|".join(
            (
                self.country,
                self.number,
                str(self.status),
                _squeeze(self.word),
                self.since.isoformat() if self.since else "",
            )
        )


def classify(country: str, word: str) -> Status:
    """Return the normal status that a register's word stands for.

    :param country: DK, NO, SE, FI or GB
    :param word: as read; capitals and blanks do not matter
    """
    known = _squeeze(word)
    if known == GONE:
        return Status.REMOVED
    if known in WORDS.get(country, {}):
        return WORDS[country][known]
    for part, status in PARTS.get(country, ()):
        if part in known:
            return status
    for start, status in STARTS.get(country, ()):
        if known.startswith(start):
            return status
    return Status.UNKNOWN


def gravest(
    country: str, found: Iterable[tuple[str, date | None]]
) -> tuple[Status, str, date | None] | None:
    """Return status, word and day of the gravest of several words; None of none."""
    order = list(Status)
    readings = [(classify(country, word), word, since) for word, since in found]
    return min(readings, key=lambda reading: order.index(reading[0]), default=None)


def reconsider(status: Status, known: Status | None) -> Status:
    """Return what a status is in the light of what was known before.

    A number that is not found is a typing error as often as a dissolution; one that
    the register knew before and does not know any more has been removed.
    """
    if status == Status.NOT_FOUND and known not in (None, Status.NOT_FOUND):
        return Status.REMOVED
    return status


def is_good(status: Status | None) -> bool:
    """Tell whether the register really said something of this company."""
    return status not in (None, Status.NOT_FOUND, Status.REMOVED, Status.UNKNOWN)


def is_grave(status: Status | None) -> bool:
    """Tell whether a register has said for certain that a debtor is in trouble."""
    return status is not None and ACTIONS[status].freeze == INSOLVENCY


def is_stale(age_days: int | None, limit_days: int | None) -> bool:
    """Tell whether the last good check is too old to go on.

    :param age_days: days since it, None: this customer is not looked up
    :param limit_days: so many are fine, None: the company goes on in any case
    """
    return age_days is not None and limit_days is not None and age_days > limit_days


def _squeeze(word: str) -> str:
    """Return a word in capitals and without blanks, as the tables have it."""
    return "".join(word.split()).upper()
