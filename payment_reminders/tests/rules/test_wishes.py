"""What a short e-mail asks for; whatever could mean something else is left alone."""

import pytest

from ...rules.self_solving import Wish
from ...rules.wishes import MAX_LETTER, Asked, read

INVOICE = Asked(Wish.INVOICE)


@pytest.mark.parametrize(
    "text",
    [
        "Please send the invoice.",
        "Hi,\n\nCould you please send me a copy of the invoice?\n\nRegards\nAnn H.",
        "Hello Bob,\ncan you resend us the invoice again please?\nThanks!\n",
        "Please send the invoice again. Thank you in advance.",
        "May we have a PDF copy of the invoice?",
        "Hej\n\nVil du sende mig fakturaen igen?\n\nVenlig hilsen\nAnn\nNordlys ApS",
        "Kan I sende os en kopi af fakturaen på mail? Tak på forhånd.",
        "Må jeg få en kopi af fakturaen?",
        "Send venligst fakturaen igen.",
        "Hej!\nKan ni skicka fakturan igen?\nMed vänlig hälsning\nAnn",
        "Bitte senden Sie uns die Rechnung noch einmal.",
        "Please send the invoice.\n\nOn Tue, 15 Sep 2026, Books wrote:\n> You owe",
        "Please send the invoice.\n\nFra: Books\nSendt: 15. september\nYou dispute it?",
    ],
)
def test_the_invoice_once_more(text):
    assert read(text) == INVOICE


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Please send me invoice INV/2026/00012.", "INV/2026/00012"),
        ("Send os faktura nr. 2026-17 igen, tak", "2026-17"),
        ("Kan ni skicka faktura INV/2026/00012?", "INV/2026/00012"),
    ],
)
def test_which_invoice(text, number):
    assert read(text) == Asked(Wish.INVOICE, number)


@pytest.mark.parametrize(
    ("text", "reference", "number"),
    [
        ("Our PO number is 4500012345.", "4500012345", ""),
        ("PO: 4500012345", "4500012345", ""),
        ("Hi,\nour purchase order no. is PO-77/12.\nRegards, Ann", "PO-77/12", ""),
        ("Please add PO 4500012345 to the invoice.", "4500012345", ""),
        (
            "Please add our PO number 4500012345 to the invoice INV/2026/00012 and "
            "send it again.",
            "4500012345",
            "INV/2026/00012",
        ),
        (
            "Our PO number is 4500012345. Please send the invoice again.",
            "4500012345",
            "",
        ),
        ("Vores rekvisitionsnummer er 881234.", "881234", ""),
        ("Venligst påfør ordrenr. 881234 på fakturaen.", "881234", ""),
        ("Vår referens är AB1234.", "AB1234", ""),
    ],
)
def test_a_number_for_the_invoice(text, reference, number):
    assert read(text) == Asked(Wish.REFERENCE, number, reference)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hi,",
        "Thanks!",
        "I never got the goods.",
        # Whether an invoice came is a question of law: a person looks.
        "We have not received the invoice. Please send it.",
        "Please do not send the invoice again.",
        "Please send the invoice to bob@other.example.",
        "Please send the invoice to our new office.",
        "Please send the invoice again, the amount is wrong.",
        "Please send the invoice. It is already paid.",
        "Please send the invoice or stop writing.",
        "Please send the correct invoice.",
        "Please send the invoice for the goods we got.",
        "Please send the invoice and a credit note.",
        "Send me the goods.",
        "Why did you send the invoice?",
        "Did you send the invoice?",
        "We need a PO number on the invoice.",
        "Our PO number is not on the invoice.",
        "Our PO number is 4500012345, and the price is wrong.",
        "Our PO number is 4500012345 or 4500012346.",
        "Our PO number is 4500012345. Our PO number is 4500012346.",
        "PO 12",
        "PO: =HYPERLINK(1)",
        "Please send invoice INV/1. Please send invoice INV/2.",
        "Hvorfor sender du fakturaen?",
        "Send ikke fakturaen igen.",
        "Fakturaen er forkert. Send fakturaen igen.",
        "Skicka inte fakturan.",
        "Please send the invoice." + " Please send the invoice." * 20,
        "Please send the invoice.\nRegards\n" + "I dispute it and all of it. " * 20,
        "x" * (MAX_LETTER + 1),
    ],
)
def test_what_a_person_reads(text):
    assert read(text) is None


def test_a_long_letter_costs_little():
    for text in ("please " * 50_000, "a\n" * 50_000, "Hi " * 50_000, "-" * 200_000):
        assert read(text) is None
