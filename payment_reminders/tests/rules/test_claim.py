"""What one notice asks for: interest, lump sums, then the fee that knows of them."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from ...rules import claim
from ...rules.calendar import Calendar
from ...rules.fees import Limits
from ...rules.interest import Payment
from ...rules.schedule import FINAL_NOTICE, NUDGE, REMINDER
from .law_data import load_statutes, load_tables

DUE = dt.date(2025, 9, 1)  # a Monday
STATUTES, TABLES = load_statutes(), load_tables()
EVERYTHING = claim.Terms("statutory", None, True, True)
DANISH = claim.Conditions(statute=STATUTES["DK"], tables=TABLES, currency="DKK")
FINNISH = claim.Conditions(
    statute=STATUTES["FI"], tables=TABLES, currency="EUR", fee_agreed=True
)


def item(id_=1, due=DUE, owed=1000, **seen):
    return claim.Item(id_, due, Decimal(owed), **seen)


def demand(*items, day=DUE + dt.timedelta(days=30), **seen):
    values = {
        "kind": REMINDER,
        "terms": EVERYTHING,
        "debtor": "company",
        "calendar": Calendar(country="DK"),
        **seen,
    }
    return claim.Demand(day=day, items=items, **values)


def test_nudge_asks_for_what_is_open_and_nothing_else():
    asked = claim.compute(DANISH, demand(item(), item(2, owed=5), kind=NUDGE))
    assert asked == claim.Claim(Decimal(1005))


def test_what_is_not_overdue_costs_nothing():
    assert claim.compute(DANISH, demand(item(), day=DUE)) == claim.Claim(Decimal(1000))


def test_danish_company_owes_fee_interest_and_lump_sum():
    """30 days of 9.75 % on 1,000 are 8.01; 310 and 100 count beside each other."""
    asked = claim.compute(DANISH, demand(item(), item(2, DUE.replace(month=12), 70)))
    assert asked.principal == 1070
    assert asked.interest.amount == Decimal("8.01")
    assert (asked.compensation, asked.fee, asked.remarks) == (310, 100, ())


def test_fee_knows_of_the_lump_sum_of_the_same_notice():
    """In Finland the fee counts inside the 40 euros of a company."""
    asked = claim.compute(FINNISH, demand(item()))
    assert (asked.compensation, asked.fee) == (40, 0)
    assert asked.remarks == ("fee:inside_compensation",)
    without = replace(EVERYTHING, charge_compensation=False)
    assert claim.compute(FINNISH, demand(item(), terms=without)).fee > 0


def test_fees_claimed_before_lower_one_lump_sum_only():
    """40 - 12 for the first item, 40 for the second."""
    asked = claim.compute(FINNISH, demand(item(1), item(2), fees_claimed=Decimal(12)))
    assert asked.compensation == 68
    assert "compensation:fees_counted" in asked.remarks


def test_item_that_had_its_lump_sum_gets_no_other():
    asked = claim.compute(DANISH, demand(item(1, bears_lump_sum=False), item(2)))
    assert asked.compensation == 310


def test_courtesy_is_for_a_clean_record():
    courteous = replace(DANISH, limits=Limits(first_free=True))
    assert claim.compute(courteous, demand(item())).fee == 0
    assert claim.compute(courteous, demand(item(), is_clean=False)).fee == 100


def test_open_question_costs_the_fee():
    asked = claim.compute(DANISH, demand(item(), disputed=True))
    assert (asked.fee, asked.remarks) == (0, ("fee:disputed",))


def test_own_fee_without_an_exchange_rate_is_left_off():
    terms = claim.Terms("amount", None)
    asked = claim.compute(DANISH, demand(item(), terms=terms))
    assert (asked.fee, asked.remarks) == (0, ("fee:no_exchange_rate",))


def test_without_a_law_only_the_own_fee_is_asked():
    asked = claim.compute(
        claim.Conditions(), demand(item(), terms=replace(EVERYTHING, fee_policy="none"))
    )
    assert (asked.fee, asked.interest.amount, asked.compensation) == (0, 0, 0)
    own = replace(EVERYTHING, fee_policy="amount", fee=Decimal(25))
    assert claim.compute(claim.Conditions(), demand(item(), terms=own)).fee == 25


days = st.integers(min_value=1, max_value=600).map(
    lambda number: DUE + dt.timedelta(days=number)
)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(days, min_size=1, max_size=5, unique=True).map(sorted),
    st.lists(st.tuples(days, st.integers(1, 100)), max_size=3),
)
def test_interest_of_all_notices_is_that_of_one(sending_days, money):
    """Claimed in pieces or at once, an item bears the same interest, but for cents."""
    received = tuple(Payment(day, Decimal(amount)) for day, amount in sorted(money))

    def ask(day, claimed):
        came_in = tuple(paid for paid in received if paid.date <= day)
        owed = 1000 - sum(paid.amount for paid in came_in)
        open_item = item(1, DUE, owed, payments=came_in, interest_claimed=claimed)
        return claim.compute(DANISH, demand(open_item, day=day, kind=FINAL_NOTICE))

    total, claimed = Decimal(0), Decimal(0)
    for day in sending_days:
        asked = ask(day, claimed)
        total += asked.interest.amount
        claimed = asked.interest.by_item[1]
    at_once = ask(sending_days[-1], Decimal(0)).interest.amount
    assert abs(total - at_once) <= Decimal("0.01") * len(sending_days) / 2
