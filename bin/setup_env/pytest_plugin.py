"""pytest plugin of bin/test: what this repository adds to pytest-odoo."""

from __future__ import annotations

import os
import unittest
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# How bin/test tells this process what it was asked for.
BROWSER = "PAYMENT_REMINDERS_TEST_BROWSER"
DATABASE = "PAYMENT_REMINDERS_TEST_DATABASE"
TEMPLATE = "PAYMENT_REMINDERS_TEST_TEMPLATE"

STANDARD = "standard"
# What takes minutes and guards against little that the rest does not find: Odoo's tests
# carry it as a tag of their class, any other as the mark `long`.
LONG = "payment_reminders_long"

_without_browser: set[str] = set()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --tags and --all, because pytest-odoo does not look at Odoo's tags."""
    parser.addoption(
        "--tags",
        default=STANDARD,
        help=f"run the tests of Odoo that carry this tag (default: {STANDARD})",
    )
    parser.addoption("--all", action="store_true", help="run the long tests as well")


def pytest_configure(config: pytest.Config) -> None:
    """Keep Hypothesis's examples out of the checkout; see to --no-database."""
    if os.environ.get(DATABASE) == "0":
        # Registered last, so that its fixtures stand in for those of pytest-odoo.
        config.pluginmanager.register(_NoDatabase(), "no-database")
    try:
        from hypothesis.configuration import set_hypothesis_home_dir
    except ImportError:
        return
    if "PAYMENT_REMINDERS_HOME" in os.environ:
        folder = Path(os.environ["PAYMENT_REMINDERS_HOME"]) / "hypothesis"
        set_hypothesis_home_dir(folder)


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Leave out what another tag, or a database, is needed for."""
    wanted = {config.getoption("--tags")}
    if config.getoption("--all"):
        wanted.add(LONG)
    kept: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for item in items:
        (kept if _is_wanted(item, wanted) else left_out).append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept


def _is_wanted(item: pytest.Item, wanted: set[str]) -> bool:
    """Whether a test carries a wanted tag; what is not Odoo's carries all but LONG."""
    from odoo.tests import BaseCase

    is_long = item.get_closest_marker("long") is not None
    cls = getattr(item, "cls", None)
    if not (cls and issubclass(cls, BaseCase)):
        return LONG in wanted or not is_long
    tags = set(cls.test_tags)
    if is_long:
        tags = tags - {STANDARD} | {LONG}
    return os.environ.get(DATABASE) != "0" and bool(tags & wanted)


class _NoDatabase:
    """Fixtures for --no-database, by the names that pytest-odoo gives its own."""

    @pytest.fixture(scope="session", autouse=True)
    def load_registry(self) -> None:
        """Open no database."""

    @pytest.fixture(scope="session", autouse=True)
    def load_http(self) -> None:
        """Start no server."""


@pytest.fixture(scope="session", autouse=True)
def no_browser() -> Iterator[None]:
    """With --no-browser, skip a test at the moment it would open the browser."""
    if os.environ.get(BROWSER) != "0":
        yield
        return
    from odoo.tests.common import HttpCase

    def skip(self: unittest.TestCase, *_args: Any, **_kwargs: Any) -> None:
        _without_browser.add(self.id())
        raise unittest.SkipTest("needs Chromium, left out by --no-browser")

    patch = pytest.MonkeyPatch()
    patch.setattr(HttpCase, "browser_js", skip)
    yield
    patch.undo()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how many tests --no-browser left out."""
    if _without_browser:
        terminalreporter.write_line(
            f"{len(_without_browser)} tests need a browser: left out by --no-browser",
            yellow=True,
        )
