"""Says what the rows of a list of invoices mean that another program wrote.

What cannot be read for certain is refused, with its row and the reason; nothing is
guessed. How such a file is read: ``payment_reminders/tools/csv_table.py``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import Enum

from odoo.addons.payment_reminders.tools import csv_table
from odoo.addons.payment_reminders.tools.csv_table import (
    FileError,
    Table,
    guess_columns,
    read_amount,
    read_date,
)

__all__ = [
    "REQUIRED",
    "FileError",
    "Reason",
    "Row",
    "Table",
    "Target",
    "guess_targets",
    "read_amount",
    "read_date",
    "read_rows",
    "read_table",
]


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
    return csv_table.read_table(content, least=len(REQUIRED))


def guess_targets(columns: Sequence[str]) -> dict[int, Target]:
    """Return {column: what it is} by its name; each is one column at most."""
    found: dict[int, Target] = guess_columns(columns, NAMES)
    return found


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
        day: date | None = read_date(text)
        if text and day is None:
            wrong.append((Reason.BAD_DATE, text))
        return day

    def take_amount(target: Target) -> Decimal | None:
        text = said.get(target, "")
        amount: Decimal | None = read_amount(text)
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
