"""Transactions of our own, beside the caller's.

Odoo's cursors are REPEATABLE READ: however late such a transaction asks, it reads
the snapshot of its first query again, and it fails when it writes what somebody
else has written since. The sender can afford neither.

Inside Odoo's tests everything is one transaction that never commits, so that these
become savepoints of it; ``tests/real`` runs the real thing.
"""

import logging
import random
import time
from contextlib import contextmanager
from contextvars import ContextVar

from psycopg2.extensions import ISOLATION_LEVEL_READ_COMMITTED

from odoo import api, modules
from odoo.tools import SQL

from .errors import RETRYABLE

_logger = logging.getLogger(__name__)

#: Nobody of ours waits longer for a row, so that a deadlock is an error and no halt.
LOCK_TIMEOUT = "5s"
TRIES = 5

#: Cursors that a run keeps for its many short transactions: [cursor], free ones only.
_kept = ContextVar("payment_reminder_cursors", default=None)


@contextmanager
def keeping_cursors():
    """Let the transactions of a run use a few connections, one after another.

    Each begins anew and remembers nothing of the one before; what is saved is taking a
    connection from the pool, and giving it back.
    """
    if _kept.get() is not None:
        yield
        return
    token = _kept.set([])
    try:
        yield
    finally:
        for cr in _kept.get():
            cr.close()
        _kept.reset(token)


@contextmanager
def read_committed(env):
    """Open a fresh READ COMMITTED transaction, committed at the end.

    :param env: whose user and context it takes over
    """
    if modules.module.current_test:
        with env.cr.savepoint():
            yield env
        return
    with _own_cursor(env) as cr:
        yield api.Environment(cr, env.uid, env.context, su=env.su)


@contextmanager
def _own_cursor(env):
    """Give a READ COMMITTED cursor with our patience; committed at the end."""
    kept = _kept.get()
    cr = next((cr for cr in kept or () if cr.dbname == env.cr.dbname), None)
    try:
        if cr:
            kept.remove(cr)
        else:
            cr = env.registry.cursor()
            cr.connection.set_isolation_level(ISOLATION_LEVEL_READ_COMMITTED)
            # Of the session: the pool resets each before it hands it out again.
            cr.execute("SELECT set_config('lock_timeout', %s, false)", [LOCK_TIMEOUT])
        yield cr
        # Odoo forgets with it what this cursor has read.
        cr.commit()  # pylint: disable=invalid-commit
    except BaseException:
        cr.close()
        raise
    if kept is None:
        cr.close()
    else:
        kept.append(cr)


def run(env, work):
    """Do ``work(env)`` in a transaction of its own, again if it met another one."""
    if modules.module.current_test:
        with env.cr.savepoint():
            return work(env)
    for tries_left in reversed(range(TRIES)):
        try:
            with read_committed(env) as own_env:
                return work(own_env)
        except RETRYABLE as error:
            if not tries_left:
                raise
            _logger.info("%s, %s tries left", error.__class__.__name__, tries_left)
            time.sleep(random.uniform(0, 0.1 * (TRIES - tries_left)))


def run_each(records, work):
    """Do ``work(records)`` in a transaction of its own, one record harming no other.

    When it fails, each record gets a transaction, and those that fail are logged.
    """
    try:
        run(records.env, lambda env: work(records.with_env(env)))
    except Exception:
        if len(records) == 1:
            _logger.exception("%s failed on %s", work.__qualname__, records)
            return
        for record in records:
            run_each(record, work)


def commit(env):
    """Commit what the caller has written, and let it read a new snapshot."""
    if modules.module.current_test:
        env.flush_all()
        env.invalidate_all()
    else:
        env.cr.commit()  # pylint: disable=invalid-commit


def rollback(env):
    """Let go of what the caller has read, and of the error that it met."""
    if modules.module.current_test:
        env.invalidate_all()
    else:
        env.cr.rollback()


def report_progress(env, done, left=None):
    """Commit a batch of a scheduled action and say how far it is.

    A test has one transaction only, unless it runs the action as Odoo does.

    :param done: records done since the last report
    :param left: records left, if known
    :return: seconds left for this run
    """
    if modules.module.current_test and not env.context.get("ir_cron_progress_id"):
        return float("inf")
    return env["ir.cron"]._commit_progress(done, remaining=left)


def try_lock(*recordsets):
    """Lock all these rows without waiting for any.

    :return: whether all of them could be locked
    """
    return all(
        len(records.try_lock_for_update()) == len(records) for records in recordsets
    )


def try_lock_rows(cr, rows, shared=()):
    """Lock all these rows in one statement, without waiting for any.

    Plain FOR UPDATE: a weaker lock would let an uncommitted online payment pass, which
    holds only a key-share lock on the invoice.

    :param rows: {table: ids}
    :param shared: tables of which it is enough that nobody writes the rows
    :return: whether all of them could be locked
    """
    rows = {table: ids for table, ids in rows.items() if ids}
    if not rows:
        return True
    locks = SQL(", ").join(
        SQL(
            "%s AS (SELECT id FROM %s WHERE id = ANY(%s) FOR %s SKIP LOCKED)",
            SQL.identifier(f"locked_{table}"),
            SQL.identifier(table),
            list(ids),
            SQL("SHARE" if table in shared else "UPDATE"),
        )
        for table, ids in rows.items()
    )
    counts = SQL(" + ").join(
        SQL("(SELECT COUNT(*) FROM %s)", SQL.identifier(f"locked_{table}"))
        for table in rows
    )
    cr.execute(SQL("WITH %s SELECT %s", locks, counts))
    return cr.fetchone()[0] == sum(map(len, rows.values()))


def lock(*recordsets):
    """Lock these rows in this order, waiting for whoever has them (LOCK_TIMEOUT).

    Where both are locked, cases come before notices: a refresh does the same.
    """
    for records in recordsets:
        if records:
            records.env.cr.execute(
                SQL(
                    "SELECT id FROM %s WHERE id IN %s ORDER BY id FOR UPDATE",
                    SQL.identifier(records._table),
                    tuple(records.ids),
                )
            )
        records.invalidate_recordset()
