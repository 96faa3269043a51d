"""What is written once the attempts of a notice are over and all locks released."""

import logging
from dataclasses import replace

from markupsafe import Markup
from psycopg2.errors import LockNotAvailable

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import plaintext2html

from ...rules import guard
from ...rules.verdict import Code
from ...tools import transactions
from ...tools.errors import WireError
from ...tools.on_the_wire import is_printing
from .wire import DOWN, FAILED, SENT

_logger = logging.getLogger(__name__)

#: What the guard says of a notice because it was, or may have been, sent itself.
OWN_CODES = {Code.SPACING, Code.ALREADY_SENT}
#: So often a notice is tried again when every gateway is down.
MAX_ATTEMPTS = 3


class PaymentReminderPaperwork(models.AbstractModel):
    """Brings a notice to the state that its deliveries tell, never one by memory."""

    _name = "payment.reminder.paperwork"
    _description = "Payment Reminder Paperwork"

    @api.model
    def _conclude(self, done, ticket):
        """Finish notices that this sender claimed, in a transaction of its own.

        When it cannot be done for all at once, then for one after the other; what
        cannot be done now, the recovery does later, by the deliveries.

        :param done: [(notice, :class:`sender.Attempt` of each delivery tried)]
        :return: {notice: codes} of those that the guard stopped
        """
        if not done:
            return {}
        attempts = {reminder.id: tried for reminder, tried in done}
        ids = list(attempts)

        def work(env):
            mine = env["payment.reminder"].browse(ids)
            transactions.lock(mine.case_id, mine)
            claimed = mine.filtered(lambda reminder: reminder._is_claimed(ticket))
            with claimed.case_id._look_once():
                self.with_env(env)._finish(claimed, attempts)
            return {reminder.id: reminder.state for reminder in mine}

        try:
            states = transactions.run(self.env, work)
        except Exception:
            if len(done) > 1:
                _logger.info(
                    "The paperwork of %s is done one by one", ids, exc_info=True
                )
                return {
                    reminder: codes
                    for pair in done
                    for reminder, codes in self._conclude([pair], ticket).items()
                }
            _logger.exception(
                "Reminder %s: what became of it is written down later", *ids
            )
            return {}
        return {
            reminder: list(tried[-1].codes)
            for reminder, tried in done
            if tried and tried[-1].codes and states[reminder.id] == "held"
        }

    @api.model
    def _finish(self, reminders, attempts=None, settled=False):
        """Do the paperwork of notices whose attempts are over.

        :param attempts: {notice id: attempts}; None when the process that made them
            died
        :param settled: whether a person said that they went out
        """
        deliveries = reminders.delivery_ids
        deliveries.invalidate_recordset()
        # It was on the wire, and nobody noted what came of it.
        deliveries.filtered(lambda d: d.state == "sending").write(
            {"state": "uncertain"}
        )
        self._close_mails(deliveries)
        arrived = reminders.filtered(self._has_arrived)
        if arrived:
            self._finish_sent(arrived, settled)
            for reminder in arrived:
                if "bounced" in reminder.delivery_ids.mapped("state"):
                    # It came back before this was written.
                    reminder._settle_bounces()
        for reminder in reminders - arrived:
            self._finish_unsent(reminder, attempts and attempts[reminder.id])
        undone = deliveries.filtered(lambda d: d.state in ("pending", "skipped"))
        if undone:
            undone._drop_draft()

    @api.model
    def _has_arrived(self, reminder):
        """Tell whether a notice was taken by a gateway, by its deliveries."""
        states = set(reminder.delivery_ids.mapped("state"))
        return "sent" in states or ("bounced" in states and "uncertain" not in states)

    @api.model
    def _close_mails(self, deliveries):
        """Say on the mails what became of them.

        While they are on their way they look like cancelled ones, out of reach of
        Odoo's own queue.
        """
        for delivery in deliveries:
            # sudo: the mails are the machine's
            mail = delivery.mail_mail_id.sudo()
            if mail.state != "cancel":
                continue
            if delivery.state in ("sent", "bounced"):
                mail.write(
                    {"state": "sent", "failure_reason": False, "failure_type": False}
                )
                mail._postprocess_sent_message(
                    success_pids=[], success_emails=[delivery.recipient]
                )
            elif delivery.state in ("failed", "uncertain"):
                reason = delivery.failure_reason
                mail.write({"state": "exception", "failure_reason": reason})

    @api.model
    def _finish_unsent(self, reminder, attempts):
        """Do the paperwork of a notice of which nobody says that it arrived.

        :param attempts: None when the process that made them died
        """
        if "uncertain" in reminder.delivery_ids.mapped("state"):
            reminder._set_state("uncertain", sent_date=fields.Datetime.now())
            reminder.case_id._log_event("uncertain", {"reminder": reminder.id})
        elif attempts and attempts[-1].codes:
            self._finish_stopped(reminder, attempts[-1])
        elif attempts is None or (
            attempts and attempts[-1].outcome in ("later", "stale")
        ):
            reminder._set_state("approved")
            reminder.case_id._log_event(
                "deferred", {"reminder": reminder.id, "recovered": attempts is None}
            )
        else:
            self._finish_failed(reminder, attempts)

    @api.model
    def _finish_stopped(self, reminder, attempt):
        """Keep a notice that the guard stopped at the last moment."""
        codes = list(attempt.codes)
        if attempt.facts.approved:
            reminder._hold_by_guard(codes, attempt.facts)
        else:
            reminder._lapse_approval(codes, attempt.facts)

    @api.model
    def _finish_sent(self, reminders, settled):
        """Move the items up, post the claim lines, tell trail and chatter."""
        waiting = reminders.delivery_ids.filtered(lambda d: d.state == "pending")
        waiting.write({"state": "skipped"})
        sent = {
            reminder: reminder.delivery_ids.filtered(
                lambda d: d.state in ("sent", "bounced")
            )
            for reminder in reminders
        }
        now = fields.Datetime.now()
        days = {}
        for reminder, deliveries in sent.items():
            moment = min(filter(None, deliveries.mapped("date_sent")), default=now)
            days[reminder] = reminder.company_id._get_reminder_today(moment)
            reminder._set_state("sent", sent_date=moment, verdict=[], hold_note=False)
        self._move_up(reminders, days)
        self._post_claim(reminders, days)
        self.env["payment.reminder.event"]._log(
            [
                (
                    reminder.case_id,
                    "sent",
                    self._describe(reminder, sent[reminder], settled),
                )
                for reminder in reminders
            ]
        )
        # The trail has them now, without the addresses, which are on the deliveries.
        reminders.delivery_ids.facts = False
        reminders.facts = False
        words = {
            reminder: reminder.with_env(reminder.case_id._in_staff_language().env)
            for reminder in reminders
        }
        self._tell_invoices(sent, words)
        self._tell_customers(words)
        for reminder in reminders:
            self._tell_unread(reminder, sent[reminder])
        reminders.case_id._refresh()

    @api.model
    def _move_up(self, reminders, days):
        """Put the due items of notices that went out on their new place.

        :param days: {notice: day on which it went out}
        """
        for line in reminders.line_ids:
            vals = {}
            if line.step_id:
                day = days[line.reminder_id]
                vals = {"step_id": line.step_id.id, "last_sent_date": day}
            if line.amount_interest:
                # Not the total: another notice may have been withdrawn meanwhile.
                claimed = line.item_id.interest_claimed
                vals["interest_claimed"] = claimed + line._get_fresh_interest()
            if vals:
                line.item_id.write(vals)

    @api.model
    def _describe(self, reminder, sent, settled):
        """Return what the trail keeps of a notice that went out."""
        return {
            "reminder": reminder.id,
            "step": reminder.step_id.lineage,
            "claim": str(reminder.amount_claim),
            "fee": str(reminder.amount_fee),
            "interest": str(reminder.amount_interest),
            "remarks": reminder.remarks or [],
            "deliveries": [[d.channel, d.id, d.message_id or ""] for d in sent],
            "settled": settled,
            "verdict": [],
            **self._get_seen(sent),
        }

    @api.model
    def _tell_unread(self, reminder, sent):
        """Log on the case what stood beside the addresses that got the notice."""
        mailed = sent.filtered(lambda delivery: delivery.channel == "email")
        unread = self.env["payment.reminder.facts"]._find_unread_emails(
            mailed.partner_id
        )
        if unread:
            case = reminder.case_id._in_staff_language()
            body = case.env._(
                "Nothing was sent to “%s”: it cannot be read as an e-mail address. "
                "Correct it on the contact.",
                "”, “".join(unread),
            )
            case.sudo()._message_log(body=plaintext2html(body))

    @api.model
    def _get_seen(self, sent):
        """Return for the trail what the guard saw when it let a notice go, and when."""
        delivery = sent.filtered("facts")[:1]
        if not delivery:
            return {}
        return {
            "facts": guard.Facts.from_json(delivery.facts).to_trail(),
            "judged": fields.Datetime.to_string(delivery.date_sent),
        }

    @api.model
    def _post_claim(self, reminders, days):
        self.env["payment.reminder.claim.line"].sudo().create(
            [
                {
                    "case_id": reminder.case_id.id,
                    "kind": kind,
                    "amount": amount,
                    "date": days[reminder],
                    "reminder_id": reminder.id,
                }
                for reminder in reminders
                for kind, amount in (
                    ("fee", reminder.amount_fee),
                    ("interest", reminder.amount_interest),
                    ("compensation", reminder.amount_compensation),
                )
                if not reminder.currency_id.is_zero(amount)
            ]
        )

    @api.model
    def _tell_invoices(self, sent, words):
        """Log notices on their invoices; the invoices' own rows stay untouched.

        :param sent: {notice: its deliveries that went out}
        :param words: {notice: itself in the language of whoever looks after it}
        """
        bodies = {}
        for reminder, deliveries in sent.items():
            told = words[reminder]
            how = {
                "notice": told.step_id.name,
                "channel": told.channel_summary,
                "recipients": ", ".join(deliveries.mapped("recipient")),
            }
            lines = reminder.line_ids.filtered("step_id")
            for step, same in lines.grouped("step_id").items():
                # An invoice that is not so far yet goes its own step, in the same
                # message.
                body = (
                    told.env._(
                        "%(step)s sent by %(channel)s to %(recipients)s.",
                        step=told.step_id.name,
                        channel=how["channel"],
                        recipients=how["recipients"],
                    )
                    if step == reminder.step_id
                    else told.env._(
                        "%(step)s sent with “%(notice)s” by %(channel)s to "
                        "%(recipients)s.",
                        step=step.with_env(told.env).name,
                        **how,
                    )
                )
                for move in same.move_id:
                    # One invoice may be on two notices: on that of a refused part, too.
                    bodies[move.id] = bodies.get(move.id, Markup()) + plaintext2html(
                        body
                    )
        if bodies:
            moves = self.env["account.move"].sudo().browse(bodies)
            moves._message_log_batch(bodies=bodies)

    @api.model
    def _tell_customers(self, words):
        """Log on the customers that notices went out; it names no address.

        :param words: {notice: itself in the language of whoever looks after it}
        """
        bodies = {}
        for reminder, told in words.items():
            case = reminder.case_id.sudo()
            line = told.env._(
                "%(step)s sent by %(channel)s: %(case)s",
                step=told.step_id.name,
                channel=told.channel_summary,
                case=case._get_html_link(),
            )
            # A customer may have cases in two currencies.
            before = bodies.get(case.partner_id.id, Markup())
            bodies[case.partner_id.id] = before + Markup("<p>%s</p>") % line
        partners = self.env["res.partner"].sudo().browse(bodies)
        partners._message_log_batch(bodies=bodies)

    @api.model
    def _finish_failed(self, reminder, attempts):
        """No channel worked: try again later if all were down, else the last resort.

        Where there is none, a person is asked.
        """
        down = bool(attempts) and all(a.outcome == DOWN for a in attempts)
        again = down and reminder.attempts + 1 < MAX_ATTEMPTS
        resort = None if again else self._get_last_resort(reminder)
        if resort:
            resort(reminder)
            return
        reasons = [
            f"{d.channel}: {d.failure_reason}"
            for d in reminder.delivery_ids
            if d.failure_reason
        ]
        noted = reminder.delivery_ids.mapped("failure_reason")
        reasons += [a.reason for a in attempts if a.reason and a.reason not in noted]
        words = reminder.case_id._in_staff_language().env
        note = "; ".join(reasons) or words._("No attempt was made.")
        self._note_failure(reminder, note, again=again)

    @api.model
    def _get_last_resort(self, reminder):
        """Return what is done with a notice that reached nobody (hook).

        :return: function of the notice, which brings it on its way; None: nothing
        """
        has_letter = not is_printing() and reminder._find_letters("pending")
        return self._leave_to_printer if has_letter else None

    @api.model
    def _leave_to_printer(self, reminder):
        """Let a notice go by letter: it waits until a person prints it."""
        reminder._set_state("approved", to_print=True)
        reminder.case_id._log_event("to_print", {"reminder": reminder.id})

    # -- what a service can tell ------------------------------------------------------

    @api.model
    def _ask_services(self, reminders):
        """Ask the services that can tell what became of uncertain attempts.

        :param reminders: notices, of which the uncertain ones are asked about
        """
        Delivery = self.env["payment.reminder.delivery"]
        wires = Delivery._get_wires()
        codes = [code for code, wire in wires.items() if wire.can_settle]
        if not codes:
            return
        # By the index on the notice.
        domain = Domain("state", "=", "uncertain") & Domain("channel", "in", codes)
        domain &= Domain("reminder_id.state", "=", "uncertain")
        domain &= Domain("reminder_id", "in", reminders.ids)
        for delivery in Delivery.search(domain):
            try:
                self._settle(delivery)
            except LockNotAvailable:
                _logger.info("Delivery %s: somebody else is at its rows", delivery.id)
            except Exception:
                _logger.exception("What became of delivery %s?", delivery.id)

    @api.model
    def _settle(self, delivery):
        """Ask what became of one attempt, and do the paperwork of its notice."""
        transactions.commit(self.env)
        wire = delivery._get_wire()
        session = None
        try:
            session = wire.connect(delivery)
            with transactions.read_committed(self.env) as env:
                is_known = self.with_env(env)._settle_under_locks(delivery, session)
        except WireError as error:
            _logger.info("Delivery %s stays uncertain: %s", delivery.id, error)
            return
        finally:
            wire.disconnect(session)
        if is_known:
            transactions.run(
                self.env,
                lambda env: self.with_env(env)._note_settled(
                    delivery.reminder_id.with_env(env)
                ),
            )
            transactions.commit(self.env)

    @api.model
    def _settle_under_locks(self, delivery, session):
        """Ask while nobody can pay: some gateways tell by being sent it once more.

        :return: whether it is known now
        """
        sender = self.env["payment.reminder.sender"]
        reminder = delivery.reminder_id.with_env(self.env)
        if not sender._reserve(delivery) or not sender._lock_rows(reminder):
            return False
        reminder.invalidate_recordset()
        if reminder.state != "uncertain":
            return False
        heard = delivery._get_wire().settle(
            delivery.with_env(self.env), session, self._may_leave_again(reminder)
        )
        if not heard or heard[0] not in (SENT, FAILED):
            return False
        outcome, reason, reference = heard
        vals = {"message_id": reference} if reference else {}
        return sender._compare_and_set(
            delivery, "uncertain", outcome, failure_reason=reason or None, **vals
        )

    @api.model
    def _may_leave_again(self, reminder):
        """Tell whether an uncertain notice might leave now, as it was written.

        Until it is settled it counts as sent itself: of what was sent only others are
        in its way.
        """
        sender = self.env["payment.reminder.sender"]
        now = fields.Datetime.now()
        facts = self.env["payment.reminder.facts"]._read_guard_facts(reminder, now)
        codes = guard.check(replace(facts[reminder], state="approved"), now)
        others = (
            reminder._get_counting_domain()
            & Domain("case_id", "=", reminder.case_id.id)
            & Domain("sent_date", ">=", reminder.sent_date)
            & Domain("id", "!=", reminder.id)
        )
        maybe = reminder.delivery_ids.filtered(lambda d: d.state == "uncertain")
        return (
            set(codes) <= OWN_CODES
            and not reminder.search_count(others, limit=1)
            and bool(sender._filter_sending_time(reminder))
            and set(maybe.ids) <= sender._find_as_rendered(reminder)
        )

    @api.model
    def _note_settled(self, reminder):
        """Do the paperwork of a notice of which a service has told what became."""
        transactions.lock(reminder.case_id, reminder)
        deliveries = reminder.delivery_ids
        deliveries.invalidate_recordset()
        if reminder.state != "uncertain":
            return
        if self._has_arrived(reminder):
            reminder.case_id._log_event(
                "settled", {"reminder": reminder.id, "sent": True, "by_service": True}
            )
            self._finish(reminder, settled=True)
        elif not {"sending", "uncertain"}.intersection(deliveries.mapped("state")):
            words = reminder.case_id._in_staff_language().env
            told = words._("The service says that it did not arrive.")
            reminder._settle_not_sent(told, told)

    @api.model
    def _note_trouble(self, reminder, error):
        """Keep what went wrong before any attempt; soon a person has to look."""

        def work(env):
            mine = reminder.with_env(env)
            transactions.lock(mine.case_id, mine)
            if mine.state == "approved":
                self.with_env(env)._note_failure(mine, str(error), again=True)

        try:
            transactions.run(self.env, work)
        except Exception:
            _logger.exception("Reminder %s: the trouble cannot be noted", reminder.id)

    @api.model
    def _note_failure(self, reminder, note, again):
        attempts = reminder.attempts + 1
        again = again and attempts < MAX_ATTEMPTS
        words = reminder.case_id._in_staff_language().env
        vals = {"attempts": attempts, "hold_note": words._("Not sent: %s", note)}
        if again and reminder.state == "approved":
            reminder.write(vals)
        else:
            reminder._set_state("approved" if again else "held", **vals)
        reminder.case_id._log_event(
            "failed", {"reminder": reminder.id, "attempt": attempts, "again": again}
        )
