"""Gentle, normal and firm: each is lawful wherever the ladder itself is."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from ...rules import linter, temperament
from ...rules.temperament import FIRM, GENTLE, NORMAL, Step
from .law_data import STATUTES, read_ladders

ON = dt.date(2026, 11, 29)
LADDERS = read_ladders()
FEES = {"none": Decimal(0), "statutory": None}
LETTERS = ("reminder", "final_notice")


def read(name):
    law, spacing, rows = LADDERS[name]
    steps = tuple(
        Step(
            kind=row["kind"],
            delay_days=int(row["delay_days"]),
            delay_from=row["delay_from"],
            deadline_days=int(row["deadline_days"]),
            fee_policy=row["fee_policy"],
            charge_interest=row["charge_interest"],
            charge_compensation=row.get("charge_compensation", False),
        )
        for row in rows
    )
    return STATUTES.get(law), spacing, steps


def lint(steps, law):
    if law is None:
        return set(), set()
    found = linter.lint(
        linter.Ladder(
            tuple(
                linter.Step(
                    kind=step.kind,
                    delay_days=step.delay_days,
                    delay_from=step.delay_from,
                    fee=FEES[step.fee_policy],
                    charge_interest=step.charge_interest,
                    charge_compensation=step.charge_compensation,
                    deadline_days=step.deadline_days,
                )
                for step in steps
            )
        ),
        law,
        ON,
    )
    return (
        {one.code for one in found if one.level == linter.ERROR},
        {one.code for one in found if one.level == linter.WARNING},
    )


def days(steps):
    day, found = 0, []
    for step in steps:
        day = step.delay_days + (day if step.delay_from == "previous_step" else 0)
        found.append(day)
    return found


def test_there_is_a_ladder_for_each_country():
    countries = {law for law, _spacing, _rows in LADDERS.values() if law}
    assert countries == STATUTES.keys() - {"EU"}


@pytest.mark.parametrize("name", sorted(LADDERS))
@pytest.mark.parametrize("wanted", [GENTLE, NORMAL, FIRM])
def test_each_is_lawful(name, wanted):
    law, spacing, steps = read(name)
    tempered = temperament.temper(steps, wanted, law, ON)
    errors, warnings = lint(tempered, law)
    _errors, known = lint(steps, law)
    assert not errors
    assert warnings <= known
    letters = [step for step in tempered if step.kind in LETTERS]
    for before, step in zip(letters, letters[1:], strict=False):
        assert step.delay_days > before.deadline_days
        assert step.delay_days >= temperament.spacing(tempered, spacing)


@pytest.mark.parametrize("name", sorted(LADDERS))
def test_gentle_is_slower_and_firm_is_faster(name):
    law, _spacing, steps = read(name)
    gentle, firm = (
        temperament.temper(steps, wanted, law, ON) for wanted in (GENTLE, FIRM)
    )
    assert temperament.temper(steps, NORMAL, law, ON) == steps
    for slow, usual, fast in zip(days(gentle), days(steps), days(firm), strict=True):
        assert slow >= usual >= fast
    assert days(gentle)[-1] > days(steps)[-1] > days(firm)[-1]
    asked = ("fee_policy", "charge_interest", "charge_compensation")
    for step in gentle[:-1]:
        assert [getattr(step, what) for what in asked] == ["none", False, False]
    for usual, fast in zip(steps, firm, strict=True):
        assert fast.fee_policy == usual.fee_policy
        assert fast.charge_interest >= usual.charge_interest
        assert fast.charge_compensation >= usual.charge_compensation


def test_denmark_by_day():
    law, _spacing, steps = read("ladder_dk")
    firm = temperament.temper(steps, FIRM, law, ON)
    gentle = temperament.temper(steps, GENTLE, law, ON)
    assert days(steps) == [-3, 5, 19, 33]
    assert days(gentle) == [-3, 10, 31, 52]
    # Eleven days lie between two fees by the careful reading.
    assert days(firm) == [-3, 1, 12, 23]
    assert [step.deadline_days for step in firm] == [0, 8, 8, 14]
    assert [step.charge_compensation for step in firm] == [False, True, True, True]


def test_norway_waits_for_its_fee_and_takes_no_lump_sum_beside_it():
    law, _spacing, steps = read("ladder_no")
    firm = temperament.temper(steps, FIRM, law, ON)
    assert days(firm) == [-3, 1, 16, 31]
    assert not any(step.charge_compensation for step in firm)


def test_belgium_gives_its_free_fortnight():
    law, _spacing, steps = read("ladder_be")
    firm = temperament.temper(steps, FIRM, law, ON)
    assert [step.deadline_days for step in firm] == [0, 14, 14, 15]
    assert days(firm) == [-3, 1, 16, 31]


def test_a_ladder_that_counts_from_the_due_date_alone():
    steps = tuple(
        Step(kind, day, "due_date", 10, "none", False, False)
        for kind, day in (("reminder", 5), ("reminder", 20), ("final_notice", 35))
    )
    assert days(temperament.temper(steps, GENTLE, None, ON)) == [10, 32, 54]
    assert days(temperament.temper(steps, FIRM, None, ON)) == [1, 10, 19]
    assert temperament.spacing(temperament.temper(steps, FIRM, None, ON), 14) == 9
    # What is fast already is not made slower.
    quick = tuple(replace(step, delay_days=n) for n, step in enumerate(steps, start=1))
    assert days(temperament.temper(quick, FIRM, None, ON)) == [1, 2, 3]
