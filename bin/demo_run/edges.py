"""Money, people and messages as they really come, and what became of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .clock import to_local
from .customers import CUSTOMERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from odoo.api import Environment

#: {key of CUSTOMERS: what is odd}
EDGES = {
    "havkat": "two of three invoices in one sum, their numbers in another form",
    "soegraes": "a part, the name as banks write it: SOEGRAES VAERFT",
    "drivtoemmer": "a part, the invoice's number only in what the payer wrote",
    "vindrose": "paid early and less the discount, no word on the line",
    "slipvogn": "an invoice of the branch, paid to the bank of the main company",
    "pejlemaerke": "became part of a group, and the group paid",
    "ebbe": "a mailbox that forwards, to one that was full",
    "bursztyn": "an absence note in Polish",
    "lodshus": "a complaint by a ticket system, marked as bulk",
    "tovvaerk": "a question to a salesman who has left",
    "maagerede": "two addresses in one field",
}
LENGTH = 26


def render(
    env: Environment, reasons: Mapping[str, str], freezes: Mapping[str, str]
) -> list[str]:
    """Return the lines that say what came in, and what the program did.

    :param reasons: words for the codes of verdicts
    :param freezes: words for the reasons of holds
    """
    lines = ["MONEY, PEOPLE AND MESSAGES AS THEY REALLY COME"]
    for key, odd in EDGES.items():
        name = CUSTOMERS[key].name
        cases = env["payment.reminder.case"].search(
            [
                "|",
                ("partner_id.name", "=", name),
                ("item_ids.move_id.partner_id.name", "=", name),
            ]
        )
        lines.append(f"{_cut(name):{LENGTH + 1}}{odd}")
        lines += [
            f"{'':{LENGTH + 1}}→ {text}"
            for text in _describe(env, cases, reasons, freezes)
        ]
    return lines


def _describe(
    env: Environment,
    cases: Any,
    reasons: Mapping[str, str],
    freezes: Mapping[str, str],
) -> list[str]:
    """Return what the trail, the deliveries and the activities say, in order."""
    found: list[tuple[Any, str]] = []
    for event in cases.event_ids.sorted("id"):
        payload = event.payload or {}
        if event.kind == "held":
            codes = payload.get("verdict") or ["held"]
            found.append((event.date, f"held: {_say(reasons, codes[0])}"))
        elif event.kind == "frozen":
            reason = str(payload.get("reason", ""))
            found.append((event.date, f"on hold: {_say(freezes, reason)}"))
        elif event.kind == "sent":
            notice = env["payment.reminder"].browse(payload["reminder"])
            found.append((event.date, f"“{notice.step_id.name}” left"))
        elif event.kind in WORDS:
            found.append((event.date, WORDS[event.kind]))
    for activity in env["mail.activity"].search(
        [("res_model", "=", "payment.reminder.case"), ("res_id", "in", cases.ids)]
    ):
        found.append(
            (
                activity.create_date,
                f"{activity.user_id.name} is asked: {activity.summary or ''}",
            )
        )
    several = [n for n in cases.reminder_ids if len(n.delivery_ids) > 1]
    lines = []
    for moment, text in sorted(found, key=lambda each: each[0]):
        day = to_local(moment).date()
        lines.append(f"{day.day} {day:%b}: {text}")
    if several:
        lines.append("to " + ", ".join(several[0].delivery_ids.mapped("recipient")))
    return lines


WORDS = {
    "bounced": "it came back",
    "released": "released by the bookkeeper",
    "merged": "the case follows the customer",
    "closed": "case closed",
}


def _say(words: Mapping[str, str], code: str) -> str:
    return words.get(code, code.replace("_", " "))


def _cut(text: str) -> str:
    return text if len(text) <= LENGTH else f"{text[: LENGTH - 1].rstrip()}…"
