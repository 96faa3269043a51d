"""Ladders that break one rule of a law each: what the linter must say of them.

(law, steps, debtors, code of the breach, index of the step)
"""

from decimal import Decimal

from ...rules.linter import Step

D = Decimal
BOTH = ("person", "company")


def reminder(days, fee=None, **kwargs):
    return Step("reminder", days, fee=None if fee is None else D(fee), **kwargs)


def final(days, fee=None, **kwargs):
    return Step("final_notice", days, fee=None if fee is None else D(fee), **kwargs)


REFUSED = [
    ("DK", [Step("nudge", -3, fee=D(10))], BOTH, "nudge_fee", 0),
    ("DK", [reminder(5), Step("call", 12, fee=D(10))], BOTH, "call_costs", 1),
    ("DK", [reminder(5, 101)], BOTH, "fee_over_cap", 0),
    ("DK", [final(5, 150)], BOTH, "fee_over_cap", 0),
    ("DK", [reminder(0, 100)], BOTH, "fee_too_early", 0),
    ("DK", [reminder(5, 100), reminder(14, 100)], BOTH, "fee_spacing", 1),
    (
        "DK",
        [reminder(5, 100), final(9, 100, delay_from="previous_step")],
        BOTH,
        "fee_spacing",
        1,
    ),
    (
        "DK",
        [reminder(5, 100), reminder(16, 100), reminder(27, 100), final(40, 100)],
        BOTH,
        "fee_count",
        3,
    ),
    ("DK", [final(20, 0, deadline_days=9)], BOTH, "deadline_short", 0),
    ("DK", [final(20, 0, deadline_days=0)], BOTH, "deadline_short", 0),
    ("DK", [final(0, 0)], BOTH, "letter_before_due", 0),
    (
        "DK",
        [reminder(5, 0, charge_interest=True, extra_margin=D(2))],
        BOTH,
        "interest_margin_person",
        0,
    ),
    (
        "DK",
        [reminder(5, 0, charge_compensation=True)],
        ("person",),
        "compensation_person",
        0,
    ),
    ("SE", [reminder(5, 61)], BOTH, "fee_over_cap", 0),
    ("SE", [final(20, 181)], BOTH, "fee_over_cap", 0),
    ("SE", [final(20, 180, deadline_days=7)], BOTH, "deadline_short", 0),
    (
        "SE",
        [reminder(5, 0, charge_compensation=True)],
        ("person",),
        "compensation_person",
        0,
    ),
    ("NO", [reminder(14, 39)], BOTH, "fee_over_cap", 0),
    ("NO", [reminder(13, 38)], BOTH, "fee_too_early", 0),
    ("NO", [reminder(14, 38), final(27, 38)], BOTH, "fee_spacing", 1),
    ("NO", [reminder(14, 38), final(28, 38)], BOTH, "fee_deadline_running", 1),
    (
        "NO",
        [reminder(14, 38, deadline_days=20), final(34, 38)],
        BOTH,
        "fee_deadline_running",
        1,
    ),
    (
        "NO",
        [reminder(14, 38), reminder(30, 38), final(46, 38)],
        BOTH,
        "fee_count",
        2,
    ),
    ("NO", [final(20, 0, deadline_days=13)], BOTH, "deadline_short", 0),
    (
        "NO",
        [reminder(14, 0, charge_interest=True, extra_margin=D(1))],
        BOTH,
        "interest_margin_person",
        0,
    ),
    ("FI", [reminder(14, 12)], BOTH, "fee_over_cap", 0),
    ("FI", [reminder(14, 13)], ("company",), "fee_over_cap", 0),
    ("FI", [reminder(13, 5)], ("person",), "fee_too_early", 0),
    ("FI", [reminder(14, 5), reminder(27, 5)], ("person",), "fee_spacing", 1),
    ("FI", [reminder(14, 12), reminder(23, 12)], ("company",), "fee_spacing", 1),
    ("FI", [final(30, 0, deadline_days=13)], ("person",), "deadline_short", 0),
    (
        "FI",
        [reminder(14, 0, charge_interest=True, extra_margin=D(1))],
        ("person",),
        "interest_margin_person",
        0,
    ),
    (
        "DE",
        [reminder(5, 0, charge_compensation=True)],
        ("person",),
        "compensation_person",
        0,
    ),
    ("NL", [reminder(20, 40)], BOTH, "fee_before_final_notice", 0),
    (
        "NL",
        [reminder(5, 0), reminder(25, 40)],
        BOTH,
        "fee_before_final_notice",
        1,
    ),
    ("NL", [final(5, 0), final(25, 7000)], BOTH, "fee_over_scale", 1),
    ("NL", [final(5, 0), final(25, 40), final(40, 40)], BOTH, "fee_count", 2),
    ("NL", [final(5, 0, deadline_days=13)], BOTH, "deadline_short", 0),
    ("EU", [reminder(5, 0, charge_interest=True)], ("person",), "no_interest", 0),
    (
        "EU",
        [reminder(5, 0, charge_compensation=True)],
        ("person",),
        "compensation_person",
        0,
    ),
    ("SE", [reminder(0, 60)], BOTH, "fee_too_early", 0),
    ("DE", [reminder(0, 3)], BOTH, "fee_too_early", 0),
    ("NL", [final(0, 40)], BOTH, "fee_too_early", 0),
    ("EU", [reminder(0, 3)], BOTH, "fee_too_early", 0),
    *(
        (
            code,
            [reminder(20, 0, charge_compensation=True)],
            ("person",),
            "compensation_person",
            0,
        )
        for code in ("NO", "FI", "NL", "GB", "IE", "FR", "BE", "AT")
    ),
    *(
        (code, [reminder(0, 3)], ("company",), "fee_too_early", 0)
        for code in ("GB", "IE", "FR", "BE", "AT")
    ),
    *(
        (code, [reminder(5, 3)], ("person",), "no_fee", 0)
        for code in ("GB", "IE", "FR")
    ),
    ("FR", [reminder(5, 3)], ("company",), "no_fee", 0),
    ("BE", [final(20, 0, deadline_days=13)], ("person",), "deadline_short", 0),
    ("BE", [reminder(5, 0), reminder(25, 2001)], ("person",), "fee_over_scale", 1),
    (
        "AT",
        [reminder(5, 0, charge_interest=True, extra_margin=D(1))],
        ("person",),
        "interest_margin_person",
        0,
    ),
]

WARNED = [
    ("DK", [reminder(5, 100), reminder(15, 100)], BOTH, "fee_spacing_careful", 1),
    ("DK", [reminder(5), reminder(14)], BOTH, "fee_spacing", 1),
    (
        "DK",
        [reminder(5), reminder(16), reminder(27), final(38)],
        BOTH,
        "fee_count",
        3,
    ),
    ("DK", [reminder(0, 0)], BOTH, "letter_before_due", 0),
    (
        "DK",
        [reminder(5, 0, charge_interest=True, extra_margin=D(2))],
        ("company",),
        "interest_margin_agreed",
        0,
    ),
    ("SE", [reminder(5, 60)], BOTH, "fee_agreement", 0),
    ("SE", [reminder(5, 60), reminder(20, 60)], BOTH, "fee_count", 1),
    (
        "SE",
        [reminder(5, 0, charge_interest=True, extra_margin=D(2))],
        BOTH,
        "interest_margin_agreed",
        0,
    ),
    (
        "SE",
        [final(20, 180, charge_compensation=True)],
        BOTH,
        "compensation_includes_fees",
        0,
    ),
    ("NO", [reminder(14, 38, deadline_days=10)], BOTH, "deadline_short", 0),
    ("NO", [reminder(14), final(28)], BOTH, "fee_deadline_running", 1),
    ("FI", [reminder(13, 12)], ("company",), "fee_too_early", 0),
    (
        "FI",
        [reminder(14, 5), reminder(28, 5), final(42, 5)],
        ("person",),
        "fee_count",
        2,
    ),
    ("DE", [reminder(5, 0), reminder(15, 3)], BOTH, "fee_actual_cost", 1),
    ("DE", [reminder(5, 3)], BOTH, "fee_first_free", 0),
    ("NL", [final(5, 0), final(25, 60)], BOTH, "fee_over_scale", 1),
    ("NL", [final(5, 0), final(25, 6775)], BOTH, "fee_over_scale", 1),
    ("NL", [final(5)], BOTH, "fee_before_final_notice", 0),
    ("EU", [reminder(5, 3)], BOTH, "fee_actual_cost", 0),
    ("BE", [reminder(5), reminder(25)], ("person",), "fee_first_free", 0),
    ("BE", [reminder(5, 0), reminder(25)], ("person",), "fee_agreement", 1),
    ("BE", [reminder(5, 0), reminder(25), final(45)], ("person",), "fee_count", 2),
    ("AT", [reminder(5, 3)], BOTH, "fee_first_free", 0),
    *(
        (code, [reminder(5, 0), reminder(25, 3)], ("company",), "fee_actual_cost", 1)
        for code in ("GB", "IE", "BE", "AT")
    ),
    *(
        (code, [reminder(5, 0, charge_interest=True)], BOTH, "no_interest", 0)
        for code in ("EU", "GB", "IE", "FR", "BE")
    ),
    *(
        (
            code,
            [reminder(20, 0, charge_interest=True, extra_margin=D(2))],
            BOTH,
            "interest_margin_agreed",
            0,
        )
        for code in ("DE", "NL")
    ),
]
