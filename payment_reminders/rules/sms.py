"""How many parts an SMS is sent, and paid, in."""

from __future__ import annotations

#: The basic character set of GSM (3GPP TS 23.038), with its extension.
GSM_CHARACTERS = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
    "^{}\\[~]|€"
)
#: These take two places.
GSM_EXTENSION = frozenset("^{}\\[~]|€")

#: Places in a message of one part, and in each of several, which need a header.
GSM_PLACES = (160, 153)
UNICODE_PLACES = (70, 67)


def count_parts(text: str) -> int:
    """Return the number of parts that a text is sent in.

    One character outside of the basic set makes the whole text Unicode, in which a
    part holds fewer places (UTF-16 units).
    """
    if set(text) <= GSM_CHARACTERS:
        places = sum(2 if char in GSM_EXTENSION else 1 for char in text)
        alone, joined = GSM_PLACES
    else:
        places = len(text.encode("utf-16-le")) // 2
        alone, joined = UNICODE_PLACES
    return 1 if places <= alone else -(-places // joined)
