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

_without_browser: set[str] = set()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --tags, because pytest-odoo does not look at Odoo's tags."""
    parser.addoption(
        "--tags",
        default="standard",
        help="run the tests of Odoo that carry this tag (default: standard)",
    )


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
    from odoo.tests import BaseCase

    wanted = config.getoption("--tags")
    no_database = os.environ.get(DATABASE) == "0"
    kept, left_out = [], []
    for item in items:
        cls = getattr(item, "cls", None)
        tags = cls.test_tags if cls and issubclass(cls, BaseCase) else None
        if tags is not None and (no_database or wanted not in tags):
            left_out.append(item)
        else:
            kept.append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept


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
