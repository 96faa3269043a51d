"""How many parts an SMS is sent, and paid, in; and who wants no more of them."""

from __future__ import annotations

import re

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


#: What somebody writes who wants no more SMS, alone or with "SMS" behind it.
STOP_WORDS = frozenset(
    (
        *("stop", "stopp", "afmeld", "avsluta", "sluta", "slut", "avregistrera"),
        *("avmeld", "stoppen", "abmelden", "afmelden", "uitschrijven"),
        *("arret", "arrêt", "arreter", "arrêter"),
    )
)


def is_stop(text: str) -> bool:
    """Tell whether a text asks for no more SMS, and says nothing else.

    Anything more is an answer, which a person reads: "stop, I have paid" is one.
    """
    words = re.sub(r"[^\w\s]", " ", text).casefold().split()
    return bool(words) and words[0] in STOP_WORDS and words[1:] in ([], ["sms"])
