"""The reference under which one payment settles many invoices."""

import string

#: Countries whose banks carry a creditor reference (ISO 11649) with a payment in euro;
#: in the others a reference with a check digit is agreed with one's own bank.
RF_COUNTRIES = frozenset(
    ("AD AT BE BG CY DE EE ES FI FR GR HR IE IT LT LU LV MC MT NL PT SI SK SM").split()
)
#: What stands behind "RF" and the two check digits at most.
LONGEST = 21
#: So much free text goes along with a SEPA payment.
LONGEST_TEXT = 140

_VALUES = {
    character: str(value)
    for value, character in enumerate(string.digits + string.ascii_uppercase)
}


def creditor_reference(text: str) -> str:
    """Return a text as ISO 11649 has it, "RF", check digits and text, in fours.

    :param text: letters and digits; what else is in it is left out
    """
    base = "".join(char for char in text.upper() if char in _VALUES)[-LONGEST:]
    check = 98 - int(_to_number(f"{base}RF00")) % 97
    whole = f"RF{check:02}{base}"
    return " ".join(whole[start : start + 4] for start in range(0, len(whole), 4))


def is_creditor_reference(text: str) -> bool:
    """Tell whether a text is a creditor reference whose check digits are right."""
    whole = "".join(text.upper().split())
    if len(whole) < 5 or not whole.startswith("RF") or set(whole) - set(_VALUES):
        return False
    return int(_to_number(whole[4:] + whole[:4])) % 97 == 1


def _to_number(text: str) -> str:
    return "".join(_VALUES[character] for character in text)
