"""The worked cases of law and published calculators, through the public functions."""

import dataclasses
import datetime as dt
import json
import re
from decimal import Decimal
from pathlib import Path

import pytest

from ...rules import accrual, fees, interest
from ...rules.calendar import Calendar
from .law_data import STATUTES, TABLES
from .next_laws import NEXT, NEXT_TABLES

EXAMPLES = [
    example
    for name in ("examples.json", "examples_next.json")
    for example in json.loads(
        (Path(__file__).parent / "data" / name).read_text(encoding="utf-8")
    )
]
ALL_TABLES = NEXT_TABLES | TABLES
REFERENCES = {
    "DK": "nationalbank_lending_rate",
    "SE": "riksbank_reference_rate",
    "NO": "late_payment_rate_total",
    "FI": "viitekorko",
    "DE": "basiszinssatz",
    "EU": "ecb_main_refinancing_rate",
    "NLW": "wettelijke_rente_total",
    "NLH": "wettelijke_handelsrente_total",
}
BASES = {
    "act/365": "actual/365",
    "act/act": "actual/actual",
    "act/360": "actual/360",
    "30/360": "30/360",
}


class Example:
    """One case: the assumptions in brackets, read."""

    def __init__(self, raw):
        options = re.search(r"\[([^\]]*)\]$", raw["description"])[1]
        self.options = dict(pair.split("=", 1) for pair in options.split("; "))
        self.expected = {
            kind: Decimal(str(value)) for kind, value in raw["expected"].items()
        }
        self.tolerance = Decimal(str(raw["tolerance"]))
        self.debtor = "company" if raw["b2b"] else "person"
        self.principal = Decimal(str(raw["principal"]))
        self.due = dt.date.fromisoformat(raw["due_date"])
        self.paid = dt.date.fromisoformat(raw["pay_date"])
        self.payments = [
            interest.Payment(
                dt.date.fromisoformat(payment["date"]), Decimal(str(payment["amount"]))
            )
            for payment in raw["payments"]
        ]
        code = {"UK": "GB"}.get(raw["country"], raw["country"])
        law = STATUTES.get(code) or NEXT[code]
        self.statute = dataclasses.replace(
            law,
            day_count=BASES.get(self.options.get("basis"), law.day_count),
            weekend_rule=self.options.get("weekend", law.weekend_rule),
        )
        self.calendar = Calendar(self.statute.country)

    def days(self, name):
        """Return the dates of an option."""
        return [
            dt.date.fromisoformat(day)
            for day in self.options.get(name, "").split(",")
            if day
        ]

    def accrue_by_statute(self):
        """Compute interest as the addon does for a case."""
        return accrual.accrue_claim(
            self.statute,
            ALL_TABLES,
            principal=self.principal,
            debtor=self.debtor,
            due_date=self.due,
            end=self.paid,
            payments=self.payments,
        ).periods

    def accrue_by_assumptions(self):
        """Compute interest with what a publisher assumed beside the law."""
        weekend = self.options.get("weekend", "ignore")
        start = self.calendar.effective_due_date(self.due, weekend)
        end = self.paid
        count = self.options.get("count", "")
        if count.startswith(("both", "first day in")):
            start -= interest.ONE_DAY
        if count.startswith("first day in"):
            end -= interest.ONE_DAY
        by_costs = self.options.get("alloc") == "costs,interest,principal"
        rates, margin = self.rates()
        return interest.accrue(
            self.principal,
            start,
            end,
            rates,
            margin,
            self.payments,
            self.statute.day_count,
            compounding="yearly" if "compounding" in self.options else "none",
            order="costs_first" if by_costs else "principal_first",
            costs=Decimal(self.options.get("costs", "0")),
        )

    def rates(self):
        reference, plus, margin = self.options["rate"].partition("+")
        if plus:
            return TABLES[REFERENCES[reference]], Decimal(margin)
        return [interest.Rate(dt.date(2000, 1, 1), Decimal(reference))], Decimal(0)


def cases(kind, condition=lambda options: True):
    found = [
        raw
        for raw in EXAMPLES
        if kind in raw["expected"] and condition(Example(raw).options)
    ]
    assert found
    return pytest.mark.parametrize("raw", found, ids=[raw["id"] for raw in found])


def test_all_examples_are_used():
    kinds = {kind for raw in EXAMPLES for kind in raw["expected"]}
    assert kinds == {"interest", "fee", "compensation"}
    assert len(EXAMPLES) == 67


@cases("interest")
def test_interest(raw):
    example = Example(raw)
    expected, tolerance = example.expected["interest"], example.tolerance
    periods = example.accrue_by_assumptions()
    if example.options.get("rounding") == "per segment":
        rounded = sum(interest.round_money(period.amount) for period in periods)
        assert abs(rounded - expected) <= tolerance
    assert abs(interest.total(periods) - expected) <= tolerance


@cases(
    "interest",
    lambda options: "+" in options["rate"] and not {"count", "costs"} & options.keys(),
)
def test_interest_by_statute(raw):
    """Where a case assumes nothing beside the law, the law that ships gives it too."""
    example = Example(raw)
    reference, _plus, margin = example.options["rate"].partition("+")
    rule = example.statute.margin_rule(example.debtor, example.due)
    assert (rule.reference, rule.points) == (REFERENCES[reference], Decimal(margin))
    got = interest.total(example.accrue_by_statute())
    assert abs(got - example.expected["interest"]) <= example.tolerance


@cases("compensation")
def test_compensation(raw):
    example = Example(raw)
    # Fees count against the lump sum where an example has both (Norway).
    fees_charged = charge(example) if "demand" in example.options else Decimal(0)
    assert compensate(example, fees_charged) == example.expected["compensation"]


#: What a law that has tiers, rounds up, or takes a series of its own gives.
NEXT_BY_STATUTE = {
    "UK-P-01": "11.75",
    "UK-D-01": "11.75",
    "PL-P-01": "14",
    "AT-D-01": "10.73",
    "BE-D-01": "10.5",
    "FR-D-01": "12.15",
}


@pytest.mark.parametrize("name", sorted(NEXT_BY_STATUTE))
def test_next_countries_by_statute(name):
    """The rate that an example names is the one that its law gives, and so is the
    interest: reference and margin, rounded up in Belgium.
    """
    example = Example(next(raw for raw in EXAMPLES if raw["id"] == name))
    periods = example.accrue_by_statute()
    assert {period.rate for period in periods} == {Decimal(NEXT_BY_STATUTE[name])}
    got = interest.total(periods)
    assert abs(got - example.expected["interest"]) <= example.tolerance


@cases("fee")
def test_fee(raw):
    example = Example(raw)
    assert charge(example) == example.expected["fee"]


def charge(example):
    """Return what the letters of an example charged, one after the other."""
    wanted = example.options.get("configured_fee")
    letters = [(day, "reminder") for day in example.days("reminders")]
    letters += [(day, "final_notice") for day in example.days("notice")]
    demands = example.days("demand")
    if demands:
        # The demand needs a collection notice, which may be the only letter (§ 10
        # inkassoloven, NO); and the lump sum comes after the fees, lowered by them.
        letters = [(day, "final_notice") for day, _kind in letters]
        letters += [(day, "demand") for day in demands]
    history = []
    if "fourteen_day_letter" in example.options:
        history.append(
            fees.SentNotice(example.due + dt.timedelta(15), kind="final_notice")
        )
        letters.append((example.paid, "final_notice"))
    charged = Decimal(0)
    for day, kind in sorted(letters):
        decision = fees.notice_fee(
            example.statute,
            wanted=Decimal(wanted) if wanted else None,
            debtor=example.debtor,
            on=day,
            due_date=example.due,
            fee_history=history,
            agreed=example.options.get("fee_agreed") == "yes",
            kind=kind,
            principal=example.principal,
            compensation_claimed=Decimal(0) if demands else compensate(example),
        )
        charged += decision.amount
        history.append(fees.SentNotice(day, decision.amount, kind))
    return charged


def compensate(example, fees_claimed=Decimal(0)):
    return fees.compensation(
        example.statute,
        debtor=example.debtor,
        due_date=example.calendar.effective_due_date(
            example.due, example.statute.weekend_rule
        ),
        on=example.paid,
        fees_claimed=fees_claimed,
        principal=example.principal,
        # The examples of Poland name no lump sum.
        exchange_rate=Decimal(1),
    ).amount
