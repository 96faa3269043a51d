"""The scheduled action that speaks to the services: nothing twice, nothing lost.

As the sender does it: the intent is committed before the wire is touched, each record
in a transaction of its own. What stopped in between is uncertain; the service is asked,
and only a person has it sent anew.
"""

import logging
from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models, modules
from odoo.exceptions import UserError

from ...rules import handover
from ...rules.handover import Answer, Outcome, Reading, State
from ...tools import bulk, transactions

_logger = logging.getLogger(__name__)

#: What is left in ``sending`` for so long was stopped on its way.
STOPPED = timedelta(minutes=10)
#: Minutes after which an uncertain one is looked for, the first time and after that.
LOOKS = (2, 10, 60)
#: Minutes that a service rests which was not reached, doubled with each try.
RESTS, LONGEST_REST = 5, 360
#: Each hand-over is read so often, and one by hand never.
READ_EVERY = timedelta(hours=20)
#: How many are read in one start of the scheduled action.
BUDGET = 500
#: A page that is opened again within so many seconds asks nobody.
FRESH = 60


class PaymentReminderHandover(models.Model):
    _inherit = "payment.reminder.handover"

    @api.model
    def _cron_handover(self):
        """Hand over what waits, look for what is uncertain, tell, end, and read."""
        if self.env["payment.reminder.facts"]._is_neutralized():
            return
        self = self.sudo()
        transactions.commit(self.env)
        now = fields.Datetime.now()
        resting = ["|", ("rests_until", "=", False), ("rests_until", "<=", now)]
        stopped = now - STOPPED
        work = (
            (
                self.search([("state", "=", "sending"), ("write_date", "<", stopped)]),
                type(self)._recover,
            ),
            (self.search([("state", "=", "queued"), *resting]), type(self)._give),
            (
                self.search([("state", "=", "uncertain"), *resting]),
                type(self)._look_for,
            ),
            (
                self.search([("state", "in", ("ending", "end_uncertain")), *resting]),
                type(self)._end,
            ),
            (self._find_to_tell(now), type(self)._tell),
            (self._find_to_read(now), type(self)._read),
        )
        left = sum(len(records) for records, _do in work)
        for records, do in work:
            for record in records:
                left -= 1
                try:
                    do(record)
                except Exception:
                    # One record harms no other; what it did is committed or undone.
                    _logger.exception("Hand-over %s failed", record.id)
                    if not modules.module.current_test:
                        self.env.cr.rollback()
                if transactions.report_progress(self.env, 1, left) <= 0 and left:
                    return

    @api.model
    def _find_to_tell(self, now):
        """Return the hand-overs of which a service is to be told something."""
        reports = self.env["payment.reminder.handover.report"].search(
            [
                ("state", "in", ("waiting", "sending")),
                "|",
                ("not_before", "=", False),
                ("not_before", "<=", now),
            ]
        )
        return reports.handover_id.filtered(
            lambda r: (
                r.state in handover.THERE
                and not r._is_by_hand()
                and not (r.rests_until and r.rests_until > now)
            )
        )

    @api.model
    def _find_to_read(self, now):
        """Return open hand-overs that nobody asked about for longest."""
        return self.search(
            [
                ("state", "in", [str(state) for state in handover.THERE]),
                ("provider", "!=", "manual"),
                "|",
                ("checked_at", "=", False),
                ("checked_at", "<", now - READ_EVERY),
                "|",
                ("rests_until", "=", False),
                ("rests_until", "<=", now),
            ],
            order="checked_at NULLS FIRST, id",
            limit=BUDGET,
        )

    # -- one record, one transaction ------------------------------------------------

    def _in_own_transaction(self, work):
        """Do ``work(record)`` on this record under its lock and that of its case.

        :return: what it returned; None when somebody else is at it
        """
        self.ensure_one()

        def locked(env):
            record = self.with_env(env)
            if not transactions.try_lock(record):
                return None
            record.invalidate_recordset()
            transactions.lock(record.case_id)
            env.invalidate_all()
            return work(record)

        result = transactions.run(self.env, locked)
        transactions.commit(self.env)
        # What was written there is read anew here.
        self.env.invalidate_all()
        return result

    def _claim(self):
        """Commit that this is about to leave; return whether it may.

        Everything that kept a notice back is asked again here: what was paid, disputed
        or promised since a person confirmed it does not leave.
        """

        def claim(record):
            if record.state != State.QUEUED:
                return False
            reasons = record._find_obstacles(record.item_id, record.provider)[
                record.item_id
            ]
            if reasons:
                record._wait_for(reasons)
                return False
            record._set_state("sending", tries=record.tries + 1, problem=False)
            return True

        return bool(self._in_own_transaction(claim))

    def _wait_for(self, reasons):
        """Wait until somebody completed what is missing; it is taken up by itself."""
        self.write(
            {
                "problem": "missing",
                "reason": " ".join(sentence for sentence, _record in reasons)[:1000],
                "rests_until": fields.Datetime.now() + timedelta(minutes=10),
            }
        )

    def _give(self):
        """Hand one over: look whether it is there, then give it to the service."""
        self.ensure_one()
        if not self._claim():
            return
        answer = self._ask_to_register()
        self._in_own_transaction(lambda record: record._note_registration(answer))

    def _ask_to_register(self):
        """Speak to the service; whatever happens on the way is an answer."""
        try:
            if "find" in self._provider_capabilities():
                found = self._provider_find()
                if isinstance(found, Answer | Outcome):
                    # Not looked, not sent: whatever was asked, nothing has happened.
                    return found if isinstance(found, Answer) else Answer(found)
                if found:
                    return Answer(
                        Outcome.DONE,
                        reason=self.env._("It was there already."),
                        external_id=found,
                    )
            return self._provider_register()
        except Exception:
            # The request may have been on its way: nobody knows.
            _logger.exception("Hand-over %s: no answer", self.id)
            return Answer(Outcome.UNCERTAIN)

    def _note_registration(self, answer):
        """Note what became of an attempt to hand this over."""
        if self.state not in (State.SENDING, State.UNCERTAIN, State.QUEUED):
            return
        match answer.outcome:
            case Outcome.DONE:
                self._set_state(
                    self._translate_answer(answer),
                    external_id=answer.external_id or self.external_id,
                    payer_reference=answer.payer_reference or self.payer_reference,
                    raw_state=answer.raw_state,
                    raw_status=answer.raw_status,
                    reason=answer.reason or False,
                    problem=False,
                    rests_until=False,
                    tries=0,
                    checked_at=fields.Datetime.now(),
                    good_at=fields.Datetime.now(),
                )
            case Outcome.REFUSED:
                self._set_state(
                    "refused", reason=answer.reason or False, problem="rejected"
                )
                self._tell_refused()
            case Outcome.UNCERTAIN:
                self._set_state(
                    "uncertain",
                    reason=answer.reason or False,
                    problem="unavailable",
                    tries=0,
                    rests_until=fields.Datetime.now() + timedelta(minutes=LOOKS[0]),
                )
            case _:
                self._set_state("queued", **self._prepare_rest(answer))

    def _translate_answer(self, answer):
        """Return the state that a service's words mean; it certainly has it."""
        if not answer.raw_state:
            return "registered"
        Word = self.env["payment.reminder.handover.word"]
        state = Word._translate(self.provider, answer.raw_state, answer.raw_status)
        return str(state)

    def _prepare_rest(self, answer):
        """Return the values of a hand-over that waits for its service."""
        problem = "auth" if answer.outcome == Outcome.AUTH else "unavailable"
        minutes = min(RESTS * 2 ** min(self.tries, 8), LONGEST_REST)
        seconds = answer.retry_after or minutes * 60
        return {
            "problem": "throttled" if answer.retry_after else problem,
            "reason": answer.reason or False,
            "checked_at": fields.Datetime.now(),
            "rests_until": fields.Datetime.now() + timedelta(seconds=seconds),
        }

    def _tell_refused(self):
        """Tell a manager that a service did not take it, and what it said."""
        told = self.with_context(lang=self.case_id._get_responsible().lang)
        told._call_manager(
            told.env._("%s did not take it", told.service_label),
            told.env._(
                "%(invoice)s: %(reason)s Our own reminders go on.",
                invoice=told.move_id.name or "",
                reason=told.reason or "",
            ),
        )

    # -- what stopped on its way ------------------------------------------------------

    def _recover(self):
        """Say of one that stopped between intent and note that nobody knows."""

        def note(record):
            if record.state == State.SENDING:
                record._note_registration(Answer(Outcome.UNCERTAIN))

        self._in_own_transaction(note)

    def _look_for(self):
        """Ask a service whether it has what may have arrived; nothing is sent."""
        self.ensure_one()
        found = Answer(Outcome.UNAVAILABLE)
        if "find" in self._provider_capabilities():
            found = self._provider_find()

        def note(record):
            if record.state != State.UNCERTAIN:
                return
            if found and not isinstance(found, Answer | Outcome):
                record.activity_ids.action_done()
                record._note_registration(Answer(Outcome.DONE, external_id=found))
                return
            tries = record.tries + (found is None)
            minutes = LOOKS[min(tries, len(LOOKS) - 1)]
            record.write(
                {
                    "tries": tries,
                    "checked_at": fields.Datetime.now(),
                    "rests_until": fields.Datetime.now() + timedelta(minutes=minutes),
                }
            )

        self._in_own_transaction(note)

    def action_is_there(self, external_id=None):
        """Say that the service has it, as a person who asked knows."""
        self._check_may_act()
        for record in self.sudo().filtered(lambda r: r.state == "uncertain"):
            record.activity_ids.action_done()
            record._set_state(
                "registered",
                external_id=external_id or record.external_id,
                problem=False,
                rests_until=False,
                good_at=fields.Datetime.now(),
            )
        return True

    def action_is_not_there(self):
        """Say that the service has it not, so that it is handed over anew."""
        self._check_may_act()
        for record in self.sudo().filtered(lambda r: r.state == "uncertain"):
            record.activity_ids.action_done()
            record._set_state("queued", problem=False, rests_until=False, tries=0)
        self._trigger()
        return True

    @api.model
    def _trigger(self):
        self.env.ref("payment_reminders.ir_cron_handover").sudo()._trigger()

    # -- reading ----------------------------------------------------------------------

    def _read(self):
        """Ask a service where one stands, and follow what it says."""
        self.ensure_one()
        heard = self._provider_read()
        self._in_own_transaction(lambda record: record._note_reading(heard))

    def _note_reading(self, heard):
        """Note what a service said of one, or why it said nothing.

        :param heard: :class:`rules.handover.Reading`, or :class:`rules.handover.Answer`
        """
        if self.state not in handover.THERE:
            # It ended since it was asked: what was heard is old.
            return
        if not isinstance(heard, Reading):
            now = fields.Datetime.now()
            self.write({**self._prepare_rest(heard), "checked_at": now})
            return
        words = self.env["payment.reminder.handover.word"]._read_words(self.provider)
        state, vals = self._judge_reading(heard, words)
        if not state:
            self.write(vals)
            return
        if heard.since:
            vals["state_since"] = heard.since
        self._set_state(state, **vals)

    def _judge_reading(self, heard, words):
        """Return (the state that this comes to, None when it stays; what to write).

        :param words: the service's table (:meth:`_read_words` of the words)
        """
        self.ensure_one()
        now = fields.Datetime.now()
        vals = {
            "raw_state": heard.raw_state,
            "raw_status": heard.raw_status,
            "checked_at": now,
            "good_at": now,
            "problem": False,
            "rests_until": False,
            "tries": 0,
        }
        if heard.payer_reference:
            vals["payer_reference"] = heard.payer_reference
        if heard.left:
            vals["is_remaining_known"] = True
            vals.update(
                {f"remaining_{what}": float(left) for what, left in heard.left.items()}
            )
        state = heard.state or handover.translate(
            words, heard.raw_state or "", heard.raw_status or ""
        )
        waits = self.state in (State.ENDING, State.END_UNCERTAIN)
        stays = state == self.state or (waits and state in handover.LIVE)
        return (None if stays else str(state)), vals

    @api.model
    def _note_readings(self, readings):
        """Note what a service said of many: a page of its list.

        All that stay as they are take one transaction; what changes, and what somebody
        else is at, takes one each.

        :param readings: {hand-over: :class:`rules.handover.Reading`}
        """
        heard = {record.id: reading for record, reading in readings.items()}
        kept = transactions.run(
            self.env, lambda env: self.with_env(env)._keep_readings(heard)
        )
        transactions.commit(self.env)
        self.env.invalidate_all()
        for record, reading in readings.items():
            if record.id not in kept:
                record._in_own_transaction(
                    lambda own, reading=reading: own._note_reading(reading)
                )

    @api.model
    def _keep_readings(self, heard):
        """Write what was said of those that stay as they are; return their ids.

        :param heard: {id: :class:`rules.handover.Reading`}
        """
        Word = self.env["payment.reminder.handover.word"]
        free = self.browse(heard).try_lock_for_update()
        words = {name: Word._read_words(name) for name in set(free.mapped("provider"))}
        changes = defaultdict(dict)
        for record in free.filtered(lambda own: own.state in handover.THERE):
            state, vals = record._judge_reading(
                heard[record.id], words[record.provider]
            )
            if not state:
                changes[tuple(vals)][record.id] = vals
        for group in changes.values():
            bulk.update(free.browse(group), group)
        return {record_id for group in changes.values() for record_id in group}

    def _read_when_opened(self):
        """Ask where these stand as somebody opens them, unless the service rests."""
        now = fields.Datetime.now()
        if not self.env["payment.reminder.facts"]._is_neutralized():
            # sudo: whoever may open an invoice may have it asked where it stands.
            hurried = self.sudo().with_context(reminder_in_a_hurry=True)
            hurried.filtered(
                lambda r: not (r.rests_until and r.rests_until > now)
            ).action_read_now()

    def action_read_now(self):
        """Ask the services where these stand, now."""
        self.check_access("read")
        if self.env["payment.reminder.facts"]._is_neutralized():
            raise UserError(self.env._("A copy of a database asks nobody."))
        soon = fields.Datetime.now() - timedelta(seconds=FRESH)
        asked = self.sudo().filtered(
            lambda r: (
                r.state in handover.THERE
                and "read" in r._provider_capabilities()
                and not (r.checked_at and r.checked_at > soon)
            )
        )
        for record in asked:
            record._note_reading(record._provider_read())
        return True

    # -- ending -----------------------------------------------------------------------

    def action_end(self, reason=None, note=None):
        """End these there; what never left is not handed over at all.

        :param reason: a code of ``end_reason``
        :param note: more, in words
        """
        self._check_may_act()
        return self._ask_to_end(reason, note)

    def _ask_to_end(self, reason, note=None):
        """Do what :meth:`action_end` says, whoever may: crediting ends a case, too."""
        if reason not in dict(self._fields["end_reason"].selection):
            raise UserError(self.env._("Say why it ends."))
        records = self.sudo()
        over = records.filtered(lambda r: r.state in handover.FINAL)
        if over:
            raise UserError(
                self.env._(
                    "This is over already: %s", ", ".join(over.mapped("display_name"))
                )
            )
        transactions.lock(records.case_id, records)
        vals = {
            "end_reason": reason,
            "end_note": (note or "").strip() or False,
            "ended_by_id": self.env.uid,
        }
        for record in records:
            if record.state in (State.SENDING, State.UNCERTAIN):
                raise UserError(
                    self.env._(
                        "Nobody knows yet whether %s arrived: say that first.",
                        record.display_name,
                    )
                )
            if record.state == State.QUEUED:
                record._set_state("cancelled", **vals)
            elif record.state in handover.LIVE:
                record._set_state("ending", rests_until=False, tries=0, **vals)
        for record in records.filtered(
            lambda r: r.state in ("ending", "end_uncertain")
        ):
            if record._is_by_hand():
                # Whoever ends it by hand has told the service, or does.
                record._set_state("cancelled")
        self._trigger()
        return True

    def _end_now(self, reason, note=None):
        """End these, and say what became of it: a person waits for the answer."""
        self.action_end(reason, note)
        return self._tell_ends()

    def _speak_at_once(self):
        """Ask the services to end these now, while a person waits.

        :return: those of which nobody knows yet whether they ended
        """
        ending = self.sudo().filtered(lambda r: r.state in ("ending", "end_uncertain"))
        if ending:
            # The intent first: whoever stops here goes on with it.
            transactions.commit(self.env)
            for record in ending:
                record._end()
            ending.invalidate_recordset()
        return ending.filtered(lambda r: r.state in handover.OPEN).sudo(self.env.su)

    def _tell_ends(self):
        """Return a notification of which of these ended, and which did not yet."""
        left = self._speak_at_once()
        ended = self - left
        sentences = []
        if ended:
            names = ", ".join(ended.mapped("display_name"))
            sentences.append(self.env._("Ended: %s.", names))
        if left:
            sentences.append(
                self.env._(
                    "Not known yet: %s. The service is asked again by itself.",
                    ", ".join(left.mapped("display_name")),
                )
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if left else "success",
                "message": " ".join(sentences),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _end(self):
        """Ask a service to end one, or whether it has."""
        self.ensure_one()
        try:
            answer = self._provider_end(self.end_reason or "other")
        except Exception:
            _logger.exception("Hand-over %s: no answer", self.id)
            answer = Answer(Outcome.UNCERTAIN)
        self._in_own_transaction(lambda record: record._note_end(answer))

    def _note_end(self, answer):
        """Note what became of ending this."""
        if self.state not in (State.ENDING, State.END_UNCERTAIN):
            return
        rest = self._prepare_rest(answer)
        match answer.outcome:
            case Outcome.DONE:
                self.activity_ids.action_done()
                self._set_state(
                    "cancelled",
                    reason=answer.reason or False,
                    problem=False,
                    rests_until=False,
                    good_at=fields.Datetime.now(),
                )
            case Outcome.REFUSED | Outcome.UNCERTAIN if self.state == State.ENDING:
                self._set_state("end_uncertain", tries=self.tries + 1, **rest)
            case _:
                self.write({**rest, "tries": self.tries + 1})

    # -- telling ----------------------------------------------------------------------

    def _tell(self):
        """Tell a service what came in or was credited of one, a report at a time."""
        self.ensure_one()
        for report in self._find_reports_to_tell():
            if not self._claim_report(report):
                continue
            try:
                answer = self._provider_report(report)
            except Exception:
                _logger.exception("Report %s: no answer", report.id)
                answer = Answer(Outcome.UNCERTAIN)
            self._in_own_transaction(
                lambda record, report=report, answer=answer: report.with_env(
                    record.env
                )._note_answer(answer)
            )

    def _find_reports_to_tell(self):
        """Return what is to be told now; what stopped on its way is uncertain."""
        now = fields.Datetime.now()
        for report in self.report_ids.filtered(
            lambda r: r.state == "sending" and r.write_date < now - STOPPED
        ):
            self._in_own_transaction(
                lambda record, report=report: report.with_env(record.env)._note_answer(
                    Answer(Outcome.UNCERTAIN)
                )
            )
        return self.report_ids.filtered(
            lambda r: r.state == "waiting" and not (r.not_before and r.not_before > now)
        ).sorted("id")

    def _claim_report(self, report):
        """Commit that a report is about to leave; return whether it may."""

        def claim(record):
            own = report.with_env(record.env)
            own.invalidate_recordset()
            if own.state != "waiting" or record.state not in handover.THERE:
                return False
            own._set_state("sending", tries=own.tries + 1)
            return True

        return bool(self._in_own_transaction(claim))
