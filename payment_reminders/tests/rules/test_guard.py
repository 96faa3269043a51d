"""The last word: every code by itself, its order, and that doubts only add up."""

import datetime as dt
import json
from dataclasses import fields, replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ...rules import guard
from ...rules.guard import (
    Facts,
    ItemFacts,
    MoneyFacts,
    check,
    get_invoice_day,
    invoice_wait,
)
from ...rules.verdict import FREEZE_CODES, MONEY_CODES, OBSOLETE, Code

D = Decimal
TODAY = dt.date(2026, 9, 15)
NOW = dt.datetime(2026, 9, 15, 8)

ITEM = ItemFacts(
    item_id=1,
    move_id=7,
    move_name="INV/1",
    move_state="posted",
    payment_state="not_paid",
    date_due=dt.date(2026, 9, 5),
    residual=D("1000.00"),
    in_process=D(0),
    credited=D(0),
    proposed_residual=D("1000.00"),
    proposed_credited=D(0),
)
FACTS = Facts(
    reminder_id=1,
    step_kind="reminder",
    today=TODAY,
    items=(ITEM,),
    state="approved",
    approved=True,
    hold_until=dt.datetime(2026, 9, 15, 7),
    recipients=("email:ap@x.example",),
    ladder_id=3,
    approved_ladder_id=3,
)


def item(**vals):
    return {"items": (replace(ITEM, **vals),)}


ALONE = {
    Code.NOT_POSTED: {
        "items": (replace(ITEM, item_id=2), replace(ITEM, move_state="draft"))
    },
    Code.PAID: {
        "items": (
            replace(ITEM, item_id=2),
            replace(ITEM, residual=D(0), payment_state="paid"),
        )
    },
    Code.IN_PAYMENT: item(payment_state="in_payment"),
    Code.CREDITED: item(residual=D(700), credited=D(300)),
    Code.NOTHING_DUE: item(date_due=TODAY),
    Code.PARTIAL_PAYMENT: item(residual=D(600)),
    Code.AMOUNT_CHANGED: item(residual=D(1100)),
    Code.UNALLOCATED_CREDIT: {"money": (MoneyFacts("entry", 5, TODAY, D("0.01")),)},
    Code.UNMATCHED_BANK_LINE: {
        "money": (MoneyFacts("bank_line", 6, TODAY, D("0.01"), ("amount",)),)
    },
    Code.STALE_BANK: {"bank_stale_days": 4, "bank_stale_limit": 3},
    Code.STALE_SOURCE: {"source_age_seconds": 301, "source_age_limit": 300},
    Code.PENDING_TRANSACTION: item(pending_transaction=True),
    Code.OPEN_QUERY: {"open_queries": 1},
    Code.PAYMENT_PLAN: {"active_plans": 1},
    Code.INSOLVENCY: {"freezes": ("insolvency",)},
    Code.STATUS_UNKNOWN: {"status_unknown": True},
    Code.BLOCKED: item(no_followup=True),
    Code.HELD: {"state": "held"},
    Code.SNOOZED: {"snoozed_until": TODAY + dt.timedelta(days=1)},
    Code.INVOICE_HELD: item(held_until=dt.date(2030, 1, 1)),
    Code.EXCLUDED: {"partner_excluded": True},
    Code.HANDED_OVER: {"handed_over": True},
    Code.OTHER_SENDER: {"other_sender": "account_followup", "other_level": "2"},
    Code.NO_RECIPIENT: {"recipients": ()},
    Code.INVOICE_NOT_SENT: {
        "require_invoice_sent": "always",
        **item(invoice_sent=False),
    },
    Code.NOT_ALLOWED: {"law_forbidden_from": TODAY},
    Code.LAW_UNSURE: {"law_announced_from": TODAY},
    Code.NOT_APPROVED: {"approved": False},
    Code.HOLD_WINDOW: {"hold_until": NOW + dt.timedelta(seconds=1)},
    Code.SPACING: {"spaced": False},
    Code.LADDER_CHANGED: {"approved_ladder_id": 2},
    Code.SEND_BRAKE: {"send_brake": True},
    Code.NEUTRALIZED: {"neutralized": True},
    Code.ALREADY_SENT: {"state": "sent"},
}


def test_a_source_that_answered_in_time_is_no_obstacle():
    in_time = replace(FACTS, source_age_seconds=300, source_age_limit=300)
    assert check(in_time, NOW) == []
    assert check(replace(FACTS, source_age_seconds=10**9), NOW) == []


def test_no_manager_overrides_that_nobody_knows():
    silent = replace(FACTS, source_age_limit=300, overridden=("stale_source",))
    assert check(silent, NOW) == [Code.STALE_SOURCE]


def test_nothing_in_the_way():
    assert check(FACTS, NOW) == []


@pytest.mark.parametrize("code", list(Code), ids=str)
def test_every_code_alone(code):
    assert check(replace(FACTS, **ALONE[code]), NOW) == [code]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (item(payment_state="blocked"), Code.BLOCKED),
        (item(excluded=True), Code.EXCLUDED),
        (item(held_until=dt.date(2030, 1, 1)), Code.INVOICE_HELD),
        ({"company_active": False}, Code.EXCLUDED),
        (item(already_sent=True), Code.ALREADY_SENT),
        ({"state": "uncertain"}, Code.ALREADY_SENT),
        ({"state": "cancelled"}, Code.ALREADY_SENT),
        ({"case_state": "frozen"}, Code.HELD),
        ({"case_state": "closed"}, Code.NOTHING_DUE),
        ({"items": ()}, Code.NOTHING_DUE),
        ({"freezes": ("manual",)}, Code.HELD),
        ({"freezes": ("reopened",)}, Code.HELD),
        ({"freezes": ("merged",)}, Code.HELD),
        ({"freezes": ("something new",)}, Code.HELD),
    ],
)
def test_other_ways_to_a_code(change, code):
    assert check(replace(FACTS, **change), NOW) == [code]


@pytest.mark.parametrize(("reason", "code"), sorted(FREEZE_CODES.items()))
def test_freezes_with_a_code_of_their_own(reason, code):
    assert check(replace(FACTS, freezes=(reason,), case_state="frozen"), NOW) == [code]


@pytest.mark.parametrize(
    ("vals", "code"),
    [
        ({"in_process": D(1000)}, Code.IN_PAYMENT),
        ({"in_process": D(400), "payment_state": "paid"}, Code.IN_PAYMENT),
        ({"in_process": D(400)}, Code.PARTIAL_PAYMENT),
        ({"residual": D(0), "payment_state": "paid"}, Code.PAID),
        ({"residual": D(0), "credited": D(1000)}, Code.CREDITED),
        ({"residual": D(0), "payment_state": "reversed"}, Code.CREDITED),
        ({"residual": D("999.99")}, Code.PARTIAL_PAYMENT),
        ({"residual": D("1000.01")}, Code.AMOUNT_CHANGED),
    ],
)
def test_what_money_says(vals, code):
    codes = check(replace(FACTS, **item(**vals)), NOW)
    assert codes[0] is code
    assert set(codes) <= {code, Code.NOTHING_DUE}


@pytest.mark.parametrize(
    ("days", "bears_fee", "codes"),
    [
        (-1, True, [Code.LAW_UNSURE]),
        (-1, False, []),
        (0, True, []),
        (1, True, []),
    ],
)
def test_fees_after_the_review_of_a_law(days, bears_fee, codes):
    until = TODAY + dt.timedelta(days=days)
    facts = replace(FACTS, law_reviewed_until=until, bears_fee=bears_fee)
    assert check(facts, NOW) == codes
    passed = replace(facts, overridden=(Code.LAW_UNSURE.value,))
    assert check(passed, NOW) == []
    assert guard.law_troubles(facts) == (("law_ended",) if codes else ())


def test_what_is_forbidden_cannot_be_overridden():
    facts = replace(
        FACTS, law_forbidden_from=TODAY, overridden=(Code.NOT_ALLOWED.value,)
    )
    assert check(facts, NOW) == [Code.NOT_ALLOWED]


LATE = {"invoice_sent_on": ITEM.date_due + dt.timedelta(days=4)}


@pytest.mark.parametrize(
    ("rule", "bears_fee", "vals", "days", "held"),
    [
        ("never", True, {"invoice_sent": False}, 10, False),
        ("fee", False, {"invoice_sent": False}, 10, False),
        ("fee", True, {"invoice_sent": False}, 10, True),
        ("always", False, {"invoice_sent": False}, 10, True),
        ("fee", True, {}, 10, False),
        ("fee", True, {"invoice_sent_on": ITEM.date_due}, 10, False),
        ("fee", True, LATE, 7, True),
        ("fee", True, LATE, 6, False),
        ("fee", False, LATE, 7, False),
    ],
)
def test_an_invoice_must_have_arrived(rule, bears_fee, vals, days, held):
    facts = replace(
        FACTS,
        require_invoice_sent=rule,
        bears_fee=bears_fee,
        invoice_grace_days=days,
        **item(**vals),
    )
    assert check(facts, NOW) == [Code.INVOICE_NOT_SENT] * held


def test_until_when_a_late_invoice_is_waited_for():
    facts = replace(FACTS, invoice_grace_days=7)
    assert invoice_wait(facts, replace(ITEM, **LATE)) == dt.date(2026, 9, 16)
    assert invoice_wait(facts, replace(ITEM, invoice_sent=False)) is True
    assert invoice_wait(facts, ITEM) is False
    late, unsent = replace(ITEM, **LATE), replace(ITEM, invoice_sent=False)
    assert get_invoice_day(replace(facts, items=(ITEM,))) is None
    assert get_invoice_day(replace(facts, items=(ITEM, late))) == dt.date(2026, 9, 16)
    assert get_invoice_day(replace(facts, items=(late, unsent))) is None


def test_bank_limits():
    at_limit = replace(FACTS, bank_stale_days=3, bank_stale_limit=3)
    assert check(at_limit, NOW) == []
    assert check(replace(FACTS, bank_stale_days=99), NOW) == []


def test_the_window_ends_at_its_moment():
    assert check(replace(FACTS, hold_until=NOW), NOW) == []
    assert check(replace(FACTS, hold_until=None), NOW) == []


def test_snooze_ends_on_its_day():
    assert check(replace(FACTS, snoozed_until=TODAY), NOW) == []


def test_a_nudge_is_for_what_is_not_overdue():
    nudge = replace(FACTS, step_kind="nudge")
    assert check(nudge, NOW) == [Code.NOTHING_DUE]
    assert check(replace(nudge, **item(date_due=TODAY)), NOW) == []


# -- properties -----------------------------------------------------------------------

changes = st.lists(st.sampled_from(sorted(ALONE)), max_size=6)
#: One change of the whole facts each; those of an item replace one another.
INDEPENDENT = sorted(code for code, vals in ALONE.items() if "items" not in vals)

#: A notice has one state, and what nobody approved is on no changed version.
REPLACED = {Code.HELD, Code.ALREADY_SENT, Code.LADDER_CHANGED}


def apply(codes):
    facts = FACTS
    for code in codes:
        vals = dict(ALONE[code])
        if "money" in vals:
            vals["money"] = facts.money + vals["money"]
        facts = replace(facts, **vals)
    return facts


@given(changes)
def test_codes_come_in_their_order_and_once(codes):
    found = check(apply(codes), NOW)
    assert found == [code for code in Code if code in found]


@given(changes)
def test_json_gives_the_same_verdict(codes):
    facts = apply(codes)
    again = Facts.from_json(facts.to_json())
    assert again == facts
    assert check(again, NOW) == check(facts, NOW)
    assert again.to_json() == facts.to_json()


@given(changes, st.sampled_from(INDEPENDENT))
def test_a_reason_more_never_lets_a_notice_out(codes, more):
    before = check(apply(codes), NOW)
    after = check(apply([*codes, more]), NOW)
    assert after, "one reason is enough"
    if before:
        assert set(before) - REPLACED <= set(after)


amounts = st.sampled_from([D(0), D(400), D(1000), D(1100)])
days = st.dates(TODAY - dt.timedelta(days=20), TODAY + dt.timedelta(days=20))
any_items = st.builds(
    ItemFacts,
    item_id=st.integers(1, 9),
    move_id=st.just(7),
    move_name=st.just("INV/1"),
    move_state=st.sampled_from(["posted", "draft", "cancel", "deleted"]),
    payment_state=st.sampled_from(
        ["not_paid", "partial", "in_payment", "paid", "reversed", "blocked"]
    ),
    date_due=days,
    residual=amounts,
    in_process=amounts,
    credited=amounts,
    proposed_residual=amounts,
    proposed_credited=amounts,
    invoice_sent_on=st.none() | days,
)
any_money = st.builds(
    MoneyFacts,
    source=st.sampled_from(sorted(MONEY_CODES)),
    record_id=st.integers(1, 99),
    day=days,
    amount=amounts,
    fits=st.just(()),
)
any_facts = st.builds(
    Facts,
    reminder_id=st.just(1),
    step_kind=st.sampled_from(["nudge", "reminder", "final_notice"]),
    today=st.just(TODAY),
    items=st.lists(any_items | st.just(ITEM), max_size=3).map(tuple),
    state=st.sampled_from(["proposed", "approved", "held", "sending", "sent"]),
    approved=st.booleans(),
    case_state=st.sampled_from(["active", "frozen", "closed"]),
    hold_until=st.none() | st.just(NOW) | st.just(NOW + dt.timedelta(hours=1)),
    snoozed_until=st.none() | days,
    freezes=st.lists(st.sampled_from(["manual", *FREEZE_CODES]), max_size=2).map(tuple),
    recipients=st.sampled_from([(), ("email:ap@x.example",)]),
    money=st.lists(any_money, max_size=2).map(tuple),
    bank_stale_days=st.none() | st.integers(0, 9),
    bank_stale_limit=st.none() | st.integers(1, 9),
    approved_ladder_id=st.sampled_from([None, 3]),
    ladder_id=st.just(3),
    require_invoice_sent=st.sampled_from(["never", "fee", "always"]),
    invoice_grace_days=st.integers(0, 9),
)

#: Each adds one reason to hold to whatever facts there are.
WORSE = {
    Code.NOT_POSTED: lambda f: add_item(f, move_state="cancel"),
    Code.PAID: lambda f: add_item(f, residual=D(0)),
    Code.IN_PAYMENT: lambda f: add_item(f, payment_state="in_payment"),
    Code.CREDITED: lambda f: add_item(f, residual=D(900), credited=D(100)),
    Code.PARTIAL_PAYMENT: lambda f: add_item(f, residual=D(900)),
    Code.AMOUNT_CHANGED: lambda f: add_item(f, residual=D(1200)),
    Code.NOT_ALLOWED: lambda f: replace(f, law_forbidden_from=TODAY),
    Code.LAW_UNSURE: lambda f: replace(f, law_announced_from=TODAY),
    Code.BLOCKED: lambda f: add_item(f, no_followup=True),
    Code.EXCLUDED: lambda f: add_item(f, excluded=True),
    Code.INVOICE_HELD: lambda f: add_item(f, held_until=dt.date(2030, 1, 1)),
    Code.PENDING_TRANSACTION: lambda f: add_item(f, pending_transaction=True),
    Code.ALREADY_SENT: lambda f: add_item(f, already_sent=True),
    Code.INVOICE_NOT_SENT: lambda f: add_item(
        replace(f, require_invoice_sent="always"), invoice_sent=False
    ),
    Code.NOTHING_DUE: lambda f: replace(f, case_state="closed"),
    Code.UNALLOCATED_CREDIT: lambda f: replace(
        f, money=(*f.money, MoneyFacts("draft_credit_note", 1, TODAY, D(1)))
    ),
    Code.UNMATCHED_BANK_LINE: lambda f: replace(
        f, money=(*f.money, MoneyFacts("bank_line", 1, TODAY, D(1)))
    ),
    Code.STALE_BANK: lambda f: replace(f, bank_stale_days=10, bank_stale_limit=9),
    Code.STALE_SOURCE: lambda f: replace(
        f, source_age_seconds=None, source_age_limit=300
    ),
    Code.OPEN_QUERY: lambda f: replace(f, open_queries=f.open_queries + 1),
    Code.PAYMENT_PLAN: lambda f: replace(f, active_plans=f.active_plans + 1),
    Code.INSOLVENCY: lambda f: replace(f, freezes=(*f.freezes, "insolvency")),
    Code.HELD: lambda f: replace(f, freezes=(*f.freezes, "manual")),
    Code.STATUS_UNKNOWN: lambda f: replace(f, status_unknown=True),
    Code.SNOOZED: lambda f: replace(f, snoozed_until=TODAY + dt.timedelta(days=30)),
    Code.HANDED_OVER: lambda f: replace(f, handed_over=True),
    Code.OTHER_SENDER: lambda f: replace(f, other_sender="account_followup"),
    Code.NO_RECIPIENT: lambda f: replace(f, recipients=()),
    Code.NOT_APPROVED: lambda f: replace(f, approved=False),
    Code.HOLD_WINDOW: lambda f: replace(f, hold_until=NOW + dt.timedelta(hours=2)),
    Code.SPACING: lambda f: replace(f, spaced=False),
    Code.SEND_BRAKE: lambda f: replace(f, send_brake=True),
    Code.NEUTRALIZED: lambda f: replace(f, neutralized=True),
}
#: It is about what was approved: on facts that nobody approved it says nothing.
ABOUT_APPROVAL = {Code.LADDER_CHANGED}
#: What a reason takes the place of, because it says more; for all others it is that
#: another item of the notice is overdue.
SAID_BETTER = {
    Code.NOT_APPROVED: ABOUT_APPROVAL,
    Code.INSOLVENCY: {Code.HELD},
    Code.NOTHING_DUE: {Code.HELD, Code.NOTHING_DUE},  # closed, no longer on hold
}


def add_item(facts, **vals):
    return replace(facts, items=(*facts.items, replace(ITEM, item_id=10, **vals)))


def test_every_code_has_a_way_to_make_things_worse():
    assert set(WORSE) == set(Code) - ABOUT_APPROVAL


@given(any_facts, st.lists(st.sampled_from(sorted(WORSE)), min_size=1, max_size=4))
def test_more_reasons_never_let_a_notice_out(facts, reasons):
    """On any facts at all, each reason more is found and hides no other."""
    seen = set(check(facts, NOW))
    for code in reasons:
        facts = WORSE[code](facts)
        found = check(facts, NOW)
        assert code in found
        assert seen - SAID_BETTER.get(code, {Code.NOTHING_DUE}) <= set(found)
        seen = set(found)


@given(st.sets(st.sampled_from(INDEPENDENT)))
def test_reasons_add_up(codes):
    codes -= {Code.HELD}  # a notice has one state: held, or sent
    if Code.NOT_APPROVED in codes:
        codes -= {Code.LADDER_CHANGED}
    assert set(check(apply(sorted(codes)), NOW)) == codes


@given(
    st.decimals(0, 2000, places=2),
    st.decimals(0, 2000, places=2),
    st.decimals(0, 2000, places=2),
    st.sampled_from(["not_paid", "partial", "in_payment", "paid", "reversed"]),
)
def test_only_the_proposed_amount_goes_out(residual, in_process, credited, state):
    facts = replace(
        FACTS,
        **item(
            residual=residual,
            in_process=in_process,
            credited=credited,
            payment_state=state,
        ),
    )
    if not check(facts, NOW):
        assert facts.items[0].owed == ITEM.proposed_residual
        assert state in ("not_paid", "partial")


def test_json_of_older_facts_still_reads():
    """A field that came later has its default in what an older version wrote."""
    data = json.loads(FACTS.to_json())
    required = {"reminder_id", "step_kind", "today", "items", "state", "approved"}
    for field in fields(Facts):
        if field.name not in required | {"hold_until"}:
            del data[field.name]
    assert Facts.from_json(json.dumps(data)).reminder_id == 1


@pytest.mark.parametrize("text", ["", "{", "nonsense"])
def test_json_that_is_none(text):
    with pytest.raises(ValueError):
        Facts.from_json(text)


@pytest.mark.parametrize("what", ["customer", "currency", "company"])
def test_what_is_somebody_elses_now_is_never_right_again(what):
    facts = replace(FACTS, **item(moved=(what,)))
    assert check(facts, NOW) == [Code.AMOUNT_CHANGED]
    assert Code.AMOUNT_CHANGED in OBSOLETE
    paid = replace(FACTS, **item(moved=(what,), residual=D(0), payment_state="paid"))
    assert Code.AMOUNT_CHANGED in check(paid, NOW)
    draft = replace(FACTS, **item(moved=(what,), move_state="draft"))
    assert Code.NOT_POSTED in check(draft, NOW)


def test_facts_of_before_know_of_no_move():
    data = json.loads(FACTS.to_json())
    for row in data["items"]:
        del row["moved"]
    assert Facts.from_json(json.dumps(data)) == FACTS
    moved = replace(FACTS, **item(moved=("customer", "currency")))
    assert Facts.from_json(moved.to_json()) == moved
