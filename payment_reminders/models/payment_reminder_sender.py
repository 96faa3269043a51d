"""How a notice leaves: at most once, and never on stale facts.

For each notice, after it was claimed (``sending``, committed) and its messages
were rendered:

1. connect to the gateway, so that nothing slow happens under locks;
2. in a READ COMMITTED transaction of its own, lock the rows that a registering
   payment has to wait for, read every fact again, ask the guard;
3. in a second transaction set the delivery from ``pending`` to ``sending``: of
   two workers one succeeds, and a crash from here on leaves a trace;
4. hand the message over, note the result in a third transaction;
5. let go of the locks, then do the paperwork.
"""

import logging
from contextlib import contextmanager
from datetime import timedelta

import psycopg2
from psycopg2.extensions import ISOLATION_LEVEL_READ_COMMITTED

from odoo import api, fields, models, modules
from odoo.tools import plaintext2html

from ..rules import guard
from .payment_reminder_facts import get_debtor_zone
from .payment_reminder_wire import WIRES, WireError

_logger = logging.getLogger(__name__)

NOTICES_PER_BATCH = 20
#: A claim that is older than this belongs to a process that died.
STALE_MINUTES = 15
#: So often a notice is tried again when every gateway is down.
MAX_ATTEMPTS = 3
LOCK_TIMEOUT = "5s"

SENT, FAILED, DOWN, UNCERTAIN = "sent", "failed", "down", "uncertain"
LATER, HELD = "later", "held"


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
        left = len(ripe)
        for start in range(0, len(ripe), NOTICES_PER_BATCH):
            batch = ripe[start : start + NOTICES_PER_BATCH]
            self._dispatch(batch)
            left -= len(batch)
            if not self.env["ir.cron"]._reminder_progress(len(batch), left):
                break

    @api.model
    def _dispatch(self, reminders):
        """Guard notices and send those that may go out.

        :return: {notice: list of codes} of those that were stopped
        """
        ripe, stopped = self._screen(reminders)
        for reminder in self._claim(ripe):
            codes = self._send(reminder)
            if codes:
                stopped[reminder] = codes
        return stopped

    # -- before the wire --------------------------------------------------------

    @api.model
    def _screen(self, reminders):
        """Judge all of them at once; hold what the guard stops.

        :return: (notices that may go out now, {notice: codes} of the others)
        """
        now = fields.Datetime.now()
        facts = self.env["payment.reminder.facts"]._read_guard_facts(reminders, now)
        ripe = self.env["payment.reminder"]
        stopped = {}
        for reminder in reminders:
            fact = facts[reminder]
            codes = guard.check(fact, now)
            if codes:
                stopped[reminder] = [str(code) for code in codes]
                self._stop(reminder, codes, fact)
            elif self._is_sending_time(reminder, now):
                ripe |= reminder
        return ripe, stopped

    @api.model
    def _stop(self, reminder, codes, facts):
        """Hold a notice that the guard stopped; one that is not ready just waits."""
        names = [str(code) for code in codes]
        if reminder.state in ("approved", "sending") and set(codes) - guard.NOT_READY:
            reminder._hold_by_guard(names, facts)
        elif reminder.state in ("proposed", "approved", "held"):
            reminder._note_verdict(names, facts)

    @api.model
    def _is_sending_time(self, reminder, now):
        """Tell whether it is a working hour of a business day where the debtor is."""
        case = reminder.case_id
        calendar = self.env["payment.reminder.facts"]._get_calendars(case)[case.id]
        zone = get_debtor_zone(case.partner_id, case.company_id)
        local = fields.Datetime.context_timestamp(
            self.with_context(tz=zone.zone), now
        ).replace(tzinfo=None)
        return calendar.is_sending_time(local)

    @api.model
    def _claim(self, reminders):
        """Make notices ours: figures of today, deliveries, messages; committed."""
        free = reminders.try_lock_for_update()
        free.invalidate_recordset(["state"])
        free = free.filtered(lambda r: r.state == "approved")
        if not free:
            return free
        self._set_figures(free)
        self._make_deliveries(free)
        free._set_state("sending", sending_since=fields.Datetime.now())
        self.env["payment.reminder.event"]._log(
            [(r.case_id, "sending", {"reminder": r.id}) for r in free]
        )
        first = free.delivery_ids.browse(
            r.delivery_ids.filtered(lambda d: d.state == "pending")[:1].id for r in free
        )
        for channel, deliveries in first.grouped("channel").items():
            WIRES[channel].prepare(deliveries)
        self._commit()
        return free

    @api.model
    def _set_figures(self, reminders):
        """Compute fee, interest and deadline for the day on which they leave."""
        today = {c: c._get_reminder_today() for c in reminders.company_id}
        figures = self.env["payment.reminder.figures"]._compute(
            [
                (
                    r.case_id,
                    r.step_id,
                    [(line.item_id, line._get_amount()) for line in r.line_ids],
                )
                for r in reminders
            ],
            today,
        )
        proposal = self.env["payment.reminder.proposal"]
        calendars = self.env["payment.reminder.facts"]._get_calendars(reminders.case_id)
        for reminder, figure in zip(reminders, figures, strict=True):
            vals = proposal._prepare_figures_vals(figure)
            if reminder._is_demand():
                vals["deadline_date"] = calendars[reminder.case_id.id].deadline(
                    today[reminder.company_id], reminder.step_id.deadline_days
                )
            reminder.write(vals)
            for line in reminder.line_ids:
                total = float(figure.interest_by_item.get(line.item_id.id, 0))
                if line.amount_interest != total:
                    line.amount_interest = total

    @api.model
    def _make_deliveries(self, reminders):
        """Write down every attempt that may be made, before any is made."""
        Delivery = self.env["payment.reminder.delivery"].sudo()
        recipients = self.env["payment.reminder.facts"]._read_recipients(
            reminders.case_id
        )
        vals_by_key = {}
        for reminder in reminders:
            channels = reminder.step_id._get_channels()
            for sequence, channel in enumerate(channels):
                for partner, address in recipients[reminder.case_id.id].get(channel, [])[:1]:
                    key = Delivery._get_key(reminder, channel, address)
                    vals_by_key[key] = {
                        "key": key,
                        "reminder_id": reminder.id,
                        "case_id": reminder.case_id.id,
                        "company_id": reminder.company_id.id,
                        "partner_id": partner.id,
                        "sequence": sequence,
                        "channel": channel,
                        "recipient": address,
                    }
        again = Delivery.search(
            [
                ("key", "in", list(vals_by_key)),
                ("state", "in", ("pending", "failed", "skipped", "bounced")),
            ]
        )
        for delivery in again:
            delivery.write(
                {**vals_by_key.pop(delivery.key), "state": "pending", "failure_reason": False}
            )
        Delivery.create(list(vals_by_key.values()))
        reminders.invalidate_recordset(["delivery_ids"])

    # -- the wire ---------------------------------------------------------------

    @api.model
    def _send(self, reminder):
        """Try the channels of one claimed notice in their order.

        :return: list of codes when the guard stopped it, else an empty list
        """
        outcomes = []
        for delivery in reminder.delivery_ids.filtered(lambda d: d.state == "pending"):
            try:
                outcome, codes = self._attempt(reminder, delivery)
            except psycopg2.Error:
                # The recovery settles what became of it; others must go on.
                _logger.exception("Reminder %s was interrupted", reminder.id)
                self._rollback()
                return []
            if outcome == HELD:
                return codes
            if outcome == LATER:
                reminder._set_state("approved", sending_since=False)
                self._commit()
                return []
            outcomes.append(outcome)
            if outcome == UNCERTAIN:
                break
            if outcome == SENT and reminder.step_id.channel_mode == "first_that_works":
                break
        self._finish(reminder, outcomes)
        self._commit()
        return []

    @api.model
    def _attempt(self, reminder, delivery):
        """Make one attempt.

        :return: (outcome, codes)
        """
        wire = WIRES[delivery.channel]
        try:
            session = wire.connect(delivery)
        except WireError as error:
            self._compare_and_set(
                delivery, "pending", "failed", failure_reason=str(error)
            )
            return (DOWN if error.temporary else FAILED), []
        try:
            with self._own_transaction() as env:
                return self._attempt_under_locks(
                    reminder.with_env(env), delivery, wire, session
                )
        finally:
            wire.disconnect(session)

    @api.model
    def _attempt_under_locks(self, reminder, delivery, wire, session):
        now = fields.Datetime.now()
        if not self._lock_rows(reminder):
            return LATER, []
        facts = self.env["payment.reminder.facts"].with_env(reminder.env)
        fact = facts._read_guard_facts(reminder, now)[reminder]
        codes = guard.check(fact, now)
        if codes:
            self._stop(delivery.reminder_id, codes, fact)
            self._commit()
            return HELD, [str(code) for code in codes]
        if not self._compare_and_set(
            delivery, "pending", "sending", date_sent=now, facts=fact
        ):
            return LATER, []
        outcome, reason, reference = wire.hand_over(
            delivery.with_env(reminder.env), session
        )
        state = "failed" if outcome == DOWN else outcome
        vals = {"failure_reason": reason or None}
        if reference:
            vals["message_id"] = reference
        if state == "failed":
            vals["date_sent"] = None
        self._compare_and_set(delivery, "sending", state, **vals)
        return outcome, []

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
        return all(
            len(records.try_lock_for_update()) == len(records)
            for records in (partners, moves, cases)
        )

    # -- after the wire ---------------------------------------------------------

    @api.model
    def _finish(self, reminder, outcomes=(), settled=False):
        """Do the paperwork of a notice whose attempts are over."""
        deliveries = reminder.delivery_ids
        deliveries.invalidate_recordset(flush=False)
        states = set(deliveries.mapped("state"))
        if "sent" in states:
            deliveries.filtered(lambda d: d.state == "pending").write(
                {"state": "skipped"}
            )
            self._finish_sent(reminder, settled)
        elif states & {"sending", "uncertain"}:
            deliveries.filtered(lambda d: d.state == "sending").write(
                {"state": "uncertain"}
            )
            reminder._set_state("uncertain", sent_date=fields.Datetime.now())
            reminder.case_id._log_event("uncertain", {"reminder": reminder.id})
        else:
            self._finish_failed(reminder, outcomes)

    @api.model
    def _finish_sent(self, reminder, settled):
        """Move the items up, post the claim lines, tell trail and chatter."""
        sent = reminder.delivery_ids.filtered(lambda d: d.state == "sent")
        moment = min(filter(None, sent.mapped("date_sent")), default=fields.Datetime.now())
        day = reminder.company_id._get_reminder_today(moment)
        reminder._set_state(
            "sent", sent_date=moment, verdict=[], hold_note=False, sending_since=False
        )
        for line in reminder.line_ids:
            vals = {}
            if line.step_id:
                vals = {"step_id": line.step_id.id, "last_sent_date": day}
            if line.amount_interest:
                vals["interest_claimed"] = line.amount_interest
            if vals:
                line.item_id.write(vals)
        self._post_claim(reminder, day)
        reminder.case_id._log_event(
            "sent",
            {
                "reminder": reminder.id,
                "step": reminder.step_id.lineage,
                "claim": str(reminder.amount_claim),
                "fee": str(reminder.amount_fee),
                "interest": str(reminder.amount_interest),
                "remarks": reminder.remarks or [],
                "deliveries": [[d.channel, d.id, d.message_id or ""] for d in sent],
                "settled": settled,
            },
        )
        self._tell_invoices(reminder, sent)
        reminder.case_id._refresh()

    @api.model
    def _post_claim(self, reminder, day):
        amounts = {
            "fee": reminder.amount_fee,
            "interest": reminder.amount_interest,
            "compensation": reminder.amount_compensation,
        }
        self.env["payment.reminder.claim.line"].sudo().create(
            [
                {
                    "case_id": reminder.case_id.id,
                    "kind": kind,
                    "amount": amount,
                    "date": day,
                    "reminder_id": reminder.id,
                }
                for kind, amount in amounts.items()
                if not reminder.currency_id.is_zero(amount)
            ]
        )

    @api.model
    def _tell_invoices(self, reminder, sent):
        """Log the notice on its invoices; their own rows stay untouched."""
        moves = reminder.line_ids.filtered("step_id").move_id
        channels = reminder.channel_summary
        body = self.env._(
            "%(step)s sent by %(channel)s to %(recipients)s.",
            step=reminder.step_id.name,
            channel=channels,
            recipients=", ".join(sent.mapped("recipient")),
        )
        moves.sudo()._message_log_batch(
            bodies={move.id: plaintext2html(body) for move in moves}
        )

    @api.model
    def _finish_failed(self, reminder, outcomes):
        """No channel worked: try again later if all were down, else ask a person."""
        reasons = [
            f"{d.channel}: {d.failure_reason}"
            for d in reminder.delivery_ids
            if d.failure_reason
        ]
        note = "; ".join(reasons) or self.env._("No attempt was made.")
        attempts = reminder.attempts + 1
        again = attempts < MAX_ATTEMPTS and all(o in (DOWN, LATER) for o in outcomes)
        reminder._set_state(
            "approved" if again else "held",
            attempts=attempts,
            sending_since=False,
            hold_note=self.env._("Not sent: %s", note),
        )
        reminder.case_id._log_event(
            "failed",
            {"reminder": reminder.id, "attempt": attempts, "again": again},
        )

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
        for reminder in stuck.try_lock_for_update():
            states = set(reminder.delivery_ids.mapped("state"))
            if states <= {"pending", "skipped"}:
                reminder._set_state("approved", sending_since=False)
            else:
                self._finish(reminder)
            self._commit()

    # -- transactions -----------------------------------------------------------

    @contextmanager
    def _own_transaction(self):
        """Open a fresh READ COMMITTED transaction, committed at the end.

        REPEATABLE READ would read the snapshot of its first query again, however
        late it asks. Under test everything is one transaction that never commits.
        """
        if modules.module.current_test:
            with self.env.cr.savepoint():
                yield self.env
            return
        with self.env.registry.cursor() as cr:
            cr.connection.set_isolation_level(ISOLATION_LEVEL_READ_COMMITTED)
            yield api.Environment(cr, self.env.uid, self.env.context, su=self.env.su)

    @api.model
    def _compare_and_set(self, delivery, expected, state, facts=None, **vals):
        """Change a delivery in a transaction of its own, if nobody else did.

        The locks of the guard stay with the caller's transaction.
        """
        with self._own_transaction() as env:
            if not modules.module.current_test:
                env.cr.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
            done = delivery.with_env(env)._compare_and_set(expected, state, **vals)
            if done and facts is not None:
                delivery.with_env(env)._keep_facts(facts)
        delivery.invalidate_recordset(flush=False)
        return done

    @api.model
    def _commit(self):
        if not modules.module.current_test:
            self.env.cr.commit()  # pylint: disable=invalid-commit

    @api.model
    def _rollback(self):
        if not modules.module.current_test:
            self.env.cr.rollback()
