"""What sending costs: queries, commits and CPU time, of all transactions together."""

import os
import re
import sys
import time
from collections import Counter

from odoo import sql_db

TICKS = os.sysconf("SC_CLK_TCK")
OURS = re.compile(r"/payment_reminders/(models|tools)/")
#: Odoo gives each savepoint a name of its own.
SAVEPOINT = re.compile(r'SAVEPOINT "[^"]*"')


class Meter:
    """``with Meter(env) as meter: …`` counts what all cursors of this process do."""

    def __init__(self, env):
        self.env = env
        self.queries = Counter()
        self.sites = Counter()
        self.commits = 0
        self._ran = set()

    def __enter__(self):
        cursor = sql_db.Cursor
        self._kept = cursor.execute, cursor.commit
        meter = self

        def execute(cr, query, *args, **kwargs):
            meter._note(query)
            meter._ran.add(id(cr))
            return meter._kept[0](cr, query, *args, **kwargs)

        def commit(cr):
            cr.flush()
            # One that has nothing to commit goes nowhere.
            meter.commits += id(cr) in meter._ran
            meter._ran.discard(id(cr))
            return meter._kept[1](cr)

        self._before = self._read_times()
        cursor.execute, cursor.commit = execute, commit
        return self

    def __exit__(self, *_):
        sql_db.Cursor.execute, sql_db.Cursor.commit = self._kept
        after = self._read_times()
        self.python_ms = round(1000 * (after[0] - self._before[0]))
        self.database_ms = round(1000 * (after[1] - self._before[1]))

    def _note(self, query):
        frame = sys._getframe(2)
        sites = []
        while frame and len(sites) < 4:
            name = frame.f_code.co_filename
            if OURS.search(name):
                sites.append(f"{name.rpartition('/')[2]}:{frame.f_lineno}")
            frame = frame.f_back
        text = " ".join(str(getattr(query, "code", query)).split())
        text = SAVEPOINT.sub("SAVEPOINT", text)[:90]
        self.queries[(sites or ["Odoo"])[0].partition(":")[0]] += 1
        self.sites[f"{' < '.join(sites)}  {text}"] += 1

    def _read_times(self):
        """Return (CPU seconds of this process, of its backends of the database)."""
        self.env.cr.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
        )
        ticks = 0
        for (pid,) in self.env.cr.fetchall():
            try:
                with open(f"/proc/{pid}/stat") as stream:
                    ticks += sum(
                        map(int, stream.read().rpartition(")")[2].split()[11:13])
                    )
            except OSError:
                # A server elsewhere: its time is not ours to see.
                continue
        return time.process_time(), ticks / TICKS


def count_sending(env):
    """Run the scheduled action that sends; return what it cost."""
    with Meter(env) as meter:
        env["payment.reminder"]._cron_send()
    return {
        "queries": meter.queries,
        "sites": meter.sites,
        "commits": meter.commits,
        "python_ms": meter.python_ms,
        "database_ms": meter.database_ms,
    }
