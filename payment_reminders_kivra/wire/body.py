"""What Kivra is given: one JSON, whose bytes are kept to tell what was sent."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

#: Kivra takes no content that is longer.
MAX_BYTES = 1_000_000
#: It stands in notifications on a locked telephone, and is cut there.
MAX_SUBJECT = 30
MAX_REFERENCE = 25
#: An amount that can be paid is at least this, in kronor.
MIN_AMOUNT = Decimal(1)
#: {how a receiver is named in an address of ours: the key of Kivra's JSON}
RECEIVERS = {"vat": "vat_number", "email": "email", "ssn": "ssn"}
VAT = re.compile(r"SE[0-9]{10}01")
BANKGIRO, PLUSGIRO = "1", "2"


@dataclass(frozen=True)
class Receiver:
    """Who gets it: ``kind`` is "vat" (a company), "email" or "ssn" (persons)."""

    kind: str
    address: str

    @property
    def is_company(self) -> bool:
        return self.kind == "vat"


@dataclass(frozen=True)
class Money:
    """What can be paid with a click.

    :param account: number of the bankgiro or plusgiro
    """

    account: str
    amount: Decimal
    due: date
    reference: str
    method: str = BANKGIRO

    @property
    def is_payable(self) -> bool:
        """Whether Kivra takes it: an amount, an account and a reference."""
        return bool(self.account and self.reference and self.amount >= MIN_AMOUNT)


def clean_vat(value: str | None) -> str:
    """Return a Swedish VAT number as Kivra knows companies; empty for any other."""
    text = re.sub(r"[\s.-]", "", (value or "").upper())
    return text if VAT.fullmatch(text) else ""


def find_receiver(text: str) -> Receiver:
    """Return whom an address of ours means: a VAT number, or ``email:…``."""
    kind, colon, address = text.partition(":")
    return Receiver(kind, address) if colon else Receiver("vat", text)


def choose_type(step_kind: str, receiver: Receiver, is_demand: bool) -> str:
    """Return the content type of a notice.

    :param step_kind: "nudge", "reminder" or "final_notice"
    :param is_demand: whether the final notice is a collection demand by law
    """
    if step_kind == "nudge":
        return "letter"
    if receiver.is_company:
        # Those of its own for companies are still being tried out by Kivra.
        return "invoice"
    if step_kind == "final_notice" and is_demand:
        return "invoice.debtcollection"
    return "invoice.reminder"


def has_check_digit(reference: str) -> bool:
    """Tell whether a reference is an OCR number: its last digit is a check."""
    if not (reference.isascii() and reference.isdigit() and len(reference) > 1):
        return False
    total = 0
    for place, digit in enumerate(reversed(reference)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def make_content(
    receiver: Receiver,
    subject: str,
    content_type: str,
    day: date,
    documents: list[tuple[str, bytes]],
    money: Money | None = None,
) -> bytes:
    """Return the body of one content: of the same values always the same bytes.

    :param documents: (name, PDF) of each
    :param money: None where nothing can be paid by it
    """
    content: dict[str, object] = {
        RECEIVERS[receiver.kind]: receiver.address,
        "subject": subject[:MAX_SUBJECT],
        "type": content_type,
        "generated_at": day.isoformat(),
        "parts": [
            {
                "name": name,
                "content_type": "application/pdf",
                "data": b64encode(pdf).decode(),
            }
            for name, pdf in documents
        ],
    }
    if money and money.is_payable:
        reference = money.reference[:MAX_REFERENCE]
        content["payment_multiple_options"] = {
            "payable": True,
            "currency": "SEK",
            "method": money.method,
            "account": money.account,
            "options": [
                {
                    "due_date": money.due.isoformat(),
                    "amount": f"{money.amount:.2f}",
                    "type": "SE_OCR" if has_check_digit(reference) else "TENANT_REF",
                    "reference": reference,
                }
            ],
        }
    return json.dumps(
        content, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    ).encode()
