"""What is sent, as bytes: the same facts are the same bytes, so that they can be kept
and compared.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime, timezone
from decimal import ROUND_HALF_UP, Decimal
from email.utils import format_datetime
from typing import Any

CENT = Decimal("0.01")
#: What our words for the beginning are there.
FIRST_ACTIONS = {"reminder": "reminder", "collection": "debt_collection"}


def make_body(value: Mapping[str, Any]) -> bytes:
    """Return canonical JSON: sorted, without blanks, amounts with two decimals.

    :param value: amounts are ``Decimal``; a float is refused: it may be a hair off
    """
    return _write(value).encode()


def digest(body: bytes) -> str:
    """Return the SHA-256 of a body."""
    return hashlib.sha256(body).hexdigest()


def make_date(day: date) -> str:
    """Return a day as Amili writes it: the midnight that it begins with (RFC 1123)."""
    moment = datetime(day.year, day.month, day.day, tzinfo=timezone.utc)
    return format_datetime(moment, usegmt=True)


def _write(value: Any) -> str:
    if isinstance(value, Decimal):
        return str(value.quantize(CENT, ROUND_HALF_UP))
    if isinstance(value, float):
        raise TypeError("An amount has to be a Decimal")
    if isinstance(value, Mapping):
        parts = (f"{json.dumps(key)}:{_write(value[key])}" for key in sorted(value))
        return "{" + ",".join(parts) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_write, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def make_registration(
    *,
    account: str,
    creditor: str,
    start_with: str,
    customer: Mapping[str, Any],
    debt: Mapping[str, Any],
    invoice_date: date,
    due_date: date,
    fees: Mapping[str, tuple[Decimal, date]] | None = None,
) -> dict[str, Any]:
    """Return the registration of one debt.

    :param start_with: "reminder" or "collection"
    :param customer: name, id_number, address and what else is known; empty parts are
        left out
    :param debt: invoice_number, debt_description, debt_reference, capital_to_claim
    :param fees: {kind: (what our own notices claimed, day)}
    """
    row = {
        **debt,
        "invoice_date": make_date(invoice_date),
        "invoice_due_days_after_invoice_date": max((due_date - invoice_date).days, 0),
    }
    claimed = {
        kind: {"amount": amount, "fee_registration_date": make_date(day)}
        for kind, (amount, day) in (fees or {}).items()
        if amount > 0
    }
    if claimed:
        row["fees_already_claimed"] = claimed
    return {
        "account": account,
        "creditor": creditor,
        "first_action": FIRST_ACTIONS[start_with],
        "currency": "SEK",
        "customer": _leave_out_empty(customer),
        "debts": [_leave_out_empty(row)],
    }


def _leave_out_empty(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _leave_out_empty(value) if isinstance(value, Mapping) else value
        for key, value in values.items()
        if value not in (None, "", {})
    }
