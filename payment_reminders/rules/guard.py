"""The last word before a notice leaves: a verdict on facts, and nothing else.

``Facts`` is everything that the guard may know. It serialises to JSON, the
trail keeps that JSON, and :func:`check` on it gives the same verdict for ever.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from .balance import SETTLED, owed
from .insolvency import is_stale
from .statute import CALL, NUDGE
from .verdict import (
    EARLY,
    MONEY_CODES,
    OVERRIDABLE,
    RULES,
    Code,
    Obstacle,
    get_freeze_code,
)


@dataclass(frozen=True)
class MoneyFacts:
    """Money of the customer, or that may be, which is matched with no invoice yet.

    ``source`` is a key of :data:`rules.verdict.MONEY_CODES`, ``record_id`` the journal
    item, payment, draft credit note or bank line; the amount is in the company's
    currency. ``fits`` says by what money fits that is not on the customer's account
    (:class:`rules.doubts.Fit`, or a "link" to the invoice). ``name`` is the number of
    the document.
    """

    source: str
    record_id: int
    day: date
    amount: Decimal
    fits: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True)
class ItemFacts:
    """One due item of the notice: what was proposed, and what its rows say now.

    Amounts are in the case's currency. ``residual`` is what the journal item
    still asks; ``in_process`` what registered payments without a journal entry
    will take from it; ``credited`` what credit notes took so far; ``apart`` what of
    the residual this item does not ask (an agency's part, see :mod:`agency`).
    ``invoice_sent_on`` is the day on which the invoice first reached the customer
    from here; without it, a sent one was sent another way. ``moved`` names what of
    the invoice is no longer the case's: customer, currency, company.
    ``invoice_network`` names the network that did not deliver it (see :mod:`network`
    for its state). An online payment is under way since ``transaction_since``; it
    ``hangs`` when that is longer than the banking days that such a payment takes.
    ``held_until`` is set while a person holds this invoice alone, ``handed_over`` while
    a collection service has it.
    """

    item_id: int
    move_id: int
    move_name: str
    move_state: str
    payment_state: str
    date_due: date
    residual: Decimal
    in_process: Decimal
    credited: Decimal
    proposed_residual: Decimal
    proposed_credited: Decimal
    no_followup: bool = False
    excluded: bool = False
    invoice_sent: bool = True
    invoice_bounced: bool = False
    invoice_sent_on: date | None = None
    pending_transaction: bool = False
    already_sent: bool = False
    apart: Decimal = Decimal(0)
    proposed_apart: Decimal = Decimal(0)
    moved: tuple[str, ...] = ()
    invoice_network: str = ""
    invoice_network_state: str = ""
    transaction_since: date | None = None
    transaction_days: int = 0
    transaction_hangs: bool = False
    held_until: date | None = None
    handed_over: bool = False

    @cached_property
    def owed(self) -> Decimal:
        """What is really open, payments in process taken off."""
        return owed(self.residual, self.in_process, self.move_state, self.apart)


@dataclass(frozen=True)
class Facts:
    """Everything that decides whether one notice may go out.

    Times are UTC without time zone, ``local_now`` is the debtor's clock.
    ``require_invoice_sent`` says for which notices an invoice must have reached the
    customer: "never" asked, "fee" steps or "always"; ``invoice_grace_days`` is what
    one that came late leaves to pay. ``rest_only`` marks a notice that asks for open
    fees and interest alone, of invoices that are paid: the last three amounts are
    about it, in the case's currency. ``law_reviewed_until`` is the last day for which
    somebody read the law of the ladder; from ``law_announced_from`` on such a notice
    will not be allowed, so it is announced, and since ``law_forbidden_from`` it is not.
    ``other_sender`` is the technical name of another addon that writes to this customer
    as well, on its level ``other_level``, since ``other_since``.
    ``source`` is the program beside Odoo that keeps invoices of this notice and whose
    answer is the oldest: ``source_age_seconds``, None if it never gave one;
    ``source_age_limit`` says how old it may be.
    """

    reminder_id: int
    step_kind: str
    today: date
    items: tuple[ItemFacts, ...]
    state: str
    approved: bool
    hold_until: datetime | None
    bears_fee: bool = False
    snoozed_until: date | None = None
    case_state: str = "active"
    freezes: tuple[str, ...] = ()
    open_queries: int = 0
    active_plans: int = 0
    partner_excluded: bool = False
    company_active: bool = True
    handed_over: bool = False
    other_sender: str = ""
    other_level: str = ""
    other_since: date | None = None
    recipients: tuple[str, ...] = ()
    money: tuple[MoneyFacts, ...] = ()
    bank_stale_days: int | None = None
    bank_stale_limit: int | None = None
    source: str = ""
    source_age_seconds: int | None = None
    source_age_limit: int | None = None
    insolvency: bool = False
    status_unknown: bool = False
    status_age_days: int | None = None
    status_age_limit: int | None = None
    spaced: bool = True
    ladder_id: int | None = None
    approved_ladder_id: int | None = None
    send_brake: bool = False
    neutralized: bool = False
    require_invoice_sent: str = "never"
    invoice_grace_days: int = 0
    rest_only: bool = False
    open_costs: Decimal = Decimal(0)
    proposed_costs: Decimal = Decimal(0)
    overdue_principal: Decimal = Decimal(0)
    law_reviewed_until: date | None = None
    law_announced_from: date | None = None
    law_forbidden_from: date | None = None
    overridden: tuple[str, ...] = ()

    @property
    def is_status_stale(self) -> bool:
        """Whether the last good check of the company register is too old to go on."""
        return is_stale(self.status_age_days, self.status_age_limit)

    def to_json(self) -> str:
        """Return canonical JSON: sorted keys, amounts and dates as strings."""
        return json.dumps(self, default=_encode, sort_keys=True, separators=(",", ":"))

    def to_trail(self) -> dict[str, Any]:
        """Return what :meth:`to_json` writes, as data, without anybody's address.

        The verdict on it is the same: the guard asks only whether there is a recipient.
        """
        data: dict[str, Any] = json.loads(self.to_json())
        data["recipients"] = [
            recipient.partition(":")[0] for recipient in self.recipients
        ]
        return data

    @classmethod
    def from_json(cls, text: str) -> Facts:
        """Return the facts that :meth:`to_json` wrote.

        :raises ValueError: when the text is not such JSON
        """
        data: dict[str, Any] = json.loads(text)
        nested = {
            "items": tuple(
                ItemFacts(**_decode(ItemFacts, item)) for item in data["items"]
            ),
            "money": tuple(
                MoneyFacts(**_decode(MoneyFacts, money))
                for money in data.get("money", ())
            ),
        }
        return cls(**{**_decode(cls, data), **nested})


def check(facts: Facts, now: datetime) -> list[Code]:
    """Return every reason why the notice may not go out; empty: it may.

    :param facts: read under locks, a moment ago
    :param now: UTC without time zone
    """
    found = {code for judge in _CHECKS for code in judge(facts, now)}
    passed = OVERRIDABLE.intersection(facts.overridden)
    if Code.PENDING_TRANSACTION in passed and not _hangs(facts):
        passed -= {Code.PENDING_TRANSACTION}
    return [code for code in Code if code in found and code not in passed]


def _hangs(facts: Facts) -> bool:
    """Tell whether every online payment takes too long to be the money itself."""
    return all(
        item.transaction_hangs for item in facts.items if item.pending_transaction
    )


def check_case(facts: Facts, now: datetime) -> list[Code]:
    """Return what would stop any notice of this case, whatever is on it.

    :param facts: those of a case that has no notice in the queue: no items
    :param now: UTC without time zone
    """
    found = {code for judge in _CASE_CHECKS for code in judge(facts, now)}
    return [code for code in Code if code in found]


_Check = Callable[[Facts, datetime], Iterator[Code]]


def _check_items(facts: Facts, now: datetime) -> Iterator[Code]:
    if facts.rest_only:
        yield from _check_rest(facts)
        return
    needs_invoice = needs_invoice_sent(facts)
    for item in facts.items:
        yield from _check_item(item)
        if needs_invoice and invoice_wait(facts, item):
            yield Code.INVOICE_NOT_SENT
    due_dates = [item.date_due for item in facts.items if item.owed > 0]
    if facts.step_kind == NUDGE:
        # A nudge that was kept back past the due date makes no sense any more.
        in_time = due_dates and max(due_dates) >= facts.today
    else:
        in_time = due_dates and min(due_dates) < facts.today
    if not in_time:
        yield Code.NOTHING_DUE


def needs_invoice_sent(facts: Facts) -> bool:
    """Tell whether this notice may only go out for invoices that reached the customer.

    What comes with a cost rests on an invoice that the customer had in time to pay.
    """
    rule = facts.require_invoice_sent
    return rule == "always" or (rule == "fee" and facts.bears_fee)


def is_law_over(facts: Facts) -> bool:
    """Tell whether a fee would rest on a law that nobody has read for this day."""
    until = facts.law_reviewed_until
    return facts.bears_fee and until is not None and until < facts.today


def law_troubles(facts: Facts) -> tuple[str, ...]:
    """Return why nobody knows whether a notice is lawful."""
    return tuple(
        key
        for key, holds in (
            ("law_announced", facts.law_announced_from is not None),
            ("law_ended", is_law_over(facts)),
        )
        if holds
    )


def invoice_trouble(facts: Facts, item: ItemFacts) -> str | None:
    """Return why a notice waits for the invoice of one of its items, or None."""
    if not invoice_wait(facts, item):
        return None
    if item.invoice_sent:
        return "invoice_late"
    if item.invoice_network:
        return f"invoice_{item.invoice_network_state}"
    return "invoice_bounced" if item.invoice_bounced else "invoice_not_sent"


def transaction_trouble(item: ItemFacts) -> str | None:
    """Return how an online payment keeps a due item back, or None."""
    if not item.pending_transaction:
        return None
    return "transaction_hangs" if item.transaction_hangs else "pending_transaction"


def invoice_wait(facts: Facts, item: ItemFacts) -> date | bool:
    """Return until when a notice waits for the invoice of one of its items.

    :return: the first day on which it may go out; True while the invoice did not
        reach the customer at all; False when there is nothing to wait for
    """
    if not item.invoice_sent:
        return True
    if item.invoice_sent_on is None or item.invoice_sent_on <= item.date_due:
        return False
    free = item.invoice_sent_on + timedelta(days=facts.invoice_grace_days)
    return free if facts.today < free else False


def get_invoice_day(facts: Facts) -> date | None:
    """Return the first day on which no invoice of a notice is too young any more.

    :return: None when one has not reached the customer at all, or nothing waits
    """
    waits = [invoice_wait(facts, item) for item in facts.items]
    days = [wait for wait in waits if isinstance(wait, date)]
    return max(days, default=None) if True not in waits else None


def _check_rest(facts: Facts) -> Iterator[Code]:
    if facts.open_costs <= 0:
        yield Code.NOTHING_DUE
    elif facts.open_costs != facts.proposed_costs or facts.overdue_principal > 0:
        yield Code.AMOUNT_CHANGED


def _check_item(item: ItemFacts) -> Iterator[Code]:
    if item.move_state != "posted":
        yield Code.NOT_POSTED
        return
    if item.moved:
        # Whatever its state: it is no claim on this customer, in this currency.
        yield Code.AMOUNT_CHANGED
        return
    if item.payment_state == "blocked" or item.no_followup:
        yield Code.BLOCKED
    if item.excluded:
        yield Code.EXCLUDED
    if item.held_until:
        yield Code.INVOICE_HELD
    if item.pending_transaction:
        yield Code.PENDING_TRANSACTION
    if item.handed_over:
        yield Code.HANDED_OVER
    if item.already_sent:
        yield Code.ALREADY_SENT
    yield from _check_amount(item)


def _check_amount(item: ItemFacts) -> Iterator[Code]:
    newly_credited = item.credited > item.proposed_credited
    if item.payment_state == "in_payment" or (
        item.in_process > 0 and (item.owed == 0 or item.payment_state in SETTLED)
    ):
        yield Code.IN_PAYMENT
    elif item.payment_state == "reversed" or (item.owed == 0 and newly_credited):
        yield Code.CREDITED
    elif item.apart != item.proposed_apart:
        yield Code.AMOUNT_CHANGED
    elif item.payment_state == "paid" or item.owed == 0:
        yield Code.PAID
    elif item.owed < item.proposed_residual:
        yield Code.CREDITED if newly_credited else Code.PARTIAL_PAYMENT
    elif item.owed != item.proposed_residual:
        yield Code.AMOUNT_CHANGED


def _check_money_in_doubt(facts: Facts, now: datetime) -> Iterator[Code]:
    for money in facts.money:
        yield MONEY_CODES[money.source]
    if (
        facts.bank_stale_limit is not None
        and facts.bank_stale_days is not None
        and facts.bank_stale_days > facts.bank_stale_limit
    ):
        yield Code.STALE_BANK
    if facts.source_age_limit is not None and (
        facts.source_age_seconds is None
        or facts.source_age_seconds > facts.source_age_limit
    ):
        yield Code.STALE_SOURCE


def _check_case(facts: Facts, now: datetime) -> Iterator[Code]:
    for reason in facts.freezes:
        yield get_freeze_code(reason)
    if facts.state == "held" or (facts.case_state == "frozen" and not facts.freezes):
        yield Code.HELD
    if facts.case_state == "closed":
        yield Code.NOTHING_DUE
    if facts.open_queries:
        yield Code.OPEN_QUERY
    if facts.active_plans:
        yield Code.PAYMENT_PLAN
    if facts.insolvency:
        yield Code.INSOLVENCY
    is_looked_up = facts.status_age_days is not None
    if facts.status_unknown or (is_looked_up and facts.is_status_stale):
        yield Code.STATUS_UNKNOWN
    if facts.snoozed_until and facts.today < facts.snoozed_until:
        yield Code.SNOOZED
    if facts.partner_excluded or not facts.company_active:
        yield Code.EXCLUDED
    if facts.handed_over:
        yield Code.HANDED_OVER
    if facts.other_sender:
        yield Code.OTHER_SENDER
    if not facts.recipients and facts.step_kind != CALL:
        yield Code.NO_RECIPIENT


def _check_release(facts: Facts, now: datetime) -> Iterator[Code]:
    if not facts.approved:
        yield Code.NOT_APPROVED
    if facts.hold_until and now < facts.hold_until:
        yield Code.HOLD_WINDOW
    if not facts.spaced:
        yield Code.SPACING
    if facts.approved and facts.approved_ladder_id != facts.ladder_id:
        yield Code.LADDER_CHANGED
    if facts.send_brake:
        yield Code.SEND_BRAKE
    if facts.neutralized:
        yield Code.NEUTRALIZED
    if facts.law_forbidden_from:
        yield Code.NOT_ALLOWED
    if facts.law_announced_from or (facts.law_reviewed_until and is_law_over(facts)):
        yield Code.LAW_UNSURE
    if facts.state in ("sent", "cancelled", "uncertain"):
        yield Code.ALREADY_SENT


_CHECKS: tuple[_Check, ...] = (
    _check_items,
    _check_money_in_doubt,
    _check_case,
    _check_release,
)

_CASE_CHECKS: tuple[_Check, ...] = (_check_money_in_doubt, _check_case)


# -- why not, why next ---------------------------------------------------------------


@dataclass(frozen=True)
class Situation:
    """Where an open case stands.

    ``case_codes`` are what :func:`guard.check_case` says of it; ``notice_state``,
    ``verdict`` and ``hold_until`` (UTC) are those of its notice in the queue, if there
    is one.
    """

    case_codes: tuple[str, ...] = ()
    notice_state: str | None = None
    verdict: tuple[str, ...] = ()
    hold_until: datetime | None = None
    has_ladder: bool = True
    ladder_ended: bool = False
    has_started: bool = True
    held_out: bool = False


def find_obstacles(situation: Situation, now: datetime) -> tuple[str, ...]:
    """Return the codes of everything in the way, the first to be read first.

    :param now: UTC without time zone
    """
    return _sort(_find(situation, now))


def _find(situation: Situation, now: datetime) -> Iterator[str]:
    yield from situation.case_codes
    if not situation.has_ladder:
        yield Obstacle.NO_LADDER
    if situation.ladder_ended:
        yield Obstacle.LADDER_ENDED
    if not situation.has_started:
        yield Obstacle.NOT_STARTED
    if situation.held_out:
        yield Obstacle.HELD_OUT
    if situation.notice_state is None:
        return
    # Whether it is approved and its window open is known without the guard.
    yield from set(situation.verdict) - EARLY
    match situation.notice_state:
        case "uncertain":
            yield Obstacle.UNCERTAIN
        case "proposed":
            yield Code.NOT_APPROVED
        case "held":
            if not set(situation.verdict) - EARLY:
                yield Code.HELD
    if situation.hold_until and now < situation.hold_until:
        yield Code.HOLD_WINDOW


def _sort(codes: Iterable[str]) -> tuple[str, ...]:
    found = set(codes)
    return (*(code for code in RULES if code in found), *sorted(found - RULES.keys()))


# -- as JSON --------------------------------------------------------------------------


_NAMES = {
    kind: tuple(field.name for field in fields(kind))
    for kind in (Facts, ItemFacts, MoneyFacts)
}


def _encode(value: object) -> object:
    # Not dataclasses.asdict, which copies every value: a fifth of a night's work.
    if isinstance(value, Facts | ItemFacts | MoneyFacts):
        return {name: getattr(value, name) for name in _NAMES[type(value)]}
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is no fact")


def _decode(kind: type[Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """Turn what JSON knows back into the field types of ``kind``."""
    return {
        field.name: _decode_value(str(field.type), data[field.name])
        for field in fields(kind)
        if field.name in data
    }


def _decode_value(annotation: str, value: Any) -> Any:
    if value is None:
        return None
    if annotation.startswith("Decimal"):
        return Decimal(value)
    if annotation.startswith("datetime"):
        return datetime.fromisoformat(value)
    if annotation.startswith("date"):
        return date.fromisoformat(value)
    if annotation.startswith("tuple"):
        return tuple(value)
    return value
