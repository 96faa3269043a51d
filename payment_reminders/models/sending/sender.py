"""How a notice leaves: at most once, and never on stale facts.

For each notice, after it was claimed (``sending``, committed) and its messages
were rendered:

1. connect to the gateway, so that nothing slow happens under locks;
2. in a READ COMMITTED transaction of its own, lock the rows that whoever pays or
   freezes has to wait for, read every fact again, ask the guard;
3. in a second transaction set the delivery from ``pending`` to ``sending``: of
   two workers one succeeds, and a crash from here on leaves a trace;
4. hand the message over, note the result in a third transaction;
5. let go of the locks, then do the paperwork (``payment.reminder.paperwork``).

The caller's own transaction only reads. What must last is written in transactions
of the sender's, so that a caller that fails later, or is run again by Odoo because
of a serialisation error, takes nothing back and sends nothing twice.

What comes before the wire is in ``claiming.py``, what is written when all is over
in ``paperwork.py``.
"""

import logging
import time
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from odoo import api, fields, models

from ...rules import guard
from ...tools import on_the_wire, transactions
from ...tools.errors import WireError
from ...tools.on_the_wire import is_printing
from .wire import DOWN, FAILED, SENT, UNCERTAIN

_logger = logging.getLogger(__name__)

#: A claim that is older than this belongs to a process that died. One notice takes
#: a minute or so when every gateway hangs (see WIRE_TIMEOUT).
STALE_MINUTES = 15

NOTICES_PER_BATCH = 20
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
        return self._dispatch_batch(reminders)

    @api.model
    def _dispatch_batch(self, reminders):
        """Guard and send some notices of a run, see :meth:`_dispatch` (hook)."""
        # Before anybody waits for us.
        self.env["payment.reminder.facts"]._key_bank_lines()
        # What the caller wrote counts, its locks must not stand in our way, and what it
        # saw until now is not what was claimed in the meantime.
        transactions.commit(self.env)
        ticket = uuid4().hex
        claimed, stopped = self._prepare(reminders, ticket)
        for reminder in claimed:
            codes = self._send(reminder, ticket)
            if codes:
                stopped[reminder] = codes
        # The caller reads what became of them.
        transactions.commit(self.env)
        return stopped

    # -- the wire ---------------------------------------------------------------

    @api.model
    def _send(self, reminder, ticket):
        """Send one claimed notice, rendered again if it was stale.

        :return: list of codes when the guard stopped it, else an empty list
        """
        attempts = self._try_channels(reminder, ticket)
        is_stale = attempts and attempts[-1].outcome == STALE
        if is_stale and self._render_again(reminder, ticket):
            attempts = self._try_channels(reminder, ticket)
        return self.env["payment.reminder.paperwork"]._conclude(
            reminder, ticket, attempts
        )

    @api.model
    def _try_channels(self, reminder, ticket):
        """Try the channels of one claimed notice in their order.

        :return: list of :class:`Attempt`
        """
        attempts = []
        enough = None
        if reminder.step_id.channel_mode != "all":
            # What left before the rest was rendered again is enough, too.
            sent = reminder.delivery_ids.filtered(lambda d: d.state == "sent")
            enough = sent[:1].channel or None
        for delivery in self._begin(reminder, ticket):
            if enough and delivery.channel != enough:
                break
            attempt = self._attempt_patiently(reminder, delivery)
            attempts.append(attempt)
            if attempt.outcome in (LATER, HELD, STALE, UNCERTAIN):
                break
            if attempt.outcome == SENT and reminder.step_id.channel_mode != "all":
                # The customer's other addresses of this channel get it as well.
                enough = delivery.channel
        return attempts

    @api.model
    def _begin(self, reminder, ticket):
        """Make sure that a claim is still ours, and start its time anew.

        Behind gateways that hang, the last of a batch waits so long that another
        worker may have taken it back.

        :return: the deliveries to attempt, in their order
        """

        def work(env):
            mine = reminder.with_env(env)
            transactions.lock(mine)
            if not mine._is_claimed(ticket):
                return []
            mine.sending_since = fields.Datetime.now()
            return mine.delivery_ids.filtered(lambda d: d.state == "pending").ids

        deliveries = self.env["payment.reminder.delivery"].browse(
            transactions.run(self.env, work)
        )
        return deliveries if is_printing() else deliveries._get_before_letter()

    @api.model
    def _attempt_patiently(self, reminder, delivery):
        """Make one attempt; whoever has the rows this moment is soon done with them."""
        attempt = self._attempt(reminder, delivery)
        for seconds in PAUSES:
            if attempt.outcome != LATER:
                break
            time.sleep(seconds)
            attempt = self._attempt(reminder, delivery)
        return attempt

    @api.model
    def _attempt(self, reminder, delivery):
        """Make one attempt; what is known of it survives every error."""
        attempt = Attempt()
        wire = delivery._get_wire()
        session = None
        try:
            session = self._connect(delivery, wire, attempt)
            if attempt.outcome == LATER:
                with transactions.read_committed(self.env) as env:
                    self.with_env(env)._attempt_under_locks(
                        reminder.with_env(env), delivery.with_env(env), session, attempt
                    )
        except Exception as error:
            _logger.exception("Reminder %s was interrupted", reminder.id)
            if attempt.outcome == LATER:
                # It did not leave. Tried again some times, then a person looks.
                attempt.outcome, attempt.reason = DOWN, str(error)
        finally:
            wire.disconnect(session)
        return attempt

    @api.model
    def _connect(self, delivery, wire, attempt):
        """Render what is not rendered yet and connect, all before any lock."""
        transactions.commit(self.env)
        if not wire.is_prepared(delivery):
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
    def _attempt_under_locks(self, reminder, delivery, session, attempt):
        """Lock, ask the guard, note the intent, hand over, note the result.

        No row may be written here but the message's own, which nobody else writes:
        the notice, its case and what refers to them are written when these locks
        are released. (A new row that refers to a locked one would wait for us.)
        """
        if not self._reserve(delivery) or not self._lock_rows(reminder):
            return
        now = fields.Datetime.now()
        facts = self.env["payment.reminder.facts"]._read_guard_facts(reminder, now)
        attempt.facts = facts[reminder]
        attempt.codes = tuple(guard.check(attempt.facts, now))
        if attempt.codes:
            attempt.outcome = HELD
            return
        if not self._is_as_rendered(reminder, delivery):
            attempt.outcome = STALE
            return
        if not self._compare_and_set(
            delivery, "pending", "sending", date_sent=now, facts=attempt.facts.to_json()
        ):
            return
        attempt.outcome = UNCERTAIN
        attempt.outcome, attempt.reason, reference = delivery._get_wire().hand_over(
            delivery, session
        )
        self._note_result(delivery, attempt, reference)

    @api.model
    def _note_result(self, delivery, attempt, reference):
        """Write down what came of the wire, while the locks are still held."""
        state = "failed" if attempt.outcome == DOWN else attempt.outcome
        vals = {"failure_reason": attempt.reason or None}
        if reference:
            vals["message_id"] = reference
        if state == "failed":
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
        stops every notice.

        :return: whether all could be taken
        """
        cr = self.env.cr
        company = delivery.company_id
        return (
            on_the_wire.try_place(cr, company.root_id.id)
            and on_the_wire.try_address(
                cr, company.id, delivery.channel, delivery.recipient
            )
            and on_the_wire.try_stops(cr, company.id)
        )

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
    def _lock_rows(self, reminders):
        """Lock what a registering payment has to wait for; never wait ourselves.

        Plain FOR UPDATE: a weaker lock would let an uncommitted online payment
        pass, which holds only a key-share lock on the invoice.

        :return: whether all rows could be locked
        """
        cases = reminders.case_id
        moves = reminders.line_ids.move_line_id.move_id
        partners = cases.partner_id | moves.partner_id | moves.commercial_partner_id
        # Who corrects an address, too.
        partners |= reminders.delivery_ids.partner_id
        if not transactions.try_lock(partners, moves, cases, reminders):
            return False
        return transactions.try_lock(*self._find_dormant_money(moves, partners))

    @api.model
    def _find_dormant_money(self, moves, partners):
        """Find what can become a payment without touching invoice or customer.

        An online transaction that turns to done, a draft payment that is confirmed,
        a draft credit note or entry that is posted: their rows were linked before.
        """
        transaction = self.env["payment.transaction"].sudo()
        payment = self.env["account.payment"].sudo()
        line = self.env["account.move.line"].sudo()
        return (
            transaction.search(
                [("invoice_ids", "in", moves.ids), ("is_post_processed", "=", False)]
            ),
            payment.search(
                [
                    ("partner_id.commercial_partner_id", "in", partners.ids),
                    ("state", "=", "draft"),
                ]
            ),
            line.search(
                [
                    ("partner_id", "in", partners.ids),
                    ("parent_state", "=", "draft"),
                    ("account_id.account_type", "=", "asset_receivable"),
                ]
            ),
        )

    # -- what a process that died has left ------------------------------------------

    @api.model
    def _recover(self):
        """Settle what a process that died left in ``sending``.

        A delivery that was on the wire may have arrived: it is never tried again
        by itself. One that had not started goes back to the queue.
        """
        limit = fields.Datetime.now() - timedelta(minutes=STALE_MINUTES)
        stuck = self.env["payment.reminder"].search(
            [("state", "=", "sending"), ("sending_since", "<", limit)]
        )
        for reminder in stuck:
            try:
                transactions.run(
                    self.env,
                    lambda env, r=reminder: self.with_env(env)._recover_one(
                        r.with_env(env), limit
                    ),
                )
            except Exception:
                _logger.exception("Reminder %s cannot be recovered", reminder.id)

    @api.model
    def _recover_one(self, reminder, limit):
        # Who is on the wire holds these locks: it is not dead.
        if not transactions.try_lock(reminder.case_id, reminder):
            return
        reminder.invalidate_recordset()
        if reminder.state == "sending" and reminder.sending_since < limit:
            self.env["payment.reminder.paperwork"]._finish(reminder)
