"""What a stranger may hand in: plain text and a few kinds of files."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

#: Bytes of one file, and number of files of one message.
MAX_FILE_SIZE = 5 * 1024 * 1024
MAX_FILES = 4
MAX_TEXT = 5000
MAX_NAME = 80

#: Signs that turn the direction of the text after them: what stands there could be
#: read otherwise than it is stored.
_BIDI = frozenset(
    "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_KEPT = frozenset("\n\t")

#: An amount as people write it: a sign or code of the currency at either end, and the
#: Danish and German ",-" for no øre.
_AMOUNT = re.compile(
    r"(?:[^\W\d_]{1,4}\.?|[$€£¥])? ?(?P<number>\d(?:[\d.,' ]*\d)?)(?:[.,]-+)?"
    r" ?(?:[^\W\d_]{1,4}\.?|[$€£¥])?"
)
#: Either a part of one or a thousand of the other: nobody can tell.
_DOUBTFUL = re.compile(r"\d{1,3}[.,]\d{3}")


@dataclass(frozen=True)
class Accepted:
    """A file that may be stored: under which name, as what."""

    name: str
    mimetype: str


@dataclass(frozen=True)
class Refused:
    """A file that may not. ``code`` is ``empty``, ``too_big`` or ``type``."""

    code: str


def clean_text(text: str, limit: int = MAX_TEXT) -> str:
    """Return a text without control signs and signs that turn its direction.

    :param limit: characters that are kept
    """
    # Cut first: of what a stranger sends, however long, little is looked at.
    text = text[: 4 * limit].replace("\r\n", "\n").replace("\r", "\n")
    kept = (
        sign
        for sign in text
        if sign in _KEPT
        or (unicodedata.category(sign) not in ("Cc", "Cs", "Co") and sign not in _BIDI)
    )
    return "".join(kept).strip()[:limit]


def clean_line(text: str, limit: int = 200) -> str:
    """Return a text as one line, cleaned like :func:`clean_text`."""
    return " ".join(clean_text(text, limit * 4).split())[:limit]


def read_amount(text: str, digits: int, point: str) -> Decimal | None:
    """Return the amount that a text names, or None when that is in doubt.

    A reader writes as the page does, or as the keys of a telephone allow: "14.662,50",
    "14,662.50", "14 662,50" and "14662.50" are the same on any page. "1.234" is a
    thousand and more where the page writes so, and in doubt where it does not.

    :param digits: decimal places of the currency
    :param point: the decimal sign of the page, "." or ","
    """
    match = _AMOUNT.fullmatch(_to_plain_digits(text)) if len(text) < 40 else None
    if not match:
        return None
    number = match["number"]
    own = _read_number(number, point, digits)
    other = _read_number(number, "," if point == "." else ".", digits)
    if own is None:
        return None if _DOUBTFUL.fullmatch(number) else other
    return None if other is not None and other != own else own


def _to_plain_digits(text: str) -> str:
    """Return a short text with the digits, spaces and apostrophes of a keyboard."""
    text = unicodedata.normalize("NFKC", text).replace("’", "'")
    signs = (str(unicodedata.digit(sign, sign)) for sign in text)
    return " ".join("".join(signs).split())


def _read_number(text: str, point: str, digits: int) -> Decimal | None:
    """Return what a number says whose decimal sign is known, or None."""
    whole, sign, part = text.partition(point)
    if sign and not (part.isdecimal() and len(part) <= digits):
        return None
    groups = re.fullmatch(r"\d+|\d{1,3}([.,' ])(?:\d{2,3}\1)*\d{3}", whole)
    if not groups or groups[1] == point:
        return None
    return Decimal(re.sub(r"\D", "", whole) + (f".{part}" if sign else ""))


def judge_file(name: str, content: bytes) -> Accepted | Refused:
    """Tell whether a file may be stored, by what is in it; its name says nothing.

    Pictures and PDF only: nothing that a browser would run.

    :param name: as the visitor sent it, paths and all
    :param content: all of it
    """
    if not content:
        return Refused("empty")
    if len(content) > MAX_FILE_SIZE:
        return Refused("too_big")
    kind = _find_kind(content)
    if kind is None:
        return Refused("type")
    extension, mimetype = kind
    return Accepted(_clean_name(name, extension), mimetype)


def _find_kind(content: bytes) -> tuple[str, str] | None:
    if content.startswith(b"%PDF-"):
        return "pdf", "application/pdf"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png", "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "jpg", "image/jpeg"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp", "image/webp"
    if content[4:8] == b"ftyp" and content[8:12] in (b"heic", b"heix", b"mif1"):
        return "heic", "image/heic"
    return None


def _clean_name(name: str, extension: str) -> str:
    last = re.split(r"[/\\]", clean_line(name, 400))[-1]
    stem = last.rsplit(".", 1)[0]
    stem = re.sub(r"[^\w \-()]+", "_", stem).strip(" _")[:MAX_NAME]
    return f"{stem or 'file'}.{extension}"
