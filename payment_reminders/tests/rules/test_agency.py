"""The customer's part and the agency's part of an invoice, whoever pays what."""

import datetime as dt
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ...rules import balance, guard
from ...rules.agency import Parts, Receipt, Share, attribute, split

ZERO = Decimal(0)
DAY = dt.date(2026, 3, 2)


def money(most=1000):
    return st.decimals(min_value=0, max_value=most, places=2)


@st.composite
def shares(draw):
    amount = draw(money())
    return Share(amount, min(draw(money()), amount), draw(st.booleans()))


def D(text):
    return Decimal(str(text))


def test_rot_from_the_invoice_to_the_refusal():
    share = Share(D(300))
    assert split(D(1000), share) == Parts(D(700), ZERO, D(300))
    assert split(D(300), share) == Parts(ZERO, ZERO, D(300))
    refused = Share(D(300), refused=D(100))
    assert split(D(300), refused) == Parts(ZERO, D(100), D(200))
    assert split(D(100), refused, from_agency=D(200)) == Parts(ZERO, D(100), ZERO)


def test_agency_that_pays_after_all_pays_the_refused_part():
    share = Share(D(300), refused=D(300))
    assert split(D(700), share, from_agency=D(300)) == Parts(D(700), ZERO, ZERO)


def test_settled_under_another_name():
    share = Share(D(300), is_settled=True)
    assert split(D(700), share) == Parts(D(700), ZERO, ZERO)


def test_journal_item_that_is_all_the_agency_s():
    assert split(D(300), Share(D(300))) == Parts(ZERO, ZERO, D(300))
    assert split(D(300), Share(D(300), refused=D(300))) == Parts(ZERO, D(300), ZERO)


@given(money(), shares(), money())
def test_parts_sum_to_what_is_open_and_are_never_negative(open_, share, from_agency):
    parts = split(open_, share, from_agency)
    amounts = (parts.customer, parts.refused, parts.pending)
    assert sum(amounts) == open_
    assert min(amounts) >= 0
    assert parts.pending <= share.amount - share.refused
    assert parts.refused <= share.refused


@given(money(), shares(), money(), st.data())
def test_the_customer_pays_the_own_part_first(open_, share, from_agency, data):
    before = split(open_, share, from_agency)
    paid = data.draw(money()).min(open_)
    after = split(open_ - paid, share, from_agency)
    assert after.customer == max(before.customer - paid, ZERO)
    rest = max(paid - before.customer, ZERO)
    assert after.refused == max(before.refused - rest, ZERO)


@given(money(), shares(), money(), st.data())
def test_the_agency_pays_its_own_part_first(open_, share, from_agency, data):
    before = split(open_, share, from_agency)
    paid = data.draw(money()).min(before.pending)
    after = split(open_ - paid, share, from_agency + paid)
    assert (after.customer, after.refused) == (before.customer, before.refused)
    assert after.pending == before.pending - paid


@given(money(), st.data())
def test_refusing_moves_an_amount_to_the_customer_and_nothing_else(amount, data):
    open_ = amount + data.draw(money())
    refused = data.draw(money()).min(amount)
    before = split(open_, Share(amount))
    after = split(open_, Share(amount, refused))
    assert after.customer == before.customer
    assert (after.refused, after.pending) == (refused, before.pending - refused)


@given(shares(), money(), st.lists(st.tuples(st.integers(0, 60), money(300))))
def test_what_is_owed_and_what_was_paid_make_up_each_part(share, own, receipts):
    """So the interest on a part begins with all of that part."""
    total = own + share.amount
    paid, taken = [], ZERO
    for days, amount in receipts:
        amount = min(amount, total - taken)
        taken += amount
        paid.append(Receipt(DAY + dt.timedelta(days=days), amount))
    share = Share(share.amount, share.refused)
    parts = split(total - taken, share)
    on_own, on_refused = attribute(
        paid, own - parts.customer, share.refused - parts.refused
    )
    assert parts.customer + sum(p.amount for p in on_own) == own
    assert parts.refused + sum(p.amount for p in on_refused) == share.refused


def test_money_of_the_agency_is_no_payment_of_the_customer():
    receipts = [
        Receipt(DAY, D(300), by_agency=True),
        Receipt(DAY + dt.timedelta(days=9), D(200)),
    ]
    on_own, on_refused = attribute(receipts, customer_paid=D(200), refused_paid=ZERO)
    assert [(p.date, p.amount) for p in on_own] == [(receipts[1].date, D(200))]
    assert on_refused == []


@given(money(), money(), money())
def test_what_is_set_apart_is_not_owed(residual, in_process, apart):
    owed = balance.owed(residual, in_process, "posted", apart)
    assert owed == max(residual - in_process - apart, ZERO)
    assert owed <= balance.owed(residual, in_process, "posted")
    assert balance.owed(residual, in_process, "draft", apart) == 0


def make_facts(residual, apart, proposed, proposed_apart):
    return guard.Facts(
        reminder_id=1,
        step_kind="reminder",
        today=DAY,
        items=(
            guard.ItemFacts(
                item_id=1,
                move_id=7,
                move_name="INV/1",
                move_state="posted",
                payment_state="partial",
                date_due=DAY - dt.timedelta(days=9),
                residual=residual,
                in_process=ZERO,
                credited=ZERO,
                proposed_residual=proposed,
                proposed_credited=ZERO,
                apart=apart,
                proposed_apart=proposed_apart,
            ),
        ),
        state="approved",
        approved=True,
        hold_until=None,
        recipients=("email:ap@x.example",),
    )


@given(money(), shares(), shares())
def test_the_guard_sees_that_a_part_was_recorded_or_refused(own, before, now):
    """A notice leaves only while the parts are those with which it was made."""
    residual = own + before.amount
    made, found = split(residual, before), split(residual, now)
    facts = make_facts(
        residual, residual - found.customer, made.customer, residual - made.customer
    )
    codes = guard.check(facts, dt.datetime(2026, 3, 2, 8))
    assert facts.items[0].owed == found.customer
    if found.customer != made.customer:
        assert guard.Code.AMOUNT_CHANGED in codes
    elif found.customer > 0:
        assert codes == []
    assert guard.Facts.from_json(facts.to_json()) == facts
