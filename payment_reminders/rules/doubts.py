"""Does money that came in, and is matched with nothing yet, fit a customer?

Banks, payers and importers each write in their own way. References are therefore
compared by their runs of letters and digits, names after folding, and sums as what
somebody may pay at once.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from html import unescape
from itertools import combinations

#: A shorter reference (a plain "12") would be found in half of all bank lines.
SHORTEST_REFERENCE = 4
#: Without its prefix, a number after a year must be so long not to be a month.
SHORTEST_NUMBER = 3
#: So many letters of a name must be there before a cut or longer one is the same.
SHORTEST_NAME = 8
#: Of more open items than this, every sum up to all would be the sum of some.
MOST_ITEMS = 8
#: How far a sum may be off without a word from the company: what a bank takes.
TOLERANCES: Mapping[str, Decimal] = {
    "CHF": Decimal(1), "CZK": Decimal(25), "DKK": Decimal(5), "EUR": Decimal(1),
    "GBP": Decimal(1), "HUF": Decimal(400), "ISK": Decimal(150), "JPY": Decimal(150),
    "NOK": Decimal(10), "PLN": Decimal(4), "RON": Decimal(5), "SEK": Decimal(10),
    "USD": Decimal(1),
}  # fmt: skip
#: Texts that are kept as they compare: the same open lines are asked about each notice.
CACHED = 65_536


class Fit(str, Enum):
    """By what a bank line fits a customer, in the order in which people trust it."""

    PARTNER = "partner"
    REFERENCE = "reference"
    ACCOUNT = "account"
    NAME = "name"
    AMOUNT = "amount"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True)
class BankLine:
    """One incoming bank line that is matched with nothing yet.

    ``amounts`` is what came in by currency: one line can tell it in two. ``text`` is
    all that the bank passed on: label, reference, narration and details.
    """

    partner_id: int | None = None
    partner_name: str = ""
    text: str = ""
    account: str = ""
    amounts: Mapping[int, Decimal] = field(default_factory=dict)
    day: date | None = None


@dataclass(frozen=True)
class OpenItem:
    """What one due item asks, and what it asks of who pays early.

    ``discounted`` is the sum that settles it up to the day ``discount_until``.
    """

    amount: Decimal
    discounted: Decimal | None = None
    discount_until: date | None = None


@dataclass(frozen=True)
class Expected:
    """What a payment of one customer would look like.

    ``references`` are invoice numbers and payment references, ``accounts`` the
    customer's bank accounts as letters and digits alone, ``amounts`` the sums that
    somebody may pay at once, in the currency, ``items`` the open due items of which
    any number may be paid together. ``partner_ids`` are others who pay as well: a
    contact, a former company.
    """

    partner_id: int
    partner_name: str = ""
    references: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()
    currency_id: int = 0
    amounts: frozenset[Decimal] = frozenset()
    items: tuple[OpenItem, ...] = ()
    partner_ids: frozenset[int] = frozenset()
    partner_names: frozenset[str] = frozenset()

    def get_partners(self) -> frozenset[int]:
        """Return whoever is known to pay for this customer."""
        return self.partner_ids | {self.partner_id}


def find_fits(
    line: BankLine, expected: Expected, tolerance: Decimal = Decimal(0)
) -> tuple[Fit, ...]:
    """Return by what a bank line fits what a customer would pay; empty: it does not.

    A line that is known to be another customer's fits by a reference or an account
    alone: an amount or a name would be chance.

    :param tolerance: how far the amount may be off, in its currency
    """
    return tuple(_find_fits(line, expected, tolerance))


def _find_fits(line: BankLine, expected: Expected, tolerance: Decimal) -> Iterator[Fit]:
    if line.partner_id and line.partner_id in expected.get_partners():
        yield Fit.PARTNER
    if any(mentions(line.text, reference) for reference in expected.references):
        yield Fit.REFERENCE
    if line.account and any(
        is_same_account(line.account, account) for account in expected.accounts
    ):
        yield Fit.ACCOUNT
    if line.partner_id:
        return
    names = expected.partner_names | {expected.partner_name}
    if any(
        is_same_name(line.partner_name, name) or names_payer(line.text, name)
        for name in names
    ):
        yield Fit.NAME
    amount = line.amounts.get(expected.currency_id)
    if amount is not None and any(
        abs(amount - asked) <= tolerance
        for asked in expected.amounts | get_sums(expected.items, line.day)
    ):
        yield Fit.AMOUNT


@lru_cache(maxsize=2_000)
def get_sums(items: tuple[OpenItem, ...], day: date | None) -> frozenset[Decimal]:
    """Return what somebody may pay at once on a day: any of the items together.

    Of many items only one alone, pairs, all, and the oldest ones are looked at.

    :param items: in the order in which they fall due
    :param day: of the payment; None: no discount is in its time
    """
    if len(items) <= MOST_ITEMS:
        chosen = [
            group
            for size in range(1, len(items) + 1)
            for group in combinations(items, size)
        ]
    else:
        chosen = [(item,) for item in items]
        chosen += [items[:size] for size in range(2, len(items) + 1)]
        chosen += list(combinations(items[: 4 * MOST_ITEMS], 2))
    sums = {sum((item.amount for item in group), Decimal(0)) for group in chosen}
    if day and any(_is_in_time(item, day) for item in items):
        sums |= {
            sum((_get_discounted(item, day) for item in group), Decimal(0))
            for group in chosen
        }
    return frozenset(sums - {Decimal(0)})


def _is_in_time(item: OpenItem, day: date) -> bool:
    return (
        item.discounted is not None
        and item.discount_until is not None
        and day <= item.discount_until
    )


def _get_discounted(item: OpenItem, day: date) -> Decimal:
    if item.discounted is not None and _is_in_time(item, day):
        return item.discounted
    return item.amount


# -- what the bank passed on ---------------------------------------------------------


def compose_text(text: str, narration: str | None, details: str | None) -> str:
    """Return all that a bank passed on as one plain text.

    :param text: label and reference
    :param narration: HTML
    :param details: JSON of the importer; its values are read, in the order of its keys
    """
    found = [text]
    if narration:
        found.append(unescape(re.sub(r"<[^>]*>", " ", narration)))
    if details:
        found.extend(_iter_values(json.loads(details)))
    return "\n".join(filter(None, found))


def _iter_values(data: object) -> Iterator[str]:
    if isinstance(data, dict):
        for _key, value in sorted(data.items()):
            yield from _iter_values(value)
    elif isinstance(data, list):
        for value in data:
            yield from _iter_values(value)
    elif data is not None and not isinstance(data, bool):
        yield str(data)


# -- references ---------------------------------------------------------------------


def mentions(text: str, reference: str) -> bool:
    """Tell whether a text names a reference, however its parts are written.

    Zeros before a number do not count, banks pad and cut them: "inv 2026 12" names
    INV/2026/00012, and so do "2026/00012" and "INV 12"; "INV/2026/000123" does not.
    A creditor reference (ISO 11649) and the national one in it are the same. A
    reference of words ("Anna, site 3") is there when its words are.
    """
    if len(squeeze(reference)) < SHORTEST_REFERENCE:
        return False
    if is_wordy(reference):
        return bool(words := get_words_of(reference)) and words in _fold_text(text)
    # All forms end alike: of most lines no more needs to be looked at.
    if _get_ending(reference) not in squeeze(text):
        return False
    if squeeze(reference) in squeeze(text) and re.search(
        _get_exact_pattern(reference), text.upper()
    ):
        return True
    return any(
        re.search(pattern, candidate)
        for candidate in _get_readings(text)
        for pattern in _get_patterns(reference)
    )


@lru_cache(maxsize=10_000)
def _get_exact_pattern(reference: str) -> str:
    """All characters of a reference, with anything that is no sign in between."""
    characters = squeeze(reference)
    pattern = r"[\W_]*".join(map(re.escape, characters))
    # Banks glue words together; a digit more makes another number, a letter does not.
    before = r"(?<!\d)" if characters[0].isdigit() else ""
    after = r"(?!\d)" if characters[-1].isdigit() else ""
    return f"{before}{pattern}{after}"


@lru_cache(maxsize=2_000)
def _get_readings(text: str) -> tuple[str, ...]:
    """A text without its dates; and with numbers put together that a bank grouped."""
    plain = drop_dates(text.upper())
    grouped = _GROUPED.sub(lambda match: re.sub(r"\s", "", match[0]), plain)
    return (plain, grouped) if grouped != plain else (plain,)


def drop_dates(text: str) -> str:
    """Return a text without its dates: their numbers are no reference's."""
    return _DATE.sub(" | ", text)


#: 2026-12-01, 1.12.2026, 01/12/26
_DATE = re.compile(
    r"(?<!\d)(?:\d{4}([-./])\d{1,2}\1\d{1,2}|\d{1,2}([-./])\d{1,2}\2(?:\d{4}|\d\d))(?!\d)"
)
#: Three groups of digits or more, as long references are printed.
_GROUPED = re.compile(r"(?<!\d)\d{2,6}(?:\s\d{2,6}){2,}(?!\d)")


@lru_cache(maxsize=10_000)
def _get_patterns(reference: str) -> tuple[str, ...]:
    """Regular expressions by which a reference is found, without its zeros."""
    return tuple(
        dict.fromkeys(
            _join(found, shortest) for found, shortest in get_forms(reference)
        )
    )


@lru_cache(maxsize=10_000)
def get_forms(reference: str) -> tuple[tuple[tuple[str, ...], int], ...]:
    """Return in which forms a reference is written, each as runs without their zeros.

    :return: (runs, digits that the last one must be written with) of each form
    """
    parts = [part.lstrip("0") or "0" for part in _get_runs(reference)]
    forms: list[tuple[list[str], int]] = []
    numbers = [part for part in parts if part.isdigit()]
    words = [part for part in parts if not part.isdigit()]
    if len("".join(parts)) >= SHORTEST_REFERENCE:
        forms.append((parts, 1))
    if numbers and len(parts) > 1 and parts[-1] == numbers[-1]:
        number = numbers[-1]
        # Of several words none is a prefix: "Order for week 12" is not "Order 12".
        if len(words) == 1 and len(words[0]) >= 2:
            forms.append(([words[0], number], 1))
        years = [part for part in numbers[:-1] if re.fullmatch(r"20\d\d", part)]
        for year in years:
            forms.append(([year, number], SHORTEST_NUMBER))
            if words:
                forms.append(([words[0], year[2:], number], 1))
    national = _get_national_reference(reference)
    if national:
        forms.append(([national], 1))
    return tuple(
        (tuple(found), shortest)
        for found, shortest in forms
        if len(found) == 1 or len(get_head("".join(found).replace("0", ""))) > 1
    )


def get_head(squeezed: str) -> str:
    """Return what of letters and digits stands up to the last digit."""
    return squeezed.rstrip("".join(sign for sign in squeezed if not sign.isdigit()))


def is_wordy(reference: str) -> bool:
    """Tell whether a reference is words rather than a number."""
    return len(get_head(squeeze(reference))) < SHORTEST_REFERENCE


@lru_cache(maxsize=10_000)
def _get_ending(reference: str) -> str:
    """The last run of a reference, without its zeros."""
    runs = _get_runs(_get_national_reference(reference) or reference)
    return squeeze(runs[-1].lstrip("0") or "0") if runs else ""


def _get_runs(text: str) -> list[str]:
    """The runs of letters and of digits, in capitals."""
    return re.findall(r"\d+|[^\W\d_]+", text.upper())


def _join(parts: Sequence[str], shortest: int = 1) -> str:
    """A pattern of runs with signs, or nothing, in between.

    :param shortest: digits that the last run must be written with, zeros included
    """
    found = []
    for position, part in enumerate(parts):
        if not part.isdigit():
            found.append(re.escape(part) if position else rf"(?<![^\W\d_]){part}")
            continue
        is_last = position == len(parts) - 1
        long_enough = rf"(?=\d{{{shortest},}})" if is_last else ""
        before = r"(?<!\d)" if position == 0 or parts[position - 1].isdigit() else ""
        found.append(rf"{before}{long_enough}0*{part}(?!\d)")
    return r"[\W_]{0,3}".join(found)


def _get_national_reference(reference: str) -> str:
    """What a creditor reference "RF18 1234567" wraps; empty when it is none.

    A text that wraps the reference of ours is found as well: RF and its check digits
    stand before the same number.
    """
    squeezed = squeeze(reference)
    match = re.fullmatch(r"RF\d\d(\d+)", squeezed)
    inner = match[1].lstrip("0") if match else ""
    return inner if len(inner) >= SHORTEST_REFERENCE else ""


# -- accounts -----------------------------------------------------------------------


def is_same_account(written: str, account: str) -> bool:
    """Tell whether two account numbers are one, with or without IBAN's country.

    Banks name an account of their own country without it, and pad it with zeros.
    """
    one, other = squeeze(written), squeeze(account)
    if is_iban(one) and is_iban(other):
        return one == other
    return get_domestic(one) == get_domestic(other) != ""


def is_iban(squeezed: str) -> bool:
    """Tell whether an account number, letters and digits alone, looks like an IBAN."""
    return bool(re.fullmatch(r"[A-Z]{2}\d\d[A-Z0-9]{8,30}", squeezed))


def get_domestic(account: str) -> str:
    """Return an account number without IBAN's country and zeros in front."""
    squeezed = squeeze(account)
    return (squeezed[4:] if is_iban(squeezed) else squeezed).lstrip("0")


# -- names --------------------------------------------------------------------------

#: Letters that other systems write as two, as one without its mark, or as both.
_LETTERS = str.maketrans(
    {
        "ø": "oe", "æ": "ae", "å": "aa", "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss",
        "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i",
    }
)  # fmt: skip
_PAIRS = re.compile(r"(?:ae|oe|ue|aa)")
_AND = frozenset({"og", "och", "ja", "und", "and", "et", "en", "y", "i", "e"})
_LEGAL_FORMS = frozenset(
    """
    aps as a/s ivs is i/s ks k/s amba a.m.b.a smba fmba ab hb kb oy oyj ky tmi asa ans
    da enk sa gmbh ag kg ohg ug mbh gbr ev eg ek se ltd limited plc llp llc inc corp co
    bv b.v nv n.v vof sarl sas srl spa sro ou uab sia kft zoo
    """.split()
)


@lru_cache(maxsize=CACHED)
def fold(name: str) -> tuple[str, ...]:
    """Return the words of a name as they compare: without case, marks, legal form.

    "Müller & Sønner ApS", "MUELLER OG SOENNER" and "muller sonner" give the same.
    """
    words = [word for word in _get_words(name) if word not in _AND]
    while len(words) > 1 and words[-1] in _LEGAL_FORMS:
        words.pop()
    while len(words) > 1 and words[0] in _LEGAL_FORMS:
        words.pop(0)
    if len(words) == 1 and words[0] in _LEGAL_FORMS:
        return ()
    return tuple(_fold_word(word) for word in words)


def _get_words(name: str) -> list[str]:
    joined = re.sub(r"\b(\w)[./](?=\w\b)", r"\1", name.casefold())
    return re.findall(r"[^\W_]+", joined)


def _fold_word(word: str) -> str:
    spelt = word.translate(_LETTERS)
    plain = "".join(
        sign
        for sign in unicodedata.normalize("NFKD", spelt)
        if not unicodedata.combining(sign)
    )
    # "MUELLER", "Müller" and "MULLER": both spellings of the sign end as one letter.
    return _PAIRS.sub(lambda match: match[0][0], plain)


def is_same_name(written: str, name: str) -> bool:
    """Tell whether a bank's name of a payer is a customer's, as banks write names.

    :param written: as the bank has it: cut, with an address glued on, words swapped
    :param name: as the customer is called here
    """
    theirs, ours = fold(written), fold(name)
    if not theirs or not ours:
        return False
    if "".join(theirs) == "".join(ours) or sorted(theirs) == sorted(ours):
        return True
    short, long = "".join(theirs), "".join(ours)
    if len(short) >= SHORTEST_NAME and long.startswith(short):
        # A name that ends in its legal form was not cut.
        more = long[len(short) :]
        return not _ends_in_legal_form(written) and not (
            short[-1].isdigit() and more[0].isdigit()
        )
    if len(long) >= SHORTEST_NAME and short.startswith(long):
        # What is glued on is an address; a digit more makes another number.
        more = short[len(long) :]
        return bool(re.search(r"\d", more)) and not (
            long[-1].isdigit() and more[0].isdigit()
        )
    return False


def names_payer(text: str, name: str) -> bool:
    """Tell whether a text has a customer's name in it, word by word."""
    ours = fold(name)
    if len("".join(ours)) < SHORTEST_NAME:
        return False
    return f" {' '.join(ours)} " in _fold_text(text)


def get_words_of(reference: str) -> str:
    """Return the folded words of a reference, each between blanks; empty: none."""
    words = _fold_text(reference)
    return words if words.strip() else ""


@lru_cache(maxsize=CACHED)
def _fold_text(text: str) -> str:
    """The folded words of a text, each between blanks."""
    return f" {' '.join(split_text(text))} "


def split_text(text: str) -> list[str]:
    """Return the folded words of a text."""
    return [_fold_word(word) for word in _get_words(text) if word not in _AND]


def _ends_in_legal_form(name: str) -> bool:
    words = _get_words(name)
    return bool(words) and words[-1] in _LEGAL_FORMS


@lru_cache(maxsize=CACHED)
def squeeze(text: str) -> str:
    """Return the letters and digits of a text, in capitals."""
    return re.sub(r"[\W_]", "", text).upper()
