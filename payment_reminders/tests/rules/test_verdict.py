"""Every code of a verdict has a rule, and the rules agree with each other."""

import datetime as dt
import json
from dataclasses import replace

import pytest

from ...rules import guard
from ...rules.verdict import (
    EARLY,
    OBSOLETE,
    OVERRIDABLE,
    RULES,
    Code,
    Lifter,
    Obstacle,
    get_freeze_code,
    get_lifter,
)
from .test_guard import ALONE, FACTS, ITEM, NOW


def test_every_code_has_one_rule_in_the_order_of_reading():
    codes = [code for code in RULES if code in list(Code)]
    assert codes == list(Code)
    assert set(RULES) - set(codes) == set(Obstacle)
    assert all(rule.code == code for code, rule in RULES.items())


def test_what_is_told_by_two_codes():
    reasons = [reason for rule in RULES.values() for reason in rule.freezes]
    sources = [source for rule in RULES.values() for source in rule.money]
    assert len(reasons) == len(set(reasons))
    assert len(sources) == len(set(sources))


def test_who_lifts():
    assert get_lifter("held") == Lifter.HOLDER
    assert get_lifter("unallocated_credit") == Lifter.BOOKKEEPER
    assert get_lifter("spacing") == Lifter.TIME
    assert get_lifter("bridge") == Lifter.MANAGER


def test_a_code_is_its_text():
    assert f"{Code.PAID} {Code.PAID!s}" == "paid paid"
    assert json.dumps([Code.PAID]) == '["paid"]'
    assert {Code.PAID} == {"paid"}


def test_what_tells_a_freeze():
    assert get_freeze_code("query") == "open_query"
    assert get_freeze_code("manual") == "held"
    assert get_freeze_code("bridge") == "held"


def test_what_may_be_overridden_is_neither_law_nor_paid():
    assert {*OVERRIDABLE} == {
        "stale_bank",
        "pending_transaction",
        "status_unknown",
        "snoozed",
        "other_sender",
        "invoice_not_sent",
        # Not what the law forbids: whether it is the law still nobody knows.
        "law_unsure",
        "hold_window",
    }
    assert not OVERRIDABLE & OBSOLETE
    assert not EARLY & OBSOLETE
    assert {*EARLY} == {"not_approved", "hold_window"}


@pytest.mark.parametrize(
    ("item", "code"),
    [
        *(
            (change["items"][-1], code)
            for code, change in ALONE.items()
            if "items" in change and code != Code.INVOICE_NOT_SENT
        ),
        (replace(ITEM, excluded=True), Code.EXCLUDED),
        (replace(ITEM, held_until=dt.date(2030, 1, 1)), Code.INVOICE_HELD),
        (replace(ITEM, already_sent=True), Code.ALREADY_SENT),
        (replace(ITEM, payment_state="blocked"), Code.BLOCKED),
        (replace(ITEM, payment_state="reversed"), Code.CREDITED),
    ],
)
def test_a_code_concerns_the_item_that_it_was_found_on(item, code):
    """Of two invoices on a notice, its sentence names the one that it is about."""
    assert code in guard.check(replace(FACTS, items=(item,)), NOW)
    assert RULES[code].concerns(item)
    assert RULES[code].concerns(ITEM) == (code == Code.NOTHING_DUE)


def test_only_the_invoice_in_trouble_is_named():
    late = replace(ITEM, item_id=2, invoice_sent_on=dt.date(2026, 9, 9))
    in_time = replace(ITEM, item_id=3, invoice_sent_on=dt.date(2026, 9, 1))
    never = replace(ITEM, item_id=4, invoice_sent=False)
    bounced = replace(never, item_id=5, invoice_bounced=True)
    facts = replace(FACTS, invoice_grace_days=10)
    assert [
        guard.invoice_trouble(facts, item)
        for item in (ITEM, late, in_time, never, bounced)
    ] == [None, "invoice_late", None, "invoice_not_sent", "invoice_bounced"]
