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

from psycopg2.extensions import ISOLATION_LEVEL_READ_COMMITTED

from odoo import api, modules
from odoo.tools import SQL

from .errors import RETRYABLE

_logger = logging.getLogger(__name__)

#: Nobody of ours waits longer for a row, so that a deadlock is an error and no halt.
LOCK_TIMEOUT = "5s"
TRIES = 5


@contextmanager
def read_committed(env):
    """Open a fresh READ COMMITTED transaction, committed at the end.

    :param env: whose user and context it takes over
    """
    if modules.module.current_test:
        with env.cr.savepoint():
            yield env
        return
    with env.registry.cursor() as cr:
        cr.connection.set_isolation_level(ISOLATION_LEVEL_READ_COMMITTED)
        cr.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
        yield api.Environment(cr, env.uid, env.context, su=env.su)


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
