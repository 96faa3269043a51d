"""What of earlier reminders is taken over, and what of their fees."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ...rules import moving_in
from ...rules.fees import SentNotice, notice_fee
from ...rules.moving_in import Claim, Invoice, Refusal, Row, guess_steps, judge
from .law_data import STATUTES

D = Decimal
DAY = dt.date
TODAY = DAY(2026, 9, 15)
NUDGE, FIRST, SECOND, FINAL, CALL = 1, 2, 3, 4, 5
KINDS = {
    NUDGE: "nudge",
    FIRST: "reminder",
    SECOND: "reminder",
    CALL: "call",
    FINAL: "final_notice",
}
STEPS = {"call": CALL, "nudge": NUDGE, "1": FIRST, "2": SECOND, "3": FINAL, "9": 99}
OPEN = Invoice("c", None, DAY(2026, 7, 18), DAY(2026, 8, 1), D(1000))
DANISH = Claim(KINDS, "company", "DKK", statute=STATUTES["DK"])


def row(line, day, step="1", fee=0, number="INV/1", **vals):
    return Row(line, number, step, day, D(fee), **vals)


def play(*rows, invoices=None, claim=DANISH):
    invoices = invoices or {"inv/1": OPEN, "inv/2": OPEN}
    return judge(rows, invoices, {"c": claim}, STEPS, TODAY)


def test_a_plain_list():
    first, second = play(
        row(2, DAY(2026, 8, 11)), row(3, DAY(2026, 8, 25), "2", 100, number=" inv/1 ")
    )
    assert (first.refusal, first.step_id, first.fee) == (None, FIRST, 0)
    assert (second.refusal, second.step_id, second.fee) == (None, SECOND, D(100))
    assert second.cut == ()


@pytest.mark.parametrize(
    ("told", "refusal"),
    [
        (row(2, DAY(2026, 8, 11), number=""), Refusal.NO_NUMBER),
        (row(2, DAY(2026, 8, 11), number="INV/404"), Refusal.UNKNOWN),
        (row(2, DAY(2026, 8, 11), number="PAID"), Refusal.PAID),
        (row(2, None, wrong=(Refusal.BAD_DATE,)), Refusal.BAD_DATE),
        (row(2, None), Refusal.BAD_DATE),
        (row(2, DAY(2026, 8, 11), wrong=(Refusal.BAD_FEE,)), Refusal.BAD_FEE),
        (row(2, DAY(2026, 9, 16)), Refusal.FUTURE),
        (row(2, DAY(2026, 7, 31)), Refusal.TOO_EARLY),
        (row(2, DAY(2026, 7, 17), "nudge"), Refusal.TOO_EARLY),
        (row(2, DAY(2026, 8, 11), "4th"), Refusal.NO_STEP),
        (row(2, DAY(2026, 8, 11), "9"), Refusal.NO_STEP),
        (row(2, DAY(2026, 8, 11), "call"), Refusal.NO_STEP),
        (row(2, TODAY), None),
        (row(2, DAY(2026, 7, 29), "nudge"), None),
    ],
)
def test_why_a_row_is_refused(told, refusal):
    invoices = {"inv/1": OPEN, "paid": Invoice(refusal=Refusal.PAID)}
    [judged] = play(told, invoices=invoices)
    assert judged.refusal == refusal
    assert not judged.fee


def test_the_same_letter_twice_is_taken_over_once():
    first, again, other = play(
        row(2, DAY(2026, 8, 11), fee=100),
        row(3, DAY(2026, 8, 11), fee=100),
        row(4, DAY(2026, 8, 30)),
    )
    assert (first.refusal, again.refusal) == (None, Refusal.TWICE)
    assert other.refusal is None, "a step may have been sent on two days"


def test_what_is_known_here_is_not_taken_over_again():
    known = Invoice(**{**vars(OPEN), "sent": frozenset({(FIRST, DAY(2026, 8, 11))})})
    [judged] = play(row(2, DAY(2026, 8, 11)), invoices={"inv/1": known})
    assert judged.refusal == Refusal.KNOWN


def test_a_fee_above_the_law_is_lowered_to_it():
    [judged] = play(row(2, DAY(2026, 8, 11), fee=250))
    assert (judged.refusal, judged.fee, judged.cut) == (None, D(100), ("over_cap",))


def test_fees_too_close_or_too_many_are_left_off_and_the_letters_stay():
    days = [DAY(2026, 8, 3) + dt.timedelta(days=shift) for shift in (0, 9, 20, 31, 42)]
    judged = play(*(row(i, day, fee=100) for i, day in enumerate(days)))
    assert [one.refusal for one in judged] == [None] * 5
    assert [one.fee for one in judged] == [D(100), 0, D(100), D(100), 0]
    assert judged[1].cut == ("spacing",)
    assert judged[4].cut == ("max_number",)


def test_one_letter_about_two_invoices_has_one_fee():
    both = play(
        row(2, DAY(2026, 8, 11), fee=100),
        row(3, DAY(2026, 8, 11), fee=100, number="INV/2"),
    )
    assert [one.fee for one in both] == [D(100), 0]
    assert both[1].cut == ("over_cap",)


def test_a_nudge_has_no_fee():
    [judged] = play(row(2, DAY(2026, 7, 29), "nudge", 50))
    assert (judged.fee, judged.cut) == (0, ("kind_without_fee",))


def test_without_a_law_a_fee_is_what_it_was():
    claim = Claim(KINDS, "company", "DKK")
    [judged] = play(row(2, DAY(2026, 8, 11), fee=250), claim=claim)
    assert (judged.fee, judged.cut) == (D(250), ())


def test_a_customer_on_another_ladder():
    claim = Claim({7: "reminder"}, "company", "DKK", matches={FIRST: 7})
    first, second = play(
        row(2, DAY(2026, 8, 11)), row(3, DAY(2026, 8, 21), "2"), claim=claim
    )
    assert first.step_id == 7
    assert second.refusal == Refusal.NO_STEP


def test_who_would_begin_anew():
    judged = play(
        row(2, DAY(2026, 9, 30)),
        row(3, DAY(2026, 8, 11), number="INV/2"),
        row(4, DAY(2026, 9, 30), number="INV/2"),
        row(5, DAY(2026, 8, 11), number="INV/404"),
    )
    assert moving_in.find_unplaced(judged) == {"c": [judged[0]]}


@pytest.mark.parametrize(
    ("name", "step_id"),
    [
        ("Reminder 2", SECOND),
        ("1. rykker", FIRST),
        ("Andra påminnelsen", SECOND),
        ("Second Reminder", SECOND),
        ("Third", FINAL),
        ("Inkassovarsel", FINAL),
        ("3", FINAL),
        ("Friendly nudge", NUDGE),
        ("4. rykker", None),
        ("Level 2 of 3", None),
        ("Call them", None),
        ("Letter", None),
    ],
)
def test_which_step_is_which(name, step_id):
    ours = [
        (NUDGE, "Friendly nudge", "nudge"),
        (FIRST, "Reminder 1", "reminder"),
        (CALL, "Call them", "call"),
        (SECOND, "Reminder 2", "reminder"),
        (FINAL, "Final notice", "final_notice"),
    ]
    assert guess_steps([name], ours).get(name) == step_id


LETTERS = st.lists(
    st.tuples(
        st.integers(0, 60),
        st.sampled_from(["nudge", "1", "2", "3"]),
        st.integers(0, 300),
        st.sampled_from(["INV/1", "INV/2"]),
    ),
    max_size=12,
)


@given(
    LETTERS,
    st.sampled_from(["DK", "SE", "NO", "FI", "DE", "NL"]),
    st.sampled_from(["person", "company"]),
    st.booleans(),
)
def test_no_fee_is_taken_over_that_the_law_did_not_allow(letters, law, debtor, agreed):
    statute = STATUTES[law]
    claim = Claim(KINDS, debtor, statute.currency, statute=statute, fee_agreed=agreed)
    rows = [
        row(i, OPEN.date_due + dt.timedelta(days=shift), step, fee, number)
        for i, (shift, step, fee, number) in enumerate(letters)
    ]
    judged = judge(rows, {"inv/1": OPEN, "inv/2": OPEN}, {"c": claim}, STEPS, TODAY)
    assert [one.row for one in judged] == rows
    taken = [one for one in judged if one.refusal is None]
    for one in judged:
        assert 0 <= one.fee <= one.row.fee
        assert one.refusal is None or not one.fee
        assert bool(one.cut) == (one.refusal is None and one.fee < one.row.fee)
    history = []
    for day, step_id in sorted({(one.row.day, one.step_id) for one in taken}):
        same = [one for one in taken if (one.row.day, one.step_id) == (day, step_id)]
        fee = sum((one.fee for one in same), D(0))
        if fee:
            allowed = notice_fee(
                statute,
                wanted=fee,
                debtor=debtor,
                on=day,
                due_date=OPEN.date_due,
                fee_history=history,
                agreed=agreed,
                kind=KINDS[step_id],
                principal=sum((one.invoice.owed for one in same), D(0)),
            )
            assert allowed.amount == fee
        history.append(SentNotice(day, fee, KINDS[step_id]))
    again = judge(
        rows,
        {
            name: Invoice(
                **{
                    **vars(OPEN),
                    "sent": frozenset(
                        (one.step_id, one.row.day)
                        for one in taken
                        if one.row.number.lower() == name
                    ),
                }
            )
            for name in ("inv/1", "inv/2")
        },
        {"c": claim},
        STEPS,
        TODAY,
    )
    assert all(one.refusal for one in again), "taken over twice"
