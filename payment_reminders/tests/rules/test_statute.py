"""The law as data: which row holds when, scales, limitation, and what ships."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ...rules import accrual, fees, interest, statute
from ...rules.statute import Band, FeeRule, StatuteError, limitation_date, parse_scale
from .law_data import STATUTES, TABLES, load_tables, read_rhythms

D = Decimal
DAY = dt.date


def law(*rules):
    return statute.Statute("XX", "", "EUR", fee_rules=rules)


def test_latest_row_of_a_date():
    old, new = FeeRule(DAY(2020, 1, 1)), FeeRule(DAY(2026, 1, 1))
    assert law(new, old).fee_rule("person", DAY(2019, 12, 31)) is None
    assert law(new, old).fee_rule("person", DAY(2025, 12, 31)) is old
    assert law(new, old).fee_rule("person", DAY(2026, 1, 1)) is new


def test_specific_row_before_a_later_general_one():
    person = FeeRule(DAY(2013, 1, 1), debtor="person")
    final = FeeRule(DAY(2012, 1, 1), kind="final_notice")
    anybody = FeeRule(DAY(2022, 1, 1))
    rules = law(person, final, anybody)
    on = DAY(2026, 1, 1)
    assert rules.fee_rule("person", on) is person
    assert rules.fee_rule("company", on) is anybody
    assert rules.fee_rule("company", on, "final_notice") is final


def test_fee_of_a_plan():
    person = FeeRule(DAY(2013, 1, 1), "person", "plan", amount=D(170))
    anybody = FeeRule(DAY(2022, 1, 1), kind="plan", amount=D(90))
    notice = FeeRule(DAY(2024, 1, 1), "person", amount=D(60))
    later = FeeRule(DAY(2030, 1, 1), "person", "plan", amount=D(180))
    rules = law(anybody, notice, later, person)
    on = DAY(2026, 1, 1)
    # A later row for anybody does not beat the one for persons.
    assert rules.plan_fee("person", on) == D(170)
    assert rules.plan_fee("company", on) == D(90)
    assert rules.plan_fee("person", DAY(2030, 1, 1)) == D(180)
    assert rules.plan_fee("company", DAY(2013, 1, 1)) == 0
    assert law(notice).plan_fee("person", on) == 0
    assert rules.fee_rule("person", on) is notice


def test_scale():
    assert parse_scale("2500: 15; 5000:10 ;0.5") == (
        Band(D(2500), D(15)),
        Band(D(5000), D(10)),
        Band(None, D("0.5")),
    )
    assert parse_scale("") == ()
    assert parse_scale("100: 0; 5") == (Band(D(100), D(0)), Band(None, D(5)))


@pytest.mark.parametrize(
    "text", ["a", "100: x", "500: 10; 100: 5", "5; 100: 5", "100: -1", "5; 6", "0: 5"]
)
def test_bad_scale(text):
    with pytest.raises(StatuteError) as caught:
        parse_scale(text)
    assert caught.value.data == {"text": text}


@pytest.mark.parametrize(
    ("code", "debtor", "expected"),
    [
        ("DK", "person", DAY(2029, 2, 10)),
        ("SE", "person", DAY(2029, 1, 11)),
        ("SE", "company", DAY(2036, 1, 11)),
        ("NO", "company", DAY(2029, 2, 10)),
        ("FI", "person", DAY(2029, 2, 10)),
        ("DE", "person", DAY(2029, 12, 31)),
        ("NL", "company", DAY(2031, 2, 10)),
        ("EU", "company", None),
    ],
)
def test_limitation(code, debtor, expected):
    date = limitation_date(
        STATUTES[code], debtor, DAY(2026, 2, 10), claim_date=DAY(2026, 1, 11)
    )
    assert date == expected


@pytest.mark.parametrize(
    ("code", "what", "moves"),
    [
        ("DK", "written_demand", False),
        ("DK", "acknowledgement", True),
        ("DK", "bankruptcy_filing", True),
        ("NO", "written_demand", False),
        ("SE", "written_demand", True),
        ("FI", "written_demand", True),
        ("DE", "written_demand", False),
        ("DE", "part_payment", True),
    ],
)
def test_what_breaks_the_limitation(code, what, moves):
    due, day = DAY(2026, 2, 10), DAY(2027, 5, 3)
    plain = limitation_date(STATUTES[code], "person", due)
    broken = limitation_date(STATUTES[code], "person", due, interruptions=[(day, what)])
    assert broken == (DAY(2030, 5, 3) if moves else plain)


def test_limitation_from_29_february():
    assert limitation_date(STATUTES["DK"], "person", DAY(2024, 2, 29)) == DAY(
        2027, 2, 28
    )


# -- what ships ------------------------------------------------------------------------


def test_twelve_jurisdictions_with_sources_and_doubts():
    codes = "AT BE DE DK EU FI FR GB IE NL NO SE"
    assert sorted(STATUTES) == codes.split()
    for one in STATUTES.values():
        rows = (*one.fee_rules, *one.margin_rules, *one.compensation_rules)
        assert all(row.source for row in rows)
        assert one.sources
        assert one.doubts


@pytest.mark.parametrize(
    ("code", "debtor", "due", "reference", "points"),
    [
        ("DK", "person", DAY(2013, 2, 28), "nationalbank_lending_rate", 7),
        ("DK", "company", DAY(2013, 3, 1), "nationalbank_lending_rate", 8),
        ("SE", "person", DAY(2026, 1, 1), "riksbank_reference_rate", 8),
        ("NO", "company", DAY(2026, 1, 1), "late_payment_rate_total", 0),
        ("FI", "person", DAY(2026, 1, 1), "viitekorko", 7),
        ("FI", "company", DAY(2026, 1, 1), "viitekorko", 8),
        ("DE", "person", DAY(2026, 1, 1), "basiszinssatz", 5),
        ("DE", "company", DAY(2014, 7, 28), "basiszinssatz", 8),
        ("DE", "company", DAY(2014, 7, 29), "basiszinssatz", 9),
        ("NL", "person", DAY(2026, 1, 1), "wettelijke_rente_total", 0),
        ("NL", "company", DAY(2026, 1, 1), "wettelijke_handelsrente_total", 0),
        ("EU", "company", DAY(2026, 1, 1), "ecb_main_refinancing_rate", 8),
        ("GB", "company", DAY(2026, 1, 1), "boe_bank_rate", 8),
        ("IE", "company", DAY(2026, 1, 1), "ecb_main_refinancing_rate", 8),
        ("FR", "company", DAY(2026, 1, 1), "ecb_main_refinancing_rate", 10),
        ("BE", "company", DAY(2026, 1, 1), "ecb_main_refinancing_rate", 8),
        ("AT", "company", DAY(2026, 1, 1), "at_basiszinssatz", D("9.2")),
        ("AT", "person", DAY(2026, 1, 1), "at_legal_interest_total", 0),
    ],
)
def test_margins(code, debtor, due, reference, points):
    rule = STATUTES[code].margin_rule(debtor, due)
    assert (rule.reference, rule.points) == (reference, points)


def test_no_directive_interest_from_a_person():
    for code in ("EU", "GB", "IE", "FR", "BE"):
        assert STATUTES[code].margin_rule("person", DAY(2026, 1, 1)) is None
    result = accrual.accrue_claim(
        STATUTES["EU"],
        TABLES,
        principal=D(1000),
        debtor="person",
        due_date=DAY(2026, 1, 1),
        end=DAY(2026, 2, 1),
    )
    assert (result.periods, result.bears_interest) == ((), False)


@pytest.mark.parametrize(
    ("code", "owed", "sum_"),
    [
        ("GB", "999.99", 40),
        ("GB", "1000", 70),
        ("GB", "9999.99", 70),
        ("GB", "10000", 100),
        ("IE", "1000", 40),
        ("IE", "1000.01", 70),
        ("IE", "10000", 70),
        ("IE", "10000.01", 100),
        ("FR", "99999", 40),
        ("BE", "99999", 40),
        ("AT", "99999", 40),
    ],
)
def test_lump_sums_of_the_new_countries(code, owed, sum_):
    rule = STATUTES[code].compensation_rule("company", DAY(2026, 1, 1), D(owed))
    assert rule.amount == sum_


def test_belgian_consumers():
    """A free first reminder; then what was agreed, by the scale of Book XIX."""
    rule = STATUTES["BE"].fee_rule("person", DAY(2026, 1, 1))
    assert (rule.free_notices, rule.after_free_deadline, rule.requires_agreement) == (
        1,
        True,
        True,
    )
    for owed, costs in ((100, 20), (150, 20), (300, 45), (500, 65), (900, 85)):
        assert fees.scale_costs(rule, D(owed)) == costs
    assert fees.scale_costs(rule, D(90000)) == 2000


def test_rates_that_nobody_read_bear_no_interest():
    verified = load_tables(accepted=("verified",))
    lending = verified["nationalbank_lending_rate"]
    assert interest.is_known(DAY(2026, 6, 30), lending)
    assert not interest.is_known(DAY(2026, 7, 1), lending)
    result = accrual.accrue_claim(
        STATUTES["DK"],
        verified,
        principal=D(1000),
        debtor="company",
        due_date=DAY(2026, 6, 1),
        end=DAY(2026, 11, 1),
    )
    assert result.computed_until == DAY(2026, 6, 30)
    assert not result.is_complete
    assert result.total() == D("7.75")  # 29 days of 9.75 percent


@pytest.mark.parametrize("code", sorted(TABLES))
def test_no_rate_beyond_the_half_year_of_the_last_one(code):
    assert TABLES[code][-1].known == (read_rhythms()[code] == "constant")
    assert TABLES[code][-1].date <= DAY(2027, 1, 1)


@given(
    st.sampled_from(sorted(STATUTES)),
    st.sampled_from(["person", "company"]),
    st.dates(DAY(2013, 1, 1), DAY(2028, 1, 1)),
    st.dates(DAY(2013, 1, 1), DAY(2028, 1, 1)),
    st.decimals(0, 10**6, places=2),
)
def test_every_claim_has_an_answer(code, debtor, due, end, principal):
    result = accrual.accrue_claim(
        STATUTES[code],
        TABLES,
        principal=principal,
        debtor=debtor,
        due_date=due,
        end=end,
    )
    assert result.total() >= 0
    assert result.computed_until <= max(end, result.start)
    assert result.is_complete or result.computed_until < end
    assert all(period.end <= result.computed_until for period in result.periods)
