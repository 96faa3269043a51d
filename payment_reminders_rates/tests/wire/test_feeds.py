"""Every publisher over real HTTP, on good days and bad ones."""

from datetime import date
from decimal import Decimal

import pytest

from odoo.addons.payment_reminders.http import Door, Outcome

from ...wire import FEEDS, FeedError
from ...wire.ecb import find_austrian_move, round_up
from ..fake_publishers import BAD_DAYS, NAMES, FakePublishers, Response

DAY = date
H1, H2, NEXT = DAY(2026, 1, 1), DAY(2026, 7, 1), DAY(2027, 1, 1)
SINCE = DAY(2025, 11, 20)


@pytest.fixture(scope="module")
def served():
    with FakePublishers() as made:
        yield made


@pytest.fixture
def fake(served):
    served.behave()
    return served


def make(fake, code):
    return FEEDS[code](Door(f"{fake.url}/{code}", decimals=True))


def read(fake, code, *half_years):
    """Return {(reference, first day): percent} of what a publisher says."""
    feed = make(fake, code)
    rows = feed.to_rows(feed.fetch(SINCE), half_years or (H1, H2))
    return {(row.reference, row.date): row.percent for row in rows}


def said(percent):
    return Decimal(percent)


# -- good days -----------------------------------------------------------------------


GOOD = {
    "statbank": {
        ("nationalbank_lending_rate", H1): said("1.75"),
        ("nationalbank_lending_rate", H2): said("2.05"),
    },
    "riksbank": {
        ("riksbank_reference_rate", H1): said(2),
        ("riksbank_reference_rate", H2): said(2),
    },
    "ecb": {
        ("ecb_main_refinancing_rate", H1): said("2.15"),
        ("viitekorko", H1): said("2.5"),
        ("wettelijke_handelsrente_total", H1): said("10.15"),
        ("basiszinssatz", H1): said("1.27"),
        ("at_basiszinssatz", H1): said("1.53"),
        ("ecb_main_refinancing_rate", H2): said("2.4"),
        ("viitekorko", H2): said("2.5"),
        ("wettelijke_handelsrente_total", H2): said("10.4"),
        ("basiszinssatz", H2): said("1.52"),
        # The rise of June 2026 was of a quarter of a point.
        ("at_basiszinssatz", H2): said("1.53"),
    },
    "bundesbank": {
        ("basiszinssatz", H1): said("1.27"),
        ("ecb_main_refinancing_rate", H1): said("2.15"),
        ("basiszinssatz", H2): said("1.52"),
        ("ecb_main_refinancing_rate", H2): said("2.4"),
    },
    "norges_bank": {
        ("late_payment_rate_total", H1): said(12),
        ("late_payment_rate_total", H2): said("12.25"),
    },
}


@pytest.mark.parametrize("code", NAMES)
def test_what_each_of_them_says(fake, code):
    assert read(fake, code) == GOOD[code]


@pytest.mark.parametrize("code", ["statbank", "ecb", "bundesbank", "norges_bank"])
@pytest.mark.parametrize("form", ["commas", "marks", "moved"])
def test_other_forms_of_the_same(fake, code, form):
    getattr(fake, form).add(code)
    assert read(fake, code) == GOOD[code]


def test_the_questions_are_those_that_are_documented(fake):
    for code in NAMES:
        read(fake, code)
    asked = {code: (path, query) for code, path, query in fake.questions}
    assert asked["statbank"][0] == "/statbank/v1/data"
    assert "/Observations/SECBREFEFF/2025-11-20/" in asked["riksbank"][0]
    assert asked["ecb"][1] == {"format": "csvdata", "startPeriod": "2015-01-01"}
    assert asked["bundesbank"][1] == {"startPeriod": "2025-11"}
    assert asked["norges_bank"][1]["format"] == "csv"


def test_what_is_computed_says_how(fake):
    feed = make(fake, "ecb")
    hows = {row.reference: row.how for row in feed.to_rows(feed.fetch(SINCE), [H2])}
    assert hows == {
        "ecb_main_refinancing_rate": "",
        "viitekorko": "2.40 -> 2.50 (0.5)",
        "wettelijke_handelsrente_total": "2.40 + 8",
        "basiszinssatz": "2.40 - 0.88",
        "at_basiszinssatz": "2.15 - 0.62 (>= 0.5)",
    }


# -- days without a value ------------------------------------------------------------


def test_a_holiday_has_the_value_of_the_last_banking_day_before(fake):
    fake.series["statbank"] = {"2026-12-30": "2.05", "2027-01-01": ".."}
    assert read(fake, "statbank", NEXT) == {
        ("nationalbank_lending_rate", NEXT): said("2.05")
    }


def test_a_saturday_has_the_value_of_friday(fake):
    saturday = DAY(2028, 7, 1)
    fake.series["statbank"] = {"2028-06-29": "1.9", "2028-06-30": "2.0"}
    assert read(fake, "statbank", saturday) == {
        ("nationalbank_lending_rate", saturday): said(2)
    }


def test_the_value_of_a_banking_day_is_waited_for(fake):
    """A change that takes effect that day would be missed."""
    fake.series["statbank"] = {"2026-06-30": "1.75", "2026-07-01": ".."}
    assert read(fake, "statbank", H2) == {}
    fake.series["statbank"]["2026-07-01"] = "2.05"
    assert read(fake, "statbank", H2) == {
        ("nationalbank_lending_rate", H2): said("2.05")
    }


def test_the_swedish_rate_is_that_of_the_first_banking_day(fake):
    fake.series["riksbank"] = {"2026-12-30": "2.0", "2027-01-04": "1.5"}
    assert read(fake, "riksbank", NEXT) == {
        ("riksbank_reference_rate", NEXT): said("1.5")
    }
    fake.series["riksbank"].pop("2027-01-04")
    assert read(fake, "riksbank", NEXT) == {}, "it is not known yet"


def test_the_newest_alone_comes_as_one_object(fake):
    fake.misbehave(
        "riksbank",
        Response('{"date": "2026-07-01", "value": 2.0}', 200, "application/json"),
    )
    assert read(fake, "riksbank", H2) == {("riksbank_reference_rate", H2): said(2)}


@pytest.mark.parametrize("code", ["riksbank", "ecb", "norges_bank", "bundesbank"])
def test_a_window_that_holds_nothing(fake, code):
    fake.series[code] = {}
    assert read(fake, code) == {}
    fake.misbehave(code, Response("", 404, "text/plain"))
    if code != "riksbank":
        assert read(fake, code) == {}


def test_no_content_is_no_observation(fake):
    fake.misbehave("riksbank", Response("", 204))
    assert read(fake, "riksbank") == {}


def test_negative_rates_are_real(fake):
    first = DAY(2021, 7, 1)
    fake.series["statbank"] = {"2021-06-30": "-0.35", "2021-07-01": "-0.35"}
    fake.series["bundesbank"] = {"2021-07": "-0.88"}
    for code, percent in (("statbank", "-0.35"), ("bundesbank", "-0.88")):
        for form in ("none", "commas"):
            getattr(fake, form, set()).add(code)
            feed = make(fake, code)
            rows = list(feed.to_rows(feed.fetch(DAY(2021, 1, 1)), [first]))
            assert rows[0].percent == said(percent)


def test_a_half_year_without_a_change(fake):
    """The last change holds on, however long ago it was."""
    fake.series["ecb"] = {"2025-06-11": "2.15"}
    found = read(fake, "ecb", H1, H2, NEXT)
    assert {
        day: percent for (code, day), percent in found.items() if code == "viitekorko"
    } == dict.fromkeys((H1, H2, NEXT), said("2.5"))


def test_finland_takes_the_rate_before_the_half_year(fake):
    fake.series["ecb"] = {"2026-06-17": "2.4", "2026-07-01": "2.75"}
    found = read(fake, "ecb", H2)
    assert found["viitekorko", H2] == said("2.5")
    assert found["ecb_main_refinancing_rate", H2] == said("2.75")


def test_austria_moves_only_by_half_a_point():
    levels = [
        (DAY(2025, 6, 11), said("2.15")),
        (DAY(2026, 6, 17), said("2.40")),
        (DAY(2026, 9, 16), said("2.65")),
        (DAY(2026, 12, 16), said("2.40")),
    ]
    for day, level in (
        (DAY(2026, 7, 1), "2.15"),
        (DAY(2026, 9, 16), "2.65"),
        (DAY(2027, 1, 1), "2.65"),
    ):
        assert find_austrian_move(levels, day)[1] == said(level)
    assert find_austrian_move(levels, DAY(2025, 1, 1)) is None, "not known before"


@pytest.mark.parametrize(
    ("percent", "rounded"),
    [("2.40", "2.5"), ("2.5", "2.5"), ("2.01", "2.5"), ("0", "0"), ("-0.3", "0")],
)
def test_rounded_up_to_half_a_point(percent, rounded):
    assert round_up(said(percent)) == said(rounded)


# -- bad days ------------------------------------------------------------------------


#: Half a JSON is no CSV without its columns, which is a bad day of its own.
EACH_BAD_DAY = [
    (code, name)
    for code in NAMES
    for name in BAD_DAYS
    if name != "half" or code == "riksbank"
]


@pytest.mark.parametrize(("code", "name"), EACH_BAD_DAY)
def test_a_bad_day_says_nothing(fake, code, name):
    answer, problem = BAD_DAYS[name]
    fake.misbehave(code, answer)
    with pytest.raises(FeedError) as raised:
        read(fake, code)
    assert str(raised.value.outcome) == problem
    assert raised.value.pause == (90 if name == "throttled" else None)


@pytest.mark.parametrize(
    "body",
    [
        "TIME_PERIOD;OBS_VALUE\n2026-07;2026-07\n",
        "TIME_PERIOD;OBS_VALUE\n2026-07;152\n",
        "TIME_PERIOD;OBS_VALUE\n2026-07;1.5.2\n",
        "TIME_PERIOD;OBS_VALUE\n2026-07;NaNa\n",
        "TIME_PERIOD;OBS_VALUE\n2026-13;1.52\n",
        "TIME_PERIOD;OBS_VALUE\nJuli;1.52\n",
        "TIME_PERIOD;OBS_VALUE\n2026-07;1.52\n2026-07;1.27\n",
        # The other layout of the same service: heads, then values, then remarks.
        '"";BBIN1.M\n"";Basiszinssatz\n"";%\n2026-07;1,52;\n',
    ],
)
def test_what_is_no_rate_is_not_taken_for_one(fake, body):
    fake.misbehave("bundesbank", Response(body))
    with pytest.raises(FeedError) as raised:
        read(fake, "bundesbank")
    assert raised.value.outcome == Outcome.MALFORMED


def test_nobody_answers():
    for feed in FEEDS.values():
        with pytest.raises(FeedError) as raised:
            feed(Door("http://127.0.0.1:1", decimals=True)).fetch(SINCE)
        assert raised.value.outcome == Outcome.UNAVAILABLE
