"""What people do with a notice: approve, hold, cancel, settle."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...rules.lifecycle import WAITING


class PaymentReminder(models.Model):
    _inherit = "payment.reminder"

    def action_approve(self):
        """Approve these notices: they leave when their hold window has passed."""
        self.env["res.users"]._check_reminder_manager()
        self._lock_or_explain()
        wrong = self.filtered(lambda r: r.state != "proposed")
        if wrong == self:
            raise UserError(wrong._describe_states())
        (self - wrong)._approve(self.env.user)
        return True

    def _approve(self, user):
        """Approve these notices in the name of a manager."""
        now = fields.Datetime.now()
        for ladder, reminders in self.grouped(lambda r: r.case_id.ladder_id).items():
            reminders._set_state(
                "approved",
                approved_by_id=user.id,
                approved_date=now,
                approved_ladder_id=ladder.id,
                hold_note=False,
            )
        self.env["payment.reminder.event"]._log(
            [
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
        )

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
        (self - wrong)._hold(reason)
        (self - wrong)._limit_hold()
        return True

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
        self.filtered(lambda r: r.state == "held").sudo()._release_held()
        return True

    def _release_held(self, note=False):
        self.hold_end_date = False
        for reminder in self:
            reminder._set_state(
                "approved" if reminder.approved_by_id else "proposed",
                held_by_id=False,
                hold_note=False,
                verdict=[],
                attempts=0,
            )
            reminder.case_id._log_event(
                "released", {"reminder": reminder.id, "note": note or ""}
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
        label = dict(reasons._description_selection(self.env))[close_reason]
        self.filtered(lambda r: r.state in WAITING)._cancel(
            self.env._("The case was closed: %s", label)
        )

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
            reminder.delivery_ids.filtered(
                lambda d: d.state in ("sending", "uncertain")
            )._set_failed(self.env._("Settled by %s: not sent", self.env.user.name))
            reminder._skip_waiting()
            reminder._set_state(
                "cancelled",
                cancel_reason=self.env._(
                    "Settled by %s: it did not go out", self.env.user.name
                ),
            )
            reminder.case_id._log_event(
                "settled", {"reminder": reminder.id, "sent": False}
            )
            reminder.case_id._refresh()
        return True

    def _check_uncertain(self):
        wrong = self.filtered(lambda r: r.state != "uncertain")
        if wrong:
            raise UserError(wrong._describe_states())
        return self

    def action_dispatch(self):
        """Send what is approved and ripe now, instead of at the next run."""
        self.env["res.users"]._check_reminder_manager()
        self.check_access("read")
        self._dispatch()
        return True

    def _as_user(self, user):
        """Return these notices as a person who sees their company only."""
        return self.with_user(user).with_context(
            allowed_company_ids=self.company_id.ids
        )
