"""Which wishes of customers are fulfilled at once, and which a person looks at."""

from dataclasses import replace

import pytest

from ...rules import self_solving
from ...rules.self_solving import Invoice, Obstacle, Request, Wish, find_obstacle

INVOICE = Invoice(in_books=True, is_posted=True)
COPY = Request(Wish.INVOICE, [INVOICE], has_address=True)
NUMBER = Request(
    Wish.REFERENCE,
    [INVOICE],
    has_address=True,
    reference="4500012345",
    own_numbers={"INV/2026/00012", "C-1001"},
)


@pytest.mark.parametrize("request_", [COPY, NUMBER])
def test_what_is_clear_is_done(request_):
    assert find_obstacle(request_) is None


@pytest.mark.parametrize(
    ("change", "obstacle"),
    [
        ({"in_books": False}, Obstacle.ELSEWHERE),
        ({"is_posted": False}, Obstacle.UNCLEAR),
        ({"is_locked": True}, Obstacle.LOCKED),
        ({"reference": "PO 7"}, Obstacle.TAKEN),
        ({"is_reported": True}, Obstacle.NETWORK),
    ],
)
def test_what_stands_in_the_way_of_a_number(change, obstacle):
    changed = replace(NUMBER, invoices=[replace(INVOICE, **change)])
    assert find_obstacle(changed) == obstacle


@pytest.mark.parametrize("change", [{"is_locked": True}, {"is_reported": True}])
def test_a_locked_invoice_can_be_sent_as_it_is(change):
    assert find_obstacle(replace(COPY, invoices=[replace(INVOICE, **change)])) is None


def test_the_number_that_stands_there_already():
    for written in ("4500012345", "45000 12345", "45-00012345"):
        there = replace(INVOICE, reference=written)
        assert find_obstacle(replace(NUMBER, invoices=[there])) is None


@pytest.mark.parametrize("request_", [COPY, NUMBER])
@pytest.mark.parametrize(
    ("change", "obstacle"),
    [
        ({"invoices": []}, Obstacle.UNCLEAR),
        ({"invoices": [replace(INVOICE, is_unreported=True)]}, Obstacle.NETWORK),
        ({"has_address": False}, Obstacle.NO_ADDRESS),
        ({"times": self_solving.MAX_TIMES}, Obstacle.OFTEN),
        ({"times": self_solving.MAX_TIMES - 1}, None),
    ],
)
def test_what_stands_in_the_way_of_both(request_, change, obstacle):
    assert find_obstacle(replace(request_, **change)) == obstacle


def test_a_number_that_stands_in_many_bank_lines():
    marks = {"DK50 0040 0440 1162 43", "DK12345674", "+45 26 00 00 22"}
    for typed, obstacle in (
        ("DK5000400440116243", Obstacle.UNCLEAR),
        ("dk 12345674", Obstacle.UNCLEAR),
        ("4526000022", Obstacle.UNCLEAR),
        ("12345675", None),
    ):
        request_ = replace(NUMBER, reference=typed, own_marks=marks)
        assert find_obstacle(request_) == obstacle, typed


def test_how_many_invoices():
    many = [INVOICE] * self_solving.MAX_INVOICES
    assert find_obstacle(replace(COPY, invoices=many)) is None
    assert find_obstacle(replace(COPY, invoices=[*many, INVOICE])) == Obstacle.UNCLEAR
    assert find_obstacle(replace(NUMBER, invoices=[INVOICE] * 2)) == Obstacle.UNCLEAR


@pytest.mark.parametrize(
    ("typed", "is_ours"),
    [
        ("INV/2026/00012", True),
        ("INV/2026/99999", True),  # whether there is one is not asked
        ("inv 2026 99999", True),
        ("Please: INV202699999", True),
        ("C-9999", True),
        ("00000123", True),
        ("PO INV", False),
        ("4500012345", False),
        ("PO-2026-7", False),
        ("1234567", False),
    ],
)
def test_a_number_like_ours(typed, is_ours):
    own = {"INV/2026/00012", "C-1001", "00000999", "", "A1"}
    assert self_solving.is_like_ours(typed, own) == is_ours


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("  4500012345\n", "4500012345"),
        ("PO 12-34/56", "PO 12-34/56"),
        ("Ærø-1234", "Ærø-1234"),
        ("1234\u202e56", "123456"),
        ("\x00PO-1234", "PO-1234"),
        ("", ""),
        ("Anna", ""),
        ("PO1", ""),
        ("88123", ""),
        # What stands in every bank line would hold everything for ever.
        ("2026", ""),
        ("202609", ""),
        ("2026-09-15", ""),
        ("20260915", ""),
        ("15.09.2026", ""),
        ("150926", ""),
        ("Betaling 1", ""),
        ("Betaling 2026", ""),
        ("Faktura nr 7", ""),
        ("2026-77-1", "2026-77-1"),
        ("=1+1234", ""),
        ("+1234", ""),
        ("-1234", ""),
        ("@SUM1234", ""),
        ("<script>1234</script>", ""),
        ("{{ 1234 }}", ""),
        ("${1234}", ""),
        ("1234'; DROP", ""),
        ("http://evil.example/1", ""),
        ("1" * 60, "1" * 60),
        ("1" * 61, ""),
        ("1" * 100_000, ""),
    ],
)
def test_what_may_be_stored(typed, stored):
    assert self_solving.read_reference(typed) == stored
