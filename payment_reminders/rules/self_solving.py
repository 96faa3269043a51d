"""Answers of customers that need no person: a number for the invoice, and the invoice
itself once more.

What is in doubt is left to a person: nothing here guesses.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from . import doubts
from .customer_input import clean_line
from .text_enum import TextEnum

#: Characters of a customer's number: as many as any buyer's system prints.
MAX_REFERENCE = 60
#: So many letters and digits a number has at least. Money that names it is in doubt
#: (:mod:`doubts`): of fewer bank lines are full, and everything would be held for ever.
MIN_REFERENCE = 6
#: Of them digits.
MIN_DIGITS = 4
#: So many a number of ours has at least whose form says anything.
MIN_OWN = 4
#: Invoices that are sent at once.
MAX_INVOICES = 5
#: So often in :data:`WINDOW_DAYS` one of these pauses a case by itself.
MAX_TIMES = 2
WINDOW_DAYS = 90

#: It begins with a letter or digit, so that no spreadsheet takes it for a formula.
_REFERENCE = re.compile(r"[^\W_][\w ./\-#:+&(),]*")
#: A day, a month or a year: every bank line has one.
_DATE = re.compile(r"(19|20)\d\d([01]\d([0-3]\d)?)?|[0-3]\d[01]\d((19|20)\d\d|\d\d)")
#: What is no letter, digit, or sign between them.
_SIGNS = re.compile(r"[\W_]+")


class Wish(TextEnum):
    """What a customer asks for that may be done at once (a question's ``kind``)."""

    REFERENCE = "reference"
    INVOICE = "invoice"


class Obstacle(TextEnum):
    """Why a person has to look.

    ``elsewhere``: another program keeps the invoice, and has to send it; ``unclear``:
    nobody can tell which invoice, or whether what was typed is a number of theirs;
    ``taken``: the invoice names another number; ``locked``: it must not change any
    more; ``network``: a network or an authority has it as it is; ``no_address``: no
    e-mail address of the customer is known to work; ``often``: it was asked for again
    and again; ``failed``: Odoo could not do it.
    """

    ELSEWHERE = "elsewhere"
    UNCLEAR = "unclear"
    TAKEN = "taken"
    LOCKED = "locked"
    NETWORK = "network"
    NO_ADDRESS = "no_address"
    OFTEN = "often"
    FAILED = "failed"


@dataclass(frozen=True)
class Invoice:
    """One invoice that a customer means.

    ``reference`` is what stands in its field for the customer's number; ``is_locked``:
    it is hashed, or may be cancelled only by an authority; ``is_reported``: a network
    of e-invoices or an authority got it; ``is_unreported``: one wants it first.
    """

    in_books: bool
    is_posted: bool
    is_locked: bool = False
    is_reported: bool = False
    is_unreported: bool = False
    reference: str = ""


@dataclass(frozen=True)
class Request:
    """What a customer asks for.

    ``own_numbers`` are numbers of ours that this customer sees (invoice, payment
    reference, customer number), ``own_marks`` others of either side that stand in
    many bank lines (accounts, registration); ``times`` is how often such a wish was
    fulfilled in the last :data:`WINDOW_DAYS`.
    """

    wish: Wish
    invoices: Sequence[Invoice]
    has_address: bool
    reference: str = ""
    own_numbers: Collection[str] = ()
    own_marks: Collection[str] = ()
    times: int = 0


def read_reference(text: str) -> str:
    """Return what a customer typed as a number of theirs, as it may be stored; empty:
    it is none.
    """
    line = clean_line(text, MAX_REFERENCE + 1)
    if len(line) > MAX_REFERENCE or "//" in line or not _REFERENCE.fullmatch(line):
        return ""
    bare = _SIGNS.sub("", line)
    digits = "".join(sign for sign in bare if sign.isdigit())
    is_number = (
        len(bare) >= MIN_REFERENCE
        and len(digits) >= MIN_DIGITS
        and not doubts.is_wordy(line)
        and not _DATE.fullmatch(digits)
    )
    return line if is_number else ""


def find_obstacle(request: Request) -> Obstacle | None:
    """Tell why this cannot be done without a person; None: it can."""
    invoices = request.invoices
    if not invoices or len(invoices) > MAX_INVOICES:
        return Obstacle.UNCLEAR
    if not all(one.in_books for one in invoices):
        return Obstacle.ELSEWHERE
    if not all(one.is_posted for one in invoices):
        return Obstacle.UNCLEAR
    if request.wish is Wish.REFERENCE and (wrong := _find_obstacle_to_store(request)):
        return wrong
    if any(one.is_unreported for one in invoices):
        return Obstacle.NETWORK
    if not request.has_address:
        return Obstacle.NO_ADDRESS
    return Obstacle.OFTEN if request.times >= MAX_TIMES else None


def _find_obstacle_to_store(request: Request) -> Obstacle | None:
    if len(request.invoices) != 1 or not request.reference:
        return Obstacle.UNCLEAR
    if is_like_ours(request.reference, request.own_numbers) or any(
        is_same(request.reference, mark) for mark in request.own_marks
    ):
        return Obstacle.UNCLEAR
    [invoice] = request.invoices
    if invoice.is_locked:
        return Obstacle.LOCKED
    if invoice.reference and not is_same(invoice.reference, request.reference):
        return Obstacle.TAKEN
    return Obstacle.NETWORK if invoice.is_reported else None


def is_same(one: str, other: str) -> bool:
    """Tell whether two texts are the same number, however they are written."""
    return _SIGNS.sub("", one).casefold() == _SIGNS.sub("", other).casefold()


def is_like_ours(reference: str, own_numbers: Collection[str]) -> bool:
    """Tell whether what a customer typed looks like a number that we gave.

    By its form alone: whether there is such an invoice or customer is not said, and
    need not be looked up. Stored, it would let money of others find this invoice.

    :param own_numbers: numbers of ours that this customer sees
    """
    bare = _SIGNS.sub("", reference)
    return any(
        pattern.search(bare)
        for pattern in (_get_form(number) for number in own_numbers)
        if pattern
    )


def _get_form(number: str) -> re.Pattern[str] | None:
    """Return the form of a number: its letters, and digits in the place of digits."""
    bare = _SIGNS.sub("", number)
    if len(bare) < MIN_OWN:
        return None
    parts = re.findall(r"\d+|\D+", bare)
    if len(parts) == 1 and bare.isdigit():
        # Only digits: those of another length are no number of ours.
        return re.compile(rf"(?<!\d)\d{{{len(bare)}}}(?!\d)")
    pattern = "".join(
        r"\d+" if part[0].isdigit() else re.escape(part) for part in parts
    )
    return re.compile(pattern, re.IGNORECASE)
