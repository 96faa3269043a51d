"""pytest plugin of bin/test: what this repository adds to pytest-odoo."""

from __future__ import annotations

import os
import unittest
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

_left_out: set[str] = set()


def pytest_configure(config: pytest.Config) -> None:
    """Keep Hypothesis's examples out of the checkout."""
    home = os.environ.get("PAYMENT_REMINDERS_HOME")
    if not home:
        return
    try:
        from hypothesis.configuration import set_hypothesis_home_dir
    except ImportError:
        return
    set_hypothesis_home_dir(Path(home) / "hypothesis")


@pytest.fixture(scope="session", autouse=True)
def no_browser() -> Iterator[None]:
    """With --no-browser, skip a test at the moment it would open the browser."""
    if os.environ.get("PAYMENT_REMINDERS_BROWSER") != "0":
        yield
        return
    from odoo.tests.common import HttpCase

    def skip(self: unittest.TestCase, *_args: Any, **_kwargs: Any) -> None:
        _left_out.add(self.id())
        raise unittest.SkipTest("needs Chromium, left out by --no-browser")

    patch = pytest.MonkeyPatch()
    patch.setattr(HttpCase, "browser_js", skip)
    yield
    patch.undo()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how many tests --no-browser left out."""
    if _left_out:
        terminalreporter.write_line(
            f"{len(_left_out)} browser tests left out by --no-browser", yellow=True
        )
