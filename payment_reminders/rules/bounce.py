"""What a mail server reports about a message that it could not deliver (RFC 3464)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

#: Of a report's "rfc822; ann@example.com" and "smtp; 550 5.1.1 No such user".
_TYPED = re.compile(r"\s*[\w-]+\s*;\s*(.*)", re.DOTALL)
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")


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
