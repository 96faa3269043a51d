import datetime as dt
from decimal import Decimal

import pytest

from ...rules import allocation
from ...rules.guard import Facts, check
from ...rules.rest import OBSOLETE, OPEN, SENT, STOPPED, Fate, RestNotice, decide
from ...rules.verdict import Code

TODAY = dt.date(2026, 9, 15)
NOW = dt.datetime(2026, 9, 15, 8)
YESTERDAY = TODAY - dt.timedelta(days=1)
POLICIES = [Fate.WAIVE, Fate.KEEP, Fate.NOTICE, Fate.ASK, Fate.INVOICE]


@pytest.mark.parametrize("policy", POLICIES)
def test_nothing_and_trifles(policy):
    assert decide(policy, Decimal(0), Decimal(0), TODAY) == Fate.NOTHING
    assert decide(policy, Decimal("-1"), Decimal(5), TODAY) == Fate.NOTHING
    assert decide(policy, Decimal(5), Decimal(5), TODAY) == Fate.WAIVE
    assert decide(policy, Decimal("5.01"), Decimal(5), TODAY) == policy


@pytest.mark.parametrize(
    ("notice", "fate"),
    [
        (None, Fate.NOTICE),
        (RestNotice(OBSOLETE), Fate.NOTICE),
        (RestNotice(OPEN), Fate.WAIT),
        (RestNotice(SENT, TODAY), Fate.WAIT),
        (RestNotice(SENT, YESTERDAY), Fate.ASK),
        (RestNotice(SENT), Fate.ASK),
        (RestNotice(STOPPED), Fate.ASK),
    ],
)
def test_one_notice_of_the_rest_and_then_a_person(notice, fate):
    assert decide(Fate.NOTICE, Decimal(100), Decimal(0), TODAY, notice) == fate


@pytest.mark.parametrize(
    ("claimed", "settled", "order", "left"),
    [
        ({"fee": 100, "interest": 7}, {}, "costs_first", {"fee": 100, "interest": 7}),
        (
            {"fee": 99, "interest": 7},
            {None: 50},
            "costs_first",
            {"fee": 49, "interest": 7},
        ),
        ({"fee": 100, "interest": 7}, {None: 50}, "principal_first", {"fee": 57}),
        ({"fee": 100, "interest": 7}, {"interest": 7}, "costs_first", {"fee": 100}),
        # What is over of one kind settles the others; a correction does too.
        ({"fee": 100, "interest": 7}, {"interest": 17}, "costs_first", {"fee": 90}),
        ({"fee": 100, "interest": -10}, {}, "costs_first", {"fee": 90}),
        ({"fee": 100}, {"fee": 60, None: 60}, "costs_first", {}),
    ],
)
def test_open_by_kind(claimed, settled, order, left):
    def exact(amounts):
        return {kind: Decimal(amount) for kind, amount in amounts.items()}

    assert allocation.open_by_kind(exact(claimed), exact(settled), order) == exact(left)


def make_facts(**vals):
    return Facts(
        **{
            "reminder_id": 1,
            "step_kind": "reminder",
            "today": TODAY,
            "items": (),
            "state": "approved",
            "approved": True,
            "hold_until": None,
            "recipients": ("email:a@example.com",),
            "rest_only": True,
            "open_costs": Decimal("107.50"),
            "proposed_costs": Decimal("107.50"),
            **vals,
        }
    )


@pytest.mark.parametrize(
    ("vals", "codes"),
    [
        ({}, []),
        ({"rest_only": False}, [Code.NOTHING_DUE]),
        ({"open_costs": Decimal(0)}, [Code.NOTHING_DUE]),
        ({"open_costs": Decimal("7.50")}, [Code.AMOUNT_CHANGED]),
        ({"overdue_principal": Decimal(1)}, [Code.AMOUNT_CHANGED]),
        ({"case_state": "closed"}, [Code.NOTHING_DUE]),
        ({"freezes": ("rest",)}, [Code.HELD]),
    ],
)
def test_guard_of_a_notice_of_the_rest(vals, codes):
    facts = make_facts(**vals)
    assert check(facts, NOW) == codes
    assert Facts.from_json(facts.to_json()) == facts
