"""Databases: a template with the addon installed, and quick copies of it.

Three templates, so that a change of our code costs seconds: ``base`` holds Odoo with
the modules that ours depend on, ``addon`` is a copy of it with ours installed, and
``shared`` a copy of that with the company that the tests begin with. A template gets
its final name only when it is finished, so nothing else has to be remembered about it;
each run works on a copy that is dropped afterwards.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg2
from psycopg2 import sql

from . import addons, progress
from .home import REPO, SetupError, explain_failure, remove
from .server import Odoo, command

KEEP_TEMPLATES = 3
BUILDING = "building"
KEEPING = "keeping"
TODO = "correct what the log says and start again"
END_SESSIONS = sql.SQL(
    """
    SELECT pg_terminate_backend(pid)
      FROM pg_stat_activity
     WHERE datname = {} AND usename = current_user
    """
)
# What sets up, among the addon's tests, what they share.
SHARED = ("shared.py", "common.py")


class Databases:
    """The databases of one home folder on one server."""

    def __init__(self, odoo: Odoo) -> None:
        self.odoo = odoo
        self.home = odoo.home
        self.server = odoo.server
        # Another folder may use the same server, and this folder another server.
        place = (
            str(self.home.path),
            self.server.host,
            self.server.port,
            self.server.user,
        )
        self.prefix = f"pr_{hashlib.sha256(repr(place).encode()).hexdigest()[:6]}"
        self.filestores = self.home / "data" / "filestore"
        #: The last template with the addon: nobody is ever connected to it.
        self.template = ""
        #: The template that the last database was copied from.
        self.source = ""

    @contextlib.contextmanager
    def temporary(self, purpose: str, shared: bool = False) -> Iterator[str]:
        """A copy of the template that lives as long as the block.

        :param shared: whether with what the tests share
        """
        name = f"{purpose}_{os.getpid()}"
        lock = self.home / "locks" / f"db-{self.prefix}_{name}"
        # Held while the copy is in use. The kernel lets go of it for a killed run, and
        # the next run drops what that one left.
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        try:
            database = self.create(name, shared)
            yield database
        finally:
            self.drop(f"{self.prefix}_{name}")
            lock.unlink(missing_ok=True)
            os.close(descriptor)

    def create(self, name: str, shared: bool = False) -> str:
        """Make a database from the template, in place of one of the same name."""
        with self.home.lock("template"):
            self._drop_abandoned()
            self.template = self._template()
            self.source = self._shared_template() if shared else self.template
            database = f"{self.prefix}_{name}"
            self.drop(database)
            self._copy(self.source, database)
        return database

    def get_template(self) -> str:
        """Name of the template that ``create`` copies, made if need be."""
        with self.home.lock("template"):
            self._drop_abandoned()
            self.template = self._template()
        return self.template

    def keep(self, database: str, kind: str, key: str) -> None:
        """Keep a copy of a database to which nobody is connected, one of its kind."""
        work, name = f"{self.prefix}_{KEEPING}", f"{self.prefix}_{kind}_{key}"
        self.drop(work)
        self.drop(name)
        self._copy(database, work)
        self._finish(work, name)
        self._mark_used(name)
        self._drop_old(kind, keep=1)

    def exists_kept(self, kind: str, key: str) -> bool:
        """Whether such a copy is there."""
        return self.exists(f"{self.prefix}_{kind}_{key}")

    def create_from_kept(self, kind: str, key: str, name: str) -> str:
        """Make a database from a kept copy, in place of one of the same name."""
        database = f"{self.prefix}_{name}"
        self.drop(database)
        self._copy(f"{self.prefix}_{kind}_{key}", database)
        return database

    def exists(self, database: str) -> bool:
        """Whether there is a database of this full name."""
        return database in self._list()

    def copy_beside(self, database: str, template: str, name: str) -> str:
        """Make one more copy of a template, which is dropped together with a database.

        :return: its full name
        """
        beside = f"{database}__{name}"
        self._copy(template, beside)
        return beside

    def drop(self, database: str) -> None:
        """Drop a database with its files, if it is there, and what was made beside it.

        A test that needs one to commit to names it after its own: ``<database>__way``.
        """
        for name in self._list():
            if name == database or name.startswith(f"{database}__"):
                self._drop_one(name)
                remove(self.filestores / name)
        for folder in (self.filestores, self.home / "conf"):
            for pattern in (database, f"{database}.*", f"{database}__*"):
                for path in folder.glob(pattern):
                    remove(path)

    def _drop_one(self, name: str) -> None:
        """End this user's sessions in a database, then drop it.

        WITH (FORCE) would end autovacuum's too, which is the right of a superuser
        alone; without it PostgreSQL asks autovacuum to leave, and waits.
        """
        statement = sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name))
        for tries_left in reversed(range(5)):
            self._execute(END_SESSIONS.format(sql.Literal(name)))
            try:
                return self._execute(statement)
            except psycopg2.errors.ObjectInUse:
                if not tries_left:
                    raise

    def _template(self) -> str:
        """Name of a finished template for the code as it is now."""
        ours = addons.find()
        needed = addons.dependencies(ours)
        facts = [self.odoo.tree.version, str(self._server_version()), *needed]
        key = hashlib.sha256("\n".join(facts).encode()).hexdigest()[:8]
        base = f"{self.prefix}_base_{key}"
        template = (
            f"{self.prefix}_addon_{key}_{addons.fingerprint(ours)}" if ours else base
        )
        if not self.exists(template):
            self._drop_unfinished()
            if not self.exists(base):
                self._build(base, None, needed)
            if template != base:
                self._build(template, base, ours)
        self._mark_used(template)
        self._mark_used(base)
        self._drop_old("base", keep=2)
        self._drop_old("addon", keep=KEEP_TEMPLATES)
        return template

    def _shared_template(self) -> str:
        """Name of a finished template with what the tests share."""
        folder = REPO / addons.ADDON / "tests"
        total = hashlib.sha256(self.template.encode())
        for file in SHARED:
            total.update((folder / file).read_bytes())
        name = f"{self.prefix}_shared_{total.hexdigest()[:12]}"
        if not self.exists(name):
            self._drop_unfinished()
            self._build_shared(name)
        self._mark_used(name)
        self._drop_old("shared", keep=KEEP_TEMPLATES)
        return name

    def _build_shared(self, name: str) -> None:
        work = f"{self.prefix}_{BUILDING}"
        self._copy(self.template, work)
        conf = self.odoo.write_conf(work)
        try:
            progress.run(
                "Template database: what the tests share",
                [sys.executable, "-m", "setup_env.build_shared"],
                log=self.home.log("shared"),
                env=self.odoo.environment(conf),
            )
        except progress.CommandFailed as error:
            error.tail = _from_first_error(error.log)
            what = "What the tests share cannot be set up"
            raise explain_failure(self.home, what, error, TODO) from error
        conf.unlink()
        self._finish(work, name)

    def _build(self, name: str, source: str | None, modules: list[str]) -> None:
        """Install modules into a new database and give it its name at the end."""
        work = f"{self.prefix}_{BUILDING}"
        if source:
            self._copy(source, work)
        else:
            statement = (
                "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C'"
            )
            self._execute(sql.SQL(statement).format(sql.Identifier(work)))
        conf = self.odoo.write_conf(work)
        what = ", ".join(modules)
        try:
            progress.run(
                "Template database: " + ("our addons" if source else "Odoo's modules"),
                command("-i", ",".join(modules), "--stop-after-init"),
                log=self.home.log("install"),
                env=self.odoo.environment(conf),
                read_status=_module_status,
            )
        except progress.CommandFailed as error:
            error.tail = _from_first_error(error.log)
            raise explain_failure(self.home, _failure(what), error, TODO) from error
        self._check_installed(work, modules)
        conf.unlink()
        self._finish(work, name)

    def _finish(self, work: str, name: str) -> None:
        """Give a database its final name; from then on it is only copied."""
        remove(self.filestores / name)
        if (self.filestores / work).is_dir():
            (self.filestores / work).rename(self.filestores / name)
        # A template that somebody is connected to cannot be copied.
        old, new = sql.Identifier(work), sql.Identifier(name)
        self._execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(old))
        self._execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(old, new))

    def _check_installed(self, database: str, modules: list[str]) -> None:
        """Odoo ends with 0 also when it left a module out."""
        with contextlib.closing(self.server.connect(database)) as connection:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT name FROM ir_module_module WHERE state = 'installed'"
                )
                installed = {row[0] for row in cursor.fetchall()}
        missing = [name for name in modules if name not in installed]
        if missing:
            log = self.home.log("install")
            why = f"{_from_first_error(log)}\n(all of it: {log})"
            raise SetupError(_failure(", ".join(missing)), why, TODO)

    def _copy(self, source: str, target: str) -> None:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        self._execute(statement.format(sql.Identifier(target), sql.Identifier(source)))
        files = self.filestores / source
        remove(self.filestores / target)
        if files.is_dir():
            # Attachments are named by their content and never change: links do.
            shutil.copytree(files, self.filestores / target, copy_function=_link)

    def _drop_unfinished(self) -> None:
        self.drop(f"{self.prefix}_{BUILDING}")

    def _drop_abandoned(self) -> None:
        """Drop the copies of runs that were killed."""
        for lock in (self.home / "locks").glob(f"db-{self.prefix}_*"):
            descriptor = os.open(lock, os.O_RDWR)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            else:
                self.drop(lock.name.removeprefix("db-"))
                lock.unlink(missing_ok=True)
            finally:
                os.close(descriptor)

    def _mark_used(self, template: str) -> None:
        folder = self.home / "templates"
        folder.mkdir(exist_ok=True)
        (folder / template).touch()

    def _drop_old(self, kind: str, keep: int) -> None:
        """Keep the templates that were used last, for other checkouts and branches."""
        folder = self.home / "templates"

        def last_use(name: str) -> float:
            path = folder / name
            return path.stat().st_mtime if path.exists() else 0.0

        names = [
            name for name in self._list() if name.startswith(f"{self.prefix}_{kind}_")
        ]
        for name in sorted(names, key=last_use, reverse=True)[keep:]:
            self.drop(name)
            (folder / name).unlink(missing_ok=True)

    def _list(self) -> list[str]:
        with contextlib.closing(self.server.connect()) as connection:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT datname FROM pg_database WHERE starts_with(datname, %s)",
                    [self.prefix],
                )
                return [row[0] for row in cursor.fetchall()]

    def _server_version(self) -> int:
        with contextlib.closing(self.server.connect()) as connection:
            return int(connection.server_version) // 10000

    def _execute(self, statement: sql.Composable) -> None:
        with contextlib.closing(self.server.connect()) as connection:
            with connection.cursor() as cursor:
                try:
                    cursor.execute(statement)
                except psycopg2.errors.DiskFull as error:
                    raise SetupError(
                        "A database cannot be made: the disk is full",
                        str(error).strip(),
                        "free about 1 GB where PostgreSQL keeps its data",
                    ) from error


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _module_status(line: str) -> str | None:
    match = re.search(r"Loading module (\S+) \((\d+)/(\d+)\)", line)
    return f"{match[2]}/{match[3]} {match[1]}" if match else None


def _failure(what: str) -> str:
    return f"{what} cannot be installed in a database"


def _from_first_error(log: Path) -> str:
    """The part of Odoo's log that tells what went wrong."""
    with open(log, encoding="utf-8", errors="replace") as stream:
        lines = stream.readlines()
    first = max(0, len(lines) - 15)
    for at, line in enumerate(lines):
        if re.search(r" (ERROR|CRITICAL) |^Traceback", line):
            first = at
            break
    return "".join(lines[first : first + 60]).rstrip()
