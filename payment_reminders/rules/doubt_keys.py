"""By which keys a database finds the money that may fit a customer.

Thousands of bank lines may lie open. Each is kept with a few keys: how its numbers end,
its words, its payer's name. What fits a customer has one of the customer's keys, or
comes from a known partner, or is of a sum in one of the ranges: a lookup finds it, and
:func:`rules.doubts.find_fits` says whether it does fit. A lookup may find more than
fits, never less.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from . import doubts
from .doubts import BankLine, Expected

#: How many of the last signs of a number are kept, zeros included and without them.
ENDS_WRITTEN = (4, 6)
ENDS_PLAIN = (2, 4, 6)
#: Of a name as it compares, so many of the first letters are kept.
BEGINNINGS = (*range(doubts.SHORTEST_NAME, 17), *range(20, 44, 4))


# -- what came in -------------------------------------------------------------------


def get_line_keys(line: BankLine) -> frozenset[str]:
    """Return the keys under which a bank line is kept; none has a blank in it."""
    keys = {*_get_number_keys(line.text), *_get_word_keys(doubts.split_text(line.text))}
    if line.account:
        keys.add("a" + doubts.get_domestic(line.account))
    keys.update(_get_name_keys(line.partner_name))
    return frozenset(keys)


def _get_number_keys(text: str) -> Iterator[str]:
    upper = text.upper()
    for end in _iter_ends(upper):
        yield from ("x" + end[-size:] for size in ENDS_WRITTEN if len(end) >= size)
    for end in _iter_ends(doubts.drop_dates(upper), without="0"):
        yield from ("z" + end[-size:] for size in ENDS_PLAIN if len(end) >= size)


def _iter_ends(text: str, without: str = "") -> Iterator[str]:
    """Return the last letters and digits up to the end of each run of digits."""
    end = ""
    for match in re.finditer(r"\d+|[^\W\d_]+", text):
        end = (end + match[0].replace(without, "") if without else end + match[0])[-6:]
        if match[0][0].isdigit():
            yield end


def _get_word_keys(words: Sequence[str]) -> Iterator[str]:
    yield from (f"w{word}" for word in words)
    yield from (f"w{one}.{next_one}" for one, next_one in pairwise(words))


def _get_name_keys(name: str) -> Iterator[str]:
    words = doubts.fold(name)
    if not words:
        return
    whole = "".join(words)
    yield f"f{whole}"
    yield "s" + "".join(sorted(words))
    yield from (f"p{whole[:size]}" for size in _get_beginnings(whole))


def _get_beginnings(whole: str) -> Iterator[int]:
    """Return how many letters of a name are kept: none ends within a number."""
    for size in BEGINNINGS:
        if size == len(whole) or (
            size < len(whole)
            and (size == BEGINNINGS[0] or not whole[size - 1 : size + 1].isdigit())
        ):
            yield size


# -- what is expected ---------------------------------------------------------------


@lru_cache(maxsize=10_000)
def get_wanted_keys(expected: Expected) -> frozenset[str]:
    """Return the keys of which a bank line has one, if it fits by what it says."""
    keys = {f"a{doubts.get_domestic(account)}" for account in expected.accounts}
    for reference in expected.references:
        keys.update(get_reference_keys(reference))
    for name in expected.partner_names | {expected.partner_name}:
        keys.update(_get_payer_keys(name))
    return frozenset(keys)


@lru_cache(maxsize=10_000)
def get_reference_keys(reference: str) -> frozenset[str]:
    """Return the keys of which a text that names a reference has one."""
    squeezed = doubts.squeeze(reference)
    if len(squeezed) < doubts.SHORTEST_REFERENCE:
        return frozenset()
    if doubts.is_wordy(reference):
        return frozenset(_get_rarest(doubts.split_text(reference)))
    found = {_cut("x", doubts.get_head(squeezed), ENDS_WRITTEN)}
    for runs, _shortest in doubts.get_forms(reference):
        if len(runs) == 1:
            found.add(_cut("x", runs[0], ENDS_WRITTEN))
        else:
            plain = "".join(runs).replace("0", "")
            found.add(_cut("z", doubts.get_head(plain), ENDS_PLAIN))
    return frozenset(found)


def _cut(kind: str, text: str, sizes: Iterable[int]) -> str:
    size = max(size for size in sizes if size <= len(text))
    return kind + text[-size:]


def _get_rarest(words: Sequence[str]) -> Iterator[str]:
    """Return one key that a text with these words in this order has."""
    keys = list(_get_word_keys(words))
    pairs = [key for key in keys if "." in key]
    if keys:
        yield max(pairs or keys, key=len)


def _get_payer_keys(name: str) -> Iterator[str]:
    words = doubts.fold(name)
    if not words:
        return
    whole = "".join(words)
    shortest = doubts.SHORTEST_NAME
    yield f"f{whole}"
    yield "s" + "".join(sorted(words))
    yield from (f"f{whole[:size]}" for size in range(shortest, len(whole)))
    if len(whole) >= shortest:
        yield f"p{whole[: max(_get_beginnings(whole))]}"
        yield from _get_rarest(words)


@lru_cache(maxsize=10_000)
def get_ranges(
    expected: Expected, tolerance: Decimal
) -> tuple[tuple[Decimal, Decimal], ...]:
    """Return (least, most) of the sums that may come in, whichever day it is.

    Ranges that meet are one.
    """
    days: set[date | None] = {item.discount_until for item in expected.items}
    sums = set(expected.amounts).union(
        *(doubts.get_sums(expected.items, day) for day in days | {None})
    )
    found: list[tuple[Decimal, Decimal]] = []
    for amount in sorted(sums):
        least, most = amount - tolerance, amount + tolerance
        if found and least <= found[-1][1]:
            found[-1] = (found[-1][0], most)
        else:
            found.append((least, most))
    return tuple(found)


# -- many lines, many customers -----------------------------------------------------


@dataclass
class Heap:
    """Bank lines in which those that may fit one customer are found at once."""

    lines: Sequence[BankLine]

    def __post_init__(self) -> None:
        self._by_key: dict[object, list[int]] = defaultdict(list)
        self._sums: dict[int, list[tuple[Decimal, int]]] = defaultdict(list)
        for position, line in enumerate(self.lines):
            for key in (*get_line_keys(line), line.partner_id):
                self._by_key[key].append(position)
            for currency, amount in line.amounts.items() if not line.partner_id else ():
                self._sums[currency].append((amount, position))
        for sums in self._sums.values():
            sums.sort()

    def find(
        self, expected: Expected, tolerance: Decimal = Decimal(0)
    ) -> list[tuple[int, tuple[doubts.Fit, ...]]]:
        """Return (position, fits) of each line that fits what a customer would pay."""
        found: set[int] = set()
        wanted = (*get_wanted_keys(expected), *expected.get_partners())
        for key in wanted:
            found.update(self._by_key.get(key, ()))
        sums = self._sums.get(expected.currency_id, [])
        for least, most in get_ranges(expected, tolerance) if sums else ():
            first = bisect_left(sums, (least, -1))
            last = bisect_right(sums, (most, len(self.lines)))
            found.update(position for _amount, position in sums[first:last])
        checked = (
            (position, doubts.find_fits(self.lines[position], expected, tolerance))
            for position in sorted(found)
        )
        return [(position, fits) for position, fits in checked if fits]


# -- text that is not kept with keys ------------------------------------------------


@lru_cache(maxsize=10_000)
def get_like_patterns(reference: str) -> frozenset[str]:
    """Return patterns of SQL LIKE, for capitals, of which a text has one.

    For the few texts that are kept without keys. A reference of words has none.
    """
    squeezed = doubts.squeeze(reference)
    if len(squeezed) < doubts.SHORTEST_REFERENCE or doubts.is_wordy(reference):
        return frozenset()
    found = {_like(squeezed)}
    for runs, _shortest in doubts.get_forms(reference):
        # The bank may group the digits of a long number.
        found.add(_like("".join(runs)) if len(runs) == 1 else _like_runs(runs))
    return frozenset(found)


def _like(signs: Iterable[str]) -> str:
    return "%" + "%".join(sign for sign in signs if re.match(r"[1-9A-Z]", sign)) + "%"


def _like_runs(runs: Iterable[str]) -> str:
    """Runs as they stand, zeros and what is not plain left out."""
    parts = (part for run in runs for part in re.split(r"[^1-9A-Z]+", run) if part)
    return "%" + "%".join(parts) + "%"
