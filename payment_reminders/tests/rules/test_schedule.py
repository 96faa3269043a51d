"""The next step by state: none skipped, none repeated, never two too close."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ...rules.calendar import Calendar
from ...rules.schedule import (
    DUE_DATE,
    FINAL_NOTICE,
    NUDGE,
    PREVIOUS_STEP,
    REMINDER,
    DueItem,
    Ladder,
    Sent,
    Step,
    is_spaced,
    next_item_step,
    next_step,
)

DUE = dt.date(2026, 9, 1)  # a Tuesday


class EveryDay:
    """A calendar on which every day is a business day."""

    def next_business_day(self, day):
        return day


DAILY = EveryDay()
DANISH = Calendar(country="DK")
LADDER = Ladder(
    steps=(
        Step(1, NUDGE, -3),
        Step(2, REMINDER, 7),
        Step(3, REMINDER, 10, PREVIOUS_STEP, bears_fee=True),
        Step(4, FINAL_NOTICE, 10, PREVIOUS_STEP, bears_fee=True),
    ),
    spacing_days=7,
    fee_spacing_days=10,
)


def after(days):
    return DUE + dt.timedelta(days=days)


def plan(item, today, history=(), ladder=LADDER, calendar=DAILY):
    return next_step(ladder, [item], history, today, calendar)


def shown(planned):
    return planned and (planned.step_id, planned.date)


# -- one item -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (after(-9), (1, after(-3))),
        (after(-3), (1, after(-3))),
        (after(-1), (1, after(-1))),
        (after(0), (1, after(0))),
        (after(1), (2, after(7))),
        (after(7), (2, after(7))),
        (after(40), (2, after(40))),
    ],
)
def test_first_step_by_day(today, expected):
    assert shown(plan(DueItem(1, DUE), today)) == expected


@pytest.mark.parametrize(
    ("invoiced", "expected"),
    [
        (after(-14), (1, after(-1))),
        (after(-4), (1, after(-1))),
        (after(-3), (2, after(7))),  # the invoice of that day tells it itself
        (after(0), (2, after(7))),  # payable at once
        (None, (1, after(-1))),
    ],
)
def test_a_nudge_never_comes_with_the_invoice(invoiced, expected):
    assert shown(plan(DueItem(1, DUE, date_invoice=invoiced), after(-1))) == expected


def test_no_step_is_skipped_however_late():
    item = DueItem(1, DUE, last_step_id=2, last_sent_date=after(7))
    assert shown(plan(item, after(300), [Sent(after(7), REMINDER)])) == (3, after(300))


def test_delay_counts_from_the_real_sending():
    item = DueItem(1, DUE, last_step_id=2, last_sent_date=after(12))
    assert shown(plan(item, after(13), [Sent(after(12), REMINDER)])) == (3, after(22))


def test_previous_step_before_the_due_date_counts_from_the_due_date():
    ladder = Ladder((Step(1, NUDGE, -3), Step(2, REMINDER, 5, PREVIOUS_STEP)))
    item = DueItem(1, DUE, last_step_id=1, last_sent_date=after(-3))
    assert shown(plan(item, after(1), ladder=ladder)) == (2, after(5))


def test_end_of_the_ladder():
    item = DueItem(1, DUE, last_step_id=4, last_sent_date=after(30))
    assert plan(item, after(90)) is None


def test_unknown_step_gets_nothing():
    item = DueItem(1, DUE, last_step_id=99, last_sent_date=after(30))
    assert plan(item, after(90)) is None


def test_ladder_without_steps():
    assert plan(DueItem(1, DUE), after(90), ladder=Ladder(())) is None


def test_no_items():
    assert next_step(LADDER, [], [], after(9), DAILY) is None


def test_grace_moves_reminders_and_no_nudge():
    item = DueItem(1, DUE, grace_days=5)
    assert shown(plan(item, after(-9))) == (1, after(-3))
    assert shown(plan(item, after(1))) == (2, after(12))


def test_business_day_rolling():
    item = DueItem(1, dt.date(2026, 9, 5))
    assert shown(plan(item, dt.date(2026, 9, 6), calendar=DANISH)) == (
        2,
        dt.date(2026, 9, 14),
    )


def test_nudge_that_would_roll_over_the_due_date_is_left_out():
    item = DueItem(1, dt.date(2026, 9, 6))  # a Sunday
    planned = plan(item, dt.date(2026, 9, 5), calendar=DANISH)
    assert planned.step_id == 2


# -- spacing --------------------------------------------------------------------------


def test_spacing_after_any_demand():
    item = DueItem(1, DUE)
    assert shown(plan(item, after(8), [Sent(after(6), REMINDER)])) == (2, after(13))


def test_fee_spacing_only_between_two_that_bear_one():
    item = DueItem(1, DUE, last_step_id=2, last_sent_date=after(-20))
    with_fee = [Sent(after(6), REMINDER, bore_fee=True)]
    without = [Sent(after(6), REMINDER)]
    ladder = replace(LADDER, fee_spacing_days=20)
    assert plan(item, after(15), with_fee, ladder).date == after(26)
    assert plan(item, after(15), without, ladder).date == after(15)


def test_nudge_keeps_nothing_back_but_its_own_day():
    item = DueItem(1, DUE)
    assert plan(item, after(7), [Sent(after(7), NUDGE)]).date == after(8)
    assert plan(item, after(7), [Sent(after(6), NUDGE)]).date == after(7)


@given(
    st.lists(st.tuples(st.integers(-20, 60), st.sampled_from([NUDGE, REMINDER]))),
    st.integers(1, 60),
)
def test_guard_and_schedule_agree_on_spacing(sent, days):
    history = [Sent(after(day), kind) for day, kind in sent]
    step = LADDER.steps[1]
    planned = plan(DueItem(1, DUE), after(days), history)
    if planned.date == after(days):
        assert is_spaced(LADDER, step, history, after(days))
    if not is_spaced(LADDER, step, history, after(days)):
        assert planned.date > after(days)


# -- several items --------------------------------------------------------------------


def test_all_that_is_ready_goes_on_one_notice():
    items = [
        DueItem(1, after(-20), 2, after(-13)),
        DueItem(2, after(-8)),
        DueItem(3, after(-2)),
        DueItem(4, after(30)),
    ]
    planned = next_step(LADDER, items, [Sent(after(-13), REMINDER)], DUE, DAILY)
    assert planned.step_id == 3, "the most advanced leads"
    assert {p.item_id: p.step_id for p in planned.advancing} == {1: 3, 2: 2}
    assert planned.listed == (3,), "overdue, but not yet at its step"


def test_reminders_go_before_nudges():
    items = [DueItem(1, after(-8)), DueItem(2, after(2))]
    planned = next_step(LADDER, items, [], DUE, DAILY)
    assert planned.step_id == 2
    assert [p.item_id for p in planned.advancing] == [1]


def test_a_nudge_lists_nothing():
    items = [DueItem(1, after(2)), DueItem(2, after(-2))]
    planned = next_step(LADDER, items, [], DUE, DAILY)
    assert (planned.step_id, planned.listed) == (1, ())


# -- properties -----------------------------------------------------------------------

gaps = st.integers(0, 20)


@st.composite
def ladders(draw):
    """Ladders as people may save them: kinds in order, days that grow."""
    steps, day = [], 0
    if draw(st.booleans()):
        steps.append(Step(1, NUDGE, -draw(st.integers(0, 10))))
    for number in range(draw(st.integers(1, 4))):
        fee = draw(st.booleans())
        if number and draw(st.booleans()):
            gap = draw(gaps)
            day += gap
            step = Step(number + 2, REMINDER, gap, PREVIOUS_STEP, fee)
        else:
            day += 1 + draw(gaps)
            step = Step(number + 2, REMINDER, day, DUE_DATE, fee)
        steps.append(step)
    if draw(st.booleans()):
        steps.append(Step(9, FINAL_NOTICE, draw(gaps), PREVIOUS_STEP, True))
    return Ladder(
        tuple(steps),
        spacing_days=draw(st.integers(1, 15)),
        fee_spacing_days=draw(st.integers(0, 20)),
    )


due_dates = st.integers(-30, 40).map(after)
calendars = st.sampled_from([DAILY, DANISH])


def play(ladder, items, calendar, days, skip=frozenset()):
    """Run day by day; send what is due unless the machine is off that day."""
    history, log = [], []
    kinds = {step.id: step for step in ladder.steps}
    for offset in range(-15, days):
        today = after(offset)
        if offset in skip:
            continue
        planned = next_step(ladder, items, history, today, calendar)
        if planned is None or planned.date > today:
            continue
        step = kinds[planned.step_id]
        moved = {p.item_id: p.step_id for p in planned.advancing}
        items = [
            replace(item, last_step_id=moved[item.id], last_sent_date=today)
            if item.id in moved
            else item
            for item in items
        ]
        history.append(Sent(today, step.kind, step.bears_fee))
        log.append((today, planned))
    return items, history, log


@given(
    ladders(),
    st.lists(due_dates, min_size=1, max_size=4),
    calendars,
    st.frozensets(st.integers(-15, 199), max_size=80),
)
def test_day_by_day(ladder, dues, calendar, off):
    items = [DueItem(n, due) for n, due in enumerate(dues)]
    order = {step.id: n for n, step in enumerate(ladder.steps)}
    _items, history, log = play(ladder, items, calendar, 200, off)

    days = [sent.date for sent in history]
    assert len(set(days)) == len(days), "two messages on one day"
    demands = [sent for sent in history if sent.kind != NUDGE]
    for earlier, later in zip(demands, demands[1:], strict=False):
        gap = (later.date - earlier.date).days
        assert gap >= ladder.spacing_days
        if earlier.bore_fee and later.bore_fee:
            assert gap >= ladder.fee_spacing_days

    for item in items:
        climbed = [
            (today, moving.step_id)
            for today, planned in log
            for moving in planned.advancing
            if moving.item_id == item.id
        ]
        ranks = [order[step_id] for _day, step_id in climbed]
        first = 1 if ladder.steps[0].kind == NUDGE and ranks[:1] != [0] else 0
        assert ranks == list(range(first, first + len(ranks))), "one by one"
        for today, step_id in climbed:
            if ladder.steps[order[step_id]].kind == NUDGE:
                assert today <= item.date_due
            else:
                assert today >= item.date_due


@given(ladders(), due_dates, calendars, st.integers(-40, 200))
def test_asking_twice_gives_the_same_answer(ladder, due, calendar, days):
    item = DueItem(1, due)
    first = next_step(ladder, [item], [], after(days), calendar)
    assert first == next_step(ladder, [item], [], after(days), calendar)


@given(ladders(), due_dates, calendars, st.integers(-40, 200), st.integers(0, 60))
def test_monotone_in_days(ladder, due, calendar, days, more):
    """A later look never brings an earlier date or an earlier step."""
    order = {step.id: n for n, step in enumerate(ladder.steps)}
    item = DueItem(1, due)
    early = next_item_step(ladder, item, [], after(days), calendar)
    late = next_item_step(ladder, item, [], after(days + more), calendar)
    assert early and late
    assert late.date >= early.date
    assert order[late.step_id] >= order[early.step_id]


@given(ladders(), due_dates, calendars, st.integers(1, 60), st.integers(0, 30))
def test_grace_never_hurries(ladder, due, calendar, days, grace):
    today = due + dt.timedelta(days=days)
    item = DueItem(1, due)
    plain = next_item_step(ladder, item, [], today, calendar)
    graced = next_item_step(
        ladder, replace(item, grace_days=grace), [], today, calendar
    )
    assert graced.date >= plain.date
    assert graced.step_id == plain.step_id


def test_a_missed_week_is_caught_up_one_step_at_a_time():
    _items, history, log = play(
        LADDER, [DueItem(1, DUE)], DAILY, 90, frozenset(range(-15, 45))
    )
    assert [planned.step_id for _day, planned in log] == [2, 3, 4]
    assert [sent.date for sent in history] == [after(45), after(55), after(65)]
