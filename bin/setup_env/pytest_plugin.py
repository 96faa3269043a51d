"""pytest plugin of bin/test: what this repository adds to pytest-odoo."""

from __future__ import annotations

import os
import time
import unittest
from collections import Counter
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from .browser_clock import let_time_pass
from .database import Databases
from .home import Home
from .server import Odoo, free_port

# How bin/test tells this process what it was asked for.
BROWSER = "PAYMENT_REMINDERS_TEST_BROWSER"
DATABASE = "PAYMENT_REMINDERS_TEST_DATABASE"
TEMPLATE = "PAYMENT_REMINDERS_TEST_TEMPLATE"
SOURCE = "PAYMENT_REMINDERS_TEST_SOURCE"

STANDARD = "standard"
# What takes minutes and guards against little that the rest does not find: Odoo's tests
# carry it as a tag of their class, any other as the mark `long`.
LONG = "payment_reminders_long"

#: Whose processes and servers take both cores: one such test at a time.
REAL = "test_real_"
#: What is dealt out first: one of its tests may take as long as fifty others, and no
#: process is to be left with it while another one has nothing to do.
LONGEST = (REAL, "/tests/whole/")
WITHOUT_BROWSER = "without_browser"

_without_browser: set[str] = set()
_seconds = pytest.StashKey[dict[str, float]]()


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


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> Generator[None, object, object]:
    """Give each of several processes a database of its own, before Odoo starts."""
    worker = getattr(config, "workerinput", None)
    if worker and os.environ.get(DATABASE) != "0":
        _enter_own_database(worker["workerid"])
    return (yield)


def _enter_own_database(worker: str) -> None:
    conf = Path(os.environ["ODOO_RC"])
    odoo = Odoo.read_conf(Home(), conf)
    name = Databases(odoo).copy_beside(conf.stem, os.environ[SOURCE], worker)
    os.environ["ODOO_RC"] = str(odoo.write_conf(name, http_port=free_port()))
    # pytest-odoo would make one as well, with tools that not every machine has.
    os.environ.pop("PYTEST_XDIST_WORKER", None)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object | None:
    """Deal out whole classes, and all tests with real processes to one process."""
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return get_scope(nodeid)

    # The processes have sorted what they collected.
    config.option.loadscopereorder = False
    return Scheduling(config, log) if config.getoption("dist") == "load" else None


def get_scope(nodeid: str) -> str:
    """Name what goes to one process in one piece."""
    scope = nodeid.split("[")[0].rpartition("::")[0]
    return REAL if Path(scope.split("::")[0]).name.startswith(REAL) else scope


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
    if hasattr(config, "workerinput"):
        nodeids = sort_longest_first([item.nodeid for item in items])
        places = {nodeid: place for place, nodeid in enumerate(nodeids)}
        items.sort(key=lambda item: places[item.nodeid])


def sort_longest_first(nodeids: list[str]) -> list[str]:
    """Sort tests into the order in which they are dealt out, scope by scope.

    After the longest come those of which most go to one process in one piece.
    """
    sizes = Counter(map(get_scope, nodeids))

    def get_place(nodeid: str) -> tuple[bool, int]:
        scope = get_scope(nodeid)
        return not any(part in scope for part in LONGEST), -sizes[scope]

    return sorted(nodeids, key=get_place)


def _is_wanted(item: pytest.Item, wanted: set[str]) -> bool:
    """Whether a test carries a wanted tag; what is not Odoo's carries all but LONG."""
    from odoo.tests import BaseCase

    is_long = item.get_closest_marker("long") is not None or hasattr(
        getattr(item, "obj", None), "takes_long"
    )
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
def browser_clock() -> None:
    """Let a page that never comes be waited for in real time."""
    if os.environ.get(DATABASE) != "0":
        let_time_pass()


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


# pytest's own clock stands still, or leaps, in a test that freezes the time.


def _measure(item: pytest.Item, phase: str) -> Generator[None, object, object]:
    start = time.clock_gettime(time.CLOCK_MONOTONIC)
    try:
        return (yield)
    finally:
        took = time.clock_gettime(time.CLOCK_MONOTONIC) - start
        item.stash.setdefault(_seconds, {})[phase] = took


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    """Measure the set-up of a class, which its first test has to wait for."""
    return (yield from _measure(item, "setup"))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Measure a test."""
    return (yield from _measure(item, "call"))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """Measure what a class leaves to be done after its last test."""
    return (yield from _measure(item, "teardown"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Report how long it really took."""
    report = yield
    report.duration = item.stash.get(_seconds, {}).get(call.when, report.duration)
    return report


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tell the first process what was left out in this one."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output[WITHOUT_BROWSER] = sorted(_without_browser)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Hear from one of several processes what was left out in it."""
    _without_browser.update(getattr(node, "workeroutput", {}).get(WITHOUT_BROWSER, ()))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how many tests --no-browser left out."""
    if _without_browser:
        terminalreporter.write_line(
            f"{len(_without_browser)} tests need a browser: left out by --no-browser",
            yellow=True,
        )
