"""An answer to one of our messages: did a person write it, and whose is it?"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from enum import Enum


class Reply(str, Enum):
    """``person``: the customer wrote; ``automatic``: a machine did; ``unknown``:
    an address that is not the customer's; ``forged``: the sender's own domain denies
    the message.
    """

    PERSON = "person"
    AUTOMATIC = "automatic"
    UNKNOWN = "unknown"
    FORGED = "forged"

    def __str__(self) -> str:
        return self.value


#: Header fields that only automatic answers bear.
_AUTOMATIC_FIELDS = (
    "x-autoreply",
    "x-autorespond",
    "x-autoresponse",
    "x-auto-reply-from",
    "x-mail-autoreply",
)
_AUTOMATIC_PRECEDENCE = frozenset({"bulk", "junk", "list", "auto_reply"})
_MACHINES = frozenset({"mailer-daemon", "postmaster", "noreply", "no-reply"})
#: For senders that mark nothing: how such subjects begin, in the languages we ship.
_AUTOMATIC_SUBJECT = re.compile(
    r"\s*(automatic reply|auto[- ]?reply|auto:|out of (the )?office|automatisk svar"
    r"|autosvar|fravær|ikke på kontoret|frånvaro|frånvarande|autosvar"
    r"|automaattinen vastaus|poissaolo|automatische antwort|abwesenheit)",
    re.IGNORECASE,
)


def judge(
    headers: Mapping[str, str], sender: str | None, known: Collection[str]
) -> Reply:
    """Tell who wrote a message, by its header and its sender.

    RFC 3834 (Auto-Submitted), and what was in use before it; RFC 8601
    (Authentication-Results) as far as our own mail server has put it there.

    :param headers: names in lower case; of several fields of a name, joined by a line
    :param sender: normalised address, None when there is none
    :param known: normalised addresses of the customer
    """
    if _is_automatic(headers, sender):
        return Reply.AUTOMATIC
    if _is_denied(headers.get("authentication-results", "")):
        return Reply.FORGED
    return Reply.PERSON if sender and sender in known else Reply.UNKNOWN


def _is_automatic(headers: Mapping[str, str], sender: str | None) -> bool:
    submitted = headers.get("auto-submitted", "no").split(";")[0].strip().lower()
    return (
        submitted != "no"
        or headers.get("precedence", "").strip().lower() in _AUTOMATIC_PRECEDENCE
        or any(name in headers for name in _AUTOMATIC_FIELDS)
        or headers.get("return-path", "").strip() == "<>"
        or (sender or "").split("@")[0] in _MACHINES
        or bool(_AUTOMATIC_SUBJECT.match(headers.get("subject", "")))
    )


def _is_denied(results: str) -> bool:
    text = results.lower()
    if re.search(r"\bdmarc\s*=\s*fail", text):
        return True
    return bool(re.search(r"\bspf\s*=\s*fail", text)) and not re.search(
        r"\bdkim\s*=\s*pass", text
    )
