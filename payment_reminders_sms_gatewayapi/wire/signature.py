"""Whether a call is GatewayAPI's: it signs in an old way and in a new one."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Any

#: The new way: a digest of the body. The old one: the body itself, signed as a token.
NEW, OLD = "Signature", "X-Gwapi-Signature"


def check(headers: Mapping[str, str], raw: bytes, secret: str) -> Any:
    """Return what a call says, None when nobody vouches for it.

    :param headers: of the call
    :param raw: its body, as it came
    :param secret: of the webhook
    """
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    if not secret:
        return None
    if headers.get(NEW):
        return body if _check_digest(headers[NEW], raw, secret) else None
    if headers.get(OLD):
        return _check_token(headers[OLD], body, secret)
    return None


def _check_digest(header: str, raw: bytes, secret: str) -> bool:
    """Tell whether one of the digests in a header is that of the body."""
    wanted = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    given = (part.strip() for part in header.replace(",", " ").split())
    return any(
        hmac.compare_digest(part[3:].encode(), wanted.encode())
        for part in given
        if part.startswith("v1=")
    )


def _check_token(token: str, body: Any, secret: str) -> Any:
    """Return what a token (RFC 7519, HS256) says, where the body says the same.

    The token is what is signed: a body around a token of another call is worth nothing.
    """
    try:
        head, claims, signature = token.strip().split(".")
        algorithm = json.loads(_decode(head)).get("alg")
        said = json.loads(_decode(claims))
        given = _decode(signature)
    except (ValueError, AttributeError, RecursionError):
        return None
    signed = f"{head}.{claims}".encode("ascii", "replace")
    wanted = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
    if algorithm != "HS256" or not hmac.compare_digest(given, wanted):
        return None
    if not isinstance(said, dict) or not isinstance(body, dict):
        return None
    is_same = "id" in said and all(
        said.get(key) == value for key, value in body.items()
    )
    return body if is_same else None


def _decode(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))
