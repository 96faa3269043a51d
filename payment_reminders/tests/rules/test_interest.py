"""Interest: figures to check by hand, bad input, and what always holds."""

import calendar as gregorian
import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ...rules import interest
from ...rules.interest import Payment, Rate, accrue, close_rates, computed_until, total

D = Decimal
DAY = dt.date
FROM_OLD = [Rate(DAY(2000, 1, 1), D("10"))]
TINY = D("1e-15")

days = st.dates(DAY(2013, 1, 1), DAY(2030, 12, 31))
amounts = st.decimals(0, 10_000_000, places=2)
percents = st.decimals("-0.9", 20, places=2)
day_counts = st.sampled_from(interest.DAY_COUNTS)
payments = st.lists(st.builds(Payment, days, amounts), max_size=5)


@st.composite
def rate_tables(draw, known=True):
    """Rates from before any day that is drawn, in any order."""
    changes = draw(st.lists(days, max_size=8, unique=True))
    rows = [DAY(2012, 7, 1), *changes]
    return draw(st.permutations([Rate(day, draw(percents)) for day in rows]))


# -- by hand ---------------------------------------------------------------------------


def test_due_day_bears_none_and_pay_day_does():
    (period,) = accrue(D(36500), DAY(2025, 3, 1), DAY(2025, 3, 2), FROM_OLD)
    assert (period.start, period.end, period.days) == (
        DAY(2025, 3, 1),
        DAY(2025, 3, 2),
        1,
    )
    assert period.first_day == DAY(2025, 3, 2)
    assert (period.rate, period.base, period.amount) == (D(10), D(36500), D(10))


def test_rate_change_splits_on_its_day():
    rates = [Rate(DAY(2025, 1, 1), D("2.75")), Rate(DAY(2025, 7, 1), D("1.75"))]
    first, second = accrue(
        D(10000), DAY(2025, 5, 15), DAY(2025, 8, 14), rates, D(8), (), "actual/365"
    )
    assert (first.end, first.days, first.rate) == (DAY(2025, 6, 30), 46, D("10.75"))
    assert (second.start, second.days, second.rate) == (DAY(2025, 6, 30), 45, D("9.75"))
    assert total([first, second]) == D("255.68")


def test_payment_day_bears_interest_on_what_was_paid():
    periods = accrue(
        D(1000),
        DAY(2025, 1, 1),
        DAY(2025, 1, 21),
        FROM_OLD,
        payments=[Payment(DAY(2025, 1, 11), D(400))],
    )
    assert [(period.days, period.base) for period in periods] == [(10, 1000), (10, 600)]


@pytest.mark.parametrize(
    ("day_count", "start", "end", "expected"),
    [
        ("actual/365", DAY(2023, 12, 31), DAY(2024, 12, 31), D("1002.74")),
        ("actual/actual", DAY(2023, 12, 31), DAY(2024, 12, 31), D("1000.00")),
        ("actual/360", DAY(2022, 12, 31), DAY(2023, 12, 31), D("1013.89")),
        ("30/360", DAY(2022, 12, 31), DAY(2023, 12, 31), D("1000.00")),
        ("30/360", DAY(2024, 2, 29), DAY(2024, 3, 31), D("86.11")),
        ("actual/actual", DAY(2024, 2, 28), DAY(2024, 2, 29), D("2.73")),
        ("actual/actual", DAY(2024, 12, 31), DAY(2025, 1, 1), D("2.74")),
    ],
)
def test_day_counts(day_count, start, end, expected):
    assert total(accrue(D(10000), start, end, FROM_OLD, 0, (), day_count)) == expected


def test_actual_actual_divides_by_the_calendar_year_of_each_day():
    before, after = accrue(D(366 * 365), DAY(2023, 12, 30), DAY(2024, 1, 2), FROM_OLD)
    assert (before.days, before.amount) == (1, D(366 * 365) * 10 / 36500)
    assert (after.days, after.amount) == (2, D(2 * 366 * 365) * 10 / 36600)


def test_yearly_compounding_joins_the_principal_on_the_anniversary():
    first, second = accrue(
        D(1000),
        DAY(2021, 3, 1),
        DAY(2022, 3, 2),
        FROM_OLD,
        0,
        (),
        "actual/365",
        compounding="yearly",
    )
    assert (first.end, first.amount) == (DAY(2022, 3, 1), D(100))
    assert second.base == D(1100)


def test_compounding_from_29_february():
    periods = accrue(
        D(1000),
        DAY(2024, 2, 29),
        DAY(2028, 3, 1),
        FROM_OLD,
        0,
        (),
        "30/360",
        compounding="yearly",
    )
    ends = [period.end for period in periods]
    assert ends[:2] == [DAY(2025, 2, 28), DAY(2026, 2, 28)]
    assert ends[3:] == [DAY(2028, 2, 29), DAY(2028, 3, 1)]


def test_costs_first_leaves_more_principal():
    kwargs = {
        "payments": [Payment(DAY(2025, 2, 1), D(500))],
        "day_count": "actual/365",
    }
    span = D(1000), DAY(2025, 1, 1), DAY(2025, 3, 1), FROM_OLD
    by_principal = accrue(*span, **kwargs)
    by_costs = accrue(*span, **kwargs, order="costs_first", costs=D(40))
    assert by_principal[-1].base == D(500)
    assert by_costs[-1].base == D(1000) - (D(500) - D(40) - by_costs[0].amount)


# -- bad and unusual input -------------------------------------------------------------


@pytest.mark.parametrize("end", [DAY(2025, 1, 10), DAY(2025, 1, 9), DAY(2013, 1, 1)])
def test_nothing_on_or_before_the_due_day(end):
    assert accrue(D(100), DAY(2025, 1, 10), end, FROM_OLD) == []
    assert computed_until(DAY(2025, 1, 10), end, FROM_OLD) == DAY(2025, 1, 10)


def test_rates_in_any_order_and_zero_principal():
    rates = [Rate(DAY(2025, 7, 1), D(1)), Rate(DAY(2025, 1, 1), D(2))]
    span = DAY(2025, 6, 1), DAY(2025, 7, 31)
    assert accrue(D(100), *span, rates) == accrue(D(100), *span, rates[::-1])
    assert accrue(D(0), *span, rates) == []


def test_negative_reference_rate():
    periods = accrue(
        D(1000),
        DAY(2017, 1, 1),
        DAY(2017, 1, 31),
        [Rate(DAY(2016, 7, 1), D("-0.5"))],
        D(8),
    )
    assert [period.rate for period in periods] == [D("7.5")]


def test_negative_total_counts_as_zero():
    (period,) = accrue(
        D(1000), DAY(2017, 1, 1), DAY(2017, 1, 31), [Rate(DAY(2016, 7, 1), D("-0.5"))]
    )
    assert (period.rate, period.amount) == (0, 0)


def test_payment_before_the_due_date_lowers_the_base_from_the_start():
    periods = accrue(
        D(1000),
        DAY(2025, 1, 1),
        DAY(2025, 2, 1),
        FROM_OLD,
        payments=[Payment(DAY(2024, 12, 1), D(300)), Payment(DAY(2025, 1, 1), D(100))],
    )
    assert [period.base for period in periods] == [D(600)]


def test_payment_of_more_than_is_owed_ends_the_interest():
    periods = accrue(
        D(1000),
        DAY(2025, 1, 1),
        DAY(2025, 2, 1),
        FROM_OLD,
        payments=[Payment(DAY(2025, 1, 11), D(5000))],
    )
    assert [period.end for period in periods] == [DAY(2025, 1, 11)]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"principal": D(-1)}, "negative_principal"),
        ({"principal": 10.5}, "not_decimal"),
        ({"margin": 0.1}, "not_decimal"),
        ({"rates": [Rate(DAY(2020, 1, 1), 0.5)]}, "not_decimal"),
        ({"rates": FROM_OLD * 2}, "duplicate_rate"),
        ({"payments": [Payment(DAY(2025, 1, 5), D(-1))]}, "negative_payment"),
        ({"payments": [Payment(DAY(2025, 1, 5), 1.5)]}, "not_decimal"),
        ({"costs": D(-1)}, "negative_costs"),
        ({"day_count": "30/365"}, "unknown_day_count"),
        ({"compounding": "daily"}, "unknown_compounding"),
    ],
)
def test_bad_input_has_a_code_and_the_values(change, code):
    kwargs = {
        "principal": D(1000),
        "start": DAY(2025, 1, 1),
        "end": DAY(2025, 2, 1),
        "rates": FROM_OLD,
        **change,
    }
    with pytest.raises(interest.InterestError) as caught:
        accrue(**kwargs)
    assert caught.value.code == code
    assert caught.value.data


@pytest.mark.parametrize(
    ("amount", "digits", "expected"),
    [
        ("0.5", 0, "1"),
        ("2.5", 0, "3"),
        ("1.005", 2, "1.01"),
        ("1.0005", 3, "1.001"),
        ("1.00499", 2, "1.00"),
    ],
)
def test_round_half_up(amount, digits, expected):
    assert str(interest.round_money(D(amount), digits)) == expected


# -- missing rates ---------------------------------------------------------------------


def test_unknown_rate_stops_and_says_until_when():
    rates = [Rate(DAY(2025, 1, 1), D(3)), Rate(DAY(2025, 7, 1), D(0), known=False)]
    span = DAY(2025, 6, 1), DAY(2025, 7, 31)
    (period,) = accrue(D(1000), *span, rates)
    assert period.end == computed_until(*span, rates) == DAY(2025, 6, 30)


def test_no_interest_before_the_first_rate_or_behind_a_gap():
    rates = [
        Rate(DAY(2025, 1, 1), D(3)),
        Rate(DAY(2025, 7, 1), D(9), known=False),
        Rate(DAY(2026, 1, 1), D(3)),
    ]
    assert accrue(D(1000), DAY(2024, 12, 1), DAY(2025, 2, 1), rates) == []
    assert accrue(D(1000), DAY(2025, 8, 1), DAY(2026, 2, 1), rates) == []
    assert accrue(D(1000), DAY(2025, 8, 1), DAY(2026, 2, 1), []) == []
    (period,) = accrue(D(1000), DAY(2025, 12, 31), DAY(2026, 2, 1), rates)
    assert period.days == 32


def test_half_years():
    assert interest.half_year_start(DAY(2026, 6, 30)) == DAY(2026, 1, 1)
    assert interest.half_year_start(DAY(2026, 7, 1)) == DAY(2026, 7, 1)


@pytest.mark.parametrize(
    ("last", "unknown_from"),
    [
        (DAY(2026, 1, 1), DAY(2026, 7, 1)),
        (DAY(2026, 7, 1), DAY(2027, 1, 1)),
        (DAY(2013, 3, 16), DAY(2013, 7, 1)),
    ],
)
def test_last_rate_holds_to_the_end_of_its_half_year(last, unknown_from):
    closed = close_rates([Rate(last, D(2))])
    assert closed[-1] == Rate(unknown_from, D(0), known=False)
    assert close_rates(closed) == closed
    assert close_rates([]) == ()
    assert interest.is_known(unknown_from - interest.ONE_DAY, closed)
    assert not interest.is_known(unknown_from, closed)


# -- what always holds -----------------------------------------------------------------


def add(periods):
    return sum((period.amount for period in periods), D(0))


@given(
    amounts, st.lists(days, min_size=3, max_size=3), rate_tables(), payments, day_counts
)
def test_additive_over_split_periods(principal, cuts, rates, received, day_count):
    start, middle, end = sorted(cuts)
    args = rates, D(8), received, day_count
    whole = accrue(principal, start, end, *args)
    parts = [
        *accrue(principal, start, middle, *args),
        *accrue(principal, middle, end, *args),
    ]
    assert abs(add(whole) - add(parts)) < TINY


@given(amounts, amounts, days, days, rate_tables(), day_counts)
def test_linear_in_the_principal(one, other, start, end, rates, day_count):
    args = start, end, rates, D(8), (), day_count
    together = add(accrue(one + other, *args))
    assert abs(together - add(accrue(one, *args)) - add(accrue(other, *args))) < TINY
    assert abs(add(accrue(one * 3, *args)) - 3 * add(accrue(one, *args))) < TINY


@given(
    amounts,
    days,
    days,
    rate_tables(),
    payments,
    day_counts,
    st.sampled_from(interest.COMPOUNDING),
)
def test_never_negative_for_a_positive_rate(
    principal, start, end, rates, received, day_count, compounding
):
    periods = accrue(
        principal, start, end, rates, D(8), received, day_count, compounding=compounding
    )
    assert all(
        period.amount >= 0 and period.base > 0 and period.days > 0 for period in periods
    )
    assert all(start <= period.start < period.end <= end for period in periods)
    assert all(
        one.end <= after.start for one, after in zip(periods, periods[1:], strict=False)
    )


@given(amounts, days, days, rate_tables(), payments, st.randoms(), day_counts)
def test_order_of_payments_and_rates_is_all_one(
    principal, start, end, rates, received, random, day_count
):
    same_day = received + [Payment(payment.date, D(7)) for payment in received]
    shuffled, mixed = same_day[:], rates[:]
    random.shuffle(shuffled)
    random.shuffle(mixed)
    assert accrue(principal, start, end, rates, D(8), same_day, day_count) == accrue(
        principal, start, end, mixed, D(8), shuffled, day_count
    )


@given(amounts, days, days, rate_tables(), payments, amounts, days)
def test_paying_more_never_costs_more(
    principal, start, end, rates, received, more, day
):
    args = principal, start, end, rates, D(8)
    assert add(accrue(*args, [*received, Payment(day, more)])) <= add(
        accrue(*args, received)
    )


@given(
    amounts,
    st.dates(DAY(2019, 1, 1), DAY(2021, 1, 1)),
    st.integers(0, 500),
    rate_tables(),
    payments,
    st.sampled_from(["actual/actual", "actual/365", "actual/360"]),
)
def test_equals_a_count_day_by_day(
    principal, start, length, rates, received, day_count
):
    """An independent count in fractions, one day at a time."""
    expected, base = Fraction(0), Fraction(principal)
    table = sorted(rates, key=lambda rate: rate.date)
    base -= sum(Fraction(one.amount) for one in received if one.date <= start)
    for offset in range(1, length + 1):
        day = start + dt.timedelta(offset)
        percent = [rate.percent for rate in table if rate.date <= day][-1] + 8
        year = {"actual/365": 365, "actual/360": 360}.get(
            day_count, 366 if gregorian.isleap(day.year) else 365
        )
        expected += max(base, Fraction(0)) * Fraction(percent) / 100 / year
        base -= sum(Fraction(one.amount) for one in received if one.date == day)
    got = add(
        accrue(
            principal,
            start,
            start + dt.timedelta(length),
            rates,
            D(8),
            received,
            day_count,
        )
    )
    assert abs(Fraction(got) - expected) < Fraction(1, 10**12)
