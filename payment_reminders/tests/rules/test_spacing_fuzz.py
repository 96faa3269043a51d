"""Whatever the ladder, and however it changes: fees keep the distance of the law."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ...rules import fees, schedule
from ...rules.calendar import Calendar
from .law_data import STATUTES

DUE = dt.date(2026, 3, 2)
DAYS = 150


@st.composite
def ladders(draw):
    """Any steps in any order, such as no linter would let pass."""
    count = draw(st.integers(1, 6))
    return schedule.Ladder(
        steps=tuple(
            schedule.Step(
                id=number,
                kind=draw(st.sampled_from([schedule.REMINDER, schedule.FINAL_NOTICE])),
                delay_days=draw(st.integers(0, 12)),
                delay_from=draw(
                    st.sampled_from([schedule.DUE_DATE, schedule.PREVIOUS_STEP])
                ),
                bears_fee=draw(st.booleans()),
            )
            for number in range(1, count + 1)
        ),
        spacing_days=draw(st.integers(1, 3)),
        fee_spacing_days=draw(st.integers(0, 3)),
    )


def simulate(law, debtor, first, second, change, nights):
    """Run the nights of a case; return [(day, kind, fee)] of what went out."""
    sent = []
    last_step, last_date = None, None
    for number in sorted(nights):
        today = DUE + dt.timedelta(days=number)
        ladder = first if number < change else second
        item = schedule.DueItem(1, DUE, last_step, last_date)
        history = [
            schedule.Sent(date=day, kind=kind, bore_fee=fee > 0)
            for day, kind, fee in sent
        ]
        plan = schedule.next_step(ladder, [item], history, today, Calendar(law.country))
        if not plan or plan.date > today:
            continue
        step = next(step for step in ladder.steps if step.id == plan.step_id)
        fee = Decimal(0)
        if step.bears_fee:
            fee = fees.notice_fee(
                law,
                wanted=Decimal(1),
                debtor=debtor,
                on=today,
                due_date=DUE,
                fee_history=[
                    fees.SentNotice(date=day, fee=fee, kind=kind)
                    for day, kind, fee in sent
                ],
                agreed=True,
                kind=step.kind,
                principal=Decimal(10000),
            ).amount
        sent.append((today, step.kind, fee))
        last_step, last_date = step.id, today
    return sent


@pytest.mark.parametrize("code", ["DK", "SE", "NO", "FI", "DE", "NL"])
@settings(max_examples=60, deadline=None)
@given(
    debtor=st.sampled_from(["person", "company"]),
    first=ladders(),
    second=ladders(),
    change=st.integers(0, DAYS),
    nights=st.sets(st.integers(1, DAYS), min_size=20, max_size=DAYS),
)
def test_no_two_fees_are_closer_than_the_law_allows(
    code, debtor, first, second, change, nights
):
    law = STATUTES[code]
    sent = simulate(law, debtor, first, second, change, nights)
    bearing = [row for row in sent if row[2] > 0]
    for before, after in zip(bearing, bearing[1:], strict=False):
        rule = law.fee_rule(debtor, after[0], after[1])
        assert (after[0] - before[0]).days >= rule.spacing_days
    for kind in {row[1] for row in bearing}:
        rule = law.fee_rule(debtor, DUE, kind)
        number = len(
            bearing if rule.count_shared else [r for r in bearing if r[1] == kind]
        )
        if rule.max_count is not None and len({row[1] for row in bearing}) == 1:
            assert number <= rule.max_count


def test_the_simulation_does_charge_fees():
    ladder = schedule.Ladder(
        steps=tuple(
            schedule.Step(number, schedule.REMINDER, 1, schedule.PREVIOUS_STEP, True)
            for number in range(1, 7)
        ),
        spacing_days=1,
    )
    sent = simulate(STATUTES["DK"], "company", ladder, ladder, DAYS, range(1, DAYS))
    assert [fee for _day, _kind, fee in sent].count(1) == 1
    assert len(sent) == 6, "All go out, and those that are too close bear no fee"
