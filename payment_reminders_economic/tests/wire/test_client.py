"""Every question, and every way in which an answer can be none."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from odoo.addons.payment_reminders.http import Outcome

from ...wire import client
from ...wire.client import Economic
from ..fake_economic import AGREEMENT, GRANT, NUMBER, PDF, SECRET, FakeEconomic

ADDON = Path(__file__).parents[2]


@pytest.fixture
def fake():
    with FakeEconomic() as server:
        yield server
    server.assert_only_read()


@pytest.fixture
def economic(fake):
    return Economic(fake.url, SECRET, GRANT)


def read_all(economic):
    found, link = [], None
    while True:
        told = economic.read_unpaid(link)
        assert told.is_ok, told
        found += told.value.rows
        link = told.value.link
        if not link:
            return found


def test_nothing_in_this_addon_can_write_there():
    for path in ADDON.rglob("*.py"):
        if "tests" not in path.relative_to(ADDON).parts:
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"\.(post|put|patch|delete|send|ask|request)\(", text)
            assert not re.search(r"""["'](POST|PUT|PATCH|DELETE)["']""", text)
    asks = {name for name in vars(Economic) if not name.startswith("_")}
    assert asks == {
        "get", "read_self", "read_unpaid", "read_customers", "read_invoice", "read_pdf",
        "read_entries",
    }  # fmt: skip


def test_whose_agreement(economic):
    told = economic.read_self()
    assert told.value["agreement"] == str(AGREEMENT)
    assert told.value["number"] == NUMBER


def test_pages(economic, fake):
    for number in range(1, 1202):
        fake.put(number)
    rows = read_all(economic)
    assert [row.number for row in rows] == [str(n) for n in range(1, 1202)]
    assert fake.count("/invoices/unpaid") == 3


def test_ten_thousand_in_few_calls(economic, fake):
    for number in range(1, 10_001):
        fake.put(number)
    assert economic.read_self().is_ok
    assert economic.read_customers().value.link is None
    assert len(read_all(economic)) == 10_000
    assert len(fake.calls) <= 25


def test_an_invoice(economic, fake):
    fake.put(7, amount=1234.56)
    fake.pay(7, 234.5)
    told = economic.read_invoice("7").value
    assert (told.total, told.remainder) == (Decimal("1234.56"), Decimal("1000.06"))
    assert (told.customer, told.terms, told.reference) == ("207", "net", "PO 7")
    assert not told.is_credit


def test_what_is_left_out(economic, fake):
    fake.put(8, due=None)
    fake.put(9, amount=-200.0)
    assert economic.read_invoice("8").value.date_due is None
    assert economic.read_invoice("9").value.is_credit
    assert economic.read_invoice("10").outcome == Outcome.NOT_FOUND


def test_the_pdf(economic, fake):
    fake.put(7)
    assert economic.read_pdf("7").value == PDF
    assert economic.read_pdf("8").outcome == Outcome.NOT_FOUND
    fake.script["/invoices/booked/7/pdf"] = [(200, {}, b"<html>")]
    assert economic.read_pdf("7").outcome == Outcome.MALFORMED


def test_tokens_are_looked_at(fake):
    for secret, grant in ((SECRET, "other"), ("other", GRANT), ("", "")):
        assert Economic(fake.url, secret, grant).read_self().outcome == Outcome.AUTH
    assert Economic(fake.url, "demo", "demo").read_self().is_ok


def test_entries(economic, fake):
    for number in (1, 2, 3):
        fake.put(number)
    fake.pay(1, 400.0, day="2026-09-10")
    fake.pay(2, day="2026-09-11")
    fake.pay(3, 1.5)
    fake.most_entries = 2
    found = economic.read_entries(["1", "2", "3"]).value
    assert [(e.invoice, str(e.day), e.amount) for e in found] == [
        ("1", "2026-09-10", Decimal("400.0")),
        ("2", "2026-09-11", Decimal("1000.0")),
    ]
    assert len(fake.calls) == 4


@pytest.mark.parametrize(
    "answer",
    [
        (200, {}, {"items": {}}),
        (200, {}, {"items": [{"amount": "x"}]}),
        (200, {}, b"[]"),
        (403, {}, {}),
    ],
)
def test_entries_of_a_bad_day(economic, fake, answer):
    fake.script["/booked-entries"] = [answer]
    assert not economic.read_entries(["1"]).is_ok


def test_a_link_to_another_host_is_not_followed(economic, fake):
    for number in range(1, 502):
        fake.put(number)
    with FakeEconomic() as foreign:
        fake.next_host = foreign.url
        told = economic.read_unpaid()
        assert economic.read_unpaid(told.value.link).outcome == Outcome.MALFORMED
        assert not foreign.calls


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ((401, {}, {}), Outcome.AUTH),
        ((405, {}, {}), Outcome.REJECTED),
        ((403, {}, {}), Outcome.AUTH),
        ((429, {"Retry-After": "7"}, {}), Outcome.THROTTLED),
        ((429, {}, {}), Outcome.THROTTLED),
        ((500, {}, b"<html>Oops</html>"), Outcome.UNAVAILABLE),
        ((200, {}, b""), Outcome.MALFORMED),
        ((200, {}, b'{"collection": ['), Outcome.MALFORMED),
        ((200, {}, {"collection": {}}), Outcome.MALFORMED),
        ((200, {}, {"collection": [{}], "pagination": {}}), Outcome.MALFORMED),
        ((302, {"Location": "http://127.0.0.1:1/"}, b""), Outcome.MALFORMED),
        ((0, {}, b""), Outcome.UNAVAILABLE),
    ],
)
def test_bad_days(economic, fake, answer, outcome):
    fake.put(1)
    fake.script["/invoices/unpaid"] = [answer]
    told = economic.read_unpaid()
    assert told.outcome == outcome
    if answer[1].get("Retry-After"):
        assert told.pause == 7


def test_nobody_is_there():
    assert Economic("http://127.0.0.1:9", SECRET, GRANT).read_self().outcome == (
        Outcome.UNAVAILABLE
    )


def test_a_limit_of_our_own(economic, fake, monkeypatch):
    monkeypatch.setattr(client, "CALLS_A_DAY", 2)
    assert economic.read_self().is_ok
    assert economic.read_self().is_ok
    assert economic.read_self().outcome == Outcome.THROTTLED
    assert len(fake.calls) == 2


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"bookedInvoiceNumber": "x", "grossAmount": 1, "remainder": 1},
        {"bookedInvoiceNumber": 1, "grossAmount": 1},
        {"bookedInvoiceNumber": 1, "grossAmount": True, "remainder": 1},
        {"bookedInvoiceNumber": 1, "grossAmount": 1, "remainder": 1, "dueDate": "soon"},
        None,
    ],
)
def test_a_row_that_cannot_be_read(row):
    assert client.parse_invoice(row) is None


def test_the_tokens_are_in_no_text(economic):
    assert SECRET not in repr(economic.door) + economic.door.mask(f"x {SECRET} {GRANT}")
