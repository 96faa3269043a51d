"""What people write into a field for an e-mail address: one, several, with names."""

import re
from typing import NamedTuple

#: A local part, then two or more labels of letters, digits and hyphens.
ADDRESS = re.compile(
    r"[^\s@<>(),;:\\\"\[\]]+@(?:[^\W_](?:(?:[^\W_]|-)*[^\W_])?\.)+"
    r"(?:[^\W\d_]{2,63}|xn--[a-z0-9-]{1,59})",
    re.IGNORECASE,
)
#: What most fields hold: one address, and nothing else. Needs no reading.
PLAIN = re.compile(
    r"[a-z0-9.+_-]+@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,63}",
    re.ASCII | re.IGNORECASE,
)
#: "Ann Smith" <ann@example.com>, and what may stand between two of them.
NAMED = re.compile(r"((?:\"[^\"]*\"|[^<>\"])*)<\s*([^<>\s]*)\s*>")
#: What parts a list: Outlook's semicolon, the comma, a line of its own.
SEPARATOR = re.compile(r"([;,|\r\n\v\f\u2028\u2029]|\s/\s)")
COMMENT = re.compile(r"\([^()]*\)")
QUOTED = re.compile(r"\"[^\"]*\"")
#: Words between two addresses.
CONNECTORS = frozenset(("&", "+", "/", "and", "og", "och", "ja", "und", "or", "et"))
#: What is pasted along with an address and cannot be seen.
INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad]")
#: What may be half of an address that somebody broke with a comma.
HALF = re.compile(r"[\w.+-]+")

#: A field is read so far; what is longer is no list of addresses.
LONGEST = 2000


class Found(NamedTuple):
    """The addresses in a text, and the parts of it that are none."""

    addresses: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


class _Part(NamedTuple):
    """A piece of a list, with the separator that stands before it."""

    separator: str
    text: str


def find(text: str) -> Found:
    """Read all addresses of a field, in their order, each once.

    Odoo's own parser makes an address of somebody else out of a typo (of
    "ann smith@example.com" it takes "smith@example.com"): here a part that is not an
    address as a whole is none, and is told.
    """
    text = INVISIBLE.sub("", text[:LONGEST])
    addresses: list[str] = []
    unread: list[str] = []
    end = 0
    for named in NAMED.finditer(text):
        before = _get_before_name(named[1])
        _read_list(before, addresses, unread)
        address = _strip(named[2])
        if ADDRESS.fullmatch(address):
            addresses.append(address)
        else:
            unread.append(_strip_list(named[0][len(before) :]))
        end = named.end()
    _read_list(text[end:], addresses, unread)
    return Found(tuple(dict.fromkeys(addresses)), tuple(dict.fromkeys(unread)))


def _get_before_name(text: str) -> str:
    """Return the bare addresses that stand before the name in front of a "<".

    In "bo@example.com; Smith, Ann <ann@example.com>" the name begins after the last
    address.
    """
    hidden = QUOTED.sub(lambda quoted: "_" * len(quoted[0]), text)
    cut = hidden.rfind("@")
    if cut < 0:
        return ""
    separator = SEPARATOR.search(hidden, cut)
    return text[: separator.start()] if separator else text


def _read_list(text: str, addresses: list[str], unread: list[str]) -> None:
    parts = _split(text)
    for index, part in enumerate(parts):
        after = parts[index + 1] if index + 1 < len(parts) else None
        found = _read_part(part.text)
        if found and not _is_broken(parts[index - 1 : index], part, after):
            addresses.extend(found)
        else:
            unread.append(part.text)


def _split(text: str) -> list[_Part]:
    """Return the pieces of a list that say something."""
    pieces = SEPARATOR.split(COMMENT.sub(" ", text))
    separators = ["", *pieces[1::2]]
    parts = [
        _Part(separator.strip(), _strip(piece))
        for separator, piece in zip(separators, pieces[::2], strict=True)
    ]
    return [part for part in parts if part.text]


def _read_part(text: str) -> list[str]:
    """Return the addresses of a piece that holds nothing else."""
    words = [_strip(word) for word in text.split()]
    words = [word for word in words if word.lower() not in CONNECTORS]
    return words if all(ADDRESS.fullmatch(word) for word in words) else []


def _is_broken(before: list[_Part], part: _Part, after: _Part | None) -> bool:
    """Tell whether a comma next to an address was meant to be a dot of it.

    Of "ann,smith@example.com" the second half is somebody else's address.
    """
    halves = [one.text for one in before if part.separator == ","]
    if after and after.separator == ",":
        halves.append(after.text)
    return any(HALF.fullmatch(half) for half in halves)


def _strip(text: str) -> str:
    """Return an address without what clings to it: "mailto:ann@example.com."."""
    text = text.strip().strip("'\"").strip()
    if text.lower().startswith("mailto:"):
        text = text[len("mailto:") :].partition("?")[0].strip()
    return text.rstrip(".:")


def _strip_list(text: str) -> str:
    return text.strip(" \t\r\n;,|/")
