"""Odoo as a process: its configuration file, command line and start."""

from __future__ import annotations

import configparser
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from . import oca, progress
from .home import REPO, Home, SetupError
from .odoo_tree import OdooTree
from .postgres import Server

HOST = "127.0.0.1"
#: A machine that does other work beside takes minutes where a free one takes seconds.
START_SECONDS = 300


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """Whether a server could listen there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


#: What a database that people look at has beside: its scheduled actions run. In a test
#: nothing happens but what the test does.
SERVED: dict[str, object] = {"max_cron_threads": 1}


@dataclass(frozen=True)
class Odoo:
    """An Odoo on disk with the folder and the PostgreSQL that it works on."""

    home: Home
    tree: OdooTree
    server: Server

    def write_conf(self, database: str, **options: object) -> Path:
        """Write the configuration file of one database and return its path."""
        values: dict[str, object] = {
            **self.server.settings(),
            "addons_path": ",".join(map(str, [*self.tree.addons_paths, REPO])),
            "data_dir": self.home / "data",
            "db_name": database,
            "dbfilter": f"^{database}$",
            "list_db": False,
            "http_interface": HOST,
            "http_port": 8069,
            "workers": 0,
            "max_cron_threads": 0,
            "server_wide_modules": "base,rpc,web",
            "screenshots": self.home / "screenshots",
            "without_demo": True,
            "limit_time_real": 3600,
            "limit_time_cpu": 3600,
            **options,
        }
        parser = configparser.RawConfigParser()
        parser["options"] = {name: str(value) for name, value in values.items()}
        folder = self.home / "conf"
        folder.mkdir(exist_ok=True)
        fresh = folder / f"{database}.{os.getpid()}"
        fresh.touch(mode=0o600)
        with open(fresh, "w", encoding="utf-8") as stream:
            parser.write(stream)
        return fresh.rename(folder / f"{database}.conf")

    @classmethod
    def read_conf(cls, home: Home, conf: Path) -> Odoo:
        """The one that such a file was written for, in a process that it started."""
        parser = configparser.RawConfigParser()
        parser.read(conf, encoding="utf-8")
        options = parser["options"]
        server = Server(
            options["db_host"],
            int(options["db_port"]),
            options["db_user"],
            options.get("db_password", ""),
        )
        return cls(home, OdooTree.named(), server)

    def environment(self, conf: Path | None = None) -> dict[str, str]:
        """What a process needs that imports Odoo; of ODOO_RC, ``conf``."""
        # `bin` follows Odoo, for the demo and for our pytest plugin.
        folders = [self.tree.root, REPO / "bin"]
        if (others := oca.folder(self.home)).exists():
            folders.append(others)
        python_path = os.pathsep.join(map(str, folders))
        values = {**os.environ, "PYTHONPATH": python_path, "PYTHONUNBUFFERED": "1"}
        # For Odoo, PG* variables outdo its configuration file.
        for name in [name for name in values if name.startswith("PG")]:
            if self.server.embedded or name == "PGDATABASE":
                del values[name]
        if not self.server.embedded:
            values["PGUSER"] = self.server.user
            if self.server.password:
                values["PGPASSWORD"] = self.server.password
        if conf:
            values["ODOO_RC"] = str(conf)
        for name in ("config", "cache", "data"):
            values[f"XDG_{name.upper()}_HOME"] = str(self.home / "xdg" / name)
        return values


def command(*arguments: str) -> list[str]:
    """The command line of an Odoo; ODOO_RC tells it the configuration file."""
    return [sys.executable, "-m", "odoo", *arguments]


@contextlib.contextmanager
def running(
    environment: Mapping[str, str],
    port: int,
    *arguments: str,
    log: Path | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Start an Odoo of its own; ``wait_until_it_answers`` tells when it is up.

    The caller may kill it; leaving the block ends it in any case. A test that runs
    under bin/test gives ``os.environ``, whose ODOO_RC names the database of the test.

    :param environment: see :meth:`Odoo.environment`; its ODOO_RC names the database
    :param arguments: further arguments of the server, such as ``--max-cron-threads=1``
    :param log: the file for its output; by default it goes where ours goes
    """
    output = open(log, "ab") if log else None
    process = subprocess.Popen(
        command(f"--http-port={port}", *arguments),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        env=dict(environment),
        cwd=REPO,
        preexec_fn=progress.die_with_parent(signal.SIGTERM),
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if output:
            output.close()


def wait_until_it_answers(
    process: subprocess.Popen[bytes], port: int, wait: float = START_SECONDS
) -> None:
    """Return once the Odoo on this port serves pages.

    :param wait: seconds; whoever starts one that ends is told at once
    """
    end = time.monotonic() + wait
    # No proxy: it is this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < end:
        if process.poll() is not None:
            raise SetupError(f"Odoo ended at its start with {process.returncode}")
        try:
            opener.open(f"http://{HOST}:{port}/web/health", timeout=5).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise SetupError(f"Odoo did not answer on port {port} within {wait:.0f} s")
