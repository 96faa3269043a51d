"""What the play comes to, in tables that a bookkeeper understands."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from . import edges, elsewhere, interest
from .check import check
from .clock import now, to_local
from .days import CALENDAR, Days
from .script import get_step
from .story import FINAL, FIRST, NUDGE, SECOND, STEPS

if TYPE_CHECKING:
    from odoo.api import Environment

STEP_NAMES = {
    NUDGE: "Nudge before the due date",
    FIRST: "First reminder",
    SECOND: "Second reminder",
    FINAL: "Final notice",
}
#: Why a notice did not go out, in a few words.
REASONS = {
    "not_posted": "invoice not posted any more",
    "paid": "paid",
    "in_payment": "payment on its way",
    "credited": "credited",
    "nothing_due": "nothing due any more",
    "late_nudge": "due date passed: too late for a nudge",
    "partial_payment": "a part was paid",
    "amount_changed": "amount changed",
    "unallocated_credit": "payment not matched yet",
    "unmatched_bank_line": "bank line not matched yet",
    "stale_source": "e-conomic did not answer",
    "stale_bank": "bank statements not imported",
    "pending_transaction": "online payment under way",
    "open_query": "customer asked a question",
    "insolvency": "insolvent: the register says so",
    "blocked": "invoice blocked for payment",
    "held": "held by a person",
    "snoozed": "snoozed",
    "no_recipient": "no e-mail address, no mobile",
    "invoice_not_sent": "invoice never sent",
    "cancelled": "invoice reset to draft or cancelled",
    "merged": "customers merged",
    "manual": "by a person",
    "spacing": "too soon after the last one",
}
#: Codes that say only that it is not time yet.
NOT_READY = ("not_approved", "hold_window")
OPEN_STATES = ("proposed", "approved", "held", "sending", "uncertain")
STATE_WORDS = {
    "proposed": "waits for your approval",
    "approved": "approved",
    "held": "held",
    "sending": "on the way",
    "uncertain": "UNCERTAIN: did it arrive?",
}
FREEZES = {
    "query": "customer asked a question",
    "insolvency": "insolvent: nothing more is sent, file the claim",
    "partial_payment": "a part was paid: look at the rest",
    "credit_note": "a credit note came: look at the rest",
    "reopened": "a payment or invoice was undone: look first",
    "merged": "customers were merged: look first",
    "manual": "held by hand",
}


def render(
    env: Environment,
    days: Days,
    letters: Sequence[Sequence[str]],
    calls: Mapping[str, int],
) -> str:
    """Return the tables.

    :param letters: what lies in the mailbox, as ``check`` wants it
    :param calls: how often e-conomic was called, by method
    """
    notices = env["payment.reminder"].search([], order="id")
    parts = (
        [
            f"{env.company.name}: reminders from {_day(days.first)} to"
            f" {_day(days.today, year=True)}",
        ],
        _render_sent(notices),
        _render_weeks(env, notices, days),
        _render_claims(env),
        _render_held(notices),
        _render_stopped(notices),
        _render_cases(env),
        _render_queue(notices),
        _render_on_hold(env),
        _render_registers(env),
        _render_services(env),
        _render_texts(env),
        edges.render(env, REASONS, FREEZES),
        interest.show(env),
        elsewhere.show(env),
        check(env, letters, calls),
    )
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _render_sent(notices: Any) -> list[str]:
    sent = notices.filtered(lambda n: n.state == "sent")
    rows: list[Sequence[object]] = []
    for step in STEPS:
        mine = sent.filtered(lambda n, step=step: get_step(n.step_id) == step)
        channels = Counter(
            d.channel for d in mine.delivery_ids.filtered(lambda d: d.state == "sent")
        )
        sent_by = [channels[channel] for channel in ("email", "sms", "kivra")]
        rows.append((STEP_NAMES[step], *sent_by, len(mine)))
    rows.append(("Together", *_sums(rows)))
    head = ("SENT", "e-mail", "SMS", "Kivra", "notices")
    return _table(head, rows, (30, 10, 10, 10, 10), total=True)


def _render_weeks(env: Environment, notices: Any, days: Days) -> list[str]:
    """Week by week: what was proposed, sent, held and stopped, and who paid."""
    counts: dict[date, Counter[str]] = defaultdict(Counter)
    for event in env["payment.reminder.event"].search([("case_id", "!=", False)]):
        counts[_monday(to_local(event.date).date())][event.kind] += 1
    kinds = ("proposed", "sent", "held", "cancelled", "payment_seen", "closed")
    rows: list[Sequence[object]] = []
    monday = _monday(days.first)
    while monday <= days.today:
        week = counts[monday]
        label = f"{_day(monday)} to {_day(monday + timedelta(days=6))}"
        rows.append((label, *(week[kind] for kind in kinds)))
        monday += timedelta(days=7)
    rows.append(("Together", *_sums(rows)))
    head = ("WEEK", "proposed", "sent", "held", "stopped", "payments", "closed")
    return _table(head, rows, (20, 10, 8, 8, 10, 10, 8), total=True)


def _render_claims(env: Environment) -> list[str]:
    """What the claim ledgers hold beside the invoices, by currency."""
    amounts: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for line in env["payment.reminder.claim.line"].search([]):
        amounts[line.currency_id.name][line.kind] += line.amount
    kinds = {
        "fee": "Fees",
        "interest": "Interest",
        "compensation": "Compensation",
        "payment": "Paid",
        "waiver": "Let go when a case closed",
    }
    codes = sorted(amounts, key=lambda code: (code != "DKK", code))
    rows: list[Sequence[object]] = [
        (label, *(_money(amounts[code][kind]) for code in codes))
        for kind, label in kinds.items()
        if any(amounts[code][kind] for code in codes)
    ]
    rows.append(("Still open", *(_money(sum(amounts[c].values())) for c in codes)))
    head = ("CLAIMED BESIDE THE INVOICES", *codes)
    return [
        *_table(head, rows, (30, *(14 for _code in codes)), total=True),
        "Nothing of this is in the accounts: booking it is a step of its own. Rates of",
        "interest that nobody had looked up are taken as read in this demo.",
    ]


def _render_held(notices: Any) -> list[str]:
    """Which notices were held at some time, by their first reason."""
    became: dict[str, Counter[str]] = defaultdict(Counter)
    for case in notices.case_id:
        reasons: dict[int, str] = {}
        for event in case.event_ids.sorted("seq"):
            if event.kind == "held":
                codes = event.payload.get("verdict") or ["held"]
                reasons.setdefault(event.payload["reminder"], codes[0])
        for reminder_id, code in reasons.items():
            became[code][notices.browse(reminder_id).state] += 1
    rows: list[Sequence[object]] = [
        (
            _reason(code),
            sum(states.values()),
            states["sent"],
            states["cancelled"],
            sum(states[state] for state in OPEN_STATES),
        )
        for code, states in sorted(became.items(), key=lambda i: -sum(i[1].values()))
    ]
    rows.append(("Together", *_sums(rows)))
    head = ("HELD", "notices", "sent", "stopped", "open")
    return [
        *_table(head, rows, (46, 10, 10, 10, 8), total=True),
        "Sent, stopped or open: what became of the notices that were held.",
    ]


def _render_stopped(notices: Any) -> list[str]:
    """Which notices were cancelled, and why."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for notice in notices.filtered(lambda n: n.state == "cancelled"):
        counts[_get_stop_reason(notice)][get_step(notice.step_id)] += 1
    rows: list[Sequence[object]] = [
        (_reason(code), *(by_step[step] for step in STEPS), sum(by_step.values()))
        for code, by_step in sorted(counts.items(), key=lambda i: -sum(i[1].values()))
    ]
    rows.append(("Together", *_sums(rows)))
    head = ("STOPPED FOR GOOD", "nudge", "first", "second", "final", "notices")
    return _table(head, rows, (46, 8, 8, 8, 8, 10), total=True)


def _get_stop_reason(notice: Any) -> str:
    """Return why a notice was cancelled: its verdict, or how its case closed."""
    events = notice.case_id.event_ids.sorted("seq")
    cancelled = events.filtered(
        lambda e: e.kind == "cancelled" and e.payload["reminder"] == notice.id
    )
    closed = events.filtered(lambda e: e.kind == "closed" and e.date == cancelled.date)
    if closed:
        return str(closed[0].payload["reason"])
    codes = [code for code in notice.verdict or () if code not in NOT_READY]
    if codes[:1] == ["nothing_due"] and notice.step_kind == "nudge":
        return "late_nudge"
    return str(codes[0]) if codes else "manual"


def _render_cases(env: Environment) -> list[str]:
    cases = env["payment.reminder.case"].search([])
    reasons = Counter(
        event.payload["reason"]
        for event in cases.event_ids.filtered(lambda e: e.kind == "closed")
    )
    opened = len(cases.event_ids.filtered(lambda e: e.kind in ("opened", "reopened")))
    states = Counter(cases.mapped("state"))
    rows: list[Sequence[object]] = [("Opened, or opened again", opened)]
    rows += [
        (f"Closed: {_reason(reason)}", -count)
        for reason, count in reasons.most_common()
    ]
    rows.append((f"Open now ({states['frozen']} on hold)", _sums(rows)[0]))
    return _table(("CASES (customer and currency)", ""), rows, (46, 10), total=True)


def _render_queue(notices: Any) -> list[str]:
    """The queue as it stands."""
    waiting = notices.filtered(lambda n: n.state in OPEN_STATES).sorted(
        lambda n: (OPEN_STATES.index(n.state), n.id)
    )
    lines = [f"WAITING IN THE QUEUE NOW: {len(waiting)} notices"]
    for notice in waiting:
        amount = f"{_money(notice.amount_claim)} {notice.currency_id.name}"
        lines.append(
            f"{_cut(notice.partner_id.name, 26):27}{_get_step_name(notice):15}"
            f"{amount:>14}  {_get_waiting_words(notice)}"
        )
    return lines


def _get_step_name(notice: Any) -> str:
    return STEP_NAMES[get_step(notice.step_id)].removesuffix(" before the due date")


def _get_waiting_words(notice: Any) -> str:
    """Return why a notice waits."""
    if notice.state == "approved":
        earliest = to_local(max(notice.hold_until, now()))
        leaves = CALENDAR.next_sending_time(earliest)
        return f"approved, leaves from {leaves:%a} {leaves.day} {leaves:%b %H:%M}"
    if notice.held_by_id:
        return f"held by {notice.held_by_id.name}"
    codes = [code for code in notice.verdict or () if code not in NOT_READY]
    if notice.state == "held" and codes:
        return f"held: {_reason(codes[0])}"
    return STATE_WORDS[notice.state]


def _render_on_hold(env: Environment) -> list[str]:
    """Cases that rest until somebody has looked, or until a day."""
    frozen = env["payment.reminder.case"].search([("state", "=", "frozen")])
    lines = []
    for case in frozen:
        for freeze in case.freeze_ids.filtered(lambda f: not f.date_end):
            since = _day(to_local(freeze.date_start).date())
            why = FREEZES.get(freeze.reason, freeze.reason)
            lines.append(f"{_cut(case.partner_id.name, 29):30}since {since:8}{why}")
    for case in env["payment.reminder.case"].search([("snoozed_until", "!=", False)]):
        until = _day(case.snoozed_until)
        lines.append(
            f"{_cut(case.partner_id.name, 29):30}until {until:8}snoozed by the rep"
        )
    return [f"CASES THAT REST: {len(lines)}", *lines]


def _render_registers(env: Environment) -> list[str]:
    """What the company registers say of debtors, and the claim of each in trouble."""
    looked_up = env["payment.reminder.company.status"].search([])
    lines = [
        f"COMPANY REGISTERS: {len(looked_up)} debtors were looked up every day"
        " while a case was open"
    ]
    for debtor in looked_up.filtered("is_in_trouble"):
        lines.append(
            f"{_cut(debtor.partner_id.name, 29):30}{debtor.word.lower()} since"
            f" {_day(debtor.since)} ({debtor.source}), case on hold"
        )
        for case in debtor.case_ids:
            lines.append(
                f"{'':30}claim to file: {_money(case.insolvency_claim)}"
                f" {case.currency_id.name}, of it interest"
                f" {_money(case.insolvency_interest)}"
            )
    return lines


def _render_services(env: Environment) -> list[str]:
    """What is with the collection service, in its words and ours, day by day."""
    given = env["payment.reminder.handover"].search([], order="id")
    lines = [f"WITH A COLLECTION SERVICE: {len(given)} invoices were handed over"]
    kinds = dict(env["payment.reminder.handover.report"]._fields["kind"].selection)
    for record in given:
        lines.append(
            f"{_cut(record.partner_id.name, 29):30}{record.move_id.name}"
            f" {_money(record.amount)} {record.currency_id.name}: {record.state_label}"
        )
        for event in record.case_id.event_ids.sorted("seq"):
            payload = event.payload or {}
            if payload.get("handover") != record.id or "state" not in payload:
                continue
            words = payload["state"]
            if event.kind == "handover_report":
                amount = _money(float(payload["amount"]))
                words = f"{kinds[payload['kind']].lower()} of {amount} {words}"
            elif payload.get("media"):
                words = "the invoice went along"
            elif payload.get("raw_state"):
                words += f" (“{payload['raw_state']}”)"
            lines.append(f"{'':30}{_day(to_local(event.date).date())}: {words}")
    return lines


def _render_texts(env: Environment) -> list[str]:
    """What came in by SMS, and what was done with it."""
    texts = env["payment.reminder.inbound"].search([("kind", "=", "message")])
    outcomes = dict(texts._fields["outcome"].selection)
    lines = [f"SMS THAT CAME IN: {len(texts)}"]
    for text in texts.sorted("id"):
        day = _day(to_local(text.create_date).date())
        who = text.case_id.partner_id.name or text.number
        lines.append(f"{_cut(who, 29):30}{day}: “{text.text}”")
        lines.append(f"{'':30}→ {outcomes[text.outcome].lower()}")
        deliveries = text.case_id.reminder_ids.delivery_ids
        for delivery in deliveries.filtered("date_sent").sorted("id"):
            sent = _day(to_local(delivery.date_sent).date())
            step = delivery.reminder_id.step_id.name.lower()
            lines.append(f"{'':30}{sent}: {step} by {delivery.channel}")
    return lines


# -- words and columns --------------------------------------------------------------


def _table(
    head: Sequence[str],
    rows: Iterable[Sequence[object]],
    widths: Sequence[int],
    total: bool = False,
) -> list[str]:
    """Return the lines of a table; all but the first column stand to the right."""
    lines = [_line(head, widths), "-" * sum(widths)]
    lines += [_line(row, widths) for row in rows]
    if total:
        lines.insert(-1, "-" * sum(widths))
    return lines


def _line(cells: Sequence[object], widths: Sequence[int]) -> str:
    first, *others = (
        "" if cell == 0 and position else str(cell)
        for position, cell in enumerate(cells)
    )
    text = first.ljust(widths[0])
    return text + "".join(
        cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)
    )


def _sums(rows: Sequence[Sequence[Any]]) -> list[int]:
    return [sum(column) for column in list(zip(*rows, strict=True))[1:]]


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1].rstrip()}…"


def _money(amount: float) -> str:
    return f"{amount:,.2f}" if amount else "-"


def _reason(code: str) -> str:
    return REASONS.get(code, code.replace("_", " "))


def _day(day: date, year: bool = False) -> str:
    return f"{day.day} {day:%b %Y}" if year else f"{day.day} {day:%b}"


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
