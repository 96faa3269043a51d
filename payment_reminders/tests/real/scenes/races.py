"""Sending and paying at moments that all processes share."""
# Runs in a process of its own, where relative imports of the addon name nothing.
# pylint: disable=odoo-addons-relative-import

import contextlib
import time

from psycopg2.extensions import ISOLATION_LEVEL_REPEATABLE_READ

from odoo.service.model import retrying

from .ways import EVERYTHING


def _now():
    """Return seconds of a clock that all processes share and no test moves."""
    return time.clock_gettime(time.CLOCK_MONOTONIC)


def _sleep_until(moment):
    time.sleep(max(0.0, moment - _now()))


def send_at(env, reminder, moment):
    """Send one notice at a moment of the shared clock."""
    found = env["payment.reminder"].browse(reminder)
    _sleep_until(moment)
    begun = _now()
    stopped = found._dispatch()
    return {"seconds": _now() - begun, "codes": stopped.get(found, [])}


def pay_at(env, way, move, moment, linger):
    """Pay at a moment of the shared clock, as Odoo runs a request.

    :param linger: seconds between the last statement and the commit
    :return: when it was about to commit and when it had committed
    """
    invoice = env["account.move"].browse(move)
    tries = []

    def work():
        tries.append(1)
        EVERYTHING[way](invoice)
        env.flush_all()
        time.sleep(linger)

    _sleep_until(moment)
    begun = _now()
    with _watch_commit(env.cr._cnx) as commits:
        retrying(work, env)
    before, after = commits[-1]
    return {
        "seconds": _now() - begun - linger,
        "before": before,
        "after": after,
        "tries": len(tries),
    }


@contextlib.contextmanager
def _watch_commit(connection):
    """Note the moments right before and right after each commit of a connection."""
    commits = []
    commit = connection.commit

    def watched():
        before = _now()
        commit()
        commits.append((before, _now()))

    connection.commit = watched
    try:
        yield commits
    finally:
        del connection.commit


def be_naive(env, how):
    """Do as one would at first: the harness must be able to see that this fails.

    :param how: ``no_locks``: look at the books right before sending, and send;
        ``old_snapshot``: in a transaction as Odoo's are, that has begun before
    """
    from odoo.addons.payment_reminders.tools import transactions

    sender = type(env["payment.reminder.sender"])
    sender._lock_rows = lambda self, reminder, rows=None: True
    sender._reserve = lambda self, delivery: True
    if how == "old_snapshot":
        transactions.ISOLATION_LEVEL_READ_COMMITTED = ISOLATION_LEVEL_REPEATABLE_READ


def clear(env, reminders):
    """Put away what a race has left, so that the next is not slowed down by it."""
    found = env["payment.reminder"].browse(reminders)
    open_ones = found.filtered(lambda r: r.state in ("proposed", "approved", "held"))
    open_ones._cancel("The race is over")
    found.case_id.filtered(lambda case: case.state != "closed")._close("manual")
