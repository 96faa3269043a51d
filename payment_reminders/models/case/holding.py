"""Holding, releasing and closing cases, and what people do of it."""

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import AccessError, ConcurrencyError, UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ...rules.creating import CALL_NEXT, CLOSED, OTHER_KIND, PASSED
from ...rules.lifecycle import WAITING
from ...rules.schedule import CALL
from ...rules.verdict import OVERRIDABLE, Code, Obstacle, get_freeze_code


class PaymentReminderCase(models.Model):
    _inherit = "payment.reminder.case"

    can_remind = fields.Boolean(
        compute="_compute_can_remind",
        help="Its next reminder may be created by hand now.",
    )

    # -- freezing and closing ---------------------------------------------------

    def _freeze(self, reason, note=False):
        """Freeze these cases for one reason, once, and tell the trail.

        :param reason: a code of ``payment.reminder.freeze.reason``
        """
        cases = self.filtered(
            lambda case: reason not in case._get_open_freezes().mapped("reason")
        )
        # One that was lifted a moment ago must be so in the database, which lets one
        # hold of a reason be open.
        self.env["payment.reminder.freeze"].flush_model(["date_end"])
        try:
            self.env["payment.reminder.freeze"].sudo().create(
                [
                    {
                        "case_id": case.id,
                        "reason": reason,
                        "note": note,
                        "user_id": self.env.uid,
                    }
                    for case in cases
                ]
            )
        except UniqueViolation as error:
            # Somebody else did it since this transaction began (two questions at
            # once): let Odoo begin again, with fresh eyes.
            raise ConcurrencyError(str(error)) from error
        cases.filtered(lambda case: case.state == "active")._set_state("frozen")
        cases._log_event("frozen", {"reason": reason, "note": note or ""})
        if calls := cases.sudo().call_id:
            calls._put_off([get_freeze_code(reason)])
        return cases

    def _release(self, note=False, reasons=None):
        """Lift the open freezes of these cases (of ``reasons`` only, if given)."""
        self._note_decisions(reasons)
        freezes = self.sudo().freeze_ids.filtered(
            lambda f: not f.date_end and (reasons is None or f.reason in reasons)
        )
        if not freezes:
            return
        lifted = freezes.case_id
        for case in lifted:
            case._log_event(
                "released",
                {
                    "reasons": sorted((freezes & case.freeze_ids).mapped("reason")),
                    "note": note or "",
                },
            )
        freezes.write(
            {"date_end": fields.Datetime.now(), "released_by_id": self.env.uid}
        )
        lifted.filtered(
            lambda case: case.state == "frozen" and not case._get_open_freezes()
        )._set_state("active")

    def _close(self, reason, note=False):
        """Close these cases, unless open fees and interest keep one open."""
        self.sudo()._settle_rest(reason)._end(reason, note)

    def _end(self, reason, note=False):
        """Close these cases, whatever their claim ledgers say."""
        if reason == "handed_over":
            self.env["payment.reminder.handover"]._hand_over_cases(self)
        if calls := self.sudo().call_id:
            calls._go(reason)
        for case in self.sudo():
            case.reminder_ids._cancel_open(reason)
            case.item_ids._drop()
            case.item_ids.write({"next_step_id": False, "next_date": False})
            freezes = case._get_open_freezes()
            freezes.write(
                {"date_end": fields.Datetime.now(), "released_by_id": self.env.uid}
            )
            case._set_state("closed", close_reason=reason, close_note=note)
        self.sudo()._log_event("closed", {"reason": reason, "note": note or ""})

    def _lift_expired_snoozes(self):
        for company, cases in self.grouped("company_id").items():
            today = company._get_reminder_today()
            over = cases.filtered(
                lambda case, today=today: case.snoozed_until
                and case.snoozed_until <= today
            )
            over.write({"snoozed_until": False})
            if solved := over.query_ids.filtered("solved_until"):
                solved._tell_pause_over()

    # -- state ------------------------------------------------------------------

    @api.model
    def _get_transitions(self):
        """Return {state: states that may follow it}."""
        return {
            "active": {"frozen", "closed"},
            "frozen": {"active", "closed"},
            "closed": {"active"},
        }

    def _set_state(self, state, **vals):
        """Bring these cases to ``state``; the only place that does.

        A case that closes plans nothing any more; one that opens again has no reason
        to be closed.

        :param vals: more values to write along with it
        """
        transitions = self._get_transitions()
        for case in self:
            if state not in transitions[case.state]:
                raise UserError(case._describe_state())
        if state == "closed":
            vals = {
                "date_close": fields.Datetime.now(),
                "snoozed_until": False,
                "next_step_id": False,
                "next_date": False,
                **vals,
            }
        else:
            vals = {"close_reason": False, "date_close": False, **vals}
        self.sudo().write({"state": state, **vals})

    def _describe_state(self):
        """Say in which state a case is, to whoever asks for what cannot follow it."""
        self.ensure_one()
        labels = dict(self._fields["state"]._description_selection(self.env))
        return self.env._(
            "The case %(case)s is in state “%(state)s”: this is not possible now.",
            case=self.display_name,
            state=labels[self.state],
        )

    # -- what people do ---------------------------------------------------------

    def action_hold(self, reason=None):
        """Put these cases on hold until somebody releases them.

        :param reason: why, in words; goes into the trail
        """
        self._check_may_act()
        self._check_open()
        known = self.sudo()._get_open_freezes()
        self._freeze("manual", reason or self.env._("Held by %s", self.env.user.name))
        self._limit_holds(self.sudo()._get_open_freezes() - known)
        return True

    def action_snooze(self, date=None):
        """Send nothing on these cases before ``date`` (default: in 7 days)."""
        self._check_snooze_limit(date)
        self._check_may_act()
        self._check_open()
        for case in self:
            today = case.company_id._get_reminder_today()
            day = fields.Date.to_date(date) or fields.Date.add(today, days=7)
            if day <= today:
                raise UserError(
                    self.env._("Choose a day in the future, or release the case.")
                )
            case.sudo().write({"snoozed_until": day})
            case.sudo().call_id._put_off([Code.SNOOZED])
            case._log_event("snoozed", {"until": fields.Date.to_string(day)})
        return True

    def action_release(self, note=None):
        """Lift every hold and snooze; what is owed is read again at once."""
        self._check_release_note(self.sudo()._get_open_freezes(), note)
        self._check_may_act(release=True)
        self._release(note)
        self.filtered("snoozed_until").sudo().write({"snoozed_until": False})
        self._refresh()
        self.sudo().call_id._look()
        return True

    def action_close(self, reason=None):
        """Close these cases by hand; they stay closed until something new is due.

        :param reason: a code of ``close_reason``, or a text that is kept with it
        """
        self.env["res.users"]._check_reminder_manager()
        codes = dict(self._fields["close_reason"].selection)
        for case in self.filtered(lambda case: case.state != "closed"):
            if reason in codes:
                case._close(reason)
            else:
                case._close("manual", reason)
        return True

    def action_reopen(self):
        """Open cases again that a person closed while something was owed."""
        self.env["res.users"]._check_reminder_manager()
        cases = self.filtered(lambda case: case.state == "closed").sudo()
        dropped = cases.item_ids.filtered("is_dropped")
        if cases - dropped.case_id:
            raise UserError(self.env._("Nothing is owed on this case any more."))
        dropped.write({"is_dropped": False, "amount_known": -1.0})
        cases._set_state("active", close_note=False)
        cases._log_event("reopened", {"by": self.env.uid})
        cases._refresh()
        return True

    def action_refresh(self):
        """Look at the books now."""
        self._check_may_act()
        self._refresh()
        return True

    def _check_may_act(self, release=False):
        """Refuse who is neither a manager nor the responsible of these cases.

        :param release: a rep may lift own holds only
        """
        self.check_access("read")
        if self.env.su or self.env.user._is_reminder_manager():
            return
        if any(case.user_id != self.env.user for case in self):
            raise AccessError(
                self.env._(
                    "You may hold or snooze the cases of your own customers only."
                )
            )
        freezes = self.sudo()._get_open_freezes()
        if release and any(
            freeze.reason != "manual" or freeze.user_id != self.env.user
            for freeze in freezes
        ):
            raise AccessError(
                self.env._(
                    "Only a payment reminder manager may release what you did not hold "
                    "yourself."
                )
            )

    def _check_open(self):
        closed = self.filtered(lambda case: case.state == "closed")
        if closed:
            raise UserError(
                self.env._(
                    "These cases are closed: %s",
                    ", ".join(closed.mapped("display_name")),
                )
            )

    # -- days of grace --------------------------------------------------------------

    def _give_grace(self, until=None, days=None):
        """Let nothing go out for some days, so that the customer can act.

        :param until: a later day than these days give
        :param days: default: the company's days of grace after an answer
        """
        self.ensure_one()
        today = self.company_id._get_reminder_today()
        grace = self.company_id.reminder_answer_grace_days if days is None else days
        day = max(
            until or today,
            fields.Date.add(today, days=grace),
            self.snoozed_until or today,
        )
        if day > today and self.state != "closed":
            self.sudo().write({"snoozed_until": day})
            self.sudo().call_id._put_off([Code.SNOOZED])
            self._log_event("snoozed", {"until": fields.Date.to_string(day)})

    # -- how long a representative may hold -----------------------------------------

    def _is_limited(self):
        """Tell whether who acts now is a representative, and no manager."""
        return not self.env.su and not self.env.user._is_reminder_manager()

    def _get_rep_limit(self):
        """Return the last day to which a representative may keep this case back."""
        self.ensure_one()
        return self.sudo().company_id._get_rep_limit()

    def _limit_holds(self, holds):
        """Let holds end by themselves if they are of a representative."""
        if self._is_limited():
            for hold in holds:
                hold.date_limit = hold.case_id._get_rep_limit()

    def _check_snooze_limit(self, date):
        """Refuse a representative who would snooze these cases for too long."""
        if not self._is_limited():
            return
        for case in self:
            limit = case._get_rep_limit()
            day = fields.Date.to_date(date)
            if limit and day and day > limit:
                raise UserError(
                    self.env._(
                        "You may snooze a case until %s at most. Ask a manager for "
                        "more.",
                        format_date(self.env, limit),
                    )
                )

    def _release_over_limit(self):
        """Lift the holds of representatives whose time is over."""
        over = self._get_open_freezes().filtered(
            lambda hold: hold.case_id.company_id._is_rep_hold_over(hold.date_limit)
        )
        for _user, mine in over.case_id._group_by_responsible():
            mine._release(mine._explain_rep_limit(), reasons=["manual"])

    @api.model
    def _explain_rep_limit(self):
        return self.env._("The time for which sales may hold is over")

    # -- a reminder by hand ---------------------------------------------------------

    def _get_horizons(self):
        """Return {case: the last day whose step may be prepared by hand today}.

        On a week-end that is Monday: who does the books on a Sunday need not wait.
        """
        calendars = self.env["payment.reminder.facts"]._get_calendars(self)
        today = {company: company._get_reminder_today() for company in self.company_id}
        return {
            case: calendars[case.id].next_business_day(today[case.company_id])
            for case in self
        }

    def _get_obstacles(self, choice, horizon):
        """Return codes of why no reminder can be created on this case now.

        :param choice: a run with ``kind`` and ``override_note``, or False
        :param horizon: see :meth:`_get_horizons`
        """
        self.ensure_one()
        passed = set(PASSED)
        if choice and choice.override_note:
            passed |= set(self._get_overridable())
        codes = [code for code, _since in self.blockers or () if code not in passed]
        if not self.next_step_id and self.state != "closed":
            codes.append(Obstacle.LADDER_ENDED.value)
        if self.state == "closed":
            codes.append(CLOSED)
        elif self.next_step_id and self.next_date > horizon:
            codes.append(Code.SPACING.value)
        if self.next_step_id.kind == CALL:
            codes.append(CALL_NEXT)
        elif choice and choice.kind and self.next_step_id.kind != choice.kind:
            codes.append(OTHER_KIND)
        return codes

    def _get_overridable(self):
        """Return the codes in the way of this case that a manager may override."""
        self.ensure_one()
        allowed = OVERRIDABLE - {Code.HOLD_WINDOW}
        return [code for code, _since in self.blockers or () if code in allowed]

    @api.depends("state", "blockers", "next_step_id", "next_date")
    def _compute_can_remind(self):
        # Who may read a case may know whether its next step may be taken.
        horizons = self.sudo()._get_horizons()
        for case in self:
            own = case.sudo()
            # What a manager may override is no reason to hide the way to do so.
            obstacles = set(own._get_obstacles(False, horizons[own]))
            case.can_remind = obstacles <= set(own._get_overridable())

    @api.model
    def _get_overdue_domain(self):
        """Return the domain of cases that a dialog for all customers is about.

        Those of which something is overdue, or whose nudge may be due by the end of a
        week-end.
        """
        return Domain("state", "!=", "closed") & (
            Domain(
                "item_ids",
                "any",
                [("amount_known", ">", 0), ("date_due", "<", fields.Date.today())],
            )
            | Domain("next_date", "<=", fields.Date.add(fields.Date.today(), days=4))
        )

    # -- dialogs --------------------------------------------------------------------

    def action_open_payment_wizard(self):
        """Open the dialog that divides money received by the order of the law."""
        self.ensure_one()
        self.env["res.users"]._check_reminder_manager()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Money for fees and interest"),
            "res_model": "payment.reminder.payment.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_case_id": self.id,
                "default_amount": self._get_unmatched_money(),
            },
        }

    def _get_unmatched_money(self):
        """Return what came in from this customer and is matched with nothing."""
        self.ensure_one()
        if self.currency_id != self.company_id.currency_id:
            return 0.0
        facts = self.env["payment.reminder.facts"].sudo()
        credits = facts._read_unallocated_credits(self.sudo())[self.id]
        return float(sum(credit.amount for credit in credits))

    def action_open_reminder_wizard(self):
        """Open the dialog that creates the next reminders of these cases."""
        return self.env["payment.reminder.wizard"]._open_cases(self)

    # -- trifles --------------------------------------------------------------------

    def _was_held_as_trifle(self):
        """Tell whether a person was asked about this trifle before."""
        self.ensure_one()
        return any(
            freeze.reason == "trifle"
            and not freeze.is_outdated
            and (not self.date_open or freeze.date_start >= self.date_open)
            for freeze in self.sudo().freeze_ids
        )

    def _hold_as_trifle(self):
        """Propose to write off what is owed on these cases."""
        self._freeze("trifle")
        for case in self:
            told = case._in_staff_language()
            told._ask_person(
                self.env["payment.reminder.trifle"]._get_summary(told),
                told.env._(
                    "It is too little for a reminder. Write it off, or release the "
                    "case to ask for it all the same."
                ),
            )

    def action_write_off(self):
        """Let go what is overdue, and open Odoo's dialog in which it is written off.

        Nothing is booked before somebody confirms that dialog.
        """
        self.ensure_one()
        self.env["res.users"]._check_reminder_manager()
        self.check_access("read")
        self._check_open()
        # A manager decides; the machine writes.
        moves = self.env["payment.reminder.trifle"].sudo()._write_off(self.sudo())
        return self.env["payment.reminder.trifle"]._open_odoo(moves.sudo(self.env.su))

    # -- bank lines that are not about a case ---------------------------------------

    def _ignore_bank_lines(self, lines):
        """Say that these bank lines are not about this case, and look again."""
        self.ensure_one()
        self._check_may_ignore(lines)
        fresh = lines - self.ignored_line_ids.statement_line_id
        # Nobody writes these by hand: each change is on the trail.
        self.env["payment.reminder.ignored.line"].sudo().create(
            [{"case_id": self.id, "statement_line_id": line.id} for line in fresh]
        )
        self._log_ignoring("bank_line_ignored", fresh)

    def _heed_bank_lines(self, lines):
        """Take back that these bank lines are not about this case."""
        self.ensure_one()
        self._check_may_ignore(lines)
        # As above.
        gone = self.sudo().ignored_line_ids.filtered(
            lambda ignored: ignored.statement_line_id in lines
        )
        heeded = gone.statement_line_id
        gone.unlink()
        self._log_ignoring("bank_line_heeded", heeded)

    def _ignore_money(self, found):
        """Say that money on the customer's account is not for this case, or not now.

        :param found: list of (source, record id), see :class:`rules.guard.MoneyFacts`
        """
        self.ensure_one()
        self.env["res.users"]._check_reminder_manager()
        self.check_access("read")
        known = {
            (ignored.source, ignored.record_id)
            for ignored in self.sudo().ignored_line_ids
        }
        fresh = [money for money in found if money not in known]
        if not fresh:
            return
        # Nobody writes these by hand: each change is on the trail.
        self.env["payment.reminder.ignored.line"].sudo().create(
            [
                {"case_id": self.id, "source": source, "record_id": record_id}
                for source, record_id in fresh
            ]
        )
        self._log_event("money_ignored", {"money": fresh, "by": self.env.uid})
        self.sudo().reminder_ids.filtered(lambda r: r.state in WAITING)._recheck()

    def _check_may_ignore(self, lines):
        self.env["res.users"]._check_reminder_manager()
        self.check_access("read")
        lines.check_access("read")
        if lines.company_id.root_id - self.sudo().company_id.root_id:
            raise UserError(
                self.env._("This bank line belongs to another company than the case.")
            )

    def _log_ignoring(self, kind, lines):
        if lines:
            self._log_event(kind, {"bank_lines": lines.ids, "by": self.env.uid})
            self.sudo().reminder_ids.filtered(lambda r: r.state in WAITING)._recheck()

    def action_end_holdout(self):
        """Let held-out nudges of these cases come now.

        In the comparison they stay in the group that chance gave them: who is taken out
        by choice would make the groups differ.
        """
        self.env["res.users"]._check_reminder_manager()
        self.check_access("read")
        # What the schedule goes by is the machine's; a manager decides.
        for case in self.sudo():
            today = case.company_id._get_reminder_today()
            items = case.item_ids.filtered(
                lambda item, day=today: item._is_kept_back(day)
            )
            items.nudge_not_before = False
            if items:
                case._log_event("holdout_ended", {"items": items.ids})
        self._refresh()
        return True
