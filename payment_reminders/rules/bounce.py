"""What a mail server reports about a message that it could not deliver (RFC 3464)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_string
from email.message import Message
from html import unescape

#: Of a report's "rfc822; ann@example.com" and "smtp; 550 5.1.1 No such user".
_TYPED = re.compile(r"\s*[\w-]+\s*;\s*(.*)", re.DOTALL)
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
#: A Message-Id of ours, as ``models/sending/wire.py`` makes them.
_OURS = re.compile(r"<[0-9a-f]{32}\.payment-reminder@[^<>\s]{1,255}>")
_TAG = re.compile(r"</?[a-z!][^<>@]*>", re.IGNORECASE)
#: Parts by which machines tell each other what became of a message (RFC 3464, 6533).
_STATUS_PARTS = frozenset({"message/delivery-status", "message/global-delivery-status"})
#: That it was read (RFC 8098).
_RECEIPT = "message/disposition-notification"
#: Nobody tries again. "expired" is no word of the standard, and written all the same.
_FINAL = frozenset({"failed", "failure", "expired", "undeliverable"})
_HARMLESS = frozenset({"delayed", "delivered", "relayed", "expanded"})
#: So many bytes of each text are looked at.
_MAX_TEXT = 100_000


@dataclass(frozen=True)
class Failure:
    """A message did not reach one recipient, and nobody tries again.

    ``status`` is the enhanced status code (RFC 3463), empty when there is none.
    """

    status: str
    diagnostic: str


def find_failure(report: Message, recipient: str) -> Failure | None:
    """Return what a report says of a recipient, None if it does not say "failed".

    A report that delivery is delayed, that a message was relayed or read, an
    out-of-office answer and whatever has no part for machines is no failure.

    :param recipient: the normalised address that the message was sent to
    """
    for fields in _get_recipient_fields(report):
        if _get_action(fields) not in _FINAL:
            continue
        named = {
            _strip_type(fields.get(name)).strip("<> ").lower()
            for name in ("Final-Recipient", "Original-Recipient")
        }
        if recipient.lower() in named:
            status = _STATUS.search(str(fields.get("Status", "")))
            return Failure(
                status=status[0] if status else "",
                diagnostic=" ".join(_strip_type(fields.get("Diagnostic-Code")).split()),
            )
    return None


def _get_action(fields: Message) -> str:
    """The word of the field Action; servers put comments and signs after it."""
    word = re.match(r"\s*([a-z]+)", str(fields.get("Action", "")).lower())
    return word[1] if word else ""


def _get_recipient_fields(report: Message) -> list[Message]:
    """Return the groups of fields that tell of a recipient.

    By what is in them, not by their place: some servers leave the group of the message
    out, others write one group of everything.
    """
    return [
        group
        for part in report.walk()
        if part.get_content_type() in _STATUS_PARTS
        for group in _get_groups(part)
        if "Action" in group or "Final-Recipient" in group
    ]


def _get_groups(part: Message) -> list[Message]:
    payload = part.get_payload()
    if isinstance(payload, list):
        return [group for group in payload if isinstance(group, Message)]
    text = part.get_payload(decode=True)
    if not isinstance(text, bytes):
        return []
    blocks = re.split(r"\r?\n\s*\r?\n", text[:_MAX_TEXT].decode("utf-8", "replace"))
    return [message_from_string(block.lstrip()) for block in blocks if block.strip()]


def _strip_type(value: object) -> str:
    text = str(value or "")
    typed = _TYPED.fullmatch(text)
    return typed[1] if typed else text


def find_message_ids(report: Message) -> tuple[str, ...]:
    """Return the Message-Ids of ours that a report quotes in its text."""
    return tuple(dict.fromkeys(_OURS.findall(read_text(report))))


def needs_a_reader(report: Message, recipient: str, sender: str | None) -> bool:
    """Tell whether a person has to read what became of a message to ``recipient``.

    That is a report which has no part for machines and names the recipient, and one
    whose part for machines says that anybody was not reached (the recipient's mailbox
    may pass on), or says nothing that is understood. What the recipient's own address
    wrote is an answering machine.

    :param recipient: the normalised address that the message was sent to
    :param sender: the normalised address of whoever reports, None: there is none
    """
    if sender == recipient:
        return False
    kinds = {part.get_content_type() for part in report.walk()}
    if kinds & _STATUS_PARTS:
        # Of our message, or it would not have been asked: whoever it says failed.
        groups = _get_recipient_fields(report)
        return not groups or any(_get_action(g) not in _HARMLESS for g in groups)
    if _RECEIPT in kinds:
        return False
    # Of a message that was returned with it.
    to = " ".join(str(part["To"]) for part in report.walk() if part is not report)
    return recipient.lower() in f"{read_text(report)} {to}".lower()


def read_text(report: Message) -> str:
    """Return what a report says to people, without markup; its beginning at least."""
    return "\n".join(
        _read_part(part)
        for part in report.walk()
        if part.get_content_maintype() == "text"
    )


def _read_part(part: Message) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    payload = payload[:_MAX_TEXT]
    try:
        text = payload.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:  # a charset that nobody knows
        text = payload.decode("utf-8", "replace")
    if part.get_content_subtype() == "html":
        text = unescape(_TAG.sub(" ", text))
    return text
