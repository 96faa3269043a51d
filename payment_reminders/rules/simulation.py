"""What a ladder would have sent, played on what customers really owed and paid.

There is no second scheduler here: every day that matters asks ``schedule.next_step``,
``lifecycle.decide``, ``claim.compute`` and the calendar, as the real thing does.
Between two such days nothing can change, so they are not looked at.

People are not played. A notice is approved as soon as it is proposed, what freezes a
case is released after a set number of days, customers ask no questions and agree on no
plans, no nudge is held out, and a trifle is chased like everything else.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from . import claim, fees, interest, lifecycle, schedule
from .calendar import Calendar
from .statute import ZERO

#: Who pays within so many days of a notice would have paid without it.
ANYWAY_DAYS = 2
#: So long a fee, or one that was forgiven, stands in the way of the courtesy.
DAYS_OF_RECORD = 365


@dataclass(frozen=True, slots=True)
class Money:
    """What a due item really got.

    :param date: day of the payment or credit note; known from that morning on
    :param amount: in the currency of the due item
    :param is_credit: a credit note, not money
    """

    date: dt.date
    amount: Decimal
    is_credit: bool = False


@dataclass(frozen=True, slots=True)
class Invoice:
    """One due item and its true story.

    :param date_known: the day of the invoice: nobody chases it before
    :param amount: what was owed at first
    """

    id: int
    date_known: dt.date
    date_due: dt.date
    amount: Decimal
    money: tuple[Money, ...] = ()

    def owed(self, day: dt.date) -> Decimal:
        """Return what was open on the evening of a day."""
        got = sum((m.amount for m in self.money if m.date <= day), ZERO)
        return max(self.amount - got, ZERO)

    def credited(self, day: dt.date) -> Decimal:
        """Return the share that credit notes had taken by a day."""
        return sum(
            (m.amount for m in self.money if m.is_credit and m.date <= day), ZERO
        )


@dataclass(frozen=True, slots=True)
class Debtor:
    """One customer in one currency: what would be one case.

    :param kind: ``person`` or ``company``
    """

    id: int
    kind: str
    calendar: Calendar
    invoices: tuple[Invoice, ...]
    grace_days: int = 0


@dataclass(frozen=True, slots=True)
class Terms(claim.Terms):
    """What one step asks for, and how it is sent.

    :param hold_hours: how long a proposed notice waits
    :param deadline_days: days to pay that it gives
    """

    hold_hours: float = 24.0
    deadline_days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions(claim.Conditions):
    """A ladder with the law and the settings under which it is played.

    The exchange rate is one for all days.

    :param terms: by step id, for every step of the ladder
    :param hold_days: so long a case is held after a part payment or a credit note
    """

    ladder: schedule.Ladder
    terms: Mapping[int, Terms]
    hold_days: int = 0

    @property
    def days_ahead(self) -> int:
        """Return how many days before its due date an item is of interest."""
        nudges = [s.delay_days for s in self.ladder.steps if s.kind == schedule.NUDGE]
        return max(-min(nudges, default=0), 0)


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice that would have been sent.

    :param proposed: the day on which it would have come into the queue
    :param date: the day on which it would have left
    :param advancing: ids of the due items that climbed a rung by it
    :param listed: ids of those that were shown too
    :param deadline: the last day to pay that it would have given
    :param paid_anyway: all of it was paid within ``ANYWAY_DAYS`` of its leaving
    :param kind: of its step
    """

    debtor_id: int
    step_id: int
    proposed: dt.date
    date: dt.date
    advancing: tuple[int, ...]
    listed: tuple[int, ...]
    principal: Decimal
    fee: Decimal
    interest: Decimal
    compensation: Decimal
    paid_anyway: bool
    deadline: dt.date | None = None
    kind: str = schedule.REMINDER


def change(
    ladder: schedule.Ladder, days: Mapping[int, int], without: Collection[int] = ()
) -> schedule.Ladder:
    """Return a ladder as it would be with other days, or without some of its steps.

    :param days: {step id: days after, or before, what the step counts from}
    :param without: ids of steps that are not sent
    """
    return replace(
        ladder,
        steps=tuple(
            replace(step, delay_days=days.get(step.id, step.delay_days))
            for step in ladder.steps
            if step.id not in without
        ),
    )


def play(
    conditions: Conditions,
    debtor: Debtor,
    start: dt.date,
    end: dt.date,
    with_calls: bool = False,
) -> list[Notice]:
    """Return the notices that a customer would have got, in their order.

    :param start: the first day on which a notice may be proposed
    :param end: the last day on which one may leave
    :param with_calls: tell of calls, too, which ask for no costs
    """
    return [
        notice
        for notice in _Case(conditions, debtor).play(start, end)
        if with_calls or notice.kind != schedule.CALL
    ]


def leaving_day(calendar: Calendar, proposed: dt.date, hold_hours: float) -> dt.date:
    """Return the day on which a notice leaves that is proposed in the morning.

    :param proposed: a business day
    """
    hour = dt.timedelta(hours=calendar.hour_from)
    ripe = dt.datetime.combine(proposed, dt.time()) + hour
    ripe += dt.timedelta(hours=hold_hours)
    return calendar.next_sending_time(ripe).date()


class _Case:
    """The case of one debtor while it is played."""

    def __init__(self, conditions: Conditions, debtor: Debtor) -> None:
        self.conditions = conditions
        self.debtor = debtor
        self.kinds = {step.id: step.kind for step in conditions.ladder.steps}
        self.state = "closed"
        self.held_until = dt.date.min
        self.known: dict[int, tuple[Decimal, Decimal]] = {}
        self.places: dict[int, tuple[int, dt.date]] = {}
        self.sent: list[schedule.Sent] = []
        self.charged: list[fees.SentNotice] = []
        self.marks: list[dt.date] = []
        self.compensated: set[int] = set()
        self.claimed: dict[int, Decimal] = {}
        self.fees = ZERO
        self.compensation = ZERO
        self.days = sorted(
            {self._entry(invoice) for invoice in debtor.invoices}
            | {money.date for invoice in debtor.invoices for money in invoice.money}
        )

    def play(self, start: dt.date, end: dt.date) -> list[Notice]:
        notices = []
        day: dt.date | None = start
        while day is not None and day <= end:
            self._follow(day)
            planned = self._plan(day)
            if planned is None or planned.date > day:
                day = self._next_day(day, planned)
                continue
            leaves = self._leaving_day(planned, day)
            stopped = self._stopping_day(planned, day, leaves)
            self._follow_until(day, stopped or leaves)
            if not stopped and leaves >= self.held_until and leaves <= end:
                notices.append(self._send(planned, day, leaves))
            day = stopped or leaves
        return notices

    def _leaving_day(self, planned: schedule.Planned, day: dt.date) -> dt.date:
        """Return the day on which a step is taken: nothing waits before a call."""
        if self.kinds[planned.step_id] == schedule.CALL:
            return day
        hold = self.conditions.terms[planned.step_id].hold_hours
        return leaving_day(self.debtor.calendar, day, hold)

    # -- following the books ------------------------------------------------------

    def _entry(self, invoice: Invoice) -> dt.date:
        ahead = dt.timedelta(days=self.conditions.days_ahead)
        return max(invoice.date_known, invoice.date_due - ahead)

    def _follow(self, day: dt.date) -> None:
        """Let in what falls due, and do what the books ask for."""
        for invoice in self.debtor.invoices:
            is_new = invoice.id not in self.known and self._entry(invoice) <= day
            if is_new and invoice.owed(day) > 0:
                self.known[invoice.id] = (invoice.owed(day), invoice.credited(day))
                if self.state == "closed":
                    self.state = "active"
                    self.charged = []
        seen = []
        for invoice in self.debtor.invoices:
            if invoice.id in self.known:
                owed, credited = invoice.owed(day), invoice.credited(day)
                known, known_credited = self.known[invoice.id]
                seen.append(lifecycle.Seen(known, owed, known_credited, credited))
                self.known[invoice.id] = (owed, credited)
        outcome = lifecycle.decide(self.state, seen)
        if outcome.close:
            self.state = "closed"
            self.held_until = dt.date.min
        elif outcome.freeze:
            self.held_until = day + dt.timedelta(days=self.conditions.hold_days)

    def _follow_until(self, day: dt.date, last: dt.date) -> None:
        for change in self.days[bisect_right(self.days, day) :]:
            if change < last:
                self._follow(change)
        self._follow(last)

    def _open_invoices(self, day: dt.date) -> list[Invoice]:
        return [
            invoice
            for invoice in self.debtor.invoices
            if invoice.id in self.known and invoice.owed(day) > 0
        ]

    # -- what comes next ----------------------------------------------------------

    def _plan(self, day: dt.date) -> schedule.Planned | None:
        if self.state == "closed" or day < self.held_until:
            return None
        return schedule.next_step(
            self.conditions.ladder,
            [self._due_item(invoice) for invoice in self._open_invoices(day)],
            self.sent,
            day,
            self.debtor.calendar,
        )

    def _due_item(self, invoice: Invoice) -> schedule.DueItem:
        step_id, sent = self.places.get(invoice.id, (None, None))
        return schedule.DueItem(
            id=invoice.id,
            date_due=invoice.date_due,
            date_invoice=invoice.date_known,
            last_step_id=step_id,
            last_sent_date=sent,
            grace_days=self.debtor.grace_days,
        )

    def _next_day(
        self, day: dt.date, planned: schedule.Planned | None
    ) -> dt.date | None:
        """Return the next day on which something may happen; None: never again."""
        later = self.days[bisect_right(self.days, day) :][:1]
        if planned is not None:
            later.append(planned.date)
        if self.held_until > day:
            later.append(self.held_until)
        return min(later, default=None)

    def _stopping_day(
        self, planned: schedule.Planned, day: dt.date, leaves: dt.date
    ) -> dt.date | None:
        """Return the day on which money stops a notice that waits, if any does.

        A nudge that would leave after the due date is stopped, too.
        """
        on_it = {plan.item_id for plan in planned.advancing} | set(planned.listed)
        invoices = [i for i in self.debtor.invoices if i.id in on_it]
        stops = [
            money.date
            for invoice in invoices
            for money in invoice.money
            if day < money.date <= leaves
        ]
        latest = max(invoice.date_due for invoice in invoices)
        if self.kinds[planned.step_id] == schedule.NUDGE and leaves > latest:
            stops.append(leaves)
        return min(stops, default=None)

    # -- sending ------------------------------------------------------------------

    def _send(
        self, planned: schedule.Planned, proposed: dt.date, day: dt.date
    ) -> Notice:
        advancing = tuple(plan.item_id for plan in planned.advancing)
        on_it = {*advancing, *planned.listed}
        invoices = [i for i in self.debtor.invoices if i.id in on_it]
        kind = self.kinds[planned.step_id]
        terms = self.conditions.terms[planned.step_id]
        asked = claim.compute(self.conditions, self._demand(terms, kind, invoices, day))
        self.claimed |= asked.interest.by_item
        self.compensation += asked.compensation
        if asked.compensation:
            self.compensated |= on_it
        deadline = self._deadline(terms, kind, day)
        self.fees += asked.fee
        self.sent.append(schedule.Sent(day, kind, bore_fee=asked.fee > 0))
        if kind != schedule.CALL:
            self.charged.append(fees.SentNotice(day, asked.fee, kind, deadline))
        if asked.fee or "fee:courtesy" in asked.remarks:
            self.marks.append(day)
        for plan in planned.advancing:
            self.places[plan.item_id] = (plan.step_id, day)
        later = day + dt.timedelta(days=ANYWAY_DAYS)
        return Notice(
            debtor_id=self.debtor.id,
            step_id=planned.step_id,
            proposed=proposed,
            date=day,
            advancing=advancing,
            listed=planned.listed,
            principal=asked.principal,
            fee=asked.fee,
            interest=asked.interest.amount,
            compensation=asked.compensation,
            paid_anyway=not any(invoice.owed(later) for invoice in invoices),
            deadline=deadline,
            kind=kind,
        )

    def _deadline(self, terms: Terms, kind: str, day: dt.date) -> dt.date | None:
        if kind in (schedule.NUDGE, schedule.CALL):
            return None
        if self.conditions.statute is None:
            return self.debtor.calendar.deadline(day, terms.deadline_days)
        return fees.notice_deadline(
            self.conditions.statute,
            self.debtor.calendar,
            kind=kind,
            debtor=self.debtor.kind,
            on=day,
            days=terms.deadline_days,
        )

    def _demand(
        self, terms: Terms, kind: str, invoices: Sequence[Invoice], day: dt.date
    ) -> claim.Demand:
        """Return a notice with what this case remembers."""
        since = day - dt.timedelta(days=DAYS_OF_RECORD)
        return claim.Demand(
            kind=kind,
            terms=terms,
            debtor=self.debtor.kind,
            day=day,
            items=[self._claimed_item(invoice, day) for invoice in invoices],
            calendar=self.debtor.calendar,
            fee_history=self.charged,
            fees_claimed=self.fees,
            compensation_claimed=self.compensation,
            is_clean=not any(mark >= since for mark in self.marks),
        )

    def _claimed_item(self, invoice: Invoice, day: dt.date) -> claim.Item:
        return claim.Item(
            id=invoice.id,
            date_due=invoice.date_due,
            owed=invoice.owed(day),
            payments=tuple(
                interest.Payment(m.date, m.amount)
                for m in invoice.money
                if m.date <= day
            ),
            interest_claimed=self.claimed.get(invoice.id, ZERO),
            bears_lump_sum=invoice.id not in self.compensated,
        )
