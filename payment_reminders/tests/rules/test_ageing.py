"""Ages, doubtful parts and days of sales, each worked out by hand."""

from decimal import Decimal

import pytest

from ...rules.ageing import bucket, count_back, doubtful


@pytest.mark.parametrize(
    ("days", "code"),
    [
        (-5, "not_due"),
        (0, "not_due"),
        (1, "d30"),
        (30, "d30"),
        (31, "d60"),
        (60, "d60"),
        (61, "d90"),
        (90, "d90"),
        (91, "older"),
        (4000, "older"),
    ],
)
def test_bucket(days, code):
    assert bucket(days) == code


def test_doubtful_part_is_rounded_half_up():
    assert doubtful(Decimal("100.01"), Decimal(50)) == Decimal("50.01")
    assert doubtful(Decimal(101), Decimal(50), digits=0) == 51


def test_days_of_sales_are_counted_back():
    """All of the 1,000 of these 10 days, half of the 2,000 of the 30 days before."""
    sales = [(Decimal(1000), 10), (Decimal(2000), 30), (Decimal(5000), 31)]
    assert count_back(Decimal(2000), sales) == 25
    assert count_back(Decimal(333), sales) == Decimal("3.3")
    assert count_back(Decimal(0), sales) == 0


def test_days_of_a_month_without_sales_count():
    """Nothing was sold in the newest month, and more credited than sold before it."""
    sales = [(Decimal(0), 15), (Decimal(-50), 30), (Decimal(100), 31)]
    assert count_back(Decimal(50), sales) == Decimal("60.5")


def test_more_than_all_sales_are_all_days():
    assert count_back(Decimal(900), [(Decimal(100), 15), (Decimal(100), 30)]) == 45


def test_no_sales_no_days():
    assert count_back(Decimal(1000), []) is None
    assert count_back(Decimal(1000), [(Decimal(0), 30), (Decimal(-5), 31)]) is None
