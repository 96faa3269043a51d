"""What is on the wire just now: in this thread, and among all processes.

Among processes it takes advisory locks: what has no row yet cannot be locked otherwise.
A bank line that nobody has matched, or a payment of somebody unknown, touches no row of
the customer whom a notice is about. And two customers with one address have no row in
common at all. Advisory locks stand in for the rows that are missing; all are let go at
the end of the transaction that took them.

Who sends only tries, and holds nothing yet when it does: no deadlock can come of that.
A sender takes one of a few places of its group of companies; who enters money takes all
of them, shared: those who enter money never wait for each other, nor senders for
senders, but each waits for the other kind. PostgreSQL lets nobody pass who asks after
one that waits, so that senders cannot starve a bookkeeper.
"""

import logging
import random
from contextlib import contextmanager
from contextvars import ContextVar

from psycopg2.errors import LockNotAvailable

from odoo.tools import SQL

_logger = logging.getLogger(__name__)

#: So many notices of one group of companies can be on the wire at once.
PLACES = 4
#: Who enters money waits no longer than this for the wire, then goes on. (A gateway has
#: ten seconds to take a message.)
PATIENCE = "15s"

_MONEY = "payment_reminder_money"
_ADDRESS = "payment_reminder_address"

#: Deliveries that this thread is handing over under the guard's locks. Odoo's own
#: queues look here: a message of ours that is not in it does not leave.
_handing_over = ContextVar("payment_reminder_handing_over", default=frozenset())
#: Whether a person prints letters in this thread: else nothing gets past a letter.
_printing = ContextVar("payment_reminder_printing", default=False)


def is_handing_over(delivery_id):
    """Tell whether the guard has let this delivery go, in this thread, just now."""
    return delivery_id in _handing_over.get()


@contextmanager
def handing_over(delivery):
    """Mark a delivery, in this thread, as let go by the guard."""
    token = _handing_over.set(_handing_over.get() | {delivery.id})
    try:
        yield
    finally:
        _handing_over.reset(token)


def is_printing():
    """Tell whether a person is printing letters in this thread."""
    return _printing.get()


@contextmanager
def printing():
    """Let the sender make letters, and nothing before them, for a person."""
    token = _printing.set(True)
    try:
        yield
    finally:
        _printing.reset(token)


def try_reserve(cr, root_id, company_id, channel, address):
    """Take a place on the wire and an address, in one statement if both are free.

    A place is one of those from which notices of a group of companies are sent; none is
    free when somebody enters money, or many are sending. The address is taken so that
    no two notices of a company are sent to it at once.

    :param root_id: id of the main company
    :return: whether both could be taken
    """
    key = f"{_ADDRESS}/{company_id}/{channel}/{address}"
    for place in random.sample(range(PLACES), PLACES):
        cr.execute(
            SQL(
                "SELECT pg_try_advisory_xact_lock(hashtext(%s), %s),"
                " pg_try_advisory_xact_lock(hashtextextended(%s, 0))",
                _MONEY,
                root_id * PLACES + place,
                key,
            )
        )
        has_place, has_address = cr.fetchone()
        if has_place or not has_address:
            return has_place and has_address
    return False


def hold_marks(cr):
    """Keep from changing meanwhile what marks the database as a copy.

    Shared, so that senders do not meet: whoever marks a copy that sends nothing waits.
    The mark is a row that need not be there yet, hence the table: system parameters are
    rarely written. (The company, which is locked as a row, stops its notices as well.)

    :raise LockNotAvailable: somebody is at it this moment; the transaction is over
    """
    cr.execute(
        "LOCK TABLE ir_config_parameter IN SHARE MODE NOWAIT", log_exceptions=False
    )


def wait_for_wire(cr, root_ids):
    """Wait until no notice of these groups of companies is on the wire.

    And let none leave before this transaction has committed. In the usual case nothing
    is on the wire, and this is one short query.

    :param root_ids: ids of main companies
    """
    for root_id in sorted(root_ids):
        if not _is_true(cr, _enter_money("pg_try_advisory_xact_lock_shared", root_id)):
            _wait(cr, root_id)


def _wait(cr, root_id):
    try:
        with cr.savepoint(flush=False):
            cr.execute("SELECT current_setting('lock_timeout')")
            [before] = cr.fetchone()
            cr.execute("SELECT set_config('lock_timeout', %s, true)", [PATIENCE])
            cr.execute(
                _enter_money("pg_advisory_xact_lock_shared", root_id),
                log_exceptions=False,
            )
            cr.execute("SELECT set_config('lock_timeout', %s, true)", [before])
    except LockNotAvailable:
        # Money must never be kept from the books because of a reminder.
        _logger.warning("A notice is on the wire for more than %s.", PATIENCE)


def _enter_money(function, root_id):
    """Return the query that takes all places, in their order."""
    return SQL(
        "SELECT COALESCE(BOOL_AND(%s(hashtext(%s), place)::text != 'false'), TRUE)"
        " FROM generate_series(%s, %s) AS place",
        SQL(function),
        _MONEY,
        root_id * PLACES,
        root_id * PLACES + PLACES - 1,
    )


def _is_true(cr, query):
    cr.execute(query)
    return cr.fetchone()[0]
