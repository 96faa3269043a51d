"""The last word: every code by itself, its order, and that doubts only add up."""

import datetime as dt
import json
from dataclasses import fields, replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ..rules.guard import FREEZE_CODES, Code, Facts, ItemFacts, check

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
    Code.UNALLOCATED_CREDIT: {"unallocated_credit": D("0.01")},
    Code.UNMATCHED_BANK_LINE: {"unmatched_bank_lines": (5,)},
    Code.STALE_BANK: {"bank_stale_days": 4, "bank_stale_limit": 3},
    Code.PENDING_TRANSACTION: item(pending_transaction=True),
    Code.OPEN_QUERY: {"open_queries": 1},
    Code.PAYMENT_PLAN: {"active_plans": 1},
    Code.INSOLVENCY: {"freezes": ("insolvency",)},
    Code.STATUS_UNKNOWN: {"status_unknown": True},
    Code.BLOCKED: item(no_followup=True),
    Code.HELD: {"state": "held"},
    Code.SNOOZED: {"snoozed_until": TODAY + dt.timedelta(days=1)},
    Code.EXCLUDED: {"partner_excluded": True},
    Code.HANDED_OVER: {"handed_over": True},
    Code.NO_RECIPIENT: {"recipients": ()},
    Code.INVOICE_NOT_SENT: {
        "require_invoice_sent": True,
        **item(invoice_sent=False),
    },
    Code.NOT_APPROVED: {"approved": False},
    Code.HOLD_WINDOW: {"hold_until": NOW + dt.timedelta(seconds=1)},
    Code.SPACING: {"spaced": False},
    Code.LADDER_CHANGED: {"approved_ladder_id": 2},
    Code.SEND_BRAKE: {"send_brake": True},
    Code.NEUTRALIZED: {"neutralized": True},
    Code.ALREADY_SENT: {"state": "sent"},
}


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
        facts = replace(facts, **ALONE[code])
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
    after = check(replace(apply(codes), **ALONE[more]), NOW)
    assert after, "one reason is enough"
    if before:
        assert set(before) - REPLACED <= set(after)


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
