"""A drafted answer to a customer: what it may say, whoever wrote it.

A draft goes to nobody by itself. What a language model wrote is shown to staff only if
it names no amount, number or link but those of the facts that it was given.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .text_enum import TextEnum

#: Characters of a draft: a page of a letter.
MAX_DRAFT = 4000
#: What of the facts a stranger wrote: what stands there is no fact to be repeated.
STRANGERS = ("question",)
#: Characters of a draft that says anything.
MIN_DRAFT = 10

_NUMBER = re.compile(r"\d+(?:[.,'\u2019\u00a0\u202f ]\d+|[/:-]\d+)*")
_DECIMALS = re.compile(r"[.,]00$")
#: What makes an amount of any number, however small, before or after it.
_MONEY = (
    r"(?:[$€£¥%]|(?:kr|dkk|sek|nok|isk|eur|usd|gbp|chf|pln|kroner|kronor|euro|euros"
    r"|dollars?|pounds?|percent|procent|prosent|pct)\b)"
)
_MONEY_BEFORE = re.compile(rf"(?:^|\b|\s){_MONEY}\.?\s*$", re.IGNORECASE)
_MONEY_AFTER = re.compile(rf"\s*(?:,-|{_MONEY})", re.IGNORECASE)
#: Numbers up to here may be counts: "in 8 days", "2 invoices".
_MOST_COUNT = 99
_LINK = re.compile(
    r"(?:https?|ftp|mailto|tel|javascript|data|file):\S+|www\.\S+|\S+@\S+"
    r"|\b[\w-]{2,}(?:\.[\w-]+)*\.[a-z]{2,}\b(?:/\S*)?",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"<\s*/?\s*[a-z!]|\{\{|\{%|\$\{|\]\(", re.IGNORECASE)


class Flaw(TextEnum):
    """Why a draft is not used."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    MARKUP = "markup"
    LINK = "link"
    AMOUNT = "amount"
    FAILED = "failed"
    TOO_LATE = "too_late"


@dataclass(frozen=True)
class Draft:
    """A text that may be used, or the flaw for which there is none."""

    text: str = ""
    flaw: Flaw | None = None


def judge(text: object, facts: object) -> Draft:
    """Tell whether a draft may be shown to staff.

    :param text: what somebody's hook gave
    :param facts: what it was given: texts and numbers, in dicts and lists
    """
    if not isinstance(text, str):
        return Draft(flaw=Flaw.EMPTY)
    if len(text) > MAX_DRAFT:
        return Draft(flaw=Flaw.TOO_LONG)
    text = _clean(text)
    if len(text) < MIN_DRAFT:
        return Draft(flaw=Flaw.EMPTY)
    if _MARKUP.search(text):
        return Draft(flaw=Flaw.MARKUP)
    if isinstance(facts, Mapping):
        facts = {name: facts[name] for name in facts if name not in STRANGERS}
    known = list(_find_texts(facts))
    if any(not _is_in(link, known) for link in _LINK.findall(text)):
        return Draft(flaw=Flaw.LINK)
    if _find_foreign_numbers(text, known):
        return Draft(flaw=Flaw.AMOUNT)
    return Draft(text=text)


def _clean(text: str) -> str:
    """Return a text with plain digits, and without signs that cannot be seen."""
    text = unicodedata.normalize("NFKC", text).replace("\r\n", "\n").replace("\r", "\n")
    plain = (str(unicodedata.digit(sign, sign)) for sign in text)
    return "".join(
        sign
        for sign in "".join(plain)
        if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co")
    ).strip()


def _find_texts(facts: object) -> Iterator[str]:
    """Yield all texts and numbers of nested facts, as texts."""
    if isinstance(facts, Mapping):
        for value in facts.values():
            yield from _find_texts(value)
    elif isinstance(facts, Sequence) and not isinstance(facts, str):
        for value in facts:
            yield from _find_texts(value)
    elif facts is not None and not isinstance(facts, bool):
        yield _clean(str(facts))


def _is_in(link: str, known: list[str]) -> bool:
    bare = link.strip(".,;:!?()[]\"'").casefold()
    return any(bare in text.casefold() for text in known)


def _find_foreign_numbers(text: str, known: list[str]) -> list[str]:
    """Return the numbers of a text that are in none of the facts."""
    allowed = {
        form for one in known for number in _find_numbers(one) for form in number
    }
    foreign = []
    for match in _NUMBER.finditer(text):
        if _get_forms(match[0]) & allowed:
            continue
        is_count = match[0].isdigit() and int(match[0][:9]) <= _MOST_COUNT
        if is_count and not _is_money(text, match):
            continue
        foreign.append(match[0])
    return foreign


def _find_numbers(text: str) -> Iterator[set[str]]:
    for match in _NUMBER.finditer(text):
        yield _get_forms(match[0])


def _get_forms(number: str) -> set[str]:
    """Return the digits of a number, with and without decimals that are none."""
    whole = _DECIMALS.sub("", number)
    return {re.sub(r"\D", "", number), re.sub(r"\D", "", whole)}


def _is_money(text: str, match: re.Match[str]) -> bool:
    """Tell whether a number in a text is an amount, or a rate."""
    before = text[max(0, match.start() - 12) : match.start()]
    after = text[match.end() : match.end() + 12]
    return bool(_MONEY_BEFORE.search(before) or _MONEY_AFTER.match(after))
