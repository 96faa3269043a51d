"""What laws of the next countries know: tiers, ends, rhythms, one rate for all days."""

import dataclasses
import datetime as dt
from decimal import Decimal

import pytest

from ...rules import accrual, claim, fees, interest, linter, statute
from ...rules.calendar import Calendar
from .law_data import STATUTES, TABLES
from .next_laws import ECB, NEXT

D = Decimal
DAY = dt.date
MAY, AUGUST = DAY(2026, 5, 1), DAY(2026, 8, 1)
NORWAY, DENMARK, SWEDEN = (STATUTES[code] for code in ("NO", "DK", "SE"))


def with_fees(*rules, base=DENMARK, **changes):
    return dataclasses.replace(base, fee_rules=rules, **changes)


def ask(law, on=AUGUST, history=(), due=MAY, **kwargs):
    kwargs.setdefault("debtor", "person")
    return fees.notice_fee(law, on=on, due_date=due, fee_history=history, **kwargs)


# -- the lump sum --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("owed", "sum_"),
    [("0.01", 40), ("999.99", 40), ("1000", 70), ("9999.99", 70), ("10000", 100)],
)
def test_tiers(owed, sum_):
    got = fees.compensation(
        NEXT["UK"],
        debtor="company",
        due_date=DAY(2026, 3, 2),
        on=DAY(2026, 5, 1),
        principal=D(owed),
    )
    assert (got.amount, got.codes) == (D(sum_), ())


def test_tiers_of_a_newer_row_do_not_mix_with_older_ones():
    rows = NEXT["UK"].compensation_rules
    newer = statute.CompensationRule(DAY(2026, 1, 1), "company", D(50))
    law = dataclasses.replace(NEXT["UK"], compensation_rules=(*rows, newer))
    assert law.compensation_rule("company", DAY(2026, 3, 2), D(20000)) == newer
    before = law.compensation_rule("company", DAY(2025, 12, 31), D(20000))
    assert before.amount == 100


def conditions(law, currency, **kwargs):
    kwargs.setdefault("tables", TABLES)
    return claim.Conditions(statute=law, currency=currency, **kwargs)


def demand(*items, day=MAY, country="GB", **kwargs):
    terms = claim.Terms(charge_compensation=True, charge_interest=True)
    kwargs = {"kind": "reminder", "terms": terms, "debtor": "company"} | kwargs
    return claim.Demand(day=day, items=items, calendar=Calendar(country), **kwargs)


def test_a_tier_is_that_of_what_was_late():
    """What came in time lowers the tier, what came late does not."""
    due, owed = DAY(2026, 3, 2), D(600)
    late, in_time = (
        interest.Payment(day, D(500)) for day in (DAY(2026, 3, 3), DAY(2026, 3, 2))
    )
    for payment, sum_ in ((late, 70), (in_time, 40)):
        item = claim.Item(1, due, owed, (payment,))
        got = claim.compute(conditions(NEXT["UK"], "GBP"), demand(item))
        assert got.compensation == sum_


def test_a_lump_sum_takes_the_rate_of_the_day_that_the_law_names():
    asked = []

    def find_rate(currency, day):
        asked.append((currency, day))
        return D("4.25")

    items = (
        claim.Item(1, DAY(2026, 3, 2), D(5000)),
        claim.Item(2, DAY(2026, 2, 20), D(4999)),
    )
    got = claim.compute(
        conditions(NEXT["PL"], "PLN", find_rate=find_rate),
        demand(*items, country="PL"),
    )
    assert asked == [("EUR", DAY(2026, 2, 28)), ("EUR", DAY(2026, 1, 31))]
    assert got.compensation == D("297.50") + D("170.00")
    assert "compensation:converted" in got.remarks
    assert [one.day for one in got.conversions] == [day for _code, day in asked]
    unknown = claim.compute(conditions(NEXT["PL"], "PLN"), demand(*items, country="PL"))
    assert unknown.compensation == 0
    assert "compensation:no_exchange_rate" in unknown.remarks


@pytest.mark.parametrize(
    ("convert_on", "day"),
    [
        ("notice_day", DAY(2026, 9, 9)),
        ("due_date", DAY(2026, 8, 3)),
        ("month_end_before_due", DAY(2026, 7, 31)),
        ("half_year_before_due", DAY(2026, 7, 1)),
    ],
)
def test_days_of_conversion(convert_on, day):
    law = dataclasses.replace(DENMARK, convert_on=convert_on)
    assert law.conversion_day(DAY(2026, 8, 3), DAY(2026, 9, 9)) == day
    assert law.converts_by_item == (convert_on != "notice_day")


@pytest.mark.parametrize(
    ("fees_claimed", "sums"), [(0, 860), (151, 709), (430, 430), (460, 400), (900, 0)]
)
def test_fees_are_deducted_from_lump_sums_once(fees_claimed, sums):
    """Two late claims in Norway, 430 each: the fees count against them together."""
    items = [claim.Item(number, DAY(2026, 7, 6), D(1000)) for number in (1, 2)]
    got = claim.compute(
        conditions(NORWAY, "NOK"),
        demand(*items, day=DAY(2026, 10, 5), fees_claimed=D(fees_claimed)),
    )
    assert got.compensation == sums


# -- rates -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rhythm", "date", "known", "unknown"),
    [
        ("half_year", DAY(2026, 1, 1), DAY(2026, 6, 30), DAY(2026, 7, 1)),
        ("half_year", DAY(2026, 9, 3), DAY(2026, 12, 31), DAY(2027, 1, 1)),
        ("month", DAY(2026, 2, 1), DAY(2026, 2, 28), DAY(2026, 3, 1)),
        ("month", DAY(2026, 12, 9), DAY(2026, 12, 31), DAY(2027, 1, 1)),
        ("constant", DAY(1990, 1, 1), DAY(2050, 1, 1), None),
    ],
)
def test_rhythm_of_a_series(rhythm, date, known, unknown):
    rates = interest.close_rates([interest.Rate(date, D(5))], rhythm)
    assert interest.is_known(known, rates)
    assert unknown is None or not interest.is_known(unknown, rates)


@pytest.mark.parametrize(
    ("reference", "total"),
    [("2.15", "10.5"), ("2.5", "10.5"), ("2.51", "11.0"), ("-9", "0"), ("-8", "0")],
)
def test_a_total_is_rounded_up(reference, total):
    periods = interest.accrue(
        D(36500),
        DAY(2026, 1, 1),
        DAY(2026, 1, 11),
        [interest.Rate(DAY(2026, 1, 1), D(reference))],
        D(8),
        day_count="actual/365",
        round_up_to=D("0.5"),
    )
    assert [period.rate for period in periods] == [D(total)]


def test_half_a_cent_that_no_decimals_can_hold_is_one():
    """Found by bench/law_fuzz.py: parts of 360ths that make exactly 4.625."""
    start = DAY(2022, 4, 20)
    payments = [
        interest.Payment(start + dt.timedelta(days=days), D(amount))
        for days, amount in ((2, 500), (21, 1000), (32, 3800))
    ]
    periods = interest.accrue(
        D(2200),
        start,
        DAY(2022, 5, 23),
        [interest.Rate(DAY(2022, 1, 1), D("3.75"))],
        payments=payments,
        day_count="30/360",
    )
    assert interest.total(periods) == D("4.63")


def by_payment_day(end, payments=(), until=None):
    law = dataclasses.replace(NEXT["IE"], rate_choice="payment_day")
    table = [
        interest.Rate(DAY(2026, 1, 1), D("2.15")),
        interest.Rate(DAY(2026, 7, 1), D("2.40")),
    ]
    if until:
        table.append(interest.Rate(until, D(0), known=False))
    return accrual.accrue_claim(
        law,
        {ECB: table},
        principal=D(10000),
        debtor="company",
        due_date=DAY(2026, 6, 1),
        end=end,
        payments=payments,
    )


def test_one_rate_by_the_day_of_payment():
    before = by_payment_day(DAY(2026, 6, 30))
    after = by_payment_day(DAY(2026, 7, 1))
    assert [(one.days, one.rate) for one in before.periods] == [(28, D("10.15"))]
    assert [(one.days, one.rate) for one in after.periods] == [(29, D("10.40"))]
    assert after.total() == D("82.63")


def test_each_payment_has_the_rate_of_its_day():
    paid = [
        interest.Payment(DAY(2026, 6, 12), D(4000)),
        interest.Payment(DAY(2026, 5, 1), D(1000)),
    ]
    got = by_payment_day(DAY(2026, 7, 12), paid)
    assert [(one.base, one.days, one.rate) for one in got.periods] == [
        (D(4000), 10, D("10.15")),
        (D(5000), 40, D("10.40")),
    ]


def test_nothing_is_guessed_about_the_day_of_payment():
    got = by_payment_day(DAY(2027, 2, 1), until=DAY(2027, 1, 1))
    assert (got.computed_until, got.is_complete) == (DAY(2026, 12, 31), False)
    assert [(one.end, one.rate) for one in got.periods] == [
        (DAY(2026, 12, 31), D("10.40"))
    ]


# -- fees ------------------------------------------------------------------------------


def test_an_ended_rule_charges_nothing_and_says_so():
    rule = statute.FeeRule(DAY(2020, 1, 1), amount=D(100), valid_to=DAY(2026, 7, 31))
    law = with_fees(rule)
    assert ask(law, DAY(2026, 7, 31)).amount == 100
    got = ask(law, DAY(2026, 8, 1), wanted=D(50))
    assert (got.amount, got.codes, got.cap) == (0, ("law_ended",), 0)
    # What follows, and a rule without end beside it, are no end of the law.
    follows = dataclasses.replace(
        rule, valid_from=DAY(2026, 8, 1), valid_to=None, amount=D(60)
    )
    assert ask(with_fees(rule, follows), DAY(2026, 8, 1)).amount == 60
    narrow = dataclasses.replace(rule, debtor="person", amount=D(10))
    general = dataclasses.replace(rule, valid_to=None)
    assert ask(with_fees(narrow, general), DAY(2026, 8, 1)).amount == 100


def test_an_ended_fee_of_a_plan():
    rule = statute.FeeRule(
        DAY(2020, 1, 1), kind="plan", amount=D(170), valid_to=DAY(2026, 7, 31)
    )
    law = with_fees(rule)
    assert law.plan_fee("person", DAY(2026, 7, 31)) == 170
    assert law.plan_fee("person", DAY(2026, 8, 1)) == 0


def test_the_first_reminder_is_free_and_its_deadline_missed():
    rule = statute.FeeRule(
        DAY(2023, 9, 1),
        debtor="person",
        basis="scale",
        scale=statute.parse_scale("150: 20+0; 500: 30+10; 65+5"),
        scale_max=D(2000),
        free_notices=1,
        after_free_deadline=True,
        deadline_days=14,
    )
    law = with_fees(rule)
    letter = fees.SentNotice(DAY(2026, 6, 1), D(0), "reminder", DAY(2026, 6, 15))
    assert ask(law, DAY(2026, 6, 1), principal=D(100)).codes == ("first_notice_free",)
    codes = ask(law, DAY(2026, 6, 15), [letter], principal=D(100)).codes
    assert codes == ("free_deadline_running",)
    for owed, costs in (
        ("100", "20"),
        ("150", "20"),
        ("150.10", "30.01"),
        ("500", "65"),
        ("1500", "115"),
        ("90000", "2000"),
    ):
        got = ask(law, DAY(2026, 6, 16), [letter], principal=D(owed))
        assert (got.amount, got.codes) == (D(costs), ()), owed


@pytest.mark.parametrize("text", ["500: -1+10", "500: +10+", "a+5"])
def test_a_scale_that_cannot_be_read(text):
    with pytest.raises(statute.StatuteError):
        statute.parse_scale(text)


def sent(*days):
    return [
        fees.SentNotice(day, D(38), "reminder", day + dt.timedelta(14)) for day in days
    ]


@pytest.mark.parametrize(
    ("days", "on", "amount"),
    [
        ([DAY(2026, 1, 20), DAY(2026, 2, 10)], DAY(2026, 8, 9), 0),
        ([DAY(2026, 1, 20), DAY(2026, 2, 10)], DAY(2026, 8, 10), 38),
        ([DAY(2026, 1, 20), DAY(2026, 2, 10), DAY(2026, 8, 10)], DAY(2026, 9, 1), 38),
        (
            [DAY(2026, 1, 20), DAY(2026, 2, 10), DAY(2026, 8, 10), DAY(2026, 9, 1)],
            DAY(2026, 10, 1),
            0,
        ),
        # Two fees five months apart are one series.
        ([DAY(2026, 1, 20), DAY(2026, 6, 20)], DAY(2026, 8, 20), 0),
    ],
)
def test_two_fees_are_counted_anew_after_six_months(days, on, amount):
    assert ask(NORWAY, on, sent(*days), due=DAY(2026, 1, 2)).amount == amount


def test_norwegian_demand_for_payment():
    due, on = DAY(2026, 7, 6), DAY(2026, 8, 11)
    notice = fees.SentNotice(DAY(2026, 7, 21), D(38), "final_notice", DAY(2026, 8, 4))
    assert ask(NORWAY, on, [notice], due, kind="demand").amount == 113
    reminder = dataclasses.replace(notice, kind="reminder")
    codes = ask(NORWAY, on, [reminder], due, kind="demand").codes
    assert codes == ("no_expired_notice",)
    running = dataclasses.replace(notice, deadline=on)
    codes = ask(NORWAY, on, [running], due, kind="demand").codes
    assert codes == ("no_expired_notice",)
    second = fees.SentNotice(DAY(2026, 8, 11), D(113), "demand", DAY(2026, 8, 25))
    codes = ask(NORWAY, DAY(2026, 9, 1), [notice, second], due, kind="demand").codes
    assert codes == ("max_number",)
    # Its own count: one more of the two reminders is possible still.
    again = ask(NORWAY, DAY(2026, 9, 1), [notice, second], due)
    assert (again.amount, again.codes) == (38, ())
    # A law that says nothing of demands knows no fee for one.
    assert ask(DENMARK, kind="demand").codes == ("no_rule",)


def test_danish_fee_for_handing_over():
    asked = ask(DENMARK, kind="handover")
    assert (asked.amount, asked.codes) == (100, ())
    before = [fees.SentNotice(DAY(2026, 7, 1), D(100), "handover", None)]
    assert ask(DENMARK, history=before, kind="handover").codes == ("max_number",)
    assert ask(DENMARK, on=DAY(2026, 5, 1), kind="handover").codes == ("too_early",)
    assert ask(SWEDEN, kind="handover").codes == ("no_rule",)
    # A reminder's number is not that of handing over.
    three = [fees.SentNotice(DAY(2026, 5, day), D(100)) for day in (2, 12, 22)]
    assert ask(DENMARK, history=three, kind="handover").amount == 100


# -- what is not allowed ---------------------------------------------------------------


def confirmed(law=NORWAY):
    """Return a law in which everything that is announced is in force."""
    rules = (dataclasses.replace(rule, is_signalled=False) for rule in law.fee_rules)
    return dataclasses.replace(law, fee_rules=tuple(rules))


def lint(law, on, *steps):
    found = linter.lint(linter.Ladder(steps), law, on)
    return {(breach.level, breach.code, breach.step) for breach in found}


def test_announced_is_asked_and_decides_nothing():
    on = DAY(2027, 1, 4)
    assert NORWAY.fee_rule("person", on, "final_notice").amount == 38
    assert NORWAY.signalled_rule("person", on, "final_notice").basis == "forbidden"
    assert NORWAY.signalled_rule("person", DAY(2026, 12, 31), "final_notice") is None
    assert NORWAY.signalled_rule("person", on, "reminder") is None
    assert ask(NORWAY, on, due=DAY(2026, 12, 1), kind="final_notice").amount == 38


def test_a_final_notice_that_is_not_allowed():
    law, on = confirmed(), DAY(2027, 1, 4)
    ladder = (
        linter.Step("reminder", 14, fee=None),
        linter.Step("final_notice", 29, fee=None, deadline_days=14),
    )
    assert lint(law, on, *ladder) == {("error", "notice_forbidden", 1)}
    assert lint(law, on, ladder[0]) == set()
    assert lint(law, DAY(2026, 12, 31), *ladder) == {("warning", "notice_signalled", 1)}
    got = ask(law, on, due=DAY(2026, 12, 1), kind="final_notice")
    assert (got.amount, got.codes) == (0, ("no_rule",))


def test_a_second_swedish_final_notice_with_a_fee_is_refused():
    first = linter.Step("final_notice", 20, fee=None, deadline_days=8)
    for fee in (None, D(180)):
        again = linter.Step("final_notice", 40, fee=fee, deadline_days=8)
        found = lint(SWEDEN, DAY(2026, 11, 22), first, again)
        assert found == {("error", "fee_second_demand", 1)}
    free = linter.Step("final_notice", 40, fee=D(0), deadline_days=8)
    assert lint(SWEDEN, DAY(2026, 11, 22), first, free) == set()


def test_linter_of_a_rule_that_has_ended_and_of_a_free_first_reminder():
    rule = statute.FeeRule(DAY(2020, 1, 1), amount=D(100), valid_to=DAY(2026, 7, 31))
    step = linter.Step("reminder", 20, fee=D(100))
    ended = lint(with_fees(rule), DAY(2026, 8, 1), step)
    assert ended == {("warning", "fee_law_ended", 0)}
    free = dataclasses.replace(
        rule,
        valid_to=None,
        free_notices=1,
        after_free_deadline=True,
        deadline_days=14,
    )
    law, first = with_fees(free), linter.Step("reminder", 5, fee=D(0))
    assert lint(law, DAY(2026, 8, 1), first, step) == set()
    early = dataclasses.replace(step, delay_days=19)
    found = lint(law, DAY(2026, 8, 1), first, early)
    assert found == {("error", "fee_free_deadline", 1)}


def test_fees_far_apart_are_counted_anew_by_the_linter():
    def reminder(day):
        return linter.Step("reminder", day, fee=None)

    on = DAY(2026, 11, 22)
    close = lint(NORWAY, on, reminder(14), reminder(40), reminder(70))
    assert close == {("warning", "fee_count", 2)}
    assert lint(NORWAY, on, reminder(14), reminder(40), reminder(230)) == set()
