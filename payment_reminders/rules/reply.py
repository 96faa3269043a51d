"""An answer to one of our messages: did a person write it, and whose is it?"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from enum import Enum


class Reply(str, Enum):
    """``person``: the customer answered us; ``automatic``: a machine did; ``unknown``:
    an address that is not the customer's; ``forged``: the sender's own domain denies
    the message; ``unreferenced``: the customer's address, but no answer to anything
    that we sent, so that whoever knows the address may have written it.
    """

    PERSON = "person"
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
_AUTOMATIC_PRECEDENCE = frozenset({"bulk", "junk", "auto_reply"})
_MACHINES = frozenset({"mailer-daemon", "postmaster", "noreply", "no-reply"})
#: For senders that mark nothing: how such subjects begin, in the languages we ship.
_AUTOMATIC_SUBJECT = re.compile(
    r"\s*(automatic reply|auto[- ]?reply|auto:|out of (the )?office|automatisk svar"
    r"|autosvar|fravær|ikke på kontoret|frånvaro|frånvarande|autosvar"
    r"|automaattinen vastaus|poissaolo|automatische antwort|abwesenheit)",
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
    return Reply.PERSON if refers else Reply.UNREFERENCED


def _is_automatic(headers: Mapping[str, str], sender: str | None) -> bool:
    submitted = headers.get("auto-submitted", "no").split(";")[0].strip().lower()
    return (
        submitted != "no"
        or headers.get("precedence", "").strip().lower() in _AUTOMATIC_PRECEDENCE
        or any(name in headers for name in _AUTOMATIC_FIELDS)
        or headers.get("return-path", "").strip() == "<>"
        # Receipts of delivery and of reading (RFC 6522).
        or headers.get("content-type", "").lower().startswith("multipart/report")
        or (sender or "").split("@")[0] in _MACHINES
        or bool(_AUTOMATIC_SUBJECT.match(headers.get("subject", "")))
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
