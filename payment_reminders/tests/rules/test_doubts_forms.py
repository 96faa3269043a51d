"""Two thousand ways in which a payment comes in, and as many that only look alike.

Right by construction: a form is made of what is paid, a look-alike of something else.
"""

import random
from datetime import date
from decimal import Decimal

from ...rules.doubts import BankLine, Expected, Fit, OpenItem, find_fits

COUNT = 2000
DKK = 1
TODAY = date(2026, 9, 15)
WORDS = ["betaling", "Zahlung", "payment", "tak", "Kunde 7", "+++", "EREF", "/ROC/"]
#: (as the customer is called here, as banks write it)
NAMES = [
    ("Müller & Sønner Ærø ApS", "MUELLER OG SOENNER AEROE APS"),
    ("Müller & Sønner Ærø ApS", "MULLER SONNER AERO"),
    ("Müller & Sønner Ærø ApS", "Müller & Sønner Ærø ApS, Havnegade 12, 5970 Ærø"),
    ("Ærø Rør og Blik v/Søren Aagaard", "AEROE ROER OG BLIK V/SOEREN AAG"),
    ("Ærø Rør og Blik v/Søren Aagaard", "AERO ROR & BLIK V SOREN ÅGÅRD"),
    ("Åse Bjørkås", "BJOERKAAS AASE"),
    ("Çelik Işık GmbH", "CELIK ISIK GMBH"),
    ("Oy Hämeen Sähkö Ab", "HAEMEEN SAEHKOE OY"),
    ("Straße & Söhne GmbH & Co. KG", "STRASSE UND SOEHNE GMBH CO KG"),
    ("Łódzka Spółdzielnia", "LODZKA SPOLDZIELNIA"),
]
OTHERS = [
    "Møller ApS",
    "ApS",
    "Müller & Sohn GmbH",
    "Sønner Ærø",
    "Bjørk Aase",
    "Åse Bjørn",
    "Celik Insaat GmbH",
    "Straßenbau GmbH",
    "Nordlys Holding A/S",
    "Spółdzielnia",
]


class Invoice:
    """An invoice number, and how somebody may write it."""

    def __init__(self, rng):
        self.rng = rng
        self.prefix = rng.choice(["INV", "FAK", "RE", "F"])
        self.year = rng.choice([2025, 2026])
        self.number = rng.randint(1, 99999)
        self.name = f"{self.prefix}/{self.year}/{self.number:05}"

    def write_number(self, number=None, year=None):
        number, year, rng = number or self.number, year or self.year, self.rng
        zeros = rng.choice(
            [f"{number}", f"{number:05}", f"{number:04}", f"{number:07}"]
        )
        sign = rng.choice(["/", "-", " ", ".", "_", ""])
        # Without signs, zeros and year would run into one number.
        glued = f"{number:05}" if not sign else zeros
        text = f"{self.prefix}{sign}{year}{sign}{glued}"
        return rng.choice([text, text.lower(), text.title()])

    def write_short(self):
        number = self.rng.choice([f"{self.number:05}", f"{self.number:06}"])
        if len(self.prefix) > 1 and self.rng.random() < 0.5:
            return f"{self.prefix} {number}"
        return f"{self.year}/{number}"


def embed(rng, text):
    before, after = rng.choice(WORDS), rng.choice(WORDS)
    return rng.choice(
        [text, f"{before} {text}", f"{text} {after}", f"{before}\n{text}"]
    )


def make_reference_form(rng):
    invoice = Invoice(rng)
    if rng.random() < 0.5:
        digits = str(rng.randint(10**6, 10**9))
        reference = rng.choice(
            [digits, digits.zfill(15), f"RF{rng.randint(10, 99)}{digits}"]
        )
        grouped = " ".join(digits.zfill(20)[at : at + 5] for at in range(0, 20, 5))
        text = rng.choice([digits, digits.zfill(20), digits.zfill(25), grouped])
    else:
        reference = invoice.name
        text = invoice.write_number() if rng.random() < 0.7 else invoice.write_short()
    return BankLine(text=embed(rng, text)), {"references": frozenset({reference})}


def make_name_form(rng):
    name, written = rng.choice(NAMES)
    if rng.random() < 0.3:
        written = written.title()
    if rng.random() < 0.2 and not any(sign.isdigit() for sign in written):
        return BankLine(text=embed(rng, name)), {"partner_name": name}
    return BankLine(partner_name=written), {"partner_name": name}


def make_items(rng, count):
    return tuple(
        OpenItem(
            amount := Decimal(rng.randint(1000, 999999)) / 100,
            (amount * Decimal("0.98")).quantize(Decimal("0.01")),
            date(2026, 9, 20) if rng.random() < 0.5 else date(2026, 9, 1),
        )
        for _ in range(count)
    )


def make_sum_form(rng):
    items = make_items(rng, rng.randint(1, 6))
    chosen = rng.sample(items, rng.randint(1, len(items)))
    early = rng.random() < 0.4
    paid = sum(
        item.discounted if early and TODAY <= item.discount_until else item.amount
        for item in chosen
    )
    paid -= Decimal(rng.randint(0, 50)) / 100
    return BankLine(amounts={DKK: paid}, day=TODAY), {"items": items}


def make_reference_lookalike(rng):
    invoice = Invoice(rng)
    other = rng.choice(
        [
            invoice.write_number(number=invoice.number * 10 + rng.randint(0, 9)),
            invoice.write_number(number=invoice.number + rng.randint(1, 9)),
            invoice.write_number(
                year=invoice.year - 1 if invoice.number > 99 else None,
                number=invoice.number + 1,
            ),
            f"2026-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}",
            f"{rng.randint(1, 28)}.{rng.randint(1, 12)}.{invoice.year}",
            f"+45 {rng.randint(20, 99)} {rng.randint(10, 99)} {rng.randint(100, 999)}",
            f"{rng.randint(100, 999)},00 kr",
        ]
    )
    return BankLine(text=embed(rng, other)), {"references": frozenset({invoice.name})}


def make_name_lookalike(rng):
    name, _written = rng.choice(NAMES)
    other = rng.choice(OTHERS)
    if rng.random() < 0.3:
        return BankLine(text=embed(rng, other)), {"partner_name": name}
    return BankLine(partner_name=other), {"partner_name": name}


def make_sum_lookalike(rng):
    """A sum that is too much for one item, and too little for both."""
    items = make_items(rng, 2)
    off = max(item.amount for item in items) + min(item.amount for item in items) / 2
    return BankLine(amounts={DKK: off}, day=date(2026, 9, 21)), {"items": items}


def judge(rng, make):
    line, vals = make(rng)
    expected = Expected(partner_id=7, currency_id=DKK, **vals)
    return line, expected, find_fits(line, expected, Decimal("0.50"))


def count_misses(makers, seed, wanted):
    """Return the cases, of COUNT, that are not judged as their making says."""
    rng = random.Random(seed)
    wrong = []
    for number in range(COUNT):
        make, fit = makers[number % len(makers)]
        line, expected, fits = judge(rng, make)
        if (fit in fits) is not wanted:
            wrong.append((line, expected))
    return wrong


FORMS = [
    (make_reference_form, Fit.REFERENCE),
    (make_name_form, Fit.NAME),
    (make_sum_form, Fit.AMOUNT),
]
LOOKALIKES = [
    (make_reference_lookalike, Fit.REFERENCE),
    (make_name_lookalike, Fit.NAME),
    (make_sum_lookalike, Fit.AMOUNT),
]


def test_true_payments_are_seen():
    assert count_misses(FORMS, 1, wanted=True) == []


def test_lookalikes_stay_free():
    assert count_misses(LOOKALIKES, 2, wanted=False) == []
