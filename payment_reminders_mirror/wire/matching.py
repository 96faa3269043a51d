"""Which contact a customer of another program is, as far as that is certain.

Whoever is reminded of another one's debt never forgets it: what is not certain is left
to a person.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum


class Doubt(str, Enum):
    """Why it is not certain."""

    __str__ = str.__str__

    SEVERAL_HERE = "several_here"
    """Several contacts have this company number, or this name and e-mail address."""
    SEVERAL_THERE = "several_there"
    """Several customers there have this number, and the contact has another name."""
    OTHER_NUMBER = "other_number"
    """Name and e-mail address are those of a contact with another company number."""


@dataclass(frozen=True)
class Customer:
    """What another program tells of one of its customers.

    :param vat: its company number, as it is written there
    """

    name: str = ""
    email: str = ""
    vat: str = ""

    @property
    def likeness(self) -> tuple[str, str]:
        """What makes two of them look alike."""
        return fold(self.name), fold(self.email)


@dataclass(frozen=True)
class Contact:
    """Somebody who is here already.

    :param id: of the commercial partner
    :param names: of it and of those who belong to it, folded
    :param likenesses: (name, e-mail address) of the same
    :param numbers: its company numbers, bare
    """

    id: int
    names: frozenset[str]
    likenesses: frozenset[tuple[str, str]]
    numbers: frozenset[str]


@dataclass(frozen=True)
class Match:
    """Who a customer is: a contact, nobody who is here (neither), or a doubt."""

    contact: int | None = None
    doubt: Doubt | None = None


def match(
    customer: Customer, contacts: Collection[Contact], alike: int, country: str
) -> Match:
    """Tell which of some contacts a customer is.

    :param alike: how many customers there have its company number, itself included
    :param country: of the company (two letters), which may stand before its numbers
    """
    number = bare(customer.vat, country)
    by_number = [one for one in contacts if number and number in one.numbers]
    by_look = [
        one
        for one in contacts
        if all(customer.likeness) and customer.likeness in one.likenesses
    ]
    if by_number:
        return _match_number(customer, by_number, alike)
    if not by_look:
        return Match()
    if len(by_look) > 1:
        return Match(doubt=Doubt.SEVERAL_HERE)
    (found,) = by_look
    if number and found.numbers and not _may_be(number, found.numbers):
        return Match(doubt=Doubt.OTHER_NUMBER)
    return Match(found.id)


def _match_number(customer: Customer, fitting: list[Contact], alike: int) -> Match:
    """Tell who it is of those who have its company number."""
    named = [one for one in fitting if fold(customer.name) in one.names]
    looking = [one for one in fitting if customer.likeness in one.likenesses]
    for some in (looking, named):
        if len(some) == 1:
            return Match(some[0].id)
    if len(fitting) > 1:
        return Match(doubt=Doubt.SEVERAL_HERE)
    if alike > 1:
        return Match(doubt=Doubt.SEVERAL_THERE)
    return Match(fitting[0].id)


def _may_be(number: str, numbers: Collection[str]) -> bool:
    """Tell whether a number is one of others, written with more or with less."""
    digits = re.sub(r"\D", "", number)
    others = [re.sub(r"\D", "", other) for other in numbers]
    return any(digits in other or other in digits for other in others)


def find_alike(customers: Mapping[str, Customer], country: str) -> list[list[str]]:
    """Return the customers of whom one contact is made each: alike in all respects."""
    groups: dict[object, list[str]] = {}
    for key, one in customers.items():
        number = bare(one.vat, country)
        look = (number, *one.likeness) if number or one.email else key
        groups.setdefault(look, []).append(key)
    return list(groups.values())


def is_other_number(before: str, now: str, country: str) -> bool:
    """Tell whether a customer has another company number than before."""
    return bool(
        before and now and not _may_be(bare(now, country), {bare(before, country)})
    )


def bare(vat: str, country: str) -> str:
    """Return a company number without all that may be written around it."""
    plain = re.sub(r"[\W_]", "", vat or "").upper()
    number = plain.removeprefix(country) if country else plain
    if country == "SE" and len(number) == 12 and number.endswith("01"):
        return number[:-2]
    return number


def spell(vat: str, country: str) -> set[str]:
    """Return how a company number may be written on a contact."""
    number = bare(vat, country)
    if not number:
        return set()
    spelled = {vat, re.sub(r"[\W_]", "", vat).upper(), number, f"{country}{number}"}
    if country == "DK" and len(number) == 8:
        pairs = " ".join(number[start : start + 2] for start in range(0, 8, 2))
        spelled |= {pairs, f"DK-{number}", f"DK {number}", f"DK {pairs}"}
    if country == "SE" and len(number) == 10:
        spelled |= {f"SE{number}01", f"{number[:6]}-{number[6:]}"}
    return spelled


def get_first_address(text: str) -> str:
    """Return the first e-mail address of a text that may have several."""
    for part in re.split(r"[\s,;]+", text or ""):
        if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", part):
            return part
    return ""


def fold(text: str) -> str:
    """Return a text without what makes no difference in a name."""
    return " ".join((text or "").casefold().split())
