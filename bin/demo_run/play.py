"""The play: a company, its customers and invoices, and 45 days of the ladder."""

from __future__ import annotations

import os
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from . import company, customers, mirror, people
from .acts import KAREN, Acts
from .bank import Bank
from .billing import Billing
from .clock import at, now, to_local
from .days import Days, business_day, is_business_day
from .elsewhere import READ, Elsewhere
from .moved_clock import MovedClock
from .script import Script
from .services import TABLE_VARIABLE
from .stage import Stage
from .table import render

if TYPE_CHECKING:
    from odoo.api import Environment

#: On this day of the play the mail server is down in the morning.
MAIL_SERVER_DOWN = 9
#: On this day the bookkeeper approves all notices to Norwegian customers for good.
STANDING_APPROVAL = 2

#: Hours of the company's day.
NIGHT, BOOKS, MORNING, AFTERNOON = 6.0, 8.5, 9.5, 13.0
#: Events of the trail that the progress tells.
TOLD = {
    "proposed": "proposed",
    "sent": "sent",
    "held": "held",
    "cancelled": "stopped",
    "closed": "closed",
}


def play(env: Environment) -> None:
    """Play the demo in a new database with the addon; write down what happened.

    Runs as superuser in an Odoo process of its own, without an HTTP server.
    """
    end = now()
    days = Days(to_local(end).date())
    clock = MovedClock()
    stage = Stage(env.registry, clock, days)
    _say("Demo company: languages, accounts, customers …")
    with clock.moved(at(days.first, NIGHT - 1)):
        _set_up(stage)
        Play(stage, end).run()
        with stage.acting() as env:
            tables = render(env, days, clock.get_letters(), clock.get_calls())
    Path(os.environ[TABLE_VARIABLE]).write_text(tables, encoding="utf-8")


def _say(text: str) -> None:
    print(f"· {text}", file=sys.stderr, flush=True)


def _set_up(stage: Stage) -> None:
    with stage.acting() as env:
        company.create(env, stage.days.first)
    with stage.acting() as env:
        stage.partners.update(customers.create(env))
        for person in people.EVERYBODY:
            user = env["res.users"].search([("login", "=", person.login)])
            stage.users[person.login] = user.id


class Play:
    """The days one after the other."""

    def __init__(self, stage: Stage, end: datetime) -> None:
        self.stage = stage
        self.end = end
        self.billing = Billing(stage.days)
        self.bank = Bank(stage.days)
        self.elsewhere = Elsewhere(stage)
        self.script = Script(stage, Acts(stage, self.bank), self.billing.placed)

    def run(self) -> None:
        """Play every day, the last one up to the present moment."""
        self.billing.write(self.stage, self.stage.days.first)
        self.elsewhere.fill()
        for day in self.stage.days:
            self._play_day(day)
            _say(f"{day:%a} {day.day:>2} {day:%b}  {self._describe(day)}".rstrip())
        self.stage.clock.move_to(self.end)
        self._run_action("payment_reminders_rates.ir_cron_rates")

    def _play_day(self, day: date) -> None:
        days = self.stage.days
        self._move_to(day, NIGHT)
        self._run_action(READ)
        self._run_action("refresh")
        self._run_action("company_status")
        self._run_action("propose")
        self._move_to(day, BOOKS)
        if is_business_day(day):
            self.billing.write(self.stage, day)
        self.script.play(day)
        self.bank.import_statement(self.stage, day)
        if day == business_day(days.number(MAIL_SERVER_DOWN)):
            self.stage.clock.tell("/mail-server", "down")
        self._move_to(day, MORNING)
        if is_business_day(day):
            self._approve(day)
        self._send()
        if day == business_day(days.number(MAIL_SERVER_DOWN)):
            self.stage.clock.tell("/mail-server", "up")
        if day == days.last:
            with self.stage.acting(KAREN) as env:
                mirror.bring(env, day)
        self._move_to(day, AFTERNOON)
        self._run_action("propose")
        self._send()

    def _send(self) -> None:
        self.elsewhere.before_sending()
        self._run_action("send")
        self.elsewhere.after_sending()
        self._run_action("handover")

    def _describe(self, day: date) -> str:
        """Return what the trail says of a day, in a few words."""
        with self.stage.acting() as env:
            counts = env["payment.reminder.event"]._read_group(
                [("date", ">=", at(day, 0)), ("kind", "in", list(TOLD))],
                ["kind"],
                ["__count"],
            )
        found = dict(counts)
        return ", ".join(
            f"{found[kind]} {word}" for kind, word in TOLD.items() if kind in found
        )

    def _move_to(self, day: date, hour: float) -> None:
        self.stage.clock.move_to(min(at(day, hour), self.end))

    def _run_action(self, name: str) -> None:
        """Run one of the scheduled actions, as Odoo does."""
        with self.stage.acting() as env:
            action = env.ref(
                name if "." in name else f"payment_reminders.ir_cron_{name}"
            )
            result = action.method_direct_trigger()
            if result is not True:
                raise RuntimeError(f"The scheduled action {name} failed: {result}")

    def _approve(self, day: date) -> None:
        """The bookkeeper approves what waits; on the last day she leaves it to you."""
        days = self.stage.days
        if day == business_day(days.number(STANDING_APPROVAL)):
            with self.stage.acting(KAREN) as env:
                env.ref("payment_reminders.ladder_no").action_grant_standing_approval()
        if day == days.last:
            return
        with self.stage.acting(KAREN) as env:
            waiting = env["payment.reminder"].search([("state", "=", "proposed")])
            undecided = [p.move_id for p in self.billing.placed if p.plot.undecided]
            chosen = waiting.filtered(
                lambda n: n.step_kind == "nudge"
                or not set(n.move_ids.ids) & set(undecided)
            )
            if chosen:
                chosen.action_approve()
