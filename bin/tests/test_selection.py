"""Which tests bin/test takes, by the tags of Odoo and by the mark ``long``."""

import time
from types import SimpleNamespace

import pytest
from freezegun import freeze_time
from setup_env import pytest_plugin
from setup_env.commands.test import asks_for_one_process
from setup_env.pytest_plugin import LONG, STANDARD

odoo_tests = pytest.importorskip("odoo.tests")


def make_item(*tags, is_long=False):
    """Return a test: of Odoo if it has tags, else a plain function."""
    cls = type("Case", (odoo_tests.BaseCase,), {"test_tags": {*tags}}) if tags else None
    return SimpleNamespace(cls=cls, get_closest_marker=lambda name: is_long or None)


@pytest.mark.parametrize(
    ("item", "wanted_by"),
    [
        (make_item(), "standard all long"),
        (make_item(is_long=True), "all long"),
        (make_item(STANDARD, "post_install"), "standard all"),
        (make_item(STANDARD, is_long=True), "all long"),
        (make_item(LONG, "post_install"), "all long"),
        (make_item("other"), ""),
    ],
)
def test_tags(monkeypatch, item, wanted_by):
    monkeypatch.setenv(pytest_plugin.DATABASE, "1")
    wanted = {"standard": {STANDARD}, "all": {STANDARD, LONG}, "long": {LONG}}
    for name, tags in wanted.items():
        assert pytest_plugin._is_wanted(item, tags) == (name in wanted_by.split())


def test_without_database_none_of_odoos(monkeypatch):
    monkeypatch.setenv(pytest_plugin.DATABASE, "0")
    assert pytest_plugin._is_wanted(make_item(), {STANDARD})
    assert not pytest_plugin._is_wanted(make_item(STANDARD), {STANDARD})


@pytest.mark.parametrize(
    ("arguments", "one"),
    [
        ("", False),
        ("-x", False),
        ("--all -ra --maxfail=2", False),
        ("--durations=9", False),
        ("-k ladder", True),
        ("-xvs", True),
        ("-n 4", True),
        ("-n0", True),
        ("--collect-only", True),
        ("--co -q", True),
        ("--pdb", True),
        ("payment_reminders/tests/desk", True),
        ("-x payment_reminders/tests/common.py::TestX::test_y", True),
    ],
)
def test_in_how_many_processes(arguments, one):
    assert asks_for_one_process(arguments.split()) == one


@pytest.mark.parametrize(
    ("nodeid", "scope"),
    [
        ("a/tests/test_x.py::TestX::test_y", "a/tests/test_x.py::TestX"),
        ("a/tests/test_x.py::test_y[b::c]", "a/tests/test_x.py"),
        ("a/tests/real/test_real_way.py::TestX::test_y", "test_real_"),
        ("b/tests/test_real_killed.py::TestZ::test_y", "test_real_"),
    ],
)
def test_what_goes_to_one_process(nodeid, scope):
    assert pytest_plugin.get_scope(nodeid) == scope


def test_what_takes_longest_is_dealt_out_first():
    few = ["a/tests/test_few.py::TestX::test_1"]
    many = [f"a/tests/test_many.py::TestX::test_{number}" for number in range(3)]
    whole = ["a/tests/whole/test_soak.py::TestX::test_1"]
    real = ["a/tests/real/test_real_way.py::TestX::test_1"]
    others = ["b/tests/test_real_jobs.py::TestX::test_1"]
    order = pytest_plugin.sort_longest_first([*few, *many, *whole, *real, *others])
    assert order == [*real, *others, *whole, *many, *few]


def test_time_is_measured_under_a_frozen_clock():
    item = SimpleNamespace(stash=pytest.Stash())
    measuring = pytest_plugin._measure(item, "call")
    with freeze_time("2026-09-15") as clock:
        next(measuring)
        clock.tick(3600)
        time.sleep(0.01)
        with pytest.raises(StopIteration):
            measuring.send(None)
    assert 0.01 <= item.stash[pytest_plugin._seconds]["call"] < 60
