"""The words of the registers, what they stand for, and what follows."""

from datetime import date

import pytest

from ...rules import insolvency, registration
from ...rules.insolvency import Reading, Status

#: law/README.md, section 10, word by word: what each is to do.
FREEZE, ASK, NOTHING = "freeze", "ask", "nothing"
TABLE = {
    ("DK", "UNDER KONKURS"): FREEZE,
    ("DK", "UNDER REKONSTRUKTION"): FREEZE,
    ("DK", "UNDER TVANGSOPLØSNING"): FREEZE,
    ("DK", "UNDER FRIVILLIG LIKVIDATION"): FREEZE,
    ("DK", "UNDER REASSUMERING"): FREEZE,
    ("DK", "UDEN RETSVIRKNING"): ASK,
    ("DK", "FREMTID"): ASK,
    ("DK", "TVANGSOPLØST"): FREEZE,
    ("DK", "OPLØST EFTER KONKURS"): FREEZE,
    ("DK", "OPLØST EFTER ERKLÆRING"): FREEZE,
    ("DK", "OPLØST EFTER FRIVILLIG LIKVIDATION"): FREEZE,
    ("DK", "OPLØST EFTER FUSION"): FREEZE,
    ("DK", "OPLØST EFTER SPALTNING"): FREEZE,
    ("DK", "OPLØST EFTER GRÆNSEOVERSKRIDENDE FUSION"): FREEZE,
    ("DK", "OPLØST EFTER GRÆNSEOVERSKRIDENDE HJEMSTEDSFLYTNING"): FREEZE,
    ("DK", "OPLØST"): FREEZE,
    ("DK", "SLETTET"): FREEZE,
    ("DK", "OPHØRT"): FREEZE,
    ("DK", "LUKKET"): FREEZE,
    ("DK", "NORMAL"): NOTHING,
    ("DK", "AKTIV"): NOTHING,
    ("NO", "konkurs"): FREEZE,
    ("NO", "underAvvikling"): FREEZE,
    ("NO", "underTvangsavviklingEllerTvangsopplosning"): FREEZE,
    ("NO", "slettedato"): FREEZE,
    ("SE", "KK"): FREEZE,
    ("SE", "80"): FREEZE,
    ("SE", "81"): ASK,
    ("SE", "82"): ASK,
    ("SE", "LI"): FREEZE,
    ("SE", "61"): FREEZE,
    ("SE", "78"): FREEZE,
    ("SE", "90"): FREEZE,
    ("SE", "91"): FREEZE,
    ("SE", "FUOT"): FREEZE,
    ("SE", "AVREGISTRERAD XX Fusion"): FREEZE,
    ("SE", "AVREGISTRERAD YY"): FREEZE,
    ("FI", "SANE"): FREEZE,
    ("FI", "SELTILA"): FREEZE,
    ("FI", "KONK"): FREEZE,
}


@pytest.mark.parametrize(("country", "word"), sorted(TABLE))
def test_every_status_of_the_law_does_what_it_says(country, word):
    action = insolvency.ACTIONS[insolvency.classify(country, word)]
    expected = {
        FREEZE: (insolvency.INSOLVENCY, True),
        ASK: (None, True),
        NOTHING: (None, False),
    }[TABLE[country, word]]
    assert (action.freeze, action.ask) == expected


@pytest.mark.parametrize(
    ("country", "word", "status"),
    [
        ("DK", "under konkurs", Status.BANKRUPTCY),
        ("DK", " UNDERREASUMMERING ", Status.LIQUIDATION),
        ("DK", "Under reassummering", Status.LIQUIDATION),
        ("DK", "KONKURS GENOPTAGET", Status.BANKRUPTCY),
        ("DK", "OPLØST EFTER FUSION", Status.SUCCEEDED),
        ("DK", "OPLØST EFTER SPALTNING", Status.SUCCEEDED),
        ("DK", "OMDANNET", Status.UNKNOWN),
        ("SE", "DEOT", Status.SUCCEEDED),
        ("SE", "ZZ", Status.UNKNOWN),
        ("FI", "XYZ", Status.UNKNOWN),
        ("GB", "voluntary-arrangement", Status.RESTRUCTURING),
        ("GB", "in-space", Status.UNKNOWN),
        ("DE", "aktiv", Status.UNKNOWN),
        ("NO", "", Status.UNKNOWN),
        ("NO", insolvency.GONE, Status.REMOVED),
    ],
)
def test_words(country, word, status):
    assert insolvency.classify(country, word) == status


def test_the_unknown_freezes_and_is_not_taken_for_insolvent():
    for status in (Status.UNKNOWN, Status.REMOVED):
        assert insolvency.ACTIONS[status].freeze == insolvency.STATUS_UNKNOWN
        assert insolvency.ACTIONS[status].ask
        assert not insolvency.is_good(status)


def test_the_gravest_of_several_counts():
    day = date(2026, 9, 21)
    found = insolvency.gravest("SE", [("OM", None), ("KK", day), ("LI", None)])
    assert found == (Status.BANKRUPTCY, "KK", day)
    assert insolvency.gravest("SE", []) is None
    assert insolvency.gravest("SE", [("AKTIV", None), ("ZZ", None)])[0] == "unknown"


@pytest.mark.parametrize(
    ("heard", "known", "status"),
    [
        (Status.NOT_FOUND, None, Status.NOT_FOUND),
        (Status.NOT_FOUND, Status.NOT_FOUND, Status.NOT_FOUND),
        (Status.NOT_FOUND, Status.ACTIVE, Status.REMOVED),
        (Status.NOT_FOUND, Status.REMOVED, Status.REMOVED),
        (Status.ACTIVE, Status.BANKRUPTCY, Status.ACTIVE),
        (Status.REMOVED, None, Status.REMOVED),
    ],
)
def test_a_number_that_was_known_has_vanished(heard, known, status):
    assert insolvency.reconsider(heard, known) == status


def test_what_a_person_decides_about():
    first = Reading("DK", "12345674", Status.BANKRUPTCY, "UNDER KONKURS", None, "CVR")
    again = Reading("DK", "12345674", Status.BANKRUPTCY, "underkonkurs", None, "CVR")
    later = Reading(
        "DK", "12345674", Status.BANKRUPTCY, "UNDERKONKURS", date(2026, 9, 15), "CVR"
    )
    assert first.key == again.key
    assert first.key != later.key


@pytest.mark.parametrize(
    ("age", "limit", "stale"),
    [(None, 7, False), (8, None, False), (7, 7, False), (8, 7, True), (1, 0, True)],
)
def test_age_of_a_check(age, limit, stale):
    assert insolvency.is_stale(age, limit) is stale


@pytest.mark.parametrize(
    ("country", "registry", "vat", "found"),
    [
        ("DK", "12 34 56 74", None, ("DK", "12345674")),
        ("DK", None, "DK12345674", ("DK", "12345674")),
        ("DK", "12345675", "DK12345674", ("DK", "12345674")),
        ("DK", "12345675", None, None),
        ("NO", "919 781 069", None, None),
        ("NO", "974760673", None, ("NO", "974760673")),
        ("NO", None, "NO974760673MVA", ("NO", "974760673")),
        ("SE", "556703-7485", None, ("SE", "5567037485")),
        ("SE", None, "SE556703748501", ("SE", "5567037485")),
        ("SE", "811218-9876", None, None),
        ("FI", "2077474-0", None, ("FI", "2077474-0")),
        ("FI", None, "FI20774740", ("FI", "2077474-0")),
        ("GB", "445790", None, ("GB", "00445790")),
        ("GB", "sc 123456", None, ("GB", "SC123456")),
        ("GB", None, "GB999999973", None),
        ("DE", "HRB 1234", "DE136695976", None),
        ("", None, "DK12345674", ("DK", "12345674")),
        ("DK", None, None, None),
    ],
)
def test_number_to_look_up(country, registry, vat, found):
    number = registration.find(country, registry, vat, is_company=True)
    assert (number and (number.country, number.number)) == found


def test_a_person_is_never_looked_up():
    assert registration.find("DK", "12345674", "DK12345674", is_company=False) is None
