"""How long a sales representative may keep a customer back without a manager."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class ResCompany(models.Model):
    _inherit = "res.company"

    reminder_rep_days = fields.Integer(
        string="Sales may hold for (days)",
        default=30,
        help="A representative may snooze a case for so long at most, and a hold of a "
        "representative, of a case or of one reminder, ends after it. 0: no limit.",
    )

    _reminder_rep_days_positive = models.Constraint(
        "CHECK(reminder_rep_days >= 0)",
        "The days for which sales may hold cannot be negative.",
    )

    def _get_rep_limit(self):
        """Return the last day to which a representative may keep something back."""
        self.ensure_one()
        days = self.reminder_rep_days
        return days and fields.Date.add(self._get_reminder_today(), days=days)


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    reminder_rep_days = fields.Integer(
        related="company_id.reminder_rep_days", readonly=False
    )


class PaymentReminderFreeze(models.Model):
    _inherit = "payment.reminder.freeze"

    date_limit = fields.Date(
        string="Ends on",
        readonly=True,
        help="A hold of a representative ends by itself; a manager's does not.",
    )


class PaymentReminderCase(models.Model):
    _inherit = "payment.reminder.case"

    def _is_limited(self):
        """Tell whether who acts now is a representative, and no manager."""
        return not self.env.su and not self.env.user._is_reminder_manager()

    def _get_rep_limit(self):
        """Return the last day to which a representative may keep this case back."""
        self.ensure_one()
        return self.sudo().company_id._get_rep_limit()

    def action_hold(self, reason=None):
        # EXTENDS payment_reminders
        known = self.sudo()._get_open_freezes()
        result = super().action_hold(reason)
        if self._is_limited():
            for case in self.sudo():
                new = case._get_open_freezes() - known
                new.date_limit = case._get_rep_limit()
        return result

    def action_snooze(self, date=None):
        # EXTENDS payment_reminders
        if self._is_limited():
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
        return super().action_snooze(date)

    def _lift_expired_snoozes(self):
        # EXTENDS payment_reminders: and holds of representatives.
        result = super()._lift_expired_snoozes()
        for company, cases in self.grouped("company_id").items():
            today = company._get_reminder_today()
            over = cases._get_open_freezes().filtered(
                lambda freeze, today=today: freeze.date_limit
                and freeze.date_limit <= today
            )
            for _user, mine in over.case_id._group_by_responsible():
                mine._release(mine._explain_rep_limit(), reasons=["manual"])
        return result

    @api.model
    def _explain_rep_limit(self):
        return self.env._("The time for which sales may hold is over")
