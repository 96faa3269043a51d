"""Does money that came in, and is matched with nothing yet, fit a customer?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from functools import lru_cache

#: A shorter reference (a plain "12") would be found in half of all bank lines.
SHORTEST_REFERENCE = 4


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

    ``amounts`` is what came in by currency: one line can tell it in two.
    """

    partner_id: int | None = None
    partner_name: str = ""
    text: str = ""
    account: str = ""
    amounts: Mapping[int, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class Expected:
    """What a payment of one customer would look like.

    ``references`` are invoice numbers and payment references, ``accounts`` the
    customer's bank accounts as letters and digits alone, ``amounts`` the sums that
    somebody may pay at once, in the currency.
    """

    partner_id: int
    partner_name: str = ""
    references: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()
    currency_id: int = 0
    amounts: frozenset[Decimal] = frozenset()


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
    if line.partner_id == expected.partner_id:
        yield Fit.PARTNER
    if any(mentions(line.text, reference) for reference in expected.references):
        yield Fit.REFERENCE
    if line.account and squeeze(line.account) in expected.accounts:
        yield Fit.ACCOUNT
    if line.partner_id:
        return
    if line.partner_name and squeeze(line.partner_name) == squeeze(
        expected.partner_name
    ):
        yield Fit.NAME
    amount = line.amounts.get(expected.currency_id)
    if amount is not None and any(
        abs(amount - asked) <= tolerance for asked in expected.amounts
    ):
        yield Fit.AMOUNT


def mentions(text: str, reference: str) -> bool:
    """Tell whether a text names a reference, however its parts are written.

    "inv 2026 00012" names INV/2026/00012; "INV/2026/000123" does not.
    """
    characters = squeeze(reference)
    if len(characters) < SHORTEST_REFERENCE or characters not in squeeze(text):
        return False
    pattern = r"[\W_]*".join(map(re.escape, characters))
    # Banks glue words together; a digit more makes another number, a letter does not.
    before = r"(?<!\d)" if characters[0].isdigit() else ""
    after = r"(?!\d)" if characters[-1].isdigit() else ""
    return bool(re.search(f"{before}{pattern}{after}", text.upper()))


@lru_cache(maxsize=10_000)
def squeeze(text: str) -> str:
    """Return the letters and digits of a text, in capitals."""
    return re.sub(r"[\W_]", "", text).upper()
