"""Ages, doubtful parts and days of sales, each worked out by hand."""

from decimal import Decimal

import pytest

from ...rules.ageing import bucket, days_sales_outstanding, doubtful


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


def test_days_of_sales():
    """A third of what was sold in 90 days is still owed: 30 days."""
    assert days_sales_outstanding(Decimal(1000), Decimal(3000), 90) == 30
    assert days_sales_outstanding(Decimal(1), Decimal(3), 100) == Decimal("33.3")
    assert days_sales_outstanding(Decimal(1000), Decimal(0), 90) is None
    assert days_sales_outstanding(Decimal(1000), Decimal(-5), 90) is None
