"""Decides each morning which acts of the plot are due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from .acts import ONLINE, Acts
from .clock import to_local
from .days import Days, is_business_day
from .stage import Placed, Stage
from .story import STEPS, Act, Moment

if TYPE_CHECKING:
    from odoo.api import Environment


@dataclass
class Seen:
    """What has become of the invoices so far, by invoice id."""

    sent: dict[tuple[int, str], date] = field(default_factory=dict)
    proposed: dict[tuple[int, str], date] = field(default_factory=dict)
    held: dict[int, date] = field(default_factory=dict)
    frozen: dict[int, date] = field(default_factory=dict)


class Script:
    """Lets everybody act, one act of an invoice after the other."""

    def __init__(self, stage: Stage, acts: Acts, placed: Sequence[Placed]) -> None:
        self.stage = stage
        self.acts = acts
        self.placed = placed

    def play(self, day: date) -> None:
        """Do what is due on a day; what comes of it may be due on the same day."""
        while True:
            with self.stage.acting() as env:
                seen = look(env)
            due = [
                (placed, act)
                for placed in self.placed
                if (act := self._get_next(placed, day, seen))
            ]
            for placed, act in due:
                getattr(self.acts, act.name)(placed, **act.details)
                placed.acts_done += 1
                placed.last_act = day
            if not due:
                return

    def _get_next(self, placed: Placed, day: date, seen: Seen) -> Act | None:
        """Return the next act about an invoice if it is due."""
        if not placed.move_id or placed.acts_done == len(placed.plot.story):
            return None
        act = placed.plot.story[placed.acts_done]
        if not is_business_day(day) and act.details.get("way") not in ONLINE:
            return None
        start = get_start(act.moment, placed, self.stage.days, seen)
        if start is None or day < start + timedelta(days=act.moment.days):
            return None
        return act


def get_start(moment: Moment, placed: Placed, days: Days, seen: Seen) -> date | None:
    """Return the day from which the days of a moment count, None before it."""
    move_id = placed.move_id
    if moment.kind == "before_last":
        return days.before_last(moment.days) - timedelta(days=moment.days)
    starts = {
        "day": days.first,
        "due": placed.due,
        "then": placed.last_act,
        "sent": seen.sent.get((move_id, moment.step)),
        "proposed": seen.proposed.get((move_id, moment.step)),
        "held": seen.held.get(move_id),
        "frozen": seen.frozen.get(move_id),
    }
    return starts[moment.kind]


def look(env: Environment) -> Seen:
    """Read what has become of the invoices."""
    seen = Seen()
    for line in env["payment.reminder.line"].search([("step_id", "!=", False)]):
        reminder, move_id = line.reminder_id, line.item_id.move_id.id
        key = (move_id, get_step(line.step_id))
        if reminder.state == "sent":
            seen.sent[key] = _get_day(reminder.sent_date)
        elif reminder.state in ("proposed", "approved"):
            seen.proposed[key] = _get_day(reminder.date_proposed)
        elif reminder.state == "held":
            events = reminder.case_id.event_ids.filtered(lambda e: e.kind == "held")
            seen.held[move_id] = _get_day(max(events.mapped("date")))
    for freeze in env["payment.reminder.freeze"].search([("date_end", "=", False)]):
        for move in freeze.case_id.item_ids.move_id:
            seen.frozen[move.id] = _get_day(freeze.date_start)
    return seen


def get_step(step: object) -> str:
    """Return which of STEPS a payment.reminder.step is, in whatever version."""
    return STEPS[step.sequence // 10 - 1]  # type: ignore[attr-defined]


def _get_day(moment: datetime) -> date:
    return to_local(moment).date()
