"""What customers hand in, what they say of payments, and who answers a message."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ...rules import claimed_payment, customer_input, reply
from ...rules.claimed_payment import Finding, Receipt, Statement
from ...rules.customer_input import Accepted, Refused
from ...rules.reply import Reply

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20
PDF = b"%PDF-1.7\n"
DAY = date(2026, 9, 15)
STATEMENT = Statement(Decimal(400), DAY, DAY + timedelta(days=7))


# -- files and texts ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("proof.pdf", PDF, Accepted("proof.pdf", "application/pdf")),
        ("proof.exe", PNG, Accepted("proof.png", "image/png")),
        ("../../etc/passwd", PNG, Accepted("passwd.png", "image/png")),
        ("..\\..\\boot.ini", PNG, Accepted("boot.png", "image/png")),
        ("", PDF, Accepted("file.pdf", "application/pdf")),
        ("a\x00b\u202egpj.pdf", PDF, Accepted("abgpj.pdf", "application/pdf")),
        ("<script>.pdf", PDF, Accepted("script.pdf", "application/pdf")),
        ("x.pdf", b"", Refused("empty")),
        ("x.svg", b"<svg onload='alert(1)'/>", Refused("type")),
        ("x.png", b"<html><script>1</script>", Refused("type")),
        ("x.pdf", b"\n%PDF-1.7", Refused("type")),
        ("x.zip", b"PK\x03\x04", Refused("type")),
        ("x.exe", b"MZ", Refused("type")),
        ("x.gif", b"GIF89a/*<script>", Refused("type")),
    ],
)
def test_files_are_judged_by_content(name, content, expected):
    assert customer_input.judge_file(name, content) == expected


def test_large_files_are_refused():
    limit = customer_input.MAX_FILE_SIZE
    assert isinstance(customer_input.judge_file("a", PDF.ljust(limit)), Accepted)
    too_big = customer_input.judge_file("a", PDF.ljust(limit + 1))
    assert too_big == Refused("too_big")


@given(st.text(max_size=300), st.binary(max_size=40))
def test_a_stored_name_is_harmless(name, tail):
    stored = customer_input.judge_file(name, PDF + tail)
    assert isinstance(stored, Accepted)
    assert stored.name.endswith(".pdf") and stored.name.count(".") == 1
    assert not set(stored.name) & set('/\\<>"\n\r\x00\u202e')
    assert len(stored.name) <= customer_input.MAX_NAME + 4


@given(st.text())
def test_cleaning_a_text_twice_changes_nothing(text):
    once = customer_input.clean_text(text)
    assert customer_input.clean_text(once) == once
    assert not set(once) & set("\x00\x1b\u202e\u2066\r")
    assert "\n" not in customer_input.clean_line(text)


# -- I have paid ----------------------------------------------------------------------


def receive(amount, days=0, matched=True):
    return Receipt(Decimal(amount), DAY + timedelta(days=days), matched)


@pytest.mark.parametrize(
    ("owed", "receipts", "after", "expected"),
    [
        (0, [], 0, Finding.FOUND),
        (600, [receive(400)], 0, Finding.FOUND),
        (600, [receive(100), receive(300, 2)], 3, Finding.FOUND),
        (600, [receive(400, -3)], 0, Finding.FOUND),
        (600, [receive(400, -4)], 0, Finding.WAITING),
        (600, [receive(399)], 0, Finding.WAITING),
        (600, [receive(400, matched=False)], 0, Finding.UNMATCHED),
        (600, [receive(401, matched=False)], 0, Finding.WAITING),
        (600, [receive(400, matched=False)], 9, Finding.UNMATCHED),
        (600, [], 7, Finding.WAITING),
        (600, [], 8, Finding.NOT_FOUND),
        (600, [receive(400, 9)], 9, Finding.FOUND),
    ],
)
def test_a_statement_is_compared_with_the_books(owed, receipts, after, expected):
    today = DAY + timedelta(days=after)
    found = claimed_payment.compare(STATEMENT, Decimal(owed), receipts, today)
    assert found == expected


# -- answers --------------------------------------------------------------------------

KNOWN = {"ap@nordlys.example"}


@pytest.mark.parametrize(
    ("headers", "sender", "expected"),
    [
        ({"subject": "Re: reminder"}, "ap@nordlys.example", Reply.PERSON),
        ({"auto-submitted": "no"}, "ap@nordlys.example", Reply.PERSON),
        ({}, "else@nordlys.example", Reply.UNKNOWN),
        ({}, None, Reply.UNKNOWN),
        ({"auto-submitted": "auto-replied"}, "ap@nordlys.example", Reply.AUTOMATIC),
        ({"auto-submitted": "auto-replied (away)"}, "x@y.example", Reply.AUTOMATIC),
        ({"auto-submitted": "auto-generated; x"}, "x@y.example", Reply.UNKNOWN),
        ({"auto-submitted": "auto-generated"}, "ap@nordlys.example", Reply.MARKED),
        ({"auto-submitted": "auto-notified"}, "ap@nordlys.example", Reply.MARKED),
        ({"precedence": "Bulk"}, "ap@nordlys.example", Reply.MARKED),
        ({"precedence": "junk"}, "ap@nordlys.example", Reply.MARKED),
        ({"precedence": "auto_reply"}, "ap@nordlys.example", Reply.AUTOMATIC),
        (
            {
                "x-ms-exchange-inbox-rules-loop": "a@b",
                "x-auto-response-suppress": "All",
            },
            "ap@nordlys.example",
            Reply.AUTOMATIC,
        ),
        ({"x-auto-response-suppress": "DR, RN"}, "ap@nordlys.example", Reply.PERSON),
        ({"precedence": "first-class"}, "ap@nordlys.example", Reply.PERSON),
        ({"x-autoreply": "yes"}, "ap@nordlys.example", Reply.AUTOMATIC),
        ({"return-path": "<>"}, "ap@nordlys.example", Reply.MARKED),
        ({}, "mailer-daemon@nordlys.example", Reply.AUTOMATIC),
        ({"subject": "Automatisk svar: ferie"}, "ap@nordlys.example", Reply.AUTOMATIC),
        ({"subject": "Out of Office"}, "ap@nordlys.example", Reply.AUTOMATIC),
        (
            {"authentication-results": "mx; spf=pass; dmarc=fail"},
            "ap@nordlys.example",
            Reply.FORGED,
        ),
        (
            {"authentication-results": "mx; spf=fail; dkim=none"},
            "ap@nordlys.example",
            Reply.FORGED,
        ),
        (
            {"authentication-results": "mx; spf=fail; dkim=pass"},
            "ap@nordlys.example",
            Reply.PERSON,
        ),
        (
            {"authentication-results": "mx; spf=fail\nevil; dkim=pass"},
            "ap@nordlys.example",
            Reply.FORGED,
        ),
        (
            {"list-id": "<books.company.example>", "precedence": "list"},
            "ap@nordlys.example",
            Reply.PERSON,
        ),
        (
            {"content-type": "multipart/report; report-type=disposition-notification"},
            "ap@nordlys.example",
            Reply.AUTOMATIC,
        ),
    ],
)
def test_who_wrote_an_answer(headers, sender, expected):
    assert reply.judge(headers, sender, KNOWN, refers=True) == expected


@pytest.mark.parametrize(
    "tag", ["", "[EXTERNAL] ", "(Extern) [Spam?] ", "*** Ext *** "]
)
@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Reminder 12",
        "Out of the office until Monday",
        "Automatisk svar: Rykker",
        "Fravær",
        "Fraværende: Rykker",
        "Automatiskt svar: Påminnelse",
        "Frånvarande - Påminnelse",
        "Automaattinen vastaus: Muistutus",
        "Automatische Antwort: Mahnung",
        "Abwesenheitsnotiz: Mahnung",
        "Réponse automatique : Rappel",
        "Absence du bureau Re: Rappel",
        "Automatisch antwoord: Herinnering",
        "Afwezig: Herinnering",
        "Respuesta automática: Recordatorio",
        "Risposta automatica: Sollecito",
        "Resposta automática: Lembrete",
        "Odpowiedź automatyczna: Przypomnienie",
        "Automatická odpověď: Upomínka",
        "Automatická odpoveď: Upomienka",
        "Automatikus válasz: Emlékeztető",
        "Răspuns automat: Memento",
        "Автоматичен отговор: Напомняне",
        "Αυτόματη απάντηση: Υπενθύμιση",
        "Automatski odgovor: Podsjetnik",
        "Samodejni odgovor: Opomin",
        "Automaatvastus: Meeldetuletus",
        "Automātiskā atbilde: Atgādinājums",
        "Automatinis atsakymas: Priminimas",
    ],
)
def test_absence_notes_in_the_languages_of_europe(subject, tag):
    assert reply.is_absence_note(tag + subject)


@pytest.mark.parametrize(
    "subject",
    [
        "",
        "Re: Automatic reply: Reminder 12",
        "Auto: leasing AB 12 345, forkert beløb",
        "Autoforhandleren bestrider faktura 12",
        "Fraværsregistrering: faktura er bestridt",
        "Fravær af varer i levering 12",
        "Abwesenheit der Ware bemängelt",
        "Absence de livraison",
        "[Ticket 4711] Re: reminder",
        "We were out of office paper, and you billed it",
        "Ferie og faktura 12",
    ],
)
def test_what_a_person_writes_is_no_absence_note(subject):
    assert not reply.is_absence_note(subject)


@pytest.mark.parametrize(
    ("headers", "sender", "expected"),
    [
        ({}, "ap@nordlys.example", Reply.UNREFERENCED),
        ({}, "who@evil.example", Reply.UNKNOWN),
        ({"auto-submitted": "auto-replied"}, "ap@nordlys.example", Reply.AUTOMATIC),
        (
            {"authentication-results": "mx; dmarc=fail"},
            "ap@nordlys.example",
            Reply.FORGED,
        ),
    ],
)
def test_who_wrote_without_answering(headers, sender, expected):
    assert reply.judge(headers, sender, KNOWN, refers=False) == expected


# -- amounts --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "point", "expected"),
    [
        ("14.662,50", ",", "14662.50"),
        ("14,662.50", ".", "14662.50"),
        ("14,662.50", ",", "14662.50"),
        ("14.662,50", ".", "14662.50"),
        ("14662.50", ",", "14662.50"),
        ("14 662,50", ",", "14662.50"),
        ("14\N{NARROW NO-BREAK SPACE}662,50", ",", "14662.50"),
        ("1’234.50", ".", "1234.50"),
        ("1,46,625.00", ".", "146625.00"),
        ("1.234.567", ".", "1234567"),
        ("14.662", ",", "14662"),
        ("1,234", ".", "1234"),
        ("0,5", ",", "0.5"),
        ("0.5", ",", "0.5"),
        (" kr. 500,- ", ",", "500"),
        ("1.500,00 kr.", ",", "1500.00"),
        ("EUR 5", ".", "5"),
        ("5 €", ",", "5"),
        ("１２３", ",", "123"),
        # Nobody can tell whether it is a part of fifteen or fourteen thousand.
        ("14.662", ".", None),
        ("14,662", ",", None),
        ("-5", ",", None),
        ("1e9", ",", None),
        ("nan", ",", None),
        ("inf", ",", None),
        ("", ",", None),
        ("5,0,0", ",", None),
        ("1.2.345", ".", None),
        ("12 34", ",", None),
        ("0,555", ",", None),
        ("9" * 60, ",", None),
        ("\0", ",", None),
    ],
)
def test_an_amount_as_people_write_it(text, point, expected):
    amount = customer_input.read_amount(text, 2, point)
    assert amount == (None if expected is None else Decimal(expected))


@pytest.mark.parametrize(
    ("text", "digits", "expected"),
    [
        ("14.662", 0, "14662"),
        ("1,5", 0, None),
        ("14.662,000", 3, "14662"),
        ("14.662", 3, None),
    ],
)
def test_an_amount_of_a_currency_with_other_places(text, digits, expected):
    amount = customer_input.read_amount(text, digits, ",")
    assert amount == (None if expected is None else Decimal(expected))


@given(
    st.decimals(0, 10**12, places=2),
    st.sampled_from([(",", "."), (".", ","), (",", " "), (".", "'")]),
)
def test_what_the_page_writes_is_read_back(amount, signs):
    point, group = signs
    text = f"{amount:,.2f}".translate({44: group, 46: point})
    assert customer_input.read_amount(text, 2, point) == amount


@given(st.text(max_size=60), st.sampled_from(",."))
def test_any_text_is_an_amount_or_none(text, point):
    amount = customer_input.read_amount(text, 2, point)
    assert amount is None or amount >= 0
