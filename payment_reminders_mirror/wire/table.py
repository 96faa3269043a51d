"""Reads a list of invoices that another program wrote as a CSV file.

Such files differ in all but their sense: comma or semicolon, a mark of their encoding
or none, decimal commas, three ways to write a day. What cannot be read for certain is
refused, with its row and the reason; nothing is guessed.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import Enum

#: So many bytes and rows a file may have.
MAX_BYTES = 10_000_000
MAX_ROWS = 50_000
DELIMITERS = ";,\t|"


class Target(str, Enum):
    """What a column may be."""

    __str__ = str.__str__

    NUMBER = "number"
    CUSTOMER_NUMBER = "customer_number"
    CUSTOMER_NAME = "customer_name"
    EMAIL = "email"
    VAT = "vat"
    DATE = "date"
    DATE_DUE = "date_due"
    CURRENCY = "currency"
    AMOUNT = "amount"
    RESIDUAL = "residual"
    REFERENCE = "reference"


#: Without these nothing can be said of an invoice.
REQUIRED = (Target.NUMBER, Target.DATE_DUE, Target.RESIDUAL)

#: {column: how programs in Danish, Swedish and English call it, in small letters}
NAMES: Mapping[Target, tuple[str, ...]] = {
    Target.NUMBER: (
        "fakturanr", "fakturanummer", "faktura nr", "faktura", "bilagsnr",
        "invoice number", "invoice no", "invoice",
    ),
    Target.CUSTOMER_NUMBER: (
        "kundenr", "kundenummer", "debitornr", "kundnr", "kundnummer",
        "customer number", "customer no",
    ),
    Target.CUSTOMER_NAME: (
        "kunde", "kundenavn", "navn", "debitor", "kund", "kundnamn", "namn",
        "customer", "customer name", "name",
    ),
    Target.EMAIL: ("e-mail", "email", "mail", "e-post", "epost"),
    Target.VAT: (
        "cvr", "cvr-nr", "cvr-nummer", "orgnr", "org.nr", "organisationsnummer",
        "momsreg.nr", "vat", "vat number", "company number",
    ),
    Target.DATE: (
        "fakturadato", "dato", "fakturadatum", "datum", "invoice date", "date",
    ),
    Target.DATE_DUE: (
        "forfaldsdato", "forfald", "forfallodatum", "förfallodatum", "förfallodag",
        "förfaller", "due date", "due",
    ),
    Target.CURRENCY: ("valuta", "currency"),
    Target.AMOUNT: (
        "beløb", "fakturabeløb", "total", "belopp", "fakturabelopp", "summa", "amount",
    ),
    Target.RESIDUAL: (
        "restbeløb", "rest", "saldo", "åben saldo", "restbelopp", "kvar att betala",
        "obetalt", "open amount", "remainder", "amount due", "open",
    ),
    Target.REFERENCE: ("ocr", "betalingsid", "reference", "referens", "vår referens"),
}  # fmt: skip


class Reason(str, Enum):
    """Why a row is refused."""

    __str__ = str.__str__

    NO_NUMBER = "no_number"
    NO_CUSTOMER = "no_customer"
    BAD_DATE = "bad_date"
    BAD_AMOUNT = "bad_amount"
    BAD_CURRENCY = "bad_currency"
    TWICE = "twice"
    MORE_THAN_TOTAL = "more_than_total"


class FileError(ValueError):
    """The whole file cannot be read; the text is a key of why."""


@dataclass(frozen=True)
class Table:
    """A file: the names of its columns, and its rows as texts."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Row:
    """One invoice of a file, or why it is refused.

    :param line: of the file; the names of the columns are line 1
    :param reasons: (why, the text that is meant) of all that is wrong
    """

    line: int
    number: str = ""
    customer_number: str = ""
    customer_name: str = ""
    email: str = ""
    vat: str = ""
    day: date | None = None
    date_due: date | None = None
    currency: str = ""
    amount: Decimal = Decimal(0)
    residual: Decimal = Decimal(0)
    reference: str = ""
    reasons: tuple[tuple[Reason, str], ...] = ()


def read_table(content: bytes) -> Table:
    """Read the bytes of a file.

    :raises FileError: "too_large", "not_text", "empty"
    """
    if len(content) > MAX_BYTES:
        raise FileError("too_large")
    text = _decode(content)
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows = [tuple(cell.strip() for cell in row) for row in reader]
    while rows and not any(rows[0]):
        rows.pop(0)
    if len(rows) < 2 or len([cell for cell in rows[0] if cell]) < len(REQUIRED):
        raise FileError("empty")
    if len(rows) > MAX_ROWS:
        raise FileError("too_large")
    return Table(rows[0], tuple(rows[1:]))


def _decode(content: bytes) -> str:
    """Return the text of a file; Windows writes its own encoding still."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    if b"\0" in content:
        raise FileError("not_text")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def guess_targets(columns: Sequence[str]) -> dict[int, Target]:
    """Return {column: what it is} by its name; each is one column at most."""
    found: dict[int, Target] = {}
    for target, names in NAMES.items():
        for index, column in enumerate(columns):
            if index not in found and _fold(column) in names:
                found[index] = target
                break
    return found


def _fold(text: str) -> str:
    return re.sub(r"[\s_]+", " ", text).strip(" .:").lower()


def read_rows(table: Table, targets: Mapping[int, Target], currency: str) -> list[Row]:
    """Return what each row of a file says.

    :param targets: {column: what it is}
    :param currency: ISO code of what names none
    """
    rows = [
        _read_row(line, cells, targets, currency)
        for line, cells in enumerate(table.rows, start=2)
        if any(cells)
    ]
    counts = Counter(row.number for row in rows if row.number)
    return [
        _refuse(row, Reason.TWICE, row.number) if counts[row.number] > 1 else row
        for row in rows
    ]


def _read_row(
    line: int, cells: Sequence[str], targets: Mapping[int, Target], currency: str
) -> Row:
    said = {
        target: cells[index] for index, target in targets.items() if index < len(cells)
    }
    wrong: list[tuple[Reason, str]] = []

    def take(target: Target, reason: Reason, is_needed: bool = False) -> str:
        text = said.get(target, "")
        if is_needed and not text:
            wrong.append((reason, text))
        return text

    def take_date(target: Target) -> date | None:
        text = said.get(target, "")
        day = read_date(text)
        if text and day is None:
            wrong.append((Reason.BAD_DATE, text))
        return day

    def take_amount(target: Target) -> Decimal | None:
        text = said.get(target, "")
        amount = read_amount(text)
        if amount is None and (text or target == Target.RESIDUAL):
            wrong.append((Reason.BAD_AMOUNT, text))
        return amount

    number = take(Target.NUMBER, Reason.NO_NUMBER, is_needed=True)
    day, due = take_date(Target.DATE), take_date(Target.DATE_DUE)
    residual = take_amount(Target.RESIDUAL)
    amount = take_amount(Target.AMOUNT)
    code = said.get(Target.CURRENCY, "").upper() or currency
    if not re.fullmatch(r"[A-Z]{3}", code):
        wrong.append((Reason.BAD_CURRENCY, code))
    customer = said.get(Target.CUSTOMER_NUMBER, "")
    name = said.get(Target.CUSTOMER_NAME, "")
    if not (customer or name):
        wrong.append((Reason.NO_CUSTOMER, ""))
    left = residual if residual is not None else Decimal(0)
    total = amount if amount is not None else left
    if abs(left) > abs(total) or left * total < 0:
        wrong.append((Reason.MORE_THAN_TOTAL, said.get(Target.RESIDUAL, "")))
    return Row(
        line=line,
        number=number,
        customer_number=customer,
        customer_name=name,
        email=said.get(Target.EMAIL, ""),
        vat=said.get(Target.VAT, ""),
        day=day,
        date_due=due,
        currency=code,
        amount=total,
        residual=left,
        reference=said.get(Target.REFERENCE, ""),
        reasons=tuple(wrong),
    )


def _refuse(row: Row, reason: Reason, text: str) -> Row:
    return replace(row, reasons=(*row.reasons, (reason, text)))


def read_date(text: str) -> date | None:
    """Read a day: 2026-11-30, 30-11-2026, 30.11.2026 or 30/11/2026; None: it is none.

    A month never comes first here: 11/30/2026 is no day.
    """
    text = text.strip().partition(" ")[0].partition("T")[0]
    if match := re.fullmatch(r"([0-9]{4})[-/.]?([0-9]{2})[-/.]?([0-9]{2})", text):
        year, month, day = match.groups()
    elif match := re.fullmatch(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})", text):
        day, month, year = match.groups()
    else:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def read_amount(text: str) -> Decimal | None:
    """Read an amount as it is written in the Nordic countries or in English.

    A mark before the last two digits is that of decimals. One before three digits,
    where no other stands, is that of thousands only if it is a point or a blank:
    "1,234" could be both, and is refused.
    """
    text = re.sub(r"[\s\u00a0\u202f']", "", text).replace("\u2212", "-")
    text = re.sub(r"(?i)(kr\.?|dkk|sek|nok|eur|€)", "", text)
    if text.endswith("-"):
        text = f"-{text[:-1]}"
    if not re.fullmatch(r"-?[0-9.,]+", text) or not re.search(r"[0-9]", text):
        return None
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    marks = re.sub(r"\d", "", digits)
    if not marks:
        return Decimal(f"{sign}{digits}")
    last = marks[-1]
    whole, _mark, decimals = digits.rpartition(last)
    if len(set(marks)) == 1 and len(marks) > 1:
        # Several of one kind part thousands.
        whole, decimals = digits, ""
    elif len(marks) == 1 and len(decimals) == 3:
        if last == ",":
            return None
        whole, decimals = digits, ""
    elif marks.count(last) > 1 or not 1 <= len(decimals) <= 4:
        return None
    groups = re.split(r"[.,]", whole)
    if len(groups) > 1 and (
        not 1 <= len(groups[0]) <= 3 or any(len(group) != 3 for group in groups[1:])
    ):
        return None
    plain = "".join(groups) or "0"
    return Decimal(f"{sign}{plain}.{decimals}" if decimals else f"{sign}{plain}")
