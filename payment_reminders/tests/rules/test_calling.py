"""A call as a step: when it stands, what its result means, and that it is no letter."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ...rules import calling, claim, fees, guard, linter, repeat, simulation
from ...rules.calendar import Calendar
from ...rules.calling import Outcome, Result, Terms, Then
from ...rules.linter import ERROR, Ladder
from ...rules.schedule import (
    CALL,
    FINAL_NOTICE,
    PREVIOUS_STEP,
    REMINDER,
    DueItem,
    Sent,
    Step,
    next_step,
)
from ...rules.schedule import Ladder as Schedule
from ...rules.temperament import FIRM, GENTLE, temper
from ...rules.temperament import Step as Tempered
from ...rules.verdict import Code
from .law_data import STATUTES
from .test_guard import ALONE, FACTS, NOW
from .test_simulation import DEMAND, END, LAWFUL, START, debtor, invoice

TODAY = dt.date(2026, 9, 15)  # a Tuesday
DANISH = Calendar(country="DK")
LADDER = Schedule(
    steps=(
        Step(1, REMINDER, 5, bears_fee=True),
        Step(2, CALL, 5, PREVIOUS_STEP),
        Step(3, FINAL_NOTICE, 10, PREVIOUS_STEP, bears_fee=True),
    ),
    spacing_days=4,
    fee_spacing_days=10,
)


#: What only a message has: somebody approved it, a time to stop it, an address.
MESSAGE_ALONE = {
    Code.NOT_APPROVED,
    Code.HOLD_WINDOW,
    Code.LADDER_CHANGED,
    Code.NO_RECIPIENT,
}


def facts(**vals):
    return replace(FACTS, **vals)


# -- the guard -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changed",
    [
        {"approved": False, "state": "proposed"},
        {"hold_until": NOW + dt.timedelta(hours=5)},
        {"recipients": ()},
    ],
)
def test_nobody_approves_a_call_and_it_has_no_address(changed):
    assert calling.check(facts(step_kind=CALL, **changed), NOW) == []


@pytest.mark.parametrize("code", list(ALONE))
def test_what_stops_a_letter_stops_a_call(code):
    """The whole matrix of the guard: but what is about a message alone."""
    expected = set() if code in MESSAGE_ALONE else {code}
    found = set(calling.check(facts(step_kind=CALL, **ALONE[code]), NOW))
    assert found & {code} == expected


def test_a_call_about_what_is_paid_is_over():
    asked = facts(step_kind=CALL)
    paid = replace(asked.items[0], residual=Decimal(0), payment_state="paid")
    codes = calling.check(replace(asked, items=(paid,)), NOW)
    assert Code.PAID in codes
    assert calling.is_over(codes)
    assert not calling.is_over([Code.OPEN_QUERY])
    assert not calling.is_over([])


def test_the_case_alone_asks_a_call_for_no_address():
    about = facts(step_kind=CALL, items=(), recipients=())
    assert Code.NO_RECIPIENT not in guard.check_case(about, NOW)
    letter = replace(about, step_kind=REMINDER)
    assert Code.NO_RECIPIENT in guard.check_case(letter, NOW)


# -- its result ------------------------------------------------------------------------


@given(
    st.sampled_from(list(Result)),
    st.integers(0, 9),
    st.integers(-1, 5),
    st.sampled_from(list(Then)),
)
def test_a_result_ends_the_step_or_says_what_comes(result, tries, most, then):
    outcome = calling.follow(result, tries, Terms(most, then))
    if result == Result.WRONG_NUMBER:
        assert outcome == Outcome.NUMBER
    elif result != Result.MISSED:
        assert outcome == Outcome.DONE
    elif tries < max(most, 1):
        assert outcome == Outcome.AGAIN
    else:
        # Whatever was entered, somebody who is not reached is not called for ever.
        assert outcome == (Outcome.PERSON if then == Then.ASK else Outcome.DONE)


@given(st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31)), st.integers(-30, 60))
def test_the_next_try_is_a_business_day_after_today(today, days):
    wanted = today + dt.timedelta(days=days)
    day = calling.next_try(wanted, today, DANISH)
    assert day > today
    assert day >= wanted
    assert day == DANISH.next_business_day(day)
    assert calling.next_try(None, today, DANISH) == DANISH.next_business_day(
        today + dt.timedelta(days=1)
    )


@given(st.integers(0, 30), st.integers(-5, 60))
def test_the_ladder_waits_so_long_or_for_good(wait, since):
    due = TODAY - dt.timedelta(days=since)
    assert calling.is_late(due, TODAY, Terms(wait_days=wait)) == (
        wait > 0 and since >= wait
    )


# -- as a step of the ladder -----------------------------------------------------------


def due_item(id_, days, step=None, sent=None):
    return DueItem(
        id_,
        TODAY - dt.timedelta(days=days),
        step,
        None if sent is None else TODAY - dt.timedelta(days=sent),
    )


def plan(*items, history=()):
    return next_step(LADDER, items, history, TODAY, DANISH)


def test_it_comes_after_the_letter_and_the_next_letter_after_it():
    planned = plan(due_item(1, 20, step=1, sent=6))
    assert (planned.step_id, planned.date) == (2, TODAY)
    called = plan(due_item(1, 20, step=2, sent=0), history=[Sent(TODAY, CALL)])
    assert (called.step_id, called.date) == (3, dt.date(2026, 9, 25))


def test_the_days_between_hold_before_and_after_a_call():
    letter = Sent(TODAY - dt.timedelta(days=2), REMINDER, bore_fee=True)
    planned = plan(due_item(1, 20, step=1, sent=6), history=[letter])
    assert planned.date == dt.date(2026, 9, 17)
    after = plan(due_item(1, 20), history=[Sent(TODAY, CALL)])
    assert (after.step_id, after.date) == (1, dt.date(2026, 9, 21))


def test_a_call_bears_no_fee_whose_days_would_count():
    # Ten days lie between two letters with a fee, four between a call and one.
    planned = plan(due_item(1, 20), history=[Sent(TODAY - dt.timedelta(days=4), CALL)])
    assert (planned.step_id, planned.date) == (1, TODAY)


def test_no_letter_is_skipped_for_a_call_and_no_call_for_a_letter():
    waits, fresh = due_item(1, 30, step=1, sent=6), due_item(2, 8)
    planned = plan(waits, fresh)
    assert planned.step_id == 2
    assert [one.item_id for one in planned.advancing] == [1]
    assert planned.listed == (2,)
    far = due_item(3, 40, step=2, sent=12)
    planned = plan(waits, fresh, far)
    assert planned.step_id == 3
    assert [one.item_id for one in planned.advancing] == [2, 3]
    assert planned.listed == (1,)


@given(
    st.lists(
        st.tuples(
            st.integers(1, 60), st.sampled_from([None, 1, 2, 3]), st.integers(0, 40)
        ),
        min_size=1,
        max_size=6,
    ),
    st.lists(
        st.tuples(st.integers(0, 40), st.sampled_from([REMINDER, CALL])), max_size=4
    ),
)
def test_what_goes_together_is_all_calls_or_all_letters(rows, sent):
    items = [
        due_item(number, days, step, since if step else None)
        for number, (days, step, since) in enumerate(rows)
    ]
    history = [Sent(TODAY - dt.timedelta(days=days), kind) for days, kind in sent]
    planned = plan(*items, history=history)
    if planned is None:
        return
    kinds = {one.step_id == 2 for one in planned.advancing}
    assert kinds == {planned.step_id == 2}
    assert not set(planned.listed) & {one.item_id for one in planned.advancing}


# -- the law ---------------------------------------------------------------------------


def lint(*steps, law="DK"):
    found = linter.lint(Ladder(steps), STATUTES[law], TODAY)
    return {(one.level, one.code, one.step) for one in found}


def call(days=5, **more):
    return linter.Step(CALL, days, PREVIOUS_STEP, **more)


@pytest.mark.parametrize(
    "costs",
    [
        {"fee": Decimal(100)},
        {"fee": None},
        {"charge_interest": True},
        {"charge_compensation": True},
    ],
)
def test_no_law_lets_a_call_cost_anything(costs):
    for law in STATUTES:
        assert lint(linter.Step(REMINDER, 14), call(**costs), law=law) >= {
            (ERROR, "call_costs", 1)
        }


@pytest.mark.parametrize("law", sorted(STATUTES))
def test_a_call_is_no_letter_to_any_law(law):
    """Between letters it changes nothing; alone it breaks nothing."""
    letters = [
        linter.Step(REMINDER, 20, deadline_days=14),
        linter.Step(FINAL_NOTICE, 60, deadline_days=14, fee=None),
    ]
    plain = lint(*letters, law=law)
    between = lint(letters[0], call(), letters[1], law=law)
    moved = {(level, code, 2 if step else 0) for level, code, step in plain}
    assert between == moved
    assert lint(linter.Step(CALL, 5), law=law) == set()


def test_a_call_is_no_letter_that_must_go_before_a_fee():
    """Fees after free letters (the Netherlands), after a final notice (Norway)."""
    fee = linter.Step(FINAL_NOTICE, 40, fee=Decimal(40), deadline_days=14)
    codes = {code for _level, code, _step in lint(call(), fee, law="NL")}
    alone = {code for _level, code, _step in lint(fee, law="NL")}
    assert codes == alone


def test_it_counts_for_no_number_of_fees():
    statute = STATUTES["DK"]
    history = [
        fees.SentNotice(TODAY - dt.timedelta(days=days), kind=CALL)
        for days in (40, 30, 20)
    ]
    for kind in (REMINDER, FINAL_NOTICE):
        with_calls, without = (
            fees.notice_fee(
                statute,
                debtor="company",
                on=TODAY,
                due_date=TODAY - dt.timedelta(days=60),
                fee_history=some,
                kind=kind,
                principal=Decimal(1000),
            )
            for some in (history, [])
        )
        assert with_calls == without
        assert with_calls.amount > 0
    itself = fees.notice_fee(
        statute, debtor="company", on=TODAY, due_date=TODAY, kind=CALL
    )
    assert itself.amount == 0


def test_it_asks_for_nothing_beside_the_invoices():
    terms = claim.Terms(
        fee_policy="statutory", charge_interest=True, charge_compensation=True
    )
    demand = claim.Demand(
        kind=CALL,
        terms=terms,
        debtor="company",
        day=TODAY,
        items=[claim.Item(1, TODAY - dt.timedelta(days=90), Decimal(1000))],
        calendar=DANISH,
    )
    found = claim.compute(LAWFUL, demand)
    assert (found.fee, found.interest.amount, found.compensation) == (0, 0, 0)


# -- played ----------------------------------------------------------------------------


def test_a_played_ladder_tells_of_calls_apart():
    steps = (
        Step(1, REMINDER, 7, bears_fee=True),
        Step(2, CALL, 7, PREVIOUS_STEP),
        Step(3, FINAL_NOTICE, 14, PREVIOUS_STEP, bears_fee=True),
    )
    conditions = replace(
        LAWFUL,
        ladder=Schedule(steps, spacing_days=5, fee_spacing_days=11),
        terms={1: DEMAND, 2: DEMAND, 3: DEMAND},
    )
    story = debtor(invoice())
    letters = simulation.play(conditions, story, START, END)
    both = simulation.play(conditions, story, START, END, with_calls=True)
    assert [notice.step_id for notice in letters] == [1, 3]
    assert [notice.step_id for notice in both] == [1, 2, 3]
    made = both[1]
    # Nothing waits before a call, and it is made on a day on which people work.
    assert made.proposed == made.date == DANISH.next_business_day(made.date)
    assert (made.fee, made.interest, made.compensation, made.deadline) == (
        (0,) * 3 + (None,)
    )
    # The fee of the letter after it is what it is without the call.
    plain = replace(conditions, ladder=replace(conditions.ladder, steps=steps[::2]))
    fees_of = [n.fee for n in simulation.play(plain, story, START, END)]
    assert [notice.fee for notice in letters] == fees_of


def test_it_is_not_repeated():
    assert repeat.repeat_last(Step(2, CALL, 5, PREVIOUS_STEP), 10, 3) == ()


@pytest.mark.parametrize("temperament", [GENTLE, FIRM])
def test_every_temperament_keeps_it(temperament):
    steps = (
        Tempered(REMINDER, 10, "due_date", 10, "statutory", False, False),
        Tempered(CALL, 15, "due_date", 0, "none", False, False),
        Tempered(FINAL_NOTICE, 30, "due_date", 10, "statutory", False, False),
    )
    tempered = temper(steps, temperament, STATUTES["DK"], TODAY)
    assert [step.kind for step in tempered] == [REMINDER, CALL, FINAL_NOTICE]
    days = [step.delay_days for step in tempered]
    assert days == sorted(set(days))
    kept = tempered[1]
    assert (kept.fee_policy, kept.charge_interest, kept.charge_compensation) == (
        "none",
        False,
        False,
    )
