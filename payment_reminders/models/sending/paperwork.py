"""What is written once the attempts of a notice are over and all locks released."""

import logging

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import plaintext2html

from ...rules import guard
from ...tools import transactions
from ...tools.on_the_wire import is_printing
from .wire import DOWN

_logger = logging.getLogger(__name__)

#: So often a notice is tried again when every gateway is down.
MAX_ATTEMPTS = 3


class PaymentReminderPaperwork(models.AbstractModel):
    """Brings a notice to the state that its deliveries tell, never one by memory."""

    _name = "payment.reminder.paperwork"
    _description = "Payment Reminder Paperwork"

    @api.model
    def _conclude(self, reminder, ticket, attempts):
        """Finish a notice that this sender claimed, in a transaction of its own.

        When it cannot be done now, the recovery does it later, by the deliveries.

        :param attempts: ``sender.Attempt`` of each delivery tried
        :return: codes, if the guard stopped it
        """

        def work(env):
            mine = reminder.with_env(env)
            transactions.lock(mine.case_id, mine)
            if mine._is_claimed(ticket):
                with mine.case_id._look_once():
                    self.with_env(env)._finish(mine, attempts)
            return mine.state

        try:
            state = transactions.run(self.env, work)
        except Exception:
            _logger.exception(
                "Reminder %s: what became of it is written down later", reminder.id
            )
            return []
        codes = attempts[-1].codes if attempts and state == "held" else ()
        return list(codes)

    @api.model
    def _finish(self, reminder, attempts=None, settled=False):
        """Do the paperwork of a notice whose attempts are over.

        :param attempts: None when the process that made them died
        :param settled: whether a person said that it went out
        """
        deliveries = reminder.delivery_ids
        deliveries.invalidate_recordset()
        # It was on the wire, and nobody noted what came of it.
        deliveries.filtered(lambda d: d.state == "sending").write(
            {"state": "uncertain"}
        )
        states = set(deliveries.mapped("state"))
        if "sent" in states:
            self._finish_sent(reminder, settled)
            if "bounced" in states:
                reminder._settle_bounces()
        elif "uncertain" in states:
            reminder._set_state("uncertain", sent_date=fields.Datetime.now())
            reminder.case_id._log_event("uncertain", {"reminder": reminder.id})
        elif "bounced" in states:
            # It left, and came back before this was written.
            self._finish_sent(reminder, settled)
            reminder._settle_bounces()
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
        deliveries.filtered(lambda d: d.state in ("pending", "skipped"))._drop_draft()

    @api.model
    def _finish_stopped(self, reminder, attempt):
        """Keep a notice that the guard stopped at the last moment."""
        codes = list(attempt.codes)
        if attempt.facts.approved:
            reminder._hold_by_guard(codes, attempt.facts)
        else:
            reminder._lapse_approval(codes, attempt.facts)

    @api.model
    def _finish_sent(self, reminder, settled):
        """Move the items up, post the claim lines, tell trail and chatter."""
        reminder.delivery_ids.filtered(lambda d: d.state == "pending").write(
            {"state": "skipped"}
        )
        sent = reminder.delivery_ids.filtered(lambda d: d.state in ("sent", "bounced"))
        moment = min(
            filter(None, sent.mapped("date_sent")), default=fields.Datetime.now()
        )
        day = reminder.company_id._get_reminder_today(moment)
        reminder._set_state("sent", sent_date=moment, verdict=[], hold_note=False)
        for line in reminder.line_ids:
            vals = {}
            if line.step_id:
                vals = {"step_id": line.step_id.id, "last_sent_date": day}
            if line.amount_interest:
                # Not the total: another notice may have been withdrawn meanwhile.
                claimed = line.item_id.interest_claimed
                vals["interest_claimed"] = claimed + line._get_fresh_interest()
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
                "verdict": [],
                **self._get_seen(sent),
            },
        )
        self._tell_invoices(reminder, sent)
        self._tell_unread(reminder, sent)
        reminder.case_id._refresh()

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
        lines = reminder.line_ids.filtered("step_id")
        told = reminder.with_env(reminder.case_id._in_staff_language().env)
        how = {
            "notice": told.step_id.name,
            "channel": told.channel_summary,
            "recipients": ", ".join(sent.mapped("recipient")),
        }
        bodies = {}
        for step, same in lines.grouped("step_id").items():
            # An invoice that is not so far yet goes its own step, in the same message.
            body = (
                told.env._(
                    "%(step)s sent by %(channel)s to %(recipients)s.",
                    step=told.step_id.name,
                    channel=how["channel"],
                    recipients=how["recipients"],
                )
                if step == reminder.step_id
                else told.env._(
                    "%(step)s sent with “%(notice)s” by %(channel)s to %(recipients)s.",
                    step=step.with_env(told.env).name,
                    **how,
                )
            )
            bodies |= {move.id: plaintext2html(body) for move in same.move_id}
        lines.move_id.sudo()._message_log_batch(bodies=bodies)
        self._tell_customer(reminder)

    @api.model
    def _tell_customer(self, reminder):
        """Log on the customer that a notice went out; it names no address."""
        case = reminder.case_id.sudo()
        told = reminder.with_env(reminder.case_id._in_staff_language().env)
        line = told.env._(
            "%(step)s sent by %(channel)s: %(case)s",
            step=told.step_id.name,
            channel=told.channel_summary,
            case=case._get_html_link(),
        )
        case.partner_id._message_log(body=Markup("<p>%s</p>") % line)

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
