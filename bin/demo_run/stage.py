"""What the acts of the play share: the database, the clock, the days, the bank."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from odoo.api import SUPERUSER_ID, Environment

from .clock import to_local
from .customers import CUSTOMERS, Customer
from .days import Days
from .invoices import Invoice
from .moved_clock import MovedClock

if TYPE_CHECKING:
    from odoo.modules.registry import Registry


@dataclass
class Placed:
    """An invoice of the plot in the books, and how far its story has come."""

    plot: Invoice
    due: date
    move_id: int = 0
    acts_done: int = 0
    last_act: date | None = None
    memory: dict[str, int] = field(default_factory=dict)
    """What an act left for a later one, such as a bank line to match."""

    @property
    def customer(self) -> Customer:
        """Who is to pay it."""
        return CUSTOMERS[self.plot.customer]

    @property
    def currency(self) -> str:
        """Its currency."""
        return self.plot.currency or self.customer.currency


class Stage:
    """Opens the database for those who act, each in a transaction of their own."""

    def __init__(self, registry: Registry, clock: MovedClock, days: Days) -> None:
        self.registry = registry
        self.clock = clock
        self.days = days
        self.partners: dict[str, int] = {}
        self.users: dict[str, int] = {}

    @contextlib.contextmanager
    def acting(self, login: str = "") -> Iterator[Environment]:
        """Open a transaction as somebody (by default as Odoo itself); it commits."""
        with self.registry.cursor() as cursor:
            uid = self.users[login] if login else SUPERUSER_ID
            yield Environment(cursor, uid, {"lang": "en_US", "tz": "Europe/Copenhagen"})

    @staticmethod
    def now() -> datetime:
        """Return the moved time in UTC."""
        return datetime.now()

    @classmethod
    def today(cls) -> date:
        """Return the company's moved day."""
        return to_local(cls.now()).date()


def move_of(env: Environment, placed: Placed) -> Any:
    """Return the account.move of an invoice."""
    return env["account.move"].browse(placed.move_id)


def case_of(env: Environment, placed: Placed) -> Any:
    """Return the reminder case of an invoice."""
    return move_of(env, placed).reminder_case_id


def open_notice_of(env: Environment, placed: Placed) -> Any:
    """Return the notice with this invoice that waits in the queue."""
    lines = env["payment.reminder.line"].search(
        [
            ("item_id.move_id", "=", placed.move_id),
            ("reminder_id.state", "in", ("proposed", "approved", "held", "uncertain")),
        ]
    )
    return lines.reminder_id


def receivable_of(moves: Any) -> Any:
    """Return the open journal items of moves on the receivable account."""
    return moves.line_ids.filtered(
        lambda line: line.account_id.account_type == "asset_receivable"
        and not line.reconciled
    ).sorted("date_maturity")
