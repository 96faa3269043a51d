"""Counts what a piece of work costs: CPU, queries, commits, memory, and wall time.

Each piece runs in a forked copy of this process, as a scheduled action or a request
runs in a worker of its own: its peak of memory is its own, its registry is warm.
"""

import json
import os
import statistics
import sys
import time
import traceback
from contextlib import contextmanager
from pathlib import Path

from psycopg2.extensions import TRANSACTION_STATUS_IDLE

from odoo import SUPERUSER_ID, api, sql_db

NUMBERS = ("odoo", "postgres", "queries", "commits", "wall")

commits = 0


def count_commits():
    """Count the commits of this process that end a transaction."""
    original = sql_db.Cursor.commit

    def commit(self):
        global commits
        self.flush()
        commits += self._cnx.info.transaction_status != TRANSACTION_STATUS_IDLE
        return original(self)

    sql_db.Cursor.commit = commit


def read_backends(database):
    """Return {pid: CPU seconds} of the PostgreSQL processes that serve a database.

    Empty when PostgreSQL is on another machine, or the system has no /proc. One that
    ended meanwhile is missed; Odoo keeps its connections for minutes.
    """
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().decode(errors="replace").split()
            if words[:1] == ["postgres:"] and words[2:3] == [database]:
                nanoseconds = (folder / "schedstat").read_text().split()[0]
                found[int(folder.name)] = int(nanoseconds) / 1e9
        except OSError:
            continue
    return found


@contextmanager
def measured(cr, results):
    """Add what the block costs to a list of results."""
    backends, counted = read_backends(cr.dbname), (sql_db.sql_counter, commits)
    cpu, wall = time.process_time(), time.clock_gettime(time.CLOCK_MONOTONIC)
    yield
    cpu, wall = (
        time.process_time() - cpu,
        time.clock_gettime(time.CLOCK_MONOTONIC) - wall,
    )
    after = read_backends(cr.dbname)
    results.append(
        {
            "odoo": cpu,
            "postgres": sum(after[pid] - backends.get(pid, 0) for pid in after),
            "queries": sql_db.sql_counter - counted[0],
            "commits": commits - counted[1],
            "wall": wall,
            "peak": read_peak(),
        }
    )


def read_peak():
    """Return the most memory that this process ever had, in MB."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return 0
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def take_median(results):
    """Return the median of each number."""
    middle = {
        name: statistics.median(result[name] for result in results) for name in NUMBERS
    }
    return middle | {"peak": max(result["peak"] for result in results)}


def divide(result, count):
    """Return what one of ``count`` costs."""
    return result | {name: result[name] / count for name in NUMBERS}


class Fork:
    """Carries out work in copies of this process, one after the other.

    :param env: an environment between two transactions
    """

    def __init__(self, env):
        self.registry = env.registry

    def __call__(self, work, *arguments):
        """Call ``work(env, *arguments)`` in a copy, commit, and return its result."""
        reader, writer = os.pipe()
        sys.stdout.flush()
        pid = os.fork()
        if not pid:
            os.close(reader)
            self._work(writer, work, arguments)
        os.close(writer)
        with os.fdopen(reader) as stream:
            answer = stream.read()
        os.waitpid(pid, 0)
        if not answer:
            raise SystemExit(f"{work.__name__} failed")
        return json.loads(answer)

    def _work(self, writer, work, arguments):
        code = 1
        try:
            # Two processes must not share a connection, nor may this one close it.
            self.kept = (sql_db._Pool, sql_db._Pool_readonly)
            sql_db._Pool = sql_db._Pool_readonly = None
            self.registry.check_signaling()
            with self.registry.cursor() as cr:
                result = work(api.Environment(cr, SUPERUSER_ID, {}), *arguments)
            with os.fdopen(writer, "w") as stream:
                json.dump(result, stream)
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
