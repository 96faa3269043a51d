"""The number under which a customer stands in its country's company register."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from stdnum.dk import cvr
from stdnum.exceptions import ValidationError
from stdnum.fi import alv, ytunnus
from stdnum.no import orgnr
from stdnum.se import orgnr as se_orgnr
from stdnum.se import vat as se_vat


@dataclass(frozen=True)
class Registration:
    """A number whose check digit is right.

    :param number: digits as the register wants them, without country and blanks
    """

    country: str
    number: str


def find(
    country: str, registry: str | None, vat: str | None, is_company: bool
) -> Registration | None:
    """Return under which number a customer can be looked up, or None.

    A person is never looked up, nor anybody whose only number is a person's.

    :param country: code of the customer's country
    :param registry: the company ID that was entered
    :param vat: the tax number that was entered
    """
    if not is_company:
        return None
    if country not in _REGISTRY and vat and vat[:2].upper() in _REGISTRY:
        country = vat[:2].upper()
    for text, readers in ((registry, _REGISTRY), (vat, _VAT)):
        read = readers.get(country)
        if not text or not read:
            continue
        try:
            return Registration(country, read(text))
        except ValidationError:
            continue
    return None


def _read_swedish(text: str) -> str:
    return _refuse_person(str(se_orgnr.validate(text)))


def _read_swedish_vat(text: str) -> str:
    return _refuse_person(str(se_vat.validate(text))[:10])


def _refuse_person(number: str) -> str:
    """Refuse the personal number of a sole trader: its third digit is of a month."""
    if number[2] < "2":
        raise ValidationError()
    return number


def _read_finnish(text: str) -> str:
    number = str(ytunnus.validate(text))
    return f"{number[:-1]}-{number[-1]}"


def _read_finnish_vat(text: str) -> str:
    return _read_finnish(str(alv.validate(text)))


def _read_norwegian_vat(text: str) -> str:
    """Return the number inside NO…MVA; both ends are often left out."""
    digits = re.sub(r"[\s.]", "", text).upper().removeprefix("NO")
    return str(orgnr.validate(digits.removesuffix("MVA")))


def _read_british(text: str) -> str:
    """Return eight characters; the register has no check digit."""
    number = re.sub(r"[\s.-]", "", text).upper()
    if number.isdigit() and len(number) < 8:
        number = number.zfill(8)
    if not re.fullmatch(r"\d{8}|[A-Z]{2}\d{6}", number):
        raise ValidationError()
    return number


_REGISTRY: Mapping[str, Callable[[str], str]] = {
    "DK": lambda text: str(cvr.validate(text)),
    "NO": lambda text: str(orgnr.validate(text)),
    "SE": _read_swedish,
    "FI": _read_finnish,
    "GB": _read_british,
}
#: In Britain the tax number is not the company's number.
_VAT: Mapping[str, Callable[[str], str]] = {
    "DK": lambda text: str(cvr.validate(text)),
    "NO": _read_norwegian_vat,
    "SE": _read_swedish_vat,
    "FI": _read_finnish_vat,
}
