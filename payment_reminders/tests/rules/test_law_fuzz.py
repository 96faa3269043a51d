"""A few hundred cases of what ``bench/law_fuzz.py`` does with hundreds of thousands."""

import random

import pytest

from . import reckoning

CASES = 400


@pytest.mark.parametrize("what", ["interest", "fees"])
def test_agrees_with_an_independent_reckoning(what):
    compare = getattr(reckoning, f"compare_{what}")
    assert reckoning.run(compare, CASES, "smoke") == []


def test_the_cases_are_not_empty():
    """Interest and fees come out, and each of the reasons why not."""
    claimed, codes, charged = 0, set(), 0
    for number in range(2 * CASES):
        rng = random.Random(f"smoke:{number}")
        claimed += reckoning.accrue_case(reckoning.draw_case(rng)) > 0
        amount, why = reckoning.judge(*reckoning.draw_ask(rng))
        charged += amount > 0
        codes |= why
    assert claimed > CASES
    assert charged > CASES / 8
    assert codes >= {
        "law_ended",
        "max_number",
        "free_deadline_running",
        "no_expired_notice",
        "inside_compensation",
        "converted",
        "over_cap",
    }
