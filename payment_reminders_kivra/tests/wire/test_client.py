"""Every call over real HTTP, on good days and bad ones."""

from datetime import date
from decimal import Decimal

import pytest

from odoo.addons.payment_reminders.http import Outcome

from ...wire import (
    Kivra,
    Money,
    Receiver,
    make_content,
)
from ..fake_kivra import CLIENT, COMPANY, PERSON, SECRET, TENANT, FakeKivra

DAY = date(2026, 10, 5)
MONEY = Money("5050-1055", Decimal("12560"), date(2026, 10, 15), "1234566")


@pytest.fixture
def fake():
    with FakeKivra() as made:
        yield made


@pytest.fixture
def kivra(fake):
    return Kivra.make(fake.url, CLIENT, SECRET, TENANT)


def make(kind="email", address=PERSON, content_type="invoice.reminder", money=MONEY):
    receiver = Receiver(kind, address)
    documents = [("paminnelse.pdf", b"%PDF-1.4 letter")]
    return make_content(receiver, "Påminnelse", content_type, DAY, documents, money)


def test_a_content_lies_in_the_mailbox(fake, kivra):
    told = kivra.send(make())
    assert (told.outcome, told.key) == (Outcome.OK, "obj000000000000")
    [content] = fake.delivered
    assert content["pdfs"] == [b"%PDF-1.4 letter"]
    assert len([path for path, _raw in fake.calls if path == "/v1/auth"]) == 1
    kivra.send(make(content_type="letter", money=None))
    assert len([path for path, _raw in fake.calls if path == "/v1/auth"]) == 1


def test_the_same_bytes_are_delivered_once_in_production(fake, kivra):
    first = kivra.send(make())
    assert kivra.send(make()).key == first.key
    assert len(fake.delivered) == 1
    fake.is_production = False
    kivra.send(make())
    assert len(fake.delivered) == 2


def test_who_can_be_reached(fake, kivra):
    told = kivra.match("vat", [COMPANY, "SE000000000001"])
    assert (told.outcome, told.found) == (Outcome.OK, {COMPANY})
    assert kivra.match("email", [PERSON.upper()]).found == {PERSON.upper()}
    assert kivra.match("vat", []).found == frozenset()
    fake.users.clear()
    assert not kivra.match("vat", [COMPANY]).found


@pytest.mark.parametrize(
    ("day", "outcome", "code", "is_gone"),
    [
        ("gone", Outcome.REJECTED, "40032", True),
        ("gone_as_text", Outcome.REJECTED, "40032", True),
        ("bad_ocr", Outcome.REJECTED, "40044", False),
        ("header_only", Outcome.REJECTED, "40059", False),
        ("no_tenant", Outcome.AUTH, "40400", False),
        ("forbidden", Outcome.AUTH, "40300", False),
        ("too_large", Outcome.REJECTED, "41300", False),
        ("throttled", Outcome.THROTTLED, "42900", False),
        ("broken", Outcome.UNCERTAIN, "", False),
        ("stored_then_broken", Outcome.UNCERTAIN, "", False),
        ("stored_then_cut", Outcome.UNCERTAIN, "", False),
        ("cut", Outcome.UNCERTAIN, "", False),
    ],
)
def test_bad_days(fake, kivra, day, outcome, code, is_gone):
    kivra.log_in()
    fake.misbehave(day)
    told = kivra.send(make())
    assert (told.outcome, told.code, told.is_gone) == (outcome, code, is_gone)
    assert SECRET not in told.reason
    assert "token0" not in told.reason


def test_a_token_that_dies_is_renewed_once(fake, kivra):
    kivra.log_in()
    fake.tokens = set()
    assert kivra.send(make()).outcome == Outcome.OK
    fake.misbehave("token_died", "token_died")
    assert kivra.send(make(content_type="letter")).outcome == Outcome.AUTH
    fake.misbehave("token_died")
    assert kivra.send(make(content_type="letter")).outcome == Outcome.OK


def test_a_token_ends(fake):
    class Clock:
        now = 0.0

        def __call__(self):
            return self.now

    clock = Clock()
    kivra = Kivra.make(fake.url, CLIENT, SECRET, TENANT)
    kivra._clock = clock
    kivra.log_in()
    clock.now = 28_000
    kivra.log_in()
    assert len(fake.tokens) == 1
    clock.now = 28_790
    kivra.log_in()
    assert len(fake.tokens) == 2


def test_the_log_in_is_wrong(fake):
    kivra = Kivra.make(fake.url, CLIENT, "guessed", TENANT)
    assert kivra.send(make()).outcome == Outcome.AUTH
    assert kivra.match("vat", [COMPANY]).outcome == Outcome.AUTH
    other = Kivra.make(fake.url, CLIENT, SECRET, "other/../tenant")
    assert other.match("vat", [COMPANY]).outcome == Outcome.AUTH
    assert not fake.posted


def test_nobody_is_there(fake, kivra):
    fake.__exit__()
    assert kivra.send(make()).outcome == Outcome.UNAVAILABLE
    assert kivra.match("vat", [COMPANY]).outcome == Outcome.UNAVAILABLE


def test_what_kivra_does_not_take(fake, kivra):
    assert kivra.send(make("vat", "SE000000000001")).is_gone
    assert kivra.send(make(money=None)).code == "40026"
    big = make_content(
        Receiver("email", PERSON), "A", "letter", DAY, [("a.pdf", b"%PDF" * 300_000)]
    )
    assert kivra.send(big).code == "41300"
