"""usage: bin/test [--no-browser] [pytest arguments]

Sets up Odoo 19, PostgreSQL and a database with the addon, then runs every test, those
in the browser too. All other arguments go to pytest, for example:

    bin/test -x -k ladder
    bin/test payment_reminders/tests/test_guard.py

  --no-browser   leave out the tests that need Chromium, and say how many they are
"""

from __future__ import annotations

import sys

from .. import chromium, foreground, progress, server, workspace
from ..home import SetupError

NO_BROWSER = "--no-browser"


def main(arguments: list[str]) -> int:
    """Run the tests in a copy of the template and return pytest's exit code."""
    browser = NO_BROWSER not in arguments
    arguments = [argument for argument in arguments if argument != NO_BROWSER]
    if browser and not chromium.find():
        raise SetupError(
            "There is no Chromium, and part of the tests run in a browser",
            f"none of {', '.join(chromium.NAMES)} is on PATH",
            "install it (on Debian: apt-get install chromium), or leave those tests out"
            f" with bin/test {NO_BROWSER}",
        )
    with workspace.opened() as space, space.databases.temporary("test") as database:
        conf = server.write_conf(
            space.home, space.tree, space.server, database, http_port=server.free_port()
        )
        environment = server.environment(space.home, space.tree, conf)
        environment.update(space.server.environment())
        environment["PAYMENT_REMINDERS_BROWSER"] = "1" if browser else "0"
        command = [sys.executable, "-m", "pytest", "-p", "setup_env.pytest_plugin"]
        command += [
            "--odoo-http",
            "-o",
            f"cache_dir={space.home / 'pytest-cache'}",
            *arguments,
        ]
        progress.say(f"Tests in the database {database}")
        return foreground.run(command, environment)
