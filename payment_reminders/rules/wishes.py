"""What a short e-mail asks for, where nobody could read it otherwise.

The whole of what a person wrote has to be understood, sentence by sentence: a word that
is not known, and a person reads it. So nothing is done against what somebody meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .self_solving import Wish, read_reference

#: Characters of a letter that is read at all, and of what stands below it.
MAX_LETTER = 400
MAX_SIGNATURE = 400
MAX_SENTENCES = 4

#: How a line begins from which on a letter is not the sender's.
_QUOTE = re.compile(
    r"\s*(>|-{3,}|_{5,}"
    r"|\*?(from|fra|från|von|de|van|sent|sendt|skickat|gesendet)\*?\s*:"
    r"|(on|den|am|le|op|på|el|il)\b.{5,120}\b(wrote|skrev|schrieb|écrit|schreef)\b"
    r".{0,80}:?\s*$"
    r"|.{0,120}<[^<>@\s]+@[^<>\s]+>.{0,20}(wrote|skrev|schrieb)\s*:\s*$)",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"\s*(hi|hello|hey|dear|good (morning|afternoon)|hej(sa)?|kære|god(morgen| dag)"
    r"|goddag|hallo|guten (tag|morgen)|sehr geehrte\w*|hei)\b[^.?!:0-9]{0,60}[,!.]?\s*",
    re.IGNORECASE,
)
_FAREWELL = re.compile(
    r"\s*(--|(best|kind|warm|many)? ?(regards|wishes)|best|sincerely|cheers|yours \w+"
    r"|br|mvh|vh|(med )?(venlig|bedste) hilsen|(de )?bedste hilsner|hilsen"
    r"|(med )?(vänlig\w*|bästa) hälsning\w*|hälsningar"
    r"|(mit )?(freundlich\w*|besten|viele) grü(ß|ss)en?)\b[^0-9?]{0,60}",
    re.IGNORECASE,
)
#: What may stand beside a wish and changes nothing of it.
_POLITE = (
    r"(many )?thanks?( you)?( very much| so much| a lot)?( in advance)?"
    r"|(mange |på forhånd |og )*tak( på forhånd| for hjælpen)?"
    r"|(stort |och )*tack( så mycket| på förhand| för hjälpen)?"
    r"|(vielen )?dank( im voraus)?"
)
_NUMBER = r"(?P<number>[a-z0-9][\w./\-]*\d[\w./\-]*)"
_OF_INVOICE = rf"(\s+(?:(?:no\.?|number|nr\.?|nummer|#)\s*:?\s*)?{_NUMBER})?"
_ONCE_MORE = (
    r"(?:,?\s+(?:again|once more|one more time|please|to me|to us|by e-?mail"
    r"|as (?:a )?pdf|igen|en gang til|endnu en gang|på (?:e-?)?mail|på e-?post"
    r"|som pdf|til (?:mig|os)|till (?:mig|oss)|en gång till|venligst|tak|tack"
    r"|noch einmal|nochmals?|erneut|per e-?mail|zu|bitte))*"
)
_INVOICE_EN = (
    r"(?:(?:a|the|another)\s+)?(?:(?:pdf\s+)?copy\s+of\s+)?(?:(?:the|this|your)\s+)?"
    rf"(?:pdf\s+)?invoice(?:\s+copy)?{_OF_INVOICE}"
)
_INVOICE_DA = (
    r"(?:(?:en\s+)?(?:ny\s+)?kopi\s+af\s+)?(?:fakturaen|faktura|regningen)"
    rf"{_OF_INVOICE}"
)
_INVOICE_SV = rf"(?:(?:en\s+)?kopia\s+(?:av|på)\s+)?(?:fakturan|faktura){_OF_INVOICE}"
_INVOICE_DE = rf"(?:eine\s+kopie\s+der\s+|die\s+)?rechnung{_OF_INVOICE}"


def _compile(*alternatives: str) -> tuple[re.Pattern[str], ...]:
    return tuple(
        re.compile(one.replace(" ", r"\s+"), re.IGNORECASE) for one in alternatives
    )


#: "Could you please send us invoice INV/2026/00012 again?", in four languages.
_WISHES_FOR_INVOICE = _compile(
    r"(?:please |kindly |(?:could|can|would|will) you (?:please |kindly )?)?"
    rf"(?:re-?send|send|forward|e-?mail)(?: me| us)? {_INVOICE_EN}{_ONCE_MORE}",
    rf"(?:can|could|may) (?:i|we) (?:please )?(?:have|get) {_INVOICE_EN}{_ONCE_MORE}",
    r"(?:venligst |vil |kan |gider )?(?:du |i |de )?(?:venligst )?"
    r"(?:gensende?|sende?|maile?|videresende?)(?: mig| os)?(?: lige| venligst)?"
    rf" {_INVOICE_DA}{_ONCE_MORE}",
    rf"(?:må|kan) (?:jeg|vi) (?:få|bede om)(?: tilsendt)? {_INVOICE_DA}{_ONCE_MORE}",
    r"(?:vänligen |kan |kunde |skulle )?(?:du |ni )?(?:kunna )?(?:vänligen |snälla )?"
    rf"(?:skicka|maila|mejla|sända)(?: om)?(?: mig| oss)? {_INVOICE_SV}{_ONCE_MORE}",
    r"(?:bitte )?(?:senden|schicken) sie (?:mir|uns) (?:bitte )?"
    rf"{_INVOICE_DE}{_ONCE_MORE}",
)
_LABEL = (
    r"(?:po|p\.o\.|purchase[ -]order|purchase order|order|requisition|reference"
    r"|rekvisition(?:s|en)?|indkøbsordre|ordre|bestillings|reference|inköpsorder"
    r"|order|beställnings|referens|bestell)[ -]?(?:no\.?|number|nr\.?|nummer|#)?"
)
_OUR = r"(?:our |the |your |vores |vort |vår |vårt |unsere? )?"
_REFERENCE = r"(?P<reference>[a-z0-9][\w./\-]*\d[\w./\-]*)"
_AND_SEND = (
    r"(?:,? (?:and|og|och) (?:please )?(?:re-?send|send|gensend|skicka)"
    r"(?: it| den| the invoice| fakturaen| fakturan)?"
    r"(?: again| to us| to me| igen| på nytt| en gang til)*)?"
)
#: "Our PO number is 4500012345.", "Please add PO 4500012345 to the invoice."
_WISHES_FOR_REFERENCE = _compile(
    rf"{_OUR}{_LABEL}(?: is| er| är| ist)?\s*[:=]? ?{_REFERENCE}",
    rf"(?:please )?(?:add|put|state|use|include) {_OUR}{_LABEL}:? {_REFERENCE}"
    rf" (?:to|on|in) (?:the|your|this) invoice{_OF_INVOICE}{_AND_SEND}",
    rf"(?:venligst )?(?:skriv|påfør|tilføj|angiv) {_OUR}{_LABEL}:? {_REFERENCE}"
    rf" (?:på|til) (?:fakturaen|faktura){_OF_INVOICE}{_AND_SEND}",
    rf"(?:vänligen )?(?:skriv|ange|lägg till) {_OUR}{_LABEL}:? {_REFERENCE}"
    rf" (?:på|till|i) (?:fakturan|faktura){_OF_INVOICE}{_AND_SEND}",
)
_PLEASANTRY = re.compile(_POLITE, re.IGNORECASE)
#: The dot of "no." and "nr." ends nothing.
_END_OF_SENTENCE = re.compile(r"[!?]+\s*|(?<!no)(?<!nr)\.(?:\s+|$)|\n+", re.IGNORECASE)


@dataclass(frozen=True)
class Asked:
    """What a letter asks for; ``number`` names the invoice, if anything does."""

    wish: Wish
    number: str = ""
    reference: str = ""


def read(text: str) -> Asked | None:
    """Tell what a letter asks for, or None: a person reads it.

    :param text: what its sender wrote, without what was quoted as far as that is known
    """
    letter = _get_letter(text)
    sentences = [
        sentence
        for part in _END_OF_SENTENCE.split(letter)
        if (sentence := " ".join(part.split()).strip(" ,;"))
    ]
    if len(letter) > MAX_LETTER or not 0 < len(sentences) <= MAX_SENTENCES:
        return None
    found = [_read_sentence(sentence) for sentence in sentences]
    asked = [one for one in found if isinstance(one, Asked)]
    if None in found or not asked:
        return None
    return _join(asked)


def _get_letter(text: str) -> str:
    """Return a letter without greeting, farewell, signature and quoted mail.

    Of what is below the farewell nothing is read; if it is long, it is no signature,
    and the letter is not understood.
    """
    kept: list[str] = []
    lines = text.replace("\r", "").split("\n")
    for place, line in enumerate(lines):
        if _QUOTE.match(line):
            break
        if _FAREWELL.fullmatch(line.rstrip()):
            below = "\n".join(_drop_quote(lines[place + 1 :])).strip()
            return "\n".join(kept) if len(below) <= MAX_SIGNATURE else ""
        if not kept and (greeting := _GREETING.match(line)):
            line = line[greeting.end() :] if greeting.end() < len(line) else ""
        if line.strip():
            kept.append(line)
    return "\n".join(kept)


def _drop_quote(lines: list[str]) -> list[str]:
    for place, line in enumerate(lines):
        if _QUOTE.match(line):
            return lines[:place]
    return lines


def _read_sentence(sentence: str) -> Asked | str | None:
    """Return what a sentence asks for, an empty text if nothing, None if unclear."""
    if _PLEASANTRY.fullmatch(sentence):
        return ""
    for pattern in _WISHES_FOR_REFERENCE:
        if match := pattern.fullmatch(sentence):
            groups = match.groupdict()
            reference = read_reference(groups["reference"])
            number = groups.get("number") or ""
            return Asked(Wish.REFERENCE, number, reference) if reference else None
    for pattern in _WISHES_FOR_INVOICE:
        if match := pattern.fullmatch(sentence):
            return Asked(Wish.INVOICE, match["number"] or "")
    return None


def _join(asked: list[Asked]) -> Asked | None:
    """Return what sentences ask for together: a number, and the invoice with it."""
    references = {one.reference for one in asked if one.wish is Wish.REFERENCE}
    numbers = {one.number.casefold(): one.number for one in asked if one.number}
    if len(references) > 1 or len(numbers) > 1:
        return None
    number = next(iter(numbers.values()), "")
    if references:
        return Asked(Wish.REFERENCE, number, references.pop())
    return Asked(Wish.INVOICE, number)
