"""Reads a table that another program wrote as a CSV file.

Such files differ in all but their sense: comma, semicolon or tab, a mark of their
encoding or none, decimal commas, three ways to write a day. What cannot be read for
certain is no day and no amount; nothing is guessed but what a column is, by its name.

Nothing here knows Odoo, or what a file is about: addons that read lists share it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

#: So many bytes and rows a file may have.
MAX_BYTES = 10_000_000
MAX_ROWS = 50_000
DELIMITERS = ";,\t|"

T = TypeVar("T")


class FileError(ValueError):
    """The whole file cannot be read; the text is a key of why."""


@dataclass(frozen=True)
class Table:
    """A file: the names of its columns, and its rows as texts."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def read_table(content: bytes, least: int = 2) -> Table:
    """Read the bytes of a file.

    :param least: so many columns it has to name
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
    if len(rows) < 2 or len([cell for cell in rows[0] if cell]) < least:
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


def guess_columns(
    columns: Sequence[str], names: Mapping[T, Sequence[str]]
) -> dict[int, T]:
    """Return {column: what it is} by its name; each is one column at most.

    :param names: {what a column may be: how programs call it, in small letters}
    """
    found: dict[int, T] = {}
    for target, known in names.items():
        for index, column in enumerate(columns):
            if index not in found and fold(column) in known:
                found[index] = target
                break
    return found


def fold(text: str) -> str:
    """Return a name as it is compared: without case, and what parts its words."""
    return re.sub(r"[\s_]+", " ", text).strip(" .:").lower()


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
