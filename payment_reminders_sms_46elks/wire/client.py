"""The calls that 46elks documents (46elks.se/docs), and what their answers mean.

Refusals come as plain text, good answers as JSON, money in ten-thousandths of the
account's currency.
"""

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
from odoo.addons.payment_reminders_sms.wire.told import MAX_MESSAGE

URL = "https://api.46elks.com/a1"
#: 46elks counts money in this part of a unit.
TEN_THOUSANDTH = Decimal("0.0001")
STATES = {
    "created": UNDER_WAY,
    "sent": UNDER_WAY,
    "delivered": DELIVERED,
    "failed": FAILED,
}


class Elks:
    """Speaks for one account."""

    def __init__(self, door: Door) -> None:
        self.door = door

    @classmethod
    def make(cls, url: str, user: str, password: str) -> Elks:
        """Return one that waits no longer than payers may wait for locks."""
        return cls(Door(url, auth=(user, password), patience=UNDER_LOCKS))

    def send(self, number: str, text: str, sender: str, report_url: str = "") -> Heard:
        """Hand one message over.

        The text is not kept in their log.

        :param number: E.164
        :param sender: a name of at most 11 letters and digits, or a number of ours
        :param report_url: where they tell what became of it
        """
        data = {"from": sender, "to": number, "message": text, "dontlog": "message"}
        if report_url:
            data["whendelivered"] = report_url
        answer = self.door.send("/sms", data=data)
        if answer.outcome != Outcome.OK:
            return _judge(answer)
        told = answer.data if isinstance(answer.data, dict) else {}
        if not told.get("id"):
            # It answers, but not that it took anything.
            return Heard(Outcome.UNCERTAIN, reason="no id")
        if told.get("status") == "failed":
            return Heard(Outcome.REJECTED, id=str(told["id"]), reason="failed")
        return Heard(
            Outcome.OK,
            id=str(told["id"]),
            cost=_read_money(told.get("cost")),
            parts=told["parts"] if isinstance(told.get("parts"), int) else None,
        )

    def read_credit(self) -> Credit:
        """Ask what is left on the account: this is the test of the log-in, too."""
        answer = self.door.get("/me")
        if answer.outcome != Outcome.OK:
            return Credit(answer.outcome, reason=answer.reason)
        told = answer.data if isinstance(answer.data, dict) else {}
        amount = _read_money(told.get("balance"))
        if amount is None:
            return Credit(Outcome.MALFORMED, reason="no balance")
        return Credit(Outcome.OK, amount, str(told.get("currency") or ""))


def _judge(answer: Answer) -> Heard:
    """Return what a refusal means: its text says it, since it seldom has a code."""
    text = read_words(answer)
    if answer.status == 403 and answer.outcome == Outcome.AUTH:
        # Also what they say when the account is empty.
        words = text.casefold()
        failure = "credit" if not words or "credit" in words else "login"
        outcome = Outcome.REJECTED if failure == "credit" else Outcome.AUTH
        return Heard(outcome, reason=text or "HTTP 403", failure=failure)
    if answer.status == 400 and '"to"' in text:
        return Heard(Outcome.REJECTED, reason=text, failure="number")
    return judge(answer, text)


def _read_money(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value)) * TEN_THOUSANDTH
    except InvalidOperation:
        return None


def read_report(form: Mapping[str, str], uuid: str) -> Report | None:
    """Return what a delivery report tells, None when it is none.

    :param uuid: of the message here, as the address says that we gave them
    """
    status = form.get("status", "")
    if not form.get("id") or status not in STATES:
        return None
    at = form.get("delivered") or ""
    return Report(
        key=f"{form['id'][:64]}/{status}/{at[:32]}",
        uuid=uuid,
        state=STATES[status],
        at=read_moment(at),
        reason=status,
    )


def read_message(form: Mapping[str, str]) -> Message | None:
    """Return an SMS that came in, None when it is none."""
    if form.get("direction", "incoming") != "incoming" or not form.get("id"):
        return None
    return Message(
        key=form["id"][:64],
        number=make_number(form.get("from")),
        text=form.get("message", "")[:MAX_MESSAGE],
    )
