"""What a gateway says: of a message that it was given, and by itself later on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timezone
from decimal import Decimal

from odoo.addons.payment_reminders.http import Answer, Outcome

#: What became of a message that a gateway took. The last two are final.
UNDER_WAY, DELIVERED, FAILED = "under_way", "delivered", "failed"
FINAL = (DELIVERED, FAILED)
#: So many signs of what a gateway wrote are kept.
MAX_REASON = 200
#: Of a text that came in. Ten SMS are more than any telephone sends at once.
MAX_MESSAGE = 4000


@dataclass(frozen=True)
class Heard:
    """What came of handing one message over.

    :param outcome: of the call; OK means that the gateway took it
    :param id: the gateway's own number of it
    :param reason: in the gateway's words, without secrets
    :param failure: "credit" (it wants to be paid first), "number", "login" or ""
    :param cost: what it takes for it, in the account's currency
    :param parts: in how many it goes
    """

    outcome: Outcome
    id: str = ""
    reason: str = ""
    failure: str = ""
    cost: Decimal | None = None
    parts: int | None = None


@dataclass(frozen=True)
class Credit:
    """What is left on the account; ``amount`` is None where it could not be read."""

    outcome: Outcome
    amount: Decimal | None = None
    currency: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Report:
    """What became of a message, as the gateway tells later.

    :param key: the same for the same report, however often it comes
    :param uuid: of the message here
    :param at: when it became so, as the gateway says (UTC without time zone), or None
    """

    key: str
    uuid: str
    state: str
    at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True)
class Message:
    """A text of somebody.

    :param key: the gateway's number of it
    :param number: of the sender, as E.164
    """

    key: str
    number: str
    text: str


def read_words(answer: Answer) -> str:
    """Return what a gateway wrote in plain words about a refusal."""
    if answer.data is not None and not isinstance(answer.data, str):
        return ""
    text = answer.data or answer.body.decode("utf-8", "replace").strip()
    return "" if text.startswith("<") else str(text)[:MAX_REASON]


def judge(answer: Answer, text: str = "") -> Heard:
    """Return what a call means that brought no good answer.

    :param text: what the gateway wrote about it
    """
    failure = "login" if answer.outcome == Outcome.AUTH else ""
    reason = (text or answer.reason)[:MAX_REASON]
    return Heard(answer.outcome, reason=reason, failure=failure)


def is_news(
    known: str | None, known_at: datetime | None, state: str, at: datetime | None
) -> bool:
    """Tell whether a report brings a message further than what is known of it.

    Reports come twice, late and in any order. What is final stays, unless something
    final came later; nothing that is older than what is known counts.
    """
    if known is None:
        return True
    if known in FINAL and state not in FINAL:
        return False
    if known_at and at:
        return at > known_at
    return state in FINAL and known not in FINAL


def strip_keyword(text: str, keyword: str) -> str:
    """Return a text without the word that brought it to us on a shared number."""
    first, _blank, rest = text.lstrip().partition(" ")
    is_it = bool(keyword) and first.casefold() == keyword.strip().casefold()
    return rest.strip() if is_it else text.strip()


def make_number(value: object) -> str:
    """Return a sender as E.164 (+4520123456); empty for a name or a short number."""
    digits = re.sub(r"[^0-9+]", "", str(value or ""))
    digits = digits.removeprefix("00") if digits.startswith("00") else digits
    digits = digits.removeprefix("+")
    return f"+{digits}" if digits.isdigit() and 8 <= len(digits) <= 15 else ""


def read_moment(value: object) -> datetime | None:
    """Return a moment (seconds since 1970, or ISO 8601) in UTC, None of nonsense."""
    try:
        if isinstance(value, int | float) or (
            isinstance(value, str) and value.isdigit()
        ):
            moment = datetime.fromtimestamp(float(value), timezone.utc)
        else:
            moment = datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    except (ValueError, OverflowError, OSError):
        return None
    if moment.tzinfo:
        moment = moment.astimezone(timezone.utc).replace(tzinfo=None)
    return moment.replace(microsecond=0)
