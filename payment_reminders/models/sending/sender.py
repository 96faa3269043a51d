"""How a notice leaves: at most once, and never on stale facts.

For each notice, after it was claimed (``sending``, committed) and its messages
were rendered:

1. write the message out and connect to the gateway, so that nothing slow happens
   under locks;
2. in a READ COMMITTED transaction of its own, lock the rows that whoever pays or
   freezes has to wait for, ask whether a row of what was read for the batch is another
   by now, and read every fact again if one is, ask the guard;
3. in a second transaction set the delivery from ``pending`` to ``sending``: of
   two workers one succeeds, and a crash from here on leaves a trace;
4. hand the message over, note the result in a third transaction;
5. let go of the locks, and when the batch is through, do the paperwork of all
   (``payment.reminder.paperwork``).

The caller's own transaction only reads. What must last is written in transactions
of the sender's, so that a caller that fails later, or is run again by Odoo because
of a serialisation error, takes nothing back and sends nothing twice.

What comes before the wire is in ``claiming.py``, what is written when all is over
in ``paperwork.py``.
"""

import logging
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

from psycopg2.errors import LockNotAvailable

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...rules import guard
from ...tools import on_the_wire, transactions
from ...tools.errors import WireError
from ...tools.on_the_wire import is_printing
from .email_wire import keeping_sessions
from .wire import AGAIN, DOWN, FAILED, SENT, UNCERTAIN

_logger = logging.getLogger(__name__)

#: A claim that is older than this belongs to a process that died. One notice takes
#: a minute or so when every gateway hangs (see WIRE_TIMEOUT).
STALE_MINUTES = 15

#: What is read for a batch costs as much for forty as for one. More would outlast
#: FRESH_SECONDS at a mail server that takes a second or two for each message, and
#: leave more to the recovery when a process dies.
NOTICES_PER_BATCH = 40
#: So many seconds what was read for a batch may be used, and a claim counts as ours.
FRESH_SECONDS = 60
#: So many seconds the paperwork of what is out may wait for the rest of its batch.
PAPERWORK_SECONDS = 30
#: So long a sender waits, each time, for rows that somebody else has locked.
PAUSES = (0.2, 0.5)

#: ``stale``: what was rendered is not what is to be asked now, or not of whom.
LATER, HELD, STALE = "later", "held", "stale"


@dataclass
class Attempt:
    """What is known so far of one attempt, whatever happens next."""

    outcome: str = LATER
    reason: str = ""
    codes: tuple = ()
    facts: guard.Facts = None


@dataclass
class Seen:
    """What was read of one notice: for the batch, or under its locks.

    Of one that was just claimed nothing is known but the moment. ``rows``: ids to lock,
    by table. ``keys`` and ``addresses``: see
    :func:`tools.row_versions.read`; ``versions`` is what it said. ``as_rendered``: ids
    of the deliveries whose message asks what is to be asked, and of whom.
    """

    facts: guard.Facts = None
    as_rendered: set = field(default_factory=set)
    rows: dict = None
    keys: list = None
    addresses: list = None
    versions: dict = None
    moment: float = field(default_factory=lambda: time.monotonic())

    @property
    def is_fresh(self):
        return time.monotonic() - self.moment < FRESH_SECONDS


class PaymentReminderSender(models.AbstractModel):
    _name = "payment.reminder.sender"
    _description = "Payment Reminder Sender"

    # -- entry points -----------------------------------------------------------

    @api.model
    def _cron_send(self):
        """Recover what a dead process left, then send what is ripe."""
        self._recover()
        ripe = self.env["payment.reminder"].search(
            [("state", "=", "approved"), ("hold_until", "<=", fields.Datetime.now())],
            order="hold_until, id",
        )
        if not ripe:
            return
        # The clock is looked at when it can have jumped, not when the day begins.
        self.env["payment.reminder.halt"]._watch(
            ripe, last_run=self.env.context.get("lastcall")
        )
        leaving = self._start_where_stopped(self._filter_sending_time(ripe))
        left = len(leaving)
        for start in range(0, len(leaving), NOTICES_PER_BATCH):
            batch = leaving[start : start + NOTICES_PER_BATCH]
            self._dispatch_batch(batch)
            left -= len(batch)
            if not transactions.report_progress(self.env, len(batch), left):
                if left:
                    self._note_where_stopped(batch)
                break

    @api.model
    def _start_where_stopped(self, reminders):
        """Return notices that a start before this one tried in vain at the end.

        Those whose rows somebody else has wait; they must not keep others waiting.
        """
        if len(reminders) <= NOTICES_PER_BATCH:
            return reminders
        progress = self.env["payment.reminder.progress"]
        stage, last, _since = progress._read_place("send")
        if not stage:
            return reminders
        progress._note_end("send")
        tried = reminders.ids.index(last) + 1 if last in reminders.ids else 0
        return reminders[tried:] + reminders[:tried]

    @api.model
    def _note_where_stopped(self, batch):
        """Note the last notice of this batch that still waits, if one does."""
        batch.invalidate_recordset(["state"])
        waiting = batch.filtered(lambda reminder: reminder.state == "approved")
        if waiting:
            progress = self.env["payment.reminder.progress"]
            progress._note_place("send", "ripe", waiting.ids[-1])

    @api.model
    def _dispatch(self, reminders):
        """Guard notices and send those that may go out.

        :return: {notice: list of codes} of those that were stopped
        """
        transactions.commit(self.env)
        now = fields.Datetime.now()
        ripe = reminders.filtered(
            lambda r: r.state == "approved" and r.hold_until and r.hold_until <= now
        )
        self.env["payment.reminder.halt"]._watch(self._filter_sending_time(ripe))
        stopped = {}
        for start in range(0, len(reminders), NOTICES_PER_BATCH):
            batch = reminders[start : start + NOTICES_PER_BATCH]
            stopped |= self._dispatch_batch(batch)
        return stopped

    @api.model
    def _dispatch_batch(self, reminders):
        """Guard and send some notices of a run, see :meth:`_dispatch` (hook)."""
        # Before anybody waits for us.
        self.env["payment.reminder.facts"]._key_bank_lines()
        # What the caller wrote counts, its locks must not stand in our way, and what it
        # saw until now is not what was claimed in the meantime.
        transactions.commit(self.env)
        ticket = uuid4().hex
        with transactions.keeping_cursors(), keeping_sessions():
            claimed, stopped = self._prepare(reminders, ticket)
            self._send_claimed(claimed, ticket, stopped)
        # The caller reads what became of them.
        transactions.commit(self.env)
        return stopped

    @api.model
    def _send_claimed(self, claimed, ticket, stopped):
        """Send the claimed notices of a batch, then do their paperwork at once.

        At the latest when some time has passed: it waits only as long as a person would
        not notice. If this process dies before, the recovery does it.

        :param stopped: {notice: codes}, to which those are added that the guard stopped
        """
        # What was just claimed is read now, and kept until the batch is through.
        transactions.commit(self.env)
        paperwork = self.env["payment.reminder.paperwork"]
        # Of one alone all is read under its locks: it would only be read once more.
        ahead = {reminder: Seen() for reminder in claimed}
        if len(claimed) > 1:
            ahead = self._read_ahead(claimed, ticket)
        done, since = [], time.monotonic()
        for reminder in claimed:
            done.append((reminder, self._send(reminder, ticket, ahead.get(reminder))))
            if time.monotonic() - since > PAPERWORK_SECONDS:
                stopped |= paperwork._conclude(done, ticket)
                done, since = [], time.monotonic()
        stopped |= paperwork._conclude(done, ticket)

    # -- the wire ---------------------------------------------------------------

    @api.model
    def _send(self, reminder, ticket, ahead):
        """Send one claimed notice, rendered again if it was stale.

        :param ahead: :class:`Seen`, read for its batch, or None
        :return: what is known of each attempt
        """
        attempts = self._try_channels(reminder, ticket, ahead)
        is_stale = attempts and attempts[-1].outcome == STALE
        if is_stale and self._render_again(reminder, ticket):
            attempts = self._try_channels(reminder, ticket, None)
        return attempts

    @api.model
    def _try_channels(self, reminder, ticket, ahead):
        """Try the channels of one claimed notice in their order.

        :return: list of :class:`Attempt`
        """
        attempts = []
        enough = None
        if reminder.step_id.channel_mode != "all":
            # What left before the rest was rendered again is enough, too.
            sent = reminder.delivery_ids.filtered(lambda d: d.state == "sent")
            enough = sent[:1].channel or None
        for delivery in self._begin(reminder, ticket, ahead):
            if enough and delivery.channel != enough:
                break
            attempt = self._attempt_patiently(reminder, delivery, ticket, ahead)
            attempts.append(attempt)
            if attempt.outcome in (LATER, HELD, STALE, UNCERTAIN):
                break
            if attempt.outcome == SENT and reminder.step_id.channel_mode != "all":
                # The customer's other addresses of this channel get it as well.
                enough = delivery.channel
        return attempts

    @api.model
    def _begin(self, reminder, ticket, ahead):
        """Make sure that a claim is still ours, and start its time anew.

        Behind gateways that hang, the last of a batch waits so long that another
        worker may have taken it back. A young claim is asked about under the locks.

        :return: the deliveries to attempt, in their order
        """

        def work(env):
            mine = reminder.with_env(env)
            transactions.lock(mine)
            if not mine._is_claimed(ticket):
                return []
            mine.sending_since = fields.Datetime.now()
            return mine.delivery_ids.filtered(lambda d: d.state == "pending").ids

        if ahead and ahead.is_fresh:
            # Not by ids: they are read with those of the other notices.
            deliveries = reminder.delivery_ids.filtered(lambda d: d.state == "pending")
        else:
            deliveries = self.env["payment.reminder.delivery"].browse(
                transactions.run(self.env, work)
            )
        if "letter" in deliveries.mapped("channel") and not is_printing():
            deliveries = deliveries._get_before_letter()
        return deliveries

    @api.model
    def _attempt_patiently(self, reminder, delivery, ticket, ahead):
        """Make one attempt; whoever has the rows this moment is soon done with them."""
        attempt = self._attempt(reminder, delivery, ticket, ahead)
        for seconds in PAUSES:
            if attempt.outcome != LATER:
                break
            time.sleep(seconds)
            # With everything read anew: a row may have come or gone.
            attempt = self._attempt(reminder, delivery, ticket, None)
        return attempt

    @api.model
    def _attempt(self, reminder, delivery, ticket, ahead):
        """Make one attempt; what is known of it survives every error."""
        attempt = Attempt()
        wire = delivery._get_wire()
        session = None
        try:
            if reminder.is_elsewhere:
                self._ask_sources(reminder)
            session = self._connect(delivery, wire, attempt)
            if attempt.outcome == LATER:
                with transactions.read_committed(self.env) as env:
                    self.with_env(env)._attempt_under_locks(
                        reminder, delivery, session, attempt, ticket, ahead
                    )
        except LockNotAvailable:
            _logger.info("Reminder %s: somebody else is at its rows", reminder.id)
        except Exception as error:
            _logger.exception("Reminder %s was interrupted", reminder.id)
            if attempt.outcome == LATER:
                # It did not leave. Tried again some times, then a person looks.
                attempt.outcome, attempt.reason = DOWN, str(error)
        finally:
            wire.disconnect(session)
        return attempt

    @api.model
    def _ask_sources(self, reminder):
        """Ask the programs that keep the invoices how they stand, outside of all locks.

        A service may take its time, and whoever pays must not wait for it meanwhile.
        """
        transactions.commit(self.env)
        self.env["payment.reminder.source"]._ask_again(reminder.line_ids.item_id)
        transactions.commit(self.env)

    @api.model
    def _connect(self, delivery, wire, attempt):
        """Render what is not rendered yet and connect, all before any lock."""
        if not wire.is_prepared(delivery):
            transactions.commit(self.env)
            transactions.run(self.env, lambda env: wire.prepare(delivery.with_env(env)))
            transactions.commit(self.env)
        try:
            return wire.connect(delivery)
        except WireError as error:
            attempt.outcome = DOWN if error.temporary else FAILED
            self._compare_and_set(
                delivery, "pending", "failed", failure_reason=str(error)
            )
            return None

    @api.model
    def _attempt_under_locks(self, reminder, delivery, session, attempt, ticket, ahead):
        """Lock, ask the guard, note the intent, hand over, note the result.

        No row may be written here but the message's own, which nobody else writes:
        the notice, its case and what refers to them are written when these locks
        are released. (A new row that refers to a locked one would wait for us.)

        :param reminder: with the environment of the caller, as the delivery: of them
            only what never changes is asked there
        """
        if not self._reserve(delivery):
            return
        if not self._lock_rows(reminder, ahead and ahead.rows):
            return
        now = fields.Datetime.now()
        seen = ahead
        if not self._is_as_read_ahead(reminder, ahead, now):
            seen = self._read_under_locks(reminder.with_env(self.env), ticket, now)
        if not seen:
            return
        attempt.facts = seen.facts
        attempt.codes = tuple(guard.check(attempt.facts, now))
        if attempt.codes:
            attempt.outcome = HELD
            return
        if delivery.id not in seen.as_rendered:
            attempt.outcome = STALE
            return
        wire = delivery._get_wire()
        if not self._compare_and_set(
            delivery, "pending", "sending", date_sent=now, facts=attempt.facts.to_json()
        ):
            return
        attempt.outcome = UNCERTAIN
        attempt.outcome, attempt.reason, reference = wire.hand_over(
            delivery.with_env(self.env), session
        )
        self._note_result(delivery, attempt, reference)
        if attempt.outcome == AGAIN:
            attempt.outcome = LATER

    @api.model
    def _is_as_read_ahead(self, reminder, ahead, now):
        """Tell whether no row of what was read for the batch is another by now."""
        if not ahead or not ahead.versions or not ahead.is_fresh:
            return False
        if ahead.facts.today != reminder.company_id._get_reminder_today(now):
            return False
        versions = self._compare_rows([ahead])
        return all(
            versions.get(owner) == ahead.versions[owner] for owner in ahead.versions
        )

    @api.model
    def _read_under_locks(self, reminder, ticket, now):
        """Read everything of one notice under its locks.

        :return: :class:`Seen`, or None if it is not ours any more, or somebody
            has a row that belongs to it now
        """
        if not self._lock_rows(reminder):
            return None
        facts = self.env["payment.reminder.facts"]._read_guard_facts(reminder, now)
        if not reminder._is_claimed(ticket):
            return None
        return Seen(facts[reminder], self._find_as_rendered(reminder))

    @api.model
    def _note_result(self, delivery, attempt, reference):
        """Write down what came of the wire, while the locks are still held."""
        state = {DOWN: "failed", AGAIN: "pending"}.get(attempt.outcome, attempt.outcome)
        vals = {"failure_reason": attempt.reason or None}
        if reference:
            vals["message_id"] = reference
        if state in ("failed", "pending"):
            vals["date_sent"] = None
        try:
            self._compare_and_set(delivery, "sending", state, **vals)
        except Exception:
            # It stays "sending": the recovery calls it uncertain, and asks a person.
            _logger.exception(
                "Delivery %s, message %s: the outcome “%s” cannot be written down",
                delivery.id,
                reference,
                attempt.outcome,
            )

    # -- transactions -----------------------------------------------------------

    @api.model
    def _compare_and_set(self, delivery, expected, state, **vals):
        """Change a delivery in a transaction of its own, if nobody else did.

        The locks of the guard stay with the caller's transaction.

        :return: whether this call made the change
        """
        done = transactions.run(
            self.env,
            lambda env: delivery.with_env(env)._compare_and_set(
                expected, state, **vals
            ),
        )
        delivery.invalidate_recordset(flush=False)
        return done

    # -- what a payer has to wait for -----------------------------------------------

    @api.model
    def _reserve(self, delivery):
        """Take what stands in for rows that are not there yet; never wait.

        The first of all locks, so that nobody waits for one who waits for these: a
        place on the wire, for which whoever enters money of unknown people waits, the
        address, to which another customer's notice may be about to leave, and what
        marks a copy.

        :return: whether all could be taken
        """
        company = delivery.company_id
        has_place = on_the_wire.try_reserve(
            self.env.cr,
            company.root_id.id,
            company.id,
            delivery.channel,
            delivery.recipient,
        )
        if has_place:
            on_the_wire.hold_marks(self.env.cr)
        return has_place

    @api.model
    def _let_arrive(self, companies):
        """Let a notice on the wire arrive before money comes in that may be about it.

        For money that touches no row of the notice, of these companies. Each sees the
        other, whoever comes first: a notice that leaves after this transaction has read
        what it brings.
        """
        # sudo: the tree of companies, of which this user may see a branch only
        on_the_wire.wait_for_wire(self.env.cr, companies.sudo().root_id.ids)

    @api.model
    def _lock_rows(self, reminders, rows=None):
        """Lock what a registering payment has to wait for; never wait ourselves.

        The company as well, but shared, so that senders do not meet: a stronger lock
        would stop all bookkeeping.

        :param rows: {table: ids}, see :meth:`_find_rows`; found now by default
        :return: whether all rows could be locked
        """
        if not rows:
            rows = defaultdict(set)
            for of_one in self._find_rows(reminders).values():
                for table, ids in of_one.items():
                    rows[table].update(ids)
        cr = self.env.cr
        return transactions.try_lock_rows(
            cr, rows, shared=("res_company",)
        ) and transactions.try_lock_rows(cr, self._find_dormant_money(rows))

    @api.model
    def _find_dormant_money(self, rows):
        """Find what can become a payment without touching invoice or customer.

        An online transaction that turns to done, a draft payment that is confirmed,
        a draft credit note or entry that is posted: their rows were linked before.

        :param rows: {table: ids} of the invoices and customers
        :return: {table: ids}
        """
        found = self.env.execute_query(
            SQL(
                # By the relation's key, and the indexes on partners.
                """
                SELECT 'payment_transaction', tx.id
                  FROM account_invoice_transaction_rel rel
                  JOIN payment_transaction tx ON tx.id = rel.transaction_id
                 WHERE rel.invoice_id = ANY(%(moves)s)
                   AND tx.is_post_processed IS NOT TRUE
                 UNION
                SELECT 'account_payment', pay.id
                  FROM res_partner payer
                  JOIN account_payment pay ON pay.partner_id = payer.id
                 WHERE payer.commercial_partner_id = ANY(%(partners)s)
                   AND pay.state = 'draft'
                 UNION
                SELECT 'account_move_line', line.id
                  FROM account_move_line line
                  JOIN account_account account ON account.id = line.account_id
                 WHERE line.partner_id = ANY(%(partners)s)
                   AND line.parent_state = 'draft'
                   AND account.account_type = 'asset_receivable'
                """,
                moves=list(rows["account_move"]),
                partners=list(rows["res_partner"]),
            )
        )
        ids = defaultdict(list)
        for table, id_ in found:
            ids[table].append(id_)
        return ids

    # -- what a process that died has left ------------------------------------------

    @api.model
    def _recover(self):
        """Settle what a process that died left in ``sending``.

        A delivery that was on the wire may have arrived: it is never tried again
        by itself. One that had not started goes back to the queue. Services that can
        tell what became of one are asked.
        """
        limit = fields.Datetime.now() - timedelta(minutes=STALE_MINUTES)
        stuck = Domain("state", "=", "sending") & Domain("sending_since", "<", limit)
        found = self.env["payment.reminder"].search(
            stuck | Domain("state", "=", "uncertain")
        )
        for reminder in found.filtered(lambda r: r.state == "sending"):
            try:
                transactions.run(
                    self.env,
                    lambda env, r=reminder: self.with_env(env)._recover_one(
                        r.with_env(env), limit
                    ),
                )
            except Exception:
                _logger.exception("Reminder %s cannot be recovered", reminder.id)
        if found:
            self.env["payment.reminder.paperwork"]._ask_services(found)

    @api.model
    def _recover_one(self, reminder, limit):
        # Who is on the wire holds these locks: it is not dead.
        if not transactions.try_lock(reminder.case_id, reminder):
            return
        reminder.invalidate_recordset()
        if reminder.state == "sending" and reminder.sending_since < limit:
            self.env["payment.reminder.paperwork"]._finish(reminder)
