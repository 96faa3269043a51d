"""usage: bin/demo [--no-serve] [--port N]

Sets up Odoo 19 and PostgreSQL, plays 45 days of payment_reminders in a new database,
and serves it for a look around. The play of a day is kept: started again, it is there
at once, as it was when it ended.

  --no-serve   stop after the tables
  --port N     serve on this port of 127.0.0.1 (8069)
"""

from __future__ import annotations

import argparse
import contextlib
import subprocess
import sys

from demo_run.services import TABLE, Services, started

from .. import foreground, server, tools, workspace
from ..home import Home, SetupError
from ..played import Played, set_parameters
from ..workspace import Workspace

NAME = "demo"
LOGIN = "admin"
LOG = "demo-server"
INTERRUPTED = 130


def main(arguments: list[str]) -> int:
    """Play and serve the demo."""
    parser = argparse.ArgumentParser(prog="bin/demo", allow_abbrev=False)
    parser.add_argument("--no-serve", action="store_true")
    parser.add_argument("--port", type=int, default=8069)
    options = parser.parse_args(arguments)
    if not options.no_serve and not server.is_free(options.port):
        raise SetupError(
            f"Port {options.port} of {server.HOST} is taken",
            "another server listens there, perhaps another bin/demo",
            "stop it, or give another one: bin/demo --port 8070",
        )
    tools.provide_wkhtmltopdf(Home(), "no letters can be made in the demo")
    with workspace.opened() as space, space.home.lock(NAME):
        return _run(space, options.port, serve=not options.no_serve)


def _run(space: Workspace, port: int, serve: bool) -> int:
    folder = space.home.fresh(space.home / NAME)
    played = Played(space)
    again = played.exists()
    if again:
        database = played.restore(NAME, folder)
    with started(folder, port) as services:
        if not again:
            database = space.databases.create(NAME)
            code = _play(space, database, services)
            if code == INTERRUPTED:
                raise KeyboardInterrupt
            if code:
                return code
            played.keep(database, folder)
        print((folder / TABLE).read_text(encoding="utf-8"), flush=True)
        if not serve:
            return 0
        set_parameters(space.databases, database, services.settings)
        with _server(space, database, services, port) as process:
            server.wait_until_it_answers(process, port)
            _say_where(port, services)
            return process.wait()


def _play(space: Workspace, database: str, services: Services) -> int:
    conf = space.odoo.write_conf(database, **services.conf)
    environment = {**space.odoo.environment(conf), **services.environment}
    return foreground.run([sys.executable, "-m", "demo_run"], environment)


def _server(
    space: Workspace, database: str, services: Services, port: int
) -> contextlib.AbstractContextManager[subprocess.Popen[bytes]]:
    conf = space.odoo.write_conf(database, **services.conf, **server.SERVED)
    environment = {**space.odoo.environment(conf), **services.environment}
    log = space.home.log(LOG)
    log.write_bytes(b"")
    return server.running(environment, port, log=log)


def _say_where(port: int, services: Services) -> None:
    print(f"Odoo:   http://{server.HOST}:{port}/odoo")
    print(f"Login:  {LOGIN}, password {LOGIN}")
    for line in services.closing_words:
        print(line)
    print("Ctrl-C ends it.", flush=True)
