"""Fees and lump sums: what may be asked on a day, and why not more."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ...rules import fees
from ...rules.calendar import Calendar
from ...rules.fees import Limits, SentNotice, compensation, notice_fee
from .law_data import STATUTES

D = Decimal
DAY = dt.date
DK, SE, NO, FI, DE, NL, EU = (
    STATUTES[code] for code in ("DK", "SE", "NO", "FI", "DE", "NL", "EU")
)
DUE = DAY(2026, 1, 5)


def ask(statute, on, **kwargs):
    """Ask for the fee of a notice to a person on a claim of 2,000 due on 5 January."""
    kwargs = {"debtor": "person", "due_date": DUE, "principal": D(2000), **kwargs}
    return notice_fee(statute, on=on, **kwargs)


def letter(day, fee=0, **kwargs):
    return SentNotice(day, D(fee), **kwargs)


# -- caps ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statute", "debtor", "kind", "on", "expected"),
    [
        (DK, "person", "reminder", DAY(2026, 1, 10), D(100)),
        (DK, "company", "final_notice", DAY(2026, 1, 10), D(100)),
        (DK, "person", "reminder", DAY(2002, 7, 31), D(0)),
        (SE, "person", "reminder", DAY(2026, 1, 10), D(60)),
        (SE, "company", "final_notice", DAY(2026, 1, 10), D(180)),
        (NO, "person", "reminder", DAY(2020, 9, 30), D(70)),
        (NO, "person", "reminder", DAY(2025, 12, 31), D(35)),
        (NO, "company", "final_notice", DAY(2026, 1, 1), D(38)),
        (FI, "person", "reminder", DAY(2026, 1, 10), D(5)),
        (FI, "company", "reminder", DAY(2026, 1, 10), D(12)),
        (FI, "company", "reminder", DAY(2022, 4, 30), D(0)),
        (DE, "person", "reminder", DAY(2026, 1, 10), None),
        (EU, "company", "reminder", DAY(2026, 1, 10), None),
        (NL, "person", "final_notice", DAY(2026, 1, 10), D(40)),
    ],
)
def test_caps_by_date_debtor_and_kind(statute, debtor, kind, on, expected):
    assert ask(statute, on, debtor=debtor, kind=kind, principal=D(0)).cap == expected


@pytest.mark.parametrize(
    ("principal", "costs"),
    [
        (0, 40),
        (266, 40),
        (267, "40.05"),
        (10000, 875),
        (199999, "2774.99"),
        (10**7, 6775),
    ],
)
def test_dutch_scale(principal, costs):
    assert ask(NL, DAY(2026, 1, 1), principal=D(principal)).cap == D(costs)


def test_more_than_the_cap_is_lowered():
    decision = ask(DK, DAY(2026, 1, 12), wanted=D(150))
    assert (decision.amount, decision.codes, decision.cap) == (
        D(100),
        ("over_cap",),
        D(100),
    )
    assert decision.source == "Renteloven § 9 b"


def test_less_than_the_cap_stays():
    assert ask(DK, DAY(2026, 1, 12), wanted=D("49.995")).amount == D("50.00")


# -- conditions ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statute", "on", "kwargs", "code"),
    [
        (DK, DAY(2026, 1, 20), {"kind": "nudge"}, "kind_without_fee"),
        (
            FI,
            DAY(2022, 4, 1),
            {"debtor": "company", "due_date": DAY(2022, 1, 1)},
            "no_rule",
        ),
        (
            DE,
            DAY(2026, 2, 1),
            {"fee_history": [letter(DAY(2026, 1, 15))]},
            "no_statutory_amount",
        ),
        (DK, DAY(2026, 1, 20), {"wanted": D(0)}, "not_wanted"),
        (DE, DAY(2026, 1, 20), {"wanted": D(0)}, "not_wanted"),
        (DK, DUE, {}, "too_early"),
        (NO, DAY(2026, 1, 18), {}, "too_early"),
        (FI, DAY(2026, 1, 18), {}, "too_early"),
        (SE, DAY(2026, 1, 20), {}, "not_agreed"),
        (DK, DAY(2026, 1, 20), {"disputed": True}, "disputed"),
        (DK, DAY(2026, 1, 20), {"fee_history": [letter(DAY(2026, 1, 11))]}, "spacing"),
        (NO, DAY(2026, 2, 5), {"fee_history": [letter(DAY(2026, 1, 26))]}, "spacing"),
        (
            NO,
            DAY(2026, 2, 9),
            {"fee_history": [letter(DAY(2026, 1, 26), 38)]},
            "earlier_deadline_running",
        ),
        (
            NO,
            DAY(2026, 2, 12),
            {"fee_history": [letter(DAY(2026, 1, 26), 38, deadline=DAY(2026, 2, 12))]},
            "earlier_deadline_running",
        ),
        (NL, DAY(2026, 2, 20), {"kind": "final_notice"}, "no_expired_notice"),
        (
            NL,
            DAY(2026, 2, 20),
            {"fee_history": [letter(DAY(2026, 2, 6), kind="final_notice")]},
            "no_expired_notice",
        ),
        (DE, DAY(2026, 1, 20), {"wanted": D(3)}, "first_notice_free"),
        (
            DK,
            DAY(2026, 3, 1),
            {"fee_history": [letter(DAY(2026, 1, 6 + k), 100) for k in range(3)]},
            "max_number",
        ),
        (
            SE,
            DAY(2026, 3, 1),
            {"agreed": True, "fee_history": [letter(DAY(2026, 1, 20), 60)]},
            "max_number",
        ),
        (DK, DAY(2026, 1, 20), {"currency": "EUR"}, "no_exchange_rate"),
        (DK, DAY(2026, 1, 20), {"limits": Limits(floor=D(2001))}, "under_floor"),
        (DK, DAY(2026, 1, 20), {"limits": Limits(max_share=D(4))}, "over_share"),
        (DK, DAY(2026, 1, 20), {"limits": Limits(first_free=True)}, "courtesy"),
    ],
)
def test_left_off_with_its_reason(statute, on, kwargs, code):
    decision = ask(statute, on, **kwargs)
    assert decision.amount == 0
    assert decision.codes == (code,)
    assert code in fees.LEFT_OFF


@pytest.mark.parametrize(
    ("statute", "on", "kwargs", "amount"),
    [
        (DK, DAY(2026, 1, 6), {}, 100),
        (DK, DAY(2026, 1, 20), {"fee_history": [letter(DAY(2026, 1, 10), 100)]}, 100),
        (DK, DAY(2026, 1, 20), {"limits": Limits(D(2000), D(5))}, 100),
        (SE, DAY(2026, 1, 6), {"agreed": True}, 60),
        (
            SE,
            DAY(2026, 1, 20),
            {"kind": "final_notice", "fee_history": [letter(DAY(2026, 1, 10), 60)]},
            180,
        ),
        (NO, DAY(2026, 1, 19), {}, 38),
        (NO, DAY(2026, 2, 10), {"fee_history": [letter(DAY(2026, 1, 26), 38)]}, 38),
        (FI, DAY(2026, 1, 19), {}, 5),
        (
            DE,
            DAY(2026, 2, 1),
            {"wanted": D(3), "fee_history": [letter(DAY(2026, 1, 9))]},
            3,
        ),
        (EU, DAY(2026, 1, 20), {"wanted": D(4), "debtor": "company"}, 4),
        (
            NL,
            DAY(2026, 2, 21),
            {"fee_history": [letter(DAY(2026, 2, 6), kind="final_notice")]},
            300,
        ),
    ],
)
def test_allowed(statute, on, kwargs, amount):
    decision = ask(statute, on, **kwargs)
    assert (decision.amount, decision.codes) == (amount, ())


def test_a_free_letter_counts_for_the_spacing_and_a_nudge_does_not():
    history = [letter(DAY(2026, 1, 15)), letter(DAY(2026, 1, 18), kind="nudge")]
    assert ask(DK, DAY(2026, 1, 20), fee_history=history).codes == ("spacing",)
    assert ask(DK, DAY(2026, 1, 20), fee_history=history[1:]).amount == D(100)


def test_the_latest_of_several_letters_counts_for_the_spacing():
    history = [letter(DAY(2026, 1, 6)), letter(DAY(2026, 1, 15))]
    assert ask(DK, DAY(2026, 1, 20), fee_history=history).codes == ("spacing",)


def test_a_letter_dated_later_counts_for_the_spacing_too():
    history = [letter(DAY(2026, 1, 25), 100)]
    assert ask(DK, DAY(2026, 1, 20), fee_history=history).codes == ("spacing",)


def test_all_reasons_are_told():
    decision = ask(NO, DAY(2026, 1, 10), disputed=True)
    assert decision.codes == ("too_early", "disputed")


# -- other currencies ------------------------------------------------------------------


def test_cap_is_converted_and_never_rounded_up():
    decision = ask(
        DK, DAY(2026, 1, 20), currency="EUR", exchange_rate=D("0.13405"), wanted=D(20)
    )
    assert decision.cap == decision.amount == D("13.40")
    assert decision.codes == ("over_cap", "converted")


def test_conversion_to_a_currency_without_decimals():
    decision = ask(
        DK, DAY(2026, 1, 20), currency="JPY", exchange_rate=D("22.37"), digits=0
    )
    assert (decision.amount, decision.codes) == (D(2237), ("converted",))


def test_dutch_scale_in_another_currency():
    history = [letter(DAY(2026, 2, 6), kind="final_notice")]
    decision = ask(
        NL,
        DAY(2026, 3, 1),
        fee_history=history,
        principal=D(10000),
        currency="SEK",
        exchange_rate=D(10),
    )
    assert decision.amount == D(1500)


# -- lump sums -------------------------------------------------------------------------


def lump(statute, due_date, **kwargs):
    kwargs = {"debtor": "company", "on": due_date + dt.timedelta(30), **kwargs}
    return compensation(statute, due_date=due_date, **kwargs)


@pytest.mark.parametrize(
    ("statute", "due_date", "amount"),
    [
        (DK, DAY(2013, 3, 1), 310),
        (DK, DAY(2013, 2, 28), 0),
        (SE, DAY(2026, 1, 1), 450),
        (NO, DAY(2026, 6, 30), 460),
        (NO, DAY(2026, 7, 1), 430),
        (NO, DAY(2014, 1, 1), 320),
        (FI, DAY(2026, 1, 1), 40),
        (DE, DAY(2014, 7, 28), 0),
        (DE, DAY(2014, 7, 29), 40),
        (NL, DAY(2026, 1, 1), 40),
        (EU, DAY(2026, 1, 1), 40),
    ],
)
def test_lump_sum_follows_the_due_date(statute, due_date, amount):
    assert lump(statute, due_date).amount == amount


@pytest.mark.parametrize("statute", STATUTES.values(), ids=STATUTES)
def test_never_from_a_person(statute):
    decision = lump(statute, DUE, debtor="person")
    assert (decision.amount, decision.codes) == (0, ("not_from_persons",))


@pytest.mark.parametrize(
    ("kwargs", "code"),
    [
        ({"on": DUE}, "not_late"),
        ({"already_claimed": True}, "already_claimed"),
        ({"disputed": True}, "disputed"),
        ({"currency": "EUR"}, "no_exchange_rate"),
    ],
)
def test_no_lump_sum_and_why(kwargs, code):
    decision = lump(DK, DUE, **kwargs)
    assert (decision.amount, decision.codes) == (0, (code,))


def test_lump_sum_in_another_currency():
    decision = lump(DE, DUE, currency="DKK", exchange_rate=D("7.4599"))
    assert (decision.amount, decision.codes) == (D("298.39"), ("converted",))


def test_fees_and_lump_sum_count_against_each_other():
    assert lump(SE, DUE, fees_claimed=D(240)).amount == D(210)
    assert lump(SE, DUE, fees_claimed=D(500)).amount == 0
    assert lump(DK, DUE, fees_claimed=D(300)).amount == D(310)
    fee = ask(FI, DAY(2026, 2, 1), debtor="company", compensation_claimed=D(40))
    assert (fee.amount, fee.codes) == (0, ("inside_compensation",))
    assert ask(DK, DAY(2026, 2, 1), compensation_claimed=D(310)).amount == D(100)


def test_fee_inside_a_lump_sum_that_was_lowered_by_an_earlier_fee():
    fee = ask(
        FI,
        DAY(2026, 2, 10),
        debtor="company",
        fee_history=[letter(DAY(2026, 1, 20), 12)],
        compensation_claimed=D(28),
    )
    assert (fee.amount, fee.codes) == (0, ("inside_compensation",))


def test_what_goes_beyond_the_lump_sum_is_asked():
    history = [letter(DAY(2026, 2, 6), kind="final_notice")]
    fee = ask(NL, DAY(2026, 3, 1), fee_history=history, compensation_claimed=D(40))
    assert (fee.amount, fee.codes) == (D(260), ("inside_compensation",))


# -- deadlines -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statute", "kind", "kwargs", "expected"),
    [
        (DK, "final_notice", {}, DAY(2026, 11, 26)),
        (DK, "final_notice", {"by_post": True}, DAY(2026, 11, 30)),
        (DK, "final_notice", {"days": 5}, DAY(2026, 11, 26)),
        (DK, "final_notice", {"days": 15}, DAY(2026, 12, 1)),
        (DK, "reminder", {"days": 5}, DAY(2026, 11, 23)),
        (NO, "reminder", {}, DAY(2026, 11, 30)),
        (SE, "final_notice", {}, DAY(2026, 11, 24)),
    ],
)
def test_deadline_is_never_shorter_than_the_law(statute, kind, kwargs, expected):
    deadline = fees.notice_deadline(
        statute,
        Calendar(statute.country),
        kind=kind,
        debtor="person",
        on=DAY(2026, 11, 16),
        **kwargs,
    )
    assert deadline == expected


def test_spacing_days():
    on = DAY(2026, 1, 1)
    assert fees.fee_spacing_days(DK, "person", on) == 10
    assert fees.fee_spacing_days(FI, "person", on) == 14
    assert fees.fee_spacing_days(FI, "company", on) == 10
    assert fees.fee_spacing_days(DK, "person", DAY(1999, 1, 1)) == 0


# -- what always holds -----------------------------------------------------------------

letters = st.lists(
    st.tuples(
        st.integers(-5, 25),
        st.sampled_from(["nudge", "reminder", "final_notice"]),
        st.none() | st.decimals(0, 500, places=2),
        st.none() | st.integers(0, 30),
    ),
    max_size=12,
)


@given(
    st.sampled_from(sorted(STATUTES)),
    st.sampled_from(["person", "company"]),
    letters,
    st.booleans(),
    st.booleans(),
)
def test_no_ladder_ever_leads_to_a_fee_too_many(
    code, debtor, ladder, agreed, lump_first
):
    """However the days and steps were chosen: spacing, number and sum are kept."""
    statute = STATUTES[code]
    day, sent = DUE, []
    claimed = lump(statute, DUE, debtor=debtor).amount if lump_first else D(0)
    for days, kind, wanted, deadline in ladder:
        day += dt.timedelta(abs(days))
        decision = notice_fee(
            statute,
            wanted=wanted,
            debtor=debtor,
            on=day,
            due_date=DUE,
            fee_history=sent,
            agreed=agreed,
            kind=kind,
            principal=D(2000),
            compensation_claimed=claimed,
        )
        last = None if deadline is None else day + dt.timedelta(deadline)
        sent.append(SentNotice(day, decision.amount, kind, last))
        if decision.amount:
            _check_fee(statute, debtor, sent, agreed)
    assert sum(notice.fee for notice in sent) >= 0


def _check_fee(statute, debtor, sent, agreed):
    *before, now = sent
    rule = statute.fee_rule(debtor, now.date, now.kind)
    bearing = [notice for notice in before if notice.fee]
    assert now.kind != "nudge"
    assert all((now.date - one.date).days >= rule.spacing_days for one in bearing)
    assert (now.date - DUE).days >= rule.first_after_days
    same = [one for one in bearing if rule.count_shared or one.kind == now.kind]
    assert rule.max_count is None or len(same) < rule.max_count
    cap = ask(statute, now.date, debtor=debtor, kind=now.kind).cap
    assert cap is None or now.fee <= cap
    assert agreed or not rule.requires_agreement
