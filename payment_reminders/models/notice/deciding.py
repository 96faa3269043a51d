"""What people do with a notice: approve, hold, cancel, settle."""

from itertools import filterfalse

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...rules import guard
from ...rules.lifecycle import WAITING
from ...rules.verdict import EARLY


class PaymentReminder(models.Model):
    _inherit = "payment.reminder"

    can_ask_service = fields.Boolean(compute="_compute_can_ask_service")

    def action_approve(self):
        """Approve these notices: they leave when their hold window has passed."""
        self.env["res.users"]._check_reminder_manager()
        self._lock_or_explain()
        wrong = self.filtered(lambda r: r.state != "proposed")
        if wrong == self:
            raise UserError(wrong._describe_states())
        approved = self - wrong
        approved._approve(self.env.user)
        # What is in the way is known now, not only when it should leave.
        approved._ask_guard()
        return self._tell_approved(approved)

    def _approve(self, user):
        """Approve these notices in the name of a manager."""
        now = fields.Datetime.now()
        done = [
            (
                reminder.case_id,
                "approved",
                {
                    "reminder": reminder.id,
                    "by": user.id,
                    "standing_approval": False,
                    "ladder_version": reminder.case_id.ladder_id.version,
                },
            )
            for reminder in self
        ]
        for ladder, reminders in self.grouped(lambda r: r.case_id.ladder_id).items():
            reminders._set_state(
                "approved",
                approved_by_id=user.id,
                approved_date=now,
                approved_ladder_id=ladder.id,
                hold_note=False,
            )
        self.env["payment.reminder.event"]._log(done)

    def _ask_guard(self):
        """Ask the guard about notices that wait, and keep what is in the way of them.

        Nothing is sent or held. That one is not approved, or early, needs no guard.

        :return: those of these notices that nothing is in the way of
        """
        now = fields.Datetime.now()
        free = self.browse()
        for reminder, facts in self._read_facts(now, as_if_released=True).items():
            codes = guard.check(facts, now)
            reasons = list(filterfalse(EARLY.__contains__, codes))
            if reasons or reminder.verdict:
                reminder._note_verdict(reasons, facts if reasons else None)
            if not reasons:
                free |= reminder
        return free

    def _lapse_approval(self, codes, facts):
        """Ask for approval anew: who approved this notice may not do so any more."""
        self.ensure_one()
        words = self.case_id._in_staff_language().env
        user = self.approved_by_id
        self._note_verdict(codes, facts)
        self._set_state(
            "proposed",
            approved_by_id=False,
            approved_date=False,
            approved_ladder_id=False,
            hold_note=words._(
                "It was approved by %s, who may not approve reminders any more. Look "
                "at it and approve it again.",
                user.sudo().name,
            ),
        )
        self.case_id._log_event(
            "approval_lapsed", {"reminder": self.id, "by": user.id, "verdict": codes}
        )

    def action_hold(self, reason=None):
        """Hold these notices until somebody releases them.

        :param reason: why, in words; goes into the trail
        """
        self.case_id._check_may_act()
        self._lock_or_explain()
        wrong = self.filtered(lambda r: r.state not in self._get_holdable_states())
        if wrong == self:
            raise UserError(wrong._describe_states())
        held = self - wrong
        held._hold(reason)
        held._limit_hold()
        return held._tell_held()

    def _hold(self, reason):
        """Hold these notices in the name of who acts now."""
        self.sudo()._set_state(
            "held",
            held_by_id=self.env.uid,
            hold_note=reason or self.env._("no reason given"),
        )
        self.env["payment.reminder.event"]._log(
            [
                (
                    reminder.case_id,
                    "held",
                    {"reminder": reminder.id, "by": self.env.uid, "note": reason or ""},
                )
                for reminder in self
            ]
        )

    def _limit_hold(self):
        """Let these holds end by themselves when a representative made them."""
        is_limited = self.env["payment.reminder.case"]._is_limited()
        for company, reminders in self.sudo().grouped("company_id").items():
            reminders.hold_end_date = is_limited and company._get_rep_limit()

    @api.model
    def _get_holdable_states(self):
        """Return the states of notices that who acts now may hold.

        What is held already is not a representative's, who could release it then.
        """
        is_limited = self.env["payment.reminder.case"]._is_limited()
        return ("proposed", "approved") if is_limited else WAITING

    def action_release(self):
        """Put held notices back into the queue; the guard still has the last word."""
        self.case_id._check_may_act()
        if not self.env.user._is_reminder_manager():
            if any(r.held_by_id != self.env.user for r in self):
                raise UserError(
                    self.env._("You may release only what you held yourself.")
                )
        held = self.filtered(lambda r: r.state == "held")
        if not held:
            return True
        held.sudo()._release_held()
        held._ask_guard()
        return held._tell_released()

    def _release_held(self, note=False):
        ends = {reminder: reminder.hold_end_date for reminder in self}
        self.hold_end_date = False
        for reminder in self:
            end = {"end": str(ends[reminder])} if ends[reminder] else {}
            reminder._set_state(
                "approved" if reminder.approved_by_id else "proposed",
                held_by_id=False,
                hold_note=False,
                verdict=[],
                attempts=0,
            )
            reminder.case_id._log_event(
                "released", {"reminder": reminder.id, "note": note or "", **end}
            )

    def _release_expired_holds(self):
        """Release what representatives held for as long as they may."""
        over = self.filtered(
            lambda reminder: reminder.state == "held"
            and reminder.company_id._is_rep_hold_over(reminder.hold_end_date)
        )
        free = over.try_lock_for_update()
        for _user, mine in free.case_id._group_by_responsible():
            free.filtered(lambda r, mine=mine: r.case_id in mine)._release_held(
                mine._explain_rep_limit()
            )

    def action_cancel(self, reason=None):
        """Cancel these notices. What is still owed is proposed again another day.

        :param reason: why, in words; goes into the trail
        """
        self.env["res.users"]._check_reminder_manager()
        self._lock_or_explain()
        wrong = self.filtered(lambda r: r.state not in WAITING)
        if wrong == self:
            raise UserError(wrong._describe_states())
        (self - wrong).sudo().write(
            {"cancelled_by_id": self.env.uid, "cancelled_date": fields.Datetime.now()}
        )
        (self - wrong)._cancel(reason or self.env._("Cancelled by hand"))
        return True

    def _cancel(self, reason):
        self._skip_waiting()
        self._set_state("cancelled", cancel_reason=reason)
        self.env["payment.reminder.event"]._log(
            [
                (
                    reminder.case_id,
                    "cancelled",
                    {"reminder": reminder.id, "verdict": reminder.verdict or []},
                )
                for reminder in self
            ]
        )

    def _skip_waiting(self):
        """Let no delivery of these notices wait any longer: none will leave."""
        waiting = self.sudo().delivery_ids.filtered(lambda d: d.state == "pending")
        if waiting:
            waiting.write({"state": "skipped"})

    def _cancel_open(self, close_reason):
        """Cancel what is still open because the case was closed."""
        reasons = self.env["payment.reminder.case"]._fields["close_reason"]
        waiting = self.filtered(lambda r: r.state in WAITING)
        for case, notices in waiting.grouped("case_id").items():
            told = case._in_staff_language().env
            label = dict(reasons._description_selection(told))[close_reason]
            notices._cancel(told._("The case was closed: %s", label))

    def action_settle_sent(self):
        """Settle an uncertain notice: it did go out."""
        self.env["res.users"]._check_reminder_manager()
        for reminder in self._check_uncertain():
            reminder.delivery_ids.filtered(
                lambda d: d.state in ("sending", "uncertain")
            )._set_sent()
            # The paperwork is the machine's; that it went out was settled above.
            self.env["payment.reminder.paperwork"].sudo()._finish(
                reminder.sudo(), settled=True
            )
        return True

    def action_settle_not_sent(self):
        """Settle an uncertain notice: it did not go out; a person approves anew."""
        self.env["res.users"]._check_reminder_manager()
        for reminder in self._check_uncertain():
            reminder._settle_not_sent(
                self.env._("Settled by %s: not sent", self.env.user.name),
                self.env._("Settled by %s: it did not go out", self.env.user.name),
            )
        return True

    def _settle_not_sent(self, failure_reason, cancel_reason):
        """Note that an uncertain notice did not go out."""
        self.ensure_one()
        self.delivery_ids.filtered(
            lambda d: d.state in ("sending", "uncertain")
        )._set_failed(failure_reason)
        self._skip_waiting()
        self._set_state("cancelled", cancel_reason=cancel_reason)
        self.case_id._log_event("settled", {"reminder": self.id, "sent": False})
        self.case_id._refresh()

    def action_ask_service(self):
        """Ask the services which can tell what became of these uncertain notices."""
        self.env["res.users"]._check_reminder_manager()
        self.check_access("read")
        # A manager decides; the machine asks, and writes.
        self.env["payment.reminder.paperwork"].sudo()._ask_services(
            self._check_uncertain().sudo()
        )
        self.invalidate_recordset()
        left = self.filtered(lambda r: r.state == "uncertain")
        if not left:
            return {"type": "ir.actions.client", "tag": "soft_reload"}
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "message": self.env._(
                    "The service could not say, or it is not asked now because "
                    "something is in the way of this reminder. It stays uncertain."
                ),
            },
        }

    def _compute_can_ask_service(self):
        for reminder in self:
            reminder.can_ask_service = reminder.state == "uncertain" and any(
                delivery._get_wire().can_settle
                for delivery in reminder.delivery_ids
                if delivery.state in ("sending", "uncertain")
            )

    def _check_uncertain(self):
        wrong = self.filtered(lambda r: r.state != "uncertain")
        if wrong:
            raise UserError(wrong._describe_states())
        return self

    def action_dispatch(self):
        """Send what is approved and ripe now, instead of at the next run.

        What something is in the way of stays approved, and says what it is.
        """
        self.env["res.users"]._check_reminder_manager()
        self.check_access("read")
        waiting = self.filtered(lambda r: r.state in WAITING)
        stopped = waiting - waiting._ask_guard()
        (self - stopped)._dispatch()
        return self._tell_sending()

    # -- taking it back ---------------------------------------------------------

    def action_undo_approve(self):
        """Ask for approval again: nobody has approved these notices after all.

        What has left has left; of a hold window that was given up nothing is left.
        """
        self.env["res.users"]._check_reminder_manager()
        approved = self._take_back(("approved",))
        for reminder in approved.sudo():
            reminder._set_state(
                "proposed",
                approved_by_id=False,
                approved_date=False,
                approved_ladder_id=False,
                hold_until=reminder._prepare_hold_until(
                    reminder.step_id, reminder.date_proposed
                ),
            )
        return approved._note_undone("approve")

    def action_undo_hold(self):
        """Let these notices wait as before they were held, by whoever held them."""
        self.case_id._check_may_act()
        held = self._take_back(("held",)).filtered("held_by_id")
        if not self.env.user._is_reminder_manager() and any(
            reminder.held_by_id != self.env.user for reminder in held
        ):
            raise UserError(self.env._("You may release only what you held yourself."))
        held.sudo()._release_held()
        held._ask_guard()
        return held._note_undone("hold")

    def action_undo_release(self):
        """Hold these notices again, in the name of who had held them."""
        self.case_id._check_may_act()
        if not self.env.user._is_reminder_manager() and any(
            hold["by"] != self.env.uid for hold in self._find_last_holds().values()
        ):
            raise UserError(self.env._("You may release only what you held yourself."))
        released = self._take_back(("proposed", "approved"))
        holds = released._find_last_holds()
        for reminder in released:
            hold = holds[reminder]
            reminder._set_state(
                "held",
                held_by_id=hold["by"],
                hold_note=hold["note"],
                hold_end_date=hold["end"],
            )
        return released._note_undone("release")

    def _take_back(self, states):
        """Return those of these notices of which something can still be taken back."""
        self.check_access("read")
        self._lock_or_explain()
        found = self.filtered(lambda r: r.state in states)
        if not found:
            raise UserError(self._describe_states())
        return found

    def _find_last_holds(self):
        """Return {notice: who held it last (by), why (note), and until when (end)}.

        From the trail, which keeps what a release took away.
        """
        events = self.sudo().case_id.event_ids.filtered(
            lambda event: event.kind in ("held", "released")
        )
        found = {
            reminder: {"by": False, "note": False, "end": False} for reminder in self
        }
        for event in events.sorted("seq"):
            reminder = self.browse(event.payload.get("reminder"))
            if reminder not in found:
                continue
            if event.kind == "held":
                by = event.payload.get("by") or False
                found[reminder] = {"by": by, "note": by and event.note, "end": False}
            else:
                found[reminder]["end"] = event.payload.get("end") or False
        return found

    def _note_undone(self, act):
        """Write on the trail that an act was taken back, and say so.

        :param act: approve, hold or release
        """
        self.env["payment.reminder.event"]._log(
            [
                (
                    reminder.case_id,
                    "undone",
                    {"reminder": reminder.id, "act": act, "by": self.env.uid},
                )
                for reminder in self
            ]
        )
        return self._tell_undone()

    def _as_user(self, user):
        """Return these notices as a person who sees their company only."""
        return self.with_user(user).with_context(
            allowed_company_ids=self.company_id.ids
        )
