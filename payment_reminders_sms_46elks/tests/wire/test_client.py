"""Every call over real HTTP, on good days and bad ones."""

from datetime import datetime
from decimal import Decimal

import pytest

from odoo.addons.payment_reminders.http import Outcome
from odoo.addons.payment_reminders_sms.wire import DELIVERED, UNDER_WAY

from ...wire import (
    Elks,
    read_message,
    read_report,
)
from ..fake_elks import PASSWORD, USER, FakeElks

NUMBER = "+46701234567"


@pytest.fixture
def fake():
    with FakeElks() as made:
        yield made


@pytest.fixture
def elks(fake):
    return Elks.make(fake.url, USER, PASSWORD)


def test_a_message_is_taken(fake, elks):
    heard = elks.send(NUMBER, "Du är skyldig 100 kr", "Bolaget", "https://x.test/r")
    assert (heard.outcome, heard.cost, heard.parts) == ("ok", Decimal("0.3500"), 1)
    [sent] = fake.sent
    assert (sent["to"], sent["from"]) == (NUMBER, "Bolaget")
    assert sent["message"] == "Du är skyldig 100 kr"
    assert (sent["dontlog"], sent["whendelivered"]) == ("message", "https://x.test/r")
    assert heard.id == sent["id"]


@pytest.mark.parametrize(
    ("day", "outcome", "failure", "words"),
    [
        ("no_credit", Outcome.REJECTED, "credit", "Not enough credits"),
        ("forbidden", Outcome.AUTH, "login", "Access denied"),
        ("unauthorised", Outcome.AUTH, "login", ""),
        ("bad_number", Outcome.REJECTED, "number", 'Invalid "to" number'),
        ("bad_sender", Outcome.REJECTED, "", 'Invalid "from" value'),
        ("throttled", Outcome.THROTTLED, "", "Slow down"),
        ("html", Outcome.UNCERTAIN, "", "HTTP 500"),
        ("stored_then_broken", Outcome.UNCERTAIN, "", ""),
        ("stored_then_cut", Outcome.UNCERTAIN, "", ""),
        ("cut", Outcome.UNCERTAIN, "", ""),
        ("empty", Outcome.UNCERTAIN, "", ""),
        ("no_id", Outcome.UNCERTAIN, "", "no id"),
    ],
)
def test_bad_days(fake, elks, day, outcome, failure, words):
    fake.misbehave(day)
    heard = elks.send(NUMBER, "Hej", "Bolaget")
    assert (heard.outcome, heard.failure) == (outcome, failure)
    assert words in heard.reason
    assert PASSWORD not in heard.reason


def test_nobody_is_there(fake, elks):
    fake.__exit__()
    assert elks.send(NUMBER, "Hej", "Bolaget").outcome == Outcome.UNAVAILABLE


def test_the_log_in_is_wrong(fake):
    heard = Elks.make(fake.url, USER, "other").send(NUMBER, "Hej", "Bolaget")
    assert (heard.outcome, heard.failure) == (Outcome.AUTH, "login")
    assert not fake.sent


def test_what_is_left(fake, elks):
    credit = elks.read_credit()
    assert (credit.outcome, credit.amount) == (Outcome.OK, Decimal("42.1000"))
    assert credit.currency == "SEK"
    fake.balance = None
    assert elks.read_credit().outcome == Outcome.MALFORMED
    fake.misbehave("html")
    assert elks.read_credit().amount is None


def test_reports():
    report = read_report(
        {"id": "s1", "status": "delivered", "delivered": "2026-09-15T08:01:00.5"}, "u1"
    )
    assert (report.uuid, report.state) == ("u1", DELIVERED)
    assert report.at == datetime(2026, 9, 15, 8, 1)
    assert read_report({"id": "s1", "status": "sent"}, "u1").state == UNDER_WAY
    for nonsense in ({}, {"id": "s1"}, {"id": "s1", "status": "?"}, {"status": "sent"}):
        assert read_report(nonsense, "u1") is None


def test_texts_that_come_in():
    form = FakeElks.prepare_text("+46701234567", "Я уже заплатил 👍")
    message = read_message(form)
    assert (message.number, message.text) == (NUMBER, "Я уже заплатил 👍")
    assert read_message({**form, "from": "Bank"}).number == ""
    assert read_message({**form, "id": ""}) is None
    assert read_message({**form, "direction": "outgoing"}) is None
    assert len(read_message({**form, "message": "a" * 100_000}).text) == 4000
