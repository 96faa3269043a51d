"""Every call over real HTTP, on good days and bad ones."""

import json
import logging
from datetime import date
from decimal import Decimal

import pytest

from odoo.addons.payment_reminders.http import Door, Pace

from ...wire import (
    Amili,
    make_body,
    make_key,
    make_public_pem,
    make_registration,
)
from ...wire.client import LIMITS, PROJECTION
from ..fake_amili import ACCOUNT, API_CODE, CREDITOR, FakeAmili

KEY = make_key()
US = CREDITOR["_id"]
DAY = date(2026, 10, 1)


class Clock:
    """Time that passes while somebody sleeps."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


@pytest.fixture
def fake():
    with FakeAmili(limits=()) as made:
        made.know(make_public_pem(KEY))
        yield made


@pytest.fixture
def amili(fake):
    return Amili(Door(fake.url, decimals=True), API_CODE, KEY)


def make(number="INV/1", **debt):
    return make_body(
        make_registration(
            account=ACCOUNT["_id"],
            creditor=US,
            start_with="reminder",
            customer={
                "name": "Björkdalens Bygg AB",
                "id_number": "5999992471",
                "is_company": True,
                "address": {
                    "address_line_1": "Storgatan 5",
                    "zip_code": "90325",
                    "city": "Umeå",
                    "country": "SE",
                },
            },
            debt={
                "invoice_number": number,
                "debt_description": "Konsultarvode",
                "debt_reference": f"{number}/1",
                "capital_to_claim": Decimal("12500.50"),
                **debt,
            },
            invoice_date=date(2026, 8, 3),
            due_date=date(2026, 9, 2),
        )
    )


# -- log-in -------------------------------------------------------------------------


def test_one_log_in_is_enough(fake, amili):
    assert amili.read("66aa")[0].outcome == "not_found"
    assert amili.list_creditors()[0].is_good
    assert fake.count("GET", "/authenticates") == 1


def test_a_token_that_dies_is_replaced_once(fake, amili):
    assert amili.list_creditors()[0].is_good
    fake.forget_tokens()
    heard, made = amili.register(make())
    assert heard.is_good
    assert made.ocr
    assert len(fake.cases) == 1
    assert fake.count("GET", "/authenticates") == 2


def test_tokens_that_live_for_one_call_are_enough(fake, amili):
    fake.token_lasts = 1
    for number in range(4):
        assert amili.register(make(f"INV/{number}"))[0].is_good
    assert len(fake.cases) == 4


def test_who_is_not_known_asks_once(fake, amili):
    fake.keys.clear()
    assert amili.list_creditors()[0].outcome == "auth"
    assert len(fake.calls) == 1


def test_a_new_token_that_is_refused_as_well_is_the_end(fake, amili):
    fake.misbehave("/creditors", *["unauthorised"] * 9)
    assert amili.list_creditors()[0].outcome == "auth"
    assert fake.count("GET", "/creditors") == 1
    fake.behave()
    assert amili.list_creditors()[0].is_good
    fake.misbehave("/creditors", *["unauthorised"] * 9)
    assert amili.list_creditors()[0].outcome == "auth"
    # Once with the old one, once with a new one.
    assert fake.count("GET", "/creditors") == 3


def test_another_key_does_not_log_in(fake):
    other = Amili(Door(fake.url), API_CODE, make_key())
    assert other.log_in().outcome == "auth"


def test_a_key_that_is_none_is_a_matter_of_the_log_in(fake):
    assert Amili(Door(fake.url), API_CODE, b"nonsense").log_in().outcome == "auth"
    assert not fake.calls


def test_no_secret_is_in_a_log_or_a_reason(fake, amili, caplog, monkeypatch):
    logger = logging.getLogger(Door.__module__)
    caplog.set_level(logging.DEBUG, logger.name)
    monkeypatch.setattr(logger, "propagate", False)
    monkeypatch.setattr(logger, "handlers", [caplog.handler])
    heard = amili.log_in()
    token = next(iter(fake.tokens))
    fake.misbehave("/case--registrations", "refused")
    reasons = [heard.reason, amili.register(make())[0].reason]
    fake.keys.clear()
    reasons.append(amili.log_in().reason)
    assert caplog.text
    text = caplog.text + "".join(reasons) + repr(amili.door)
    assert token not in text
    assert API_CODE not in text
    assert "PRIVATE" not in text


# -- lists, and cases ---------------------------------------------------------------


def test_accounts_and_creditors_are_listed(fake, amili):
    fake.creditors += [{**CREDITOR, "_id": f"c{n:03}"} for n in range(230)]
    heard, rows = amili.list_creditors()
    assert heard.is_good
    assert len(rows) == 232
    assert {row["_id"]: row["is_active"] for row in rows}[
        fake.creditors[1]["_id"]
    ] is False
    assert fake.count("GET", "/creditors") == 3
    assert amili.list_accounts()[1] == [ACCOUNT]


def test_a_case_is_found_by_its_invoice(fake, amili):
    assert amili.find(US, "INV/1")[1] == []
    amili.register(make())
    amili.register(make("INV/10"))
    heard, [case] = amili.find(US, "INV/1")
    assert heard.is_good
    assert (case.reference, case.capital) == ("INV/1/1", Decimal("12500.5"))
    assert (case.state, case.status) == ("initializing", "initialized")
    assert not case.is_closed
    assert amili.find("another", "INV/1")[1] == []


def test_only_what_is_used_is_asked_for(fake, amili):
    _heard, made = amili.register(make())
    fake.cases[made.case]["secret_of_theirs"] = "x"
    answers = []
    real = amili.door.get
    amili.door.get = (
        lambda *path, **more: answers.append(real(*path, **more)) or (answers[-1])
    )
    assert amili.read(made.case)[1].invoice_number == "INV/1"
    assert "secret_of_theirs" not in answers[-1].data
    assert set(answers[-1].data["debt"]) <= {
        name.partition(".")[2] for name in PROJECTION
    }


def test_a_case_that_ended_is_told_by_flag_or_by_day(fake, amili):
    _heard, made = amili.register(make())
    for closed in (True, "Thu, 01 Oct 2026 07:00:00 GMT"):
        fake.cases[made.case]["closed"] = closed
        assert amili.read(made.case)[1].is_closed
    for closed in (False, None, ""):
        fake.cases[made.case]["closed"] = closed
        assert not amili.read(made.case)[1].is_closed


@pytest.mark.parametrize(
    "part",
    [
        {"state": 7},
        {"local_remaining_capital_amount": "much"},
        {"local_remaining_capital_amount": True},
    ],
)
def test_a_case_that_is_none_is_not_guessed(fake, amili, part):
    _heard, made = amili.register(make())
    fake.cases[made.case].update(part)
    heard, case = amili.read(made.case)
    assert (heard.outcome, case) == ("malformed", None)


def test_10000_open_cases_are_read_in_100_calls(fake, amili):
    told = json.loads(make())
    for number in range(10_000):
        told["debts"][0]["invoice_number"] = f"INV/{number}"
        fake.register(told)
    for case in list(fake.cases.values())[:5]:
        case["closed"] = True
    pages = list(amili.iterate_open(US))
    assert all(heard.is_good for heard, _cases in pages)
    assert len({case.id for _heard, cases in pages for case in cases}) == 9_995
    assert fake.count("GET", "/cases") == 100


def test_a_case_that_goes_away_between_pages_costs_no_other_its_state(fake, amili):
    told = json.loads(make())
    for number in range(250):
        told["debts"][0]["invoice_number"] = f"INV/{number}"
        fake.register(told)
    ids = list(fake.cases)

    def close_one(page):
        if page == 2:
            fake.cases[ids[0]]["closed"] = True

    fake.turn_page = close_one
    seen = [case.id for _heard, cases in amili.iterate_open(US) for case in cases]
    # One moved up unseen; nobody may conclude from that that it is closed.
    assert len(set(seen)) == len(seen) == 249


def test_a_bad_page_ends_the_reading_and_says_so(fake, amili):
    told = json.loads(make())
    for number in range(250):
        told["debts"][0]["invoice_number"] = f"INV/{number}"
        fake.register(told)
    amili.log_in()

    def break_down(page):
        if page == 1:
            fake.misbehave("/cases", "html")

    fake.turn_page = break_down
    pages = list(amili.iterate_open(US))
    assert [str(heard.outcome) for heard, _cases in pages] == ["ok", "malformed"]


# -- registering --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "outcome", "stored"),
    [
        ("refused", "rejected", 0),
        ("forbidden", "auth", 0),
        ("throttled", "throttled", 0),
        ("server_error", "uncertain", 0),
        ("maintenance", "uncertain", 0),
        ("not_stored_then_cut", "uncertain", 0),
        ("stored_then_cut", "uncertain", 1),
        ("stored_then_broken", "uncertain", 1),
        ("stored_then_html", "uncertain", 1),
        ("html", "uncertain", 0),
        ("empty", "uncertain", 0),
        ("half", "uncertain", 0),
    ],
)
def test_each_bad_day_of_a_registration(fake, amili, day, outcome, stored):
    amili.log_in()
    fake.misbehave("/case--registrations", day)
    heard, made = amili.register(make())
    assert (heard.outcome, made) == (outcome, None)
    assert len(fake.cases) == stored
    assert fake.count("POST", "/case--registrations") == 1
    # Whoever asks by the number knows.
    if outcome == "throttled":
        amili._rests_until = 0
    assert len(amili.find(US, "INV/1")[1]) == stored


def test_nothing_leaves_when_it_is_not_reached(fake, amili):
    amili.log_in()
    with FakeAmili() as other:
        url = other.url
    amili.door.base_url = url
    assert amili.register(make())[0].outcome == "unavailable"


def test_a_refusal_is_said_in_words(fake, amili):
    heard, _made = amili.register(make(capital_to_claim=Decimal(0)))
    assert heard.outcome == "rejected"
    assert heard.faults == {"debts.capital_to_claim": "min value is 0"}
    assert "capital_to_claim: min value is 0" in heard.reason


def test_an_answer_without_its_case_is_looked_up(fake, amili):
    real = fake.register

    def keep_the_case_back(told):
        status, made = real(told)
        return status, {"_id": made["_id"], "_status": "OK"}

    fake.register = keep_the_case_back
    heard, made = amili.register(make())
    assert heard.is_good
    assert made.case in fake.cases


def test_the_fake_takes_an_invoice_twice_as_the_service_does(fake, amili):
    """Nothing there keeps a debt from being registered again: we have to."""
    amili.register(make())
    amili.register(make())
    assert len(amili.find(US, "INV/1")[1]) == 2


# -- too many calls -----------------------------------------------------------------


def test_a_pause_is_kept_without_asking(fake):
    clock = Clock()
    amili = Amili(Door(fake.url), API_CODE, KEY, clock=clock)
    amili.log_in()
    fake.misbehave("/cases", "throttled_seconds", "throttled", "throttled")
    assert amili.find(US, "x")[0].pause == 120
    asked = len(fake.calls)
    heard = amili.register(make())[0]
    assert (heard.outcome, heard.pause) == ("throttled", 121)
    assert len(fake.calls) == asked
    # Without a word of how long: a minute, then longer.
    for pause in (120, 240):
        clock.now += 1000
        assert amili.find(US, "x")[0].pause == pause
    clock.now += 1000
    assert amili.find(US, "x")[0].is_good


@pytest.mark.long
def test_450_in_one_go_stay_under_the_rate():
    clock = Clock()
    with FakeAmili(clock=clock) as fake:
        fake.know(make_public_pem(KEY))
        pace = Pace(*LIMITS, clock=clock, sleep=clock.sleep)
        amili = Amili(Door(fake.url, pace=pace, decimals=True), API_CODE, KEY)
        for number in range(450):
            # As a hand-over does: look, then register.
            assert amili.find(US, f"INV/{number}")[0].is_good
            assert amili.register(make(f"INV/{number}"))[0].is_good
        assert len(fake.cases) == 450
        moments = [at for at, *_rest in fake.calls]
        for first, last in zip(moments, moments[100:], strict=False):
            assert last - first >= 60
        for first, last in zip(moments, moments[10:], strict=False):
            assert last - first >= 1
        # No slower than it has to be: 901 calls at 90 a minute.
        assert clock.now - 1000 < 11 * 60


# -- money, and the end -------------------------------------------------------------


def test_a_payment_is_told(fake, amili):
    _heard, made = amili.register(make())
    heard, told = amili.pay(US, made.case, Decimal("500.50"), DAY, "1/77")
    assert (heard.outcome, told.status, told.reason) == ("ok", "completed", "")
    assert fake.payments[0]["bank_transaction_date"] == "Thu, 01 Oct 2026 00:00:00 GMT"
    assert amili.read(made.case)[1].capital == 12000
    found = amili.find_told("/creditor--payments", made.case, "1/77")[1]
    assert found.id == told.id
    assert amili.find_told("/creditor--payments", made.case, "1/78")[1] is None


def test_a_credit_note_is_told(fake, amili):
    _heard, made = amili.register(make())
    heard, told = amili.credit(US, made.case, Decimal("500"), "RINV/1", "1/78")
    assert (heard.is_good, told.status) == (True, "completed")
    assert amili.find_told("/creditor--creditings", made.case, "1/78")[1] == told


@pytest.mark.parametrize("status", ["warning", "error"])
def test_a_warning_is_heard_with_its_reason(fake, amili, status):
    _heard, made = amili.register(make())
    fake.warn = status
    heard, told = amili.pay(US, made.case, Decimal(1), DAY, "1/77")
    assert (heard.is_good, told.status) == (True, status)
    assert told.reason == "Ärendet har en annan valutadag."


def test_a_payment_whose_answer_was_lost_can_be_looked_up(fake, amili):
    _heard, made = amili.register(make())
    fake.misbehave("/creditor--payments", "stored_then_cut")
    assert amili.pay(US, made.case, Decimal(1), DAY, "1/77")[0].outcome == "uncertain"
    assert amili.find_told("/creditor--payments", made.case, "1/77")[1].status


def test_a_case_is_ended(fake, amili):
    _heard, made = amili.register(make())
    heard, told = amili.end(US, made.case)
    assert amili.was_ended(made.case)[1] is True
    assert amili.was_ended("66aa")[1] is False
    assert (heard.is_good, told.status) == (True, "completed")
    assert amili.read(made.case)[1].is_closed


def test_ending_what_is_not_there_is_refused(fake, amili):
    assert amili.end(US, "66aa")[0].outcome == "rejected"


# -- the invoice --------------------------------------------------------------------


def test_the_invoice_goes_along(fake, amili):
    _heard, made = amili.register(make())
    content = b"%PDF-1.7\r\n\x00\xff--x" * 1000
    fake.token_lasts = 1
    fake.forget_tokens()
    heard = amili.upload(made.case, "räkning INV/1.pdf", content)
    assert heard.is_good
    [media] = fake.media
    assert media["case"] == made.case
    assert (media["domain"], media["dotted_path"]) == ("cases", "original_invoice")
    assert media["size"] == len(content)
    # The signed address is kept nowhere.
    assert "signature" not in repr(heard)


def test_time_is_not_spent_where_nobody_limits(fake):
    clock = Clock()
    begun = clock()
    pace = Pace(clock=clock, sleep=clock.sleep)
    amili = Amili(Door(fake.url, pace=pace, decimals=True), API_CODE, KEY)
    for _each in range(20):
        amili.find(US, "x")
    assert clock() == begun
