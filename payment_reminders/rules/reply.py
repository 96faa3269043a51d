"""An answer to one of our messages: did a person write it, and whose is it?"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from enum import Enum


class Reply(str, Enum):
    """``person``: the customer answered us; ``marked``: he did, or a system of his that
    marks what it sends; ``automatic``: a machine did; ``unknown``:
    an address that is not the customer's; ``forged``: the sender's own domain denies
    the message; ``unreferenced``: the customer's address, but no answer to anything
    that we sent, so that whoever knows the address may have written it.
    """

    PERSON = "person"
    MARKED = "marked"
    AUTOMATIC = "automatic"
    UNKNOWN = "unknown"
    FORGED = "forged"
    UNREFERENCED = "unreferenced"

    def __str__(self) -> str:
        return self.value


#: Header fields that only automatic answers bear. Those of mailing lists (List-Id,
#: Precedence: list) do not count: a shared mailbox that passes on what a customer wrote
#: puts them there, and a question would be lost.
_AUTOMATIC_FIELDS = (
    "x-autoreply",
    "x-autorespond",
    "x-autoresponse",
    "x-auto-reply-from",
    "x-mail-autoreply",
)
_MACHINES = frozenset({"mailer-daemon", "postmaster"})
#: Marks that say nothing about who wrote: systems put them on what a person wrote in
#: them (a ticket, a purchasing portal), and senders of mass mail on everything.
_WEAK_PRECEDENCE = frozenset({"bulk", "junk"})
_WEAK_SENDERS = re.compile(
    r"(no|do[-_.]?not|ikke|inte|nicht)[-_.]?(reply|svar|svara|antworten|besvar\w*)"
)
#: What stands before a subject: [EXTERNAL], (Extern), {Spam?}, *** ... ***
_TAGS = re.compile(r"(\s*(\[[^]]*\]|\([^)]*\)|\{[^}]*\}|\*+[^*]*\*+))+\s*")
#: For senders that mark nothing: how subjects of absence notes begin, in the languages
#: of the European Union, Norway and Iceland.
_ABSENCE_PHRASES = """
    automatic reply|automated reply|automatic response|auto[- ]?reply|auto[- ]?response
    |out[- ]of[- ](the[- ])?office|away from (the |my )?office|on (annual )?leave
    |automatisk[et]? svar|autosvar|ikke på kontoret|ikke til ?stede|utenfor kontoret
    |automatiskt svar|ej på kontoret|inte på kontoret|automaattinen vastaus
    |automaattivastaus|poissa toimistosta|sjálfvirkt svar
    |automatische antwort|autom\\. antwort|nicht im (büro|haus|hause)
    |réponse automatique|reponse automatique|absent(e)? du bureau|absence du bureau
    |message d.absence|automatisch antwoord|automatische reactie|niet op kantoor
    |afwezigheidsbericht|respuesta automática|respuesta automatica|fuera de la oficina
    |risposta automatica|fuori (sede|ufficio)|resposta automática|fora do escritório
    |odpowiedź automatyczna|automatyczna odpowiedź|poza biurem
    |automatická odpověď|mimo kancelář|automatická odpoveď|mimo kancelárie
    |automatikus válasz|házon kívül|răspuns automat|raspuns automat|автоматичен отговор
    |извън офиса|αυτόματη απάντηση|εκτός γραφείου|automatski odgovor|samodejni odgovor
    |automaatvastus|automaatne vastus|automātiskā atbilde|automātiska atbilde
    |automatinis atsakymas|tweġiba awtomatika|freagra uathoibríoch
"""
#: A word alone is an absence note only when nothing of a matter follows it.
_ABSENCE_WORDS = """
    fravær|fraværende|fraværsbesked|fraværsmelding|frånvaro|frånvarande|poissaolo
    |poissaoloviesti|abwesenheit|abwesend|abwesenheits(notiz|nachricht|meldung|assistent)
    |absence|absent|afwezigheid|afwezig|ausente|ausencia|assente|assenza|ausência
    |nieobecność|nepřítomnost|neprítomnosť|távollét|odsutnost|odsotnost|απουσία
    |отсъствие
"""


def _to_alternatives(lines: str) -> str:
    return "|".join(part.strip() for part in lines.replace("\n", "").split("|"))


_AUTOMATIC_SUBJECT = re.compile(
    rf"\s*(?:(?:{_to_alternatives(_ABSENCE_PHRASES)})\b"
    rf"|(?:{_to_alternatives(_ABSENCE_WORDS)})\s*(?:$|[:(–—-]|\d|(?:re|sv|aw|vs)\b))",
    re.IGNORECASE,
)


def judge(
    headers: Mapping[str, str],
    sender: str | None,
    known: Collection[str],
    refers: bool,
) -> Reply:
    """Tell who wrote a message, by its header and its sender.

    RFC 3834 (Auto-Submitted), and what was in use before it; RFC 8601
    (Authentication-Results) as far as our own mail server has put it there. Where it
    does not, the Message-Id that is answered to vouches for the sender: nobody knows
    it but whom we wrote to.

    :param headers: names in lower case; of several fields of a name, the topmost first,
        one a line
    :param sender: normalised address, None when there is none
    :param known: normalised addresses of the customer
    :param refers: whether it names the Message-Id of a message that we sent
    """
    if _is_automatic(headers, sender):
        return Reply.AUTOMATIC
    if _is_denied(headers.get("authentication-results", "")):
        return Reply.FORGED
    if not sender or sender not in known:
        return Reply.UNKNOWN
    if not refers:
        return Reply.UNREFERENCED
    return Reply.MARKED if _is_marked(headers, sender) else Reply.PERSON


def _is_automatic(headers: Mapping[str, str], sender: str | None) -> bool:
    """Tell whether a machine answered: only on marks that no person's mail bears."""
    exchange_loop = any(
        name.startswith("x-ms-exchange-inbox-rules") for name in headers
    )
    suppressed = headers.get("x-auto-response-suppress", "").strip().lower()
    return (
        _get_submitted(headers) == "auto-replied"
        or headers.get("precedence", "").strip().lower() == "auto_reply"
        or any(name in headers for name in _AUTOMATIC_FIELDS)
        or headers.get("return-path", "").strip() == "<>"
        or (exchange_loop and suppressed == "all")
        # Receipts of delivery and of reading (RFC 6522).
        or headers.get("content-type", "").lower().startswith("multipart/report")
        or (sender or "").split("@")[0] in _MACHINES
        or is_absence_note(headers.get("subject", ""))
    )


def is_absence_note(subject: str) -> bool:
    """Tell whether a subject is that of an absence note, whatever tags stand before."""
    tagged = _TAGS.match(subject)
    return bool(_AUTOMATIC_SUBJECT.match(subject, tagged.end() if tagged else 0))


def _is_marked(headers: Mapping[str, str], sender: str) -> bool:
    """Tell whether a machine may have sent it, though a person may have written it."""
    return (
        _get_submitted(headers) != "no"
        or headers.get("precedence", "").strip().lower() in _WEAK_PRECEDENCE
        or bool(_WEAK_SENDERS.fullmatch(sender.split("@")[0]))
    )


def _get_submitted(headers: Mapping[str, str]) -> str:
    """The keyword of Auto-Submitted (RFC 3834, section 5), without its comments."""
    return (
        headers.get("auto-submitted", "no").split(";")[0].split("(")[0].strip().lower()
    )


def _is_denied(results: str) -> bool:
    text = results.lower()
    if re.search(r"\bdmarc\s*=\s*fail", text):
        return True
    # Only the topmost field is our server's: a forger may have brought the others.
    topmost = text.split("\n", 1)[0]
    return bool(re.search(r"\bspf\s*=\s*fail", text)) and not re.search(
        r"\bdkim\s*=\s*pass", topmost
    )
