"""usage: bin/test [--all] [--no-browser] [--no-database] [--tags TAG] [pytest's]

Sets up Odoo 19, PostgreSQL and a database with the addon, then runs the tests, those in
the browser too: in two processes, or in one where only some are asked for. All other
arguments go to pytest, for example:

    bin/test -x -k ladder
    bin/test -n 4
    bin/test payment_reminders/tests/rules/test_guard.py

  --all           the long tests too, which are otherwise left out
  --no-browser    leave out the tests that need Chromium, and say how many they are
  --no-database   only the tests that need none (the pure rules), within seconds
  --tags TAG      of Odoo's tests, those with this tag (by default: standard)
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence

from .. import foreground, oca, progress, server, tools, workspace
from ..home import Home
from ..odoo_tree import OdooTree
from ..postgres import Server
from ..pytest_plugin import BROWSER, DATABASE, SOURCE, TEMPLATE
from ..server import Odoo
from ..workspace import Workspace

NO_BROWSER = "--no-browser"
NO_DATABASE = "--no-database"
PROCESSES = 2
#: What asks for some tests only, or for a test that one can talk to.
ONE_PROCESS = re.compile(
    r"-[lqvx]*[hkmnps]|--(co|collect-only|pdb|trace|capture|lf|last-failed|sw|stepwise"
    r"|numprocesses|dist|tx|tags|fixtures|markers|help|version|setup-(only|plan))\b"
)
SLOWEST = ("--durations=25", "--durations-min=1")


def main(arguments: list[str]) -> int:
    """Run the tests and return pytest's exit code."""
    flags = {NO_BROWSER, NO_DATABASE} & set(arguments)
    arguments = [argument for argument in arguments if argument not in flags]
    os.environ[BROWSER] = "0" if NO_BROWSER in flags else "1"
    os.environ[DATABASE] = "0" if NO_DATABASE in flags else "1"
    if NO_DATABASE in flags:
        return _run_without_database(arguments)
    home = Home()
    if NO_BROWSER not in flags:
        tools.provide(
            home,
            tools.CHROMIUM,
            f"leave the tests in a browser out with bin/test {NO_BROWSER}",
        )
    tools.provide_wkhtmltopdf(home, "tests of letters are left out")
    oca.provide(home, "tests of the bridge to them are left out")
    with workspace.opened() as space:
        with space.databases.temporary("test", shared=True) as database:
            return _run(space, database, arguments)


def _run(space: Workspace, database: str, arguments: list[str]) -> int:
    conf = space.odoo.write_conf(database, http_port=server.free_port())
    progress.say(f"Tests in the database {database}")
    command = [*_pytest(space.home), "--odoo-http", *SLOWEST]
    if not asks_for_one_process(arguments):
        command += ["-n", str(PROCESSES)]
    command += arguments
    environment = space.odoo.environment(conf)
    # Some tests commit, each in a copy of its own that nothing is set up in.
    environment[TEMPLATE] = space.databases.template
    environment[SOURCE] = space.databases.source
    return foreground.run(command, environment)


def asks_for_one_process(arguments: Sequence[str]) -> bool:
    """Whether a second process would not pay, or is left to pytest's own arguments."""
    return any(
        ONE_PROCESS.match(argument) or not argument.startswith("-")
        for argument in arguments
    )


def _run_without_database(arguments: list[str]) -> int:
    odoo = Odoo(Home(), OdooTree.named(), Server("", 0, "nobody", embedded=True))
    conf = odoo.write_conf("none")
    return foreground.run([*_pytest(odoo.home), *arguments], odoo.environment(conf))


def _pytest(home: Home) -> list[str]:
    command = [sys.executable, "-m", "pytest", "-p", "setup_env.pytest_plugin"]
    return [*command, "-o", f"cache_dir={home / 'pytest-cache'}"]
