"""What has one of a few values, each a word that is stored and sent as text."""

from __future__ import annotations

from enum import Enum


class TextEnum(str, Enum):
    """A choice that is a text: it compares, prints and serialises as its value.

    Python 3.11 calls it ``StrEnum``; Odoo 19 runs on 3.10 too.
    """

    __str__ = str.__str__
