"""Holding, releasing and closing cases, and what people do of it."""

from psycopg2.errors import UniqueViolation

from odoo import fields, models
from odoo.exceptions import AccessError, ConcurrencyError, UserError


class PaymentReminderCase(models.Model):
    _inherit = "payment.reminder.case"

    # -- freezing and closing ---------------------------------------------------

    def _get_open_freezes(self):
        return self.freeze_ids.filtered(lambda freeze: not freeze.date_end)

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
        cases.filtered(lambda case: case.state == "active").sudo().write(
            {"state": "frozen"}
        )
        cases._log_event("frozen", {"reason": reason, "note": note or ""})
        return cases

    def _release(self, note=False, reasons=None):
        """Lift the open freezes of these cases (of ``reasons`` only, if given)."""
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
        ).write({"state": "active"})

    def _close(self, reason, note=False):
        """Close these cases, unless open fees and interest keep one open."""
        self.sudo()._settle_rest(reason)._end(reason, note)

    def _end(self, reason, note=False):
        """Close these cases, whatever their claim ledgers say."""
        for case in self.sudo():
            case.reminder_ids._cancel_open(reason)
            case.item_ids._drop()
            freezes = case._get_open_freezes()
            freezes.write(
                {"date_end": fields.Datetime.now(), "released_by_id": self.env.uid}
            )
            case.write(
                {
                    "state": "closed",
                    "close_reason": reason,
                    "close_note": note,
                    "date_close": fields.Datetime.now(),
                    "snoozed_until": False,
                    "next_step_id": False,
                    "next_date": False,
                }
            )
            case._log_event("closed", {"reason": reason, "note": note or ""})

    def _lift_expired_snoozes(self):
        for company, cases in self.grouped("company_id").items():
            today = company._get_reminder_today()
            cases.filtered(
                lambda case, today=today: case.snoozed_until
                and case.snoozed_until <= today
            ).write({"snoozed_until": False})

    # -- what people do ---------------------------------------------------------

    def action_hold(self, reason=None):
        """Put these cases on hold until somebody releases them.

        :param reason: why, in words; goes into the trail
        """
        self._check_may_act()
        self._check_open()
        self._freeze("manual", reason or self.env._("Held by %s", self.env.user.name))
        return True

    def action_snooze(self, date=None):
        """Send nothing on these cases before ``date`` (default: in 7 days)."""
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
            case._log_event("snoozed", {"until": fields.Date.to_string(day)})
        return True

    def action_release(self, note=None):
        """Lift every hold and snooze; what is owed is read again at once."""
        self._check_may_act(release=True)
        self._release(note)
        self.filtered("snoozed_until").sudo().write({"snoozed_until": False})
        self._refresh()
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
        cases.write(
            {
                "state": "active",
                "close_reason": False,
                "close_note": False,
                "date_close": False,
            }
        )
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
