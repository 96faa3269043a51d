"""Which tests bin/test takes, by the tags of Odoo and by the mark ``long``."""

from types import SimpleNamespace

import pytest
from setup_env import pytest_plugin
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
