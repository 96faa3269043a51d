"""What a ladder would have sent: by the rules of the real thing, on the true story."""

import datetime as dt
from collections import Counter
from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from ...rules import simulation
from ...rules.calendar import Calendar
from ...rules.schedule import FINAL_NOTICE, NUDGE, PREVIOUS_STEP, REMINDER, Ladder, Step
from ...rules.simulation import Conditions, Debtor, Invoice, Money, Terms, play
from .law_data import load_statutes, load_tables

DUE = dt.date(2025, 9, 1)  # a Monday
START, END = dt.date(2025, 8, 1), dt.date(2026, 7, 31)
DANISH = Calendar(country="DK")
STEPS = (
    Step(1, NUDGE, -3),
    Step(2, REMINDER, 7, bears_fee=True),
    Step(3, REMINDER, 14, PREVIOUS_STEP, bears_fee=True),
    Step(4, FINAL_NOTICE, 14, PREVIOUS_STEP, bears_fee=True),
)
DEMAND = Terms(
    fee_policy="statutory",
    charge_interest=True,
    charge_compensation=True,
    deadline_days=10,
)
BARE = Conditions(
    ladder=Ladder(STEPS, spacing_days=10),
    terms={1: Terms(), 2: Terms(), 3: Terms(), 4: Terms()},
)
LAWFUL = Conditions(
    ladder=Ladder(STEPS, spacing_days=10, fee_spacing_days=11),
    terms={1: Terms(), 2: DEMAND, 3: DEMAND, 4: DEMAND},
    statute=load_statutes()["DK"],
    tables=load_tables(),
    currency="DKK",
)


def after(days):
    return DUE + dt.timedelta(days=days)


def invoice(id_=1, due=DUE, amount="1000", *money):
    return Invoice(id_, due - dt.timedelta(days=14), due, Decimal(amount), money)


def paid(day, amount="1000", is_credit=False):
    return Money(day, Decimal(amount), is_credit)


def debtor(*invoices, kind="company"):
    return Debtor(7, kind, DANISH, invoices)


def shown(notices):
    return [(notice.step_id, notice.date) for notice in notices]


def test_unpaid_invoice_climbs_the_whole_ladder():
    """Each leaves a day after its proposal, not on a week-end."""
    notices = play(BARE, debtor(invoice()), START, END)
    assert shown(notices) == [
        (1, dt.date(2025, 9, 1)),  # proposed on Friday the 29th, leaves on Monday
        (2, dt.date(2025, 9, 9)),
        (3, dt.date(2025, 9, 24)),
        (4, dt.date(2025, 10, 9)),
    ]
    assert [n.proposed for n in notices][:2] == [after(-3), after(7)]


def test_payment_in_the_hold_window_stops_the_notice():
    story = debtor(invoice(1, DUE, "1000", paid(dt.date(2025, 9, 9))))
    assert shown(play(BARE, story, START, END)) == [(1, DUE)]


def test_who_pays_within_two_days_would_have_paid_anyway():
    for days, anyway in ((1, True), (2, True), (3, False)):
        day = dt.date(2025, 9, 9) + dt.timedelta(days=days)
        story = debtor(invoice(1, DUE, "1000", paid(day)))
        assert [n.paid_anyway for n in play(BARE, story, START, END)] == [False, anyway]


def test_case_is_held_after_a_part_payment():
    story = debtor(invoice(1, DUE, "1000", paid(dt.date(2025, 9, 5), "400")))
    gone_on = play(BARE, story, START, END)
    assert shown(gone_on)[1] == (2, dt.date(2025, 9, 9))
    assert gone_on[1].principal == 600
    held = play(replace(BARE, hold_days=10), story, START, END)
    # Released on Monday the 15th, proposed that day, leaves on Tuesday.
    assert shown(held)[1] == (2, dt.date(2025, 9, 16))


def test_credit_note_on_another_invoice_keeps_the_waiting_notice_back():
    other = invoice(2, after(10), "500", paid(after(8), "100", is_credit=True))
    story = debtor(invoice(), other)
    free = play(replace(BARE, hold_days=0), story, START, END)
    assert (2, after(8)) in shown(free)
    held = play(replace(BARE, hold_days=5), story, START, END)
    assert (2, after(8)) not in shown(held)


def test_two_invoices_share_a_notice():
    story = debtor(invoice(1), invoice(2, after(5), "500"))
    notices = [n for n in play(BARE, story, START, END) if n.step_id != 1]
    assert notices[0].advancing == (1,)
    assert notices[0].listed == (2,)
    assert notices[0].principal == 1500


def test_fees_interest_and_lump_sum_are_those_of_the_law():
    """DKK 100 a letter, three at most; 310 once; interest from the due date on."""
    notices = play(LAWFUL, debtor(invoice(1, DUE, "100000")), START, END)[1:]
    assert [n.fee for n in notices] == [100, 100, 100]
    assert [n.compensation for n in notices] == [310, 0, 0]
    # 1.75 + 8 % from 1 September to the day of each letter: 8, 15 and 15 days.
    per_day = Decimal(100000) * Decimal("9.75") / 100 / 365
    assert [n.interest for n in notices] == [
        (per_day * days).quantize(Decimal("0.01")) for days in (8, 15, 15)
    ]


def test_no_lump_sum_from_a_person():
    notices = play(LAWFUL, debtor(invoice(), kind="person"), START, END)
    assert [n.compensation for n in notices] == [0, 0, 0, 0]


def test_fees_start_anew_when_the_case_does():
    """The law allows three fees of a claim; a new claim may bear them again."""
    first = invoice(1, DUE, "1000", paid(dt.date(2025, 11, 3)))
    later = dt.date(2025, 12, 1)
    notices = play(LAWFUL, debtor(first, invoice(2, later)), START, END)
    assert [n.fee for n in notices if n.advancing == (1,)] == [0, 100, 100, 100]
    assert [n.fee for n in notices if n.advancing == (2,)] == [0, 100, 100, 100]


def test_courtesy_is_given_once_a_year():
    limits = replace(LAWFUL.limits, first_free=True)
    notices = play(replace(LAWFUL, limits=limits), debtor(invoice()), START, END)
    assert [n.fee for n in notices] == [0, 0, 100, 100]


class DayByDay(simulation._Case):
    """Looks at every single day: slow, and sure to miss nothing."""

    def _next_day(self, day, planned):
        return day + dt.timedelta(days=1)


days = st.integers(min_value=0, max_value=200).map(
    lambda n: dt.date(2025, 8, 15) + dt.timedelta(days=n)
)
money = st.builds(
    lambda day, amount, is_credit: Money(day, Decimal(amount), is_credit),
    days,
    st.sampled_from([100, 400, 1000]),
    st.booleans(),
)
invoices = st.lists(
    st.tuples(days, st.lists(money, max_size=3)), min_size=1, max_size=4
).map(
    lambda rows: tuple(
        invoice(id_, due, "1000", *received)
        for id_, (due, received) in enumerate(rows, start=1)
    )
)
conditions = st.builds(
    lambda base, days, hold: replace(
        base,
        hold_days=days,
        terms={id_: replace(t, hold_hours=hold) for id_, t in base.terms.items()},
    ),
    st.sampled_from([BARE, LAWFUL]),
    st.sampled_from([0, 2, 9]),
    st.sampled_from([0.0, 24.0, 60.0]),
)


@settings(max_examples=150, deadline=None)
@given(conditions, invoices)
def test_days_that_are_not_looked_at_would_have_changed_nothing(terms, story):
    customer = debtor(*story)
    assert play(terms, customer, START, END) == DayByDay(terms, customer).play(
        START, END
    )


@settings(max_examples=150, deadline=None)
@given(conditions, invoices)
def test_every_notice_is_one_that_may_go_out(terms, story):
    by_id = {i.id: i for i in story}
    climbed = Counter()
    notices = play(terms, debtor(*story), START, END)
    for notice in notices:
        assert DANISH.is_business_day(notice.date)
        assert notice.proposed <= notice.date <= END
        for item in (*notice.advancing, *notice.listed):
            assert by_id[item].owed(notice.date) > 0
        climbed.update(notice.advancing)
    for before, notice in zip(notices, notices[1:], strict=False):
        gap = 10 if 1 not in (before.step_id, notice.step_id) else 1
        assert (notice.date - before.date).days >= gap
    assert all(times <= len(STEPS) for times in climbed.values())
    assert sum(n.compensation > 0 for n in notices) <= len(story)


def test_a_change_moves_what_counts_from_it():
    """A week later, or left out: what comes after it follows."""
    later = replace(BARE, ladder=simulation.change(BARE.ladder, {2: 14}))
    days = dict(shown(play(later, debtor(invoice()), START, END)))
    assert (days[2], days[3]) == (dt.date(2025, 9, 16), dt.date(2025, 10, 1))
    without = replace(BARE, ladder=simulation.change(BARE.ladder, {}, [1, 3]))
    assert [
        step for step, _day in shown(play(without, debtor(invoice()), START, END))
    ] == [2, 4]
    assert BARE.ladder.steps == STEPS
