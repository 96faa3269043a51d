"""The calls that GatewayAPI documents (gatewayapi.com/docs), and what is answered."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from odoo.addons.payment_reminders.http import UNDER_LOCKS, Answer, Door, Outcome
from odoo.addons.payment_reminders_sms.wire import (
    DELIVERED,
    FAILED,
    UNDER_WAY,
    Credit,
    Heard,
    Message,
    Report,
    judge,
    make_number,
    read_moment,
    read_words,
)
from odoo.addons.payment_reminders_sms.wire.told import MAX_MESSAGE, MAX_REASON

#: {region: (where messages are taken, where the account is)}; a token works in one.
HOSTS = {
    "eu": ("https://messaging.gatewayapi.eu", "https://gatewayapi.eu"),
    "com": ("https://messaging.gatewayapi.com", "https://gatewayapi.com"),
}
#: A message that did not arrive for so long is given up: what it asks may be paid then.
EXPIRES = "P2D"
STATES = {
    "SCHEDULED": UNDER_WAY,
    "BUFFERED": UNDER_WAY,
    "ENROUTE": UNDER_WAY,
    "ACCEPTED": UNDER_WAY,
    "DELIVERED": DELIVERED,
    "UNDELIVERABLE": FAILED,
    "EXPIRED": FAILED,
    "REJECTED": FAILED,
    "DELETED": FAILED,
    "SKIPPED": FAILED,
}
#: Two pages of the documents name it differently.
STATUS_EVENTS = ("message.status.sms", "messaging.status.sms")
#: Words of a refusal by which it is about money.
MONEY_WORDS = ("credit", "funds", "balance")


class GatewayApi:
    """Speaks for one account."""

    def __init__(self, messages: Door, account: Door) -> None:
        self.messages = messages
        self.account = account

    @classmethod
    def make(cls, messages_url: str, account_url: str, token: str) -> GatewayApi:
        """Return one that waits no longer than payers may wait for locks."""
        doors = [
            Door(url, secrets=(token,), patience=UNDER_LOCKS)
            for url in (messages_url, account_url)
        ]
        for door in doors:
            door.session.headers["Authorization"] = f"Token {token}"
        return cls(*doors)

    def send(self, number: str, text: str, sender: str, reference: str) -> Heard:
        """Hand one message over.

        :param number: E.164
        :param sender: a name of at most 11 letters and digits, or a number of ours
        :param reference: our own number of it, which reports name
        """
        answer = self.messages.send(
            "/mobile/single",
            json={
                "sender": sender,
                "recipient": int(number.lstrip("+")),
                "message": text,
                "reference": reference,
                "priority": "normal",
                "expiration": EXPIRES,
            },
        )
        if answer.outcome != Outcome.OK:
            return _judge(answer)
        told = answer.data if isinstance(answer.data, dict) else {}
        if not told.get("msg_id"):
            return Heard(Outcome.UNCERTAIN, reason="no msg_id")
        return Heard(Outcome.OK, id=str(told["msg_id"]))

    def read_credit(self) -> Credit:
        """Ask what is left on the account: this is the test of the log-in, too."""
        answer = self.account.get("/rest/me")
        if answer.outcome != Outcome.OK:
            return Credit(answer.outcome, reason=answer.reason)
        told = answer.data if isinstance(answer.data, dict) else {}
        try:
            amount = Decimal(str(told.get("credit")))
        except InvalidOperation:
            return Credit(Outcome.MALFORMED, reason="no credit")
        return Credit(Outcome.OK, amount, str(told.get("currency") or ""))


def _judge(answer: Answer) -> Heard:
    """Return what a refusal means."""
    faults = _list_faults(answer.data)
    words = "; ".join(faults) or read_words(answer)
    heard = judge(answer, words)
    failure = heard.failure
    if any(word in words.casefold() for word in MONEY_WORDS):
        return Heard(Outcome.REJECTED, reason=words[:MAX_REASON], failure="credit")
    if answer.outcome == Outcome.REJECTED and "recipient" in words:
        failure = "number"
    return Heard(heard.outcome, reason=heard.reason, failure=failure)


def _list_faults(data: Any) -> list[str]:
    """Return what a 422 says of each field, as "field: why"."""
    if not isinstance(data, dict):
        return []
    rows = data.get("detail")
    if not isinstance(rows, list):
        return [str(data.get("message") or rows or "")] if data else []
    found = []
    for row in rows:
        if isinstance(row, dict):
            place = ".".join(str(part) for part in row.get("loc") or ())
            found.append(f"{place}: {row.get('msg') or ''}")
    return found


def read_event(data: Any) -> Report | Message | None:
    """Return what a webhook tells, None when it is nothing that we know."""
    if not isinstance(data, dict):
        return None
    if data.get("event_type") in STATUS_EVENTS and isinstance(data.get("event"), dict):
        return _read_status(data["event"], str(data.get("event_id") or ""))
    if "message" in data and "msisdn" in data and data.get("id"):
        return Message(
            key=str(data["id"])[:64],
            number=make_number(data["msisdn"]),
            text=str(data["message"])[:MAX_MESSAGE],
        )
    if data.get("userref") and data.get("status"):
        # A webhook of the old kind.
        old = {"reference": data["userref"], "status_at": data.get("time"), **data}
        return _read_status(old, str(data.get("id") or ""))
    return None


def _read_status(event: Mapping[str, Any], key: str) -> Report | None:
    status = str(event.get("status") or "").upper()
    if status not in STATES or not event.get("reference"):
        return None
    at = event.get("status_at")
    error = event.get("error")
    details = error.get("details") if isinstance(error, dict) else error
    return Report(
        key=f"{key[:40]}/{status}/{str(at)[:32]}",
        uuid=str(event["reference"]),
        state=STATES[status],
        at=read_moment(at),
        reason=str(details or status)[:MAX_REASON],
    )
