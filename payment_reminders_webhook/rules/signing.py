"""Signatures by the Standard Webhooks specification 1.0.0, section "Signature scheme".

The signed text is ``id.timestamp.body``; a receiver knows by it who sent a message,
that nobody changed it, and that it is no old one played again.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Iterable

PREFIX = "whsec_"
#: Bytes of a secret; the specification asks for 24 to 64.
SECRET_BYTES = 32


def make_secret() -> str:
    """Return a new secret, as receivers enter it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Return one signature, with its version.

    :param secret: of :func:`make_secret`
    :param timestamp: seconds since 1970
    :raises ValueError: the secret is none
    """
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("not a secret of a webhook") from error
    text = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(key, text, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def make_headers(
    keys: Iterable[str], message_id: str, timestamp: int, body: bytes
) -> dict[str, str]:
    """Return the headers of one message.

    :param keys: the secret, and the one before while receivers are changed over
    """
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(
            sign(key, message_id, timestamp, body) for key in keys
        ),
        "Content-Type": "application/json",
    }
