"""What a mail server reports about a message that it could not deliver (RFC 3464)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from html import unescape

#: Of a report's "rfc822; ann@example.com" and "smtp; 550 5.1.1 No such user".
_TYPED = re.compile(r"\s*[\w-]+\s*;\s*(.*)", re.DOTALL)
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
#: A Message-Id of ours, as ``models/sending/wire.py`` makes them.
_OURS = re.compile(r"<[0-9a-f]{32}\.payment-reminder@[^<>\s]{1,255}>")
_TAG = re.compile(r"</?[a-z!][^<>@]*>", re.IGNORECASE)
#: Parts by which machines tell each other what became of a message.
_FOR_MACHINES = ("message/delivery-status", "message/disposition-notification")
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
        if str(fields.get("Action", "")).strip().lower() != "failed":
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


def _get_recipient_fields(report: Message) -> Iterator[Message]:
    """Yield the group of fields of each recipient; the first is of the message."""
    for part in report.walk():
        payload = part.get_payload()
        if part.get_content_type() == "message/delivery-status" and isinstance(
            payload, list
        ):
            yield from (group for group in payload[1:] if isinstance(group, Message))


def _strip_type(value: object) -> str:
    text = str(value or "")
    typed = _TYPED.fullmatch(text)
    return typed[1] if typed else text


def find_message_ids(report: Message) -> tuple[str, ...]:
    """Return the Message-Ids of ours that a report quotes in its text."""
    return tuple(dict.fromkeys(_OURS.findall(read_text(report))))


def needs_a_reader(report: Message, recipient: str, sender: str | None) -> bool:
    """Tell whether a person has to read what became of a message to ``recipient``.

    That is a report which has no part for machines and names the recipient. What the
    recipient's own address wrote is an answering machine.

    :param recipient: the normalised address that the message was sent to
    :param sender: the normalised address of whoever reports, None: there is none
    """
    if sender == recipient:
        return False
    if any(part.get_content_type() in _FOR_MACHINES for part in report.walk()):
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
