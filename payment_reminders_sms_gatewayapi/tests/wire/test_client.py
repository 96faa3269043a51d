"""Every call over real HTTP, on good days and bad ones."""

from datetime import datetime
from decimal import Decimal

import pytest

from odoo.addons.payment_reminders.http import Outcome
from odoo.addons.payment_reminders_sms.wire import DELIVERED, FAILED, UNDER_WAY

from ...wire import GatewayApi, read_event
from ..fake_gatewayapi import TOKEN, FakeGatewayApi

NUMBER = "+4520123456"
UUID = "f" * 32


@pytest.fixture
def fake():
    with FakeGatewayApi() as made:
        yield made


@pytest.fixture
def client(fake):
    return GatewayApi.make(fake.url, fake.url, TOKEN)


def test_a_message_is_taken(fake, client):
    heard = client.send(NUMBER, "Du skylder 100 kr.", "Firmaet", UUID)
    assert heard.outcome == Outcome.OK
    [sent] = fake.sent
    assert (sent["recipient"], sent["sender"]) == (4520123456, "Firmaet")
    assert (sent["reference"], sent["expiration"]) == (UUID, "P2D")
    assert heard.id == sent["msg_id"]


@pytest.mark.parametrize(
    ("day", "outcome", "failure", "words"),
    [
        ("unauthorised", Outcome.AUTH, "login", "No token"),
        ("forbidden", Outcome.AUTH, "login", "Wrong region"),
        ("text_forbidden", Outcome.AUTH, "login", "Forbidden"),
        ("no_credit", Outcome.REJECTED, "credit", "Insufficient credit"),
        ("bad_number", Outcome.REJECTED, "number", "body.recipient: no number"),
        ("bad_sender", Outcome.REJECTED, "", "body.sender: too long"),
        ("throttled", Outcome.THROTTLED, "", ""),
        ("html", Outcome.UNCERTAIN, "", ""),
        ("stored_then_broken", Outcome.UNCERTAIN, "", ""),
        ("stored_then_cut", Outcome.UNCERTAIN, "", ""),
        ("no_id", Outcome.UNCERTAIN, "", "no msg_id"),
    ],
)
def test_bad_days(fake, client, day, outcome, failure, words):
    fake.misbehave(day)
    heard = client.send(NUMBER, "Hej", "Firmaet", UUID)
    assert (heard.outcome, heard.failure) == (outcome, failure)
    assert words in heard.reason
    assert TOKEN not in heard.reason


def test_nobody_is_there(fake, client):
    fake.__exit__()
    assert client.send(NUMBER, "Hej", "F", UUID).outcome == Outcome.UNAVAILABLE


def test_the_token_is_wrong(fake):
    client = GatewayApi.make(fake.url, fake.url, "other")
    assert client.send(NUMBER, "Hej", "F", UUID).failure == "login"
    assert client.read_credit().outcome == Outcome.AUTH
    assert not fake.sent


def test_what_is_left(fake, client):
    credit = client.read_credit()
    assert (credit.outcome, credit.amount) == (Outcome.OK, Decimal("42.1"))
    assert credit.currency == "EUR"
    fake.credit = None
    assert client.read_credit().outcome == Outcome.MALFORMED


MESSAGE = {"msg_id": "01HZ", "recipient": 4520123456, "reference": UUID}


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("ENROUTE", UNDER_WAY),
        ("SCHEDULED", UNDER_WAY),
        ("BUFFERED", UNDER_WAY),
        ("DELIVERED", DELIVERED),
        ("UNDELIVERABLE", FAILED),
        ("EXPIRED", FAILED),
        ("SKIPPED", FAILED),
    ],
)
def test_reports(status, state):
    data = FakeGatewayApi.prepare_status(MESSAGE, status)
    report = read_event(data)
    assert (report.uuid, report.state) == (UUID, state)
    assert report.at == datetime(2026, 9, 15, 8, 1)
    # The other page of the documents.
    assert read_event({**data, "event_type": "messaging.status.sms"}) == report


def test_reports_of_the_old_kind_and_with_an_error():
    old = {"id": 1, "msisdn": 4520123456, "time": 1789459200, "status": "DELIVERED"}
    report = read_event({**old, "userref": UUID})
    assert (report.uuid, report.state) == (UUID, DELIVERED)
    failed = FakeGatewayApi.prepare_status(
        MESSAGE, "UNDELIVERABLE", error={"hex_code": "0x1", "details": "Absent"}
    )
    assert read_event(failed).reason == "Absent"


def test_what_is_no_report():
    unknown = FakeGatewayApi.prepare_status(MESSAGE, "UNKNOWN")
    bare = FakeGatewayApi.prepare_status({**MESSAGE, "reference": None}, "DELIVERED")
    for data in (unknown, bare, {}, [], None, "x", {"event_type": "other"}):
        assert read_event(data) is None


def test_texts_that_come_in():
    message = read_event(FakeGatewayApi.prepare_text(NUMBER, "Уже заплатил"))
    assert (message.key, message.number) == ("1000001", NUMBER)
    assert message.text == "Уже заплатил"
