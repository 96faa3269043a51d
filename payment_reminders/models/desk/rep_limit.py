"""How long a sales representative may keep a customer back without a manager."""

from odoo import fields, models


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

    def _is_rep_hold_over(self, last_day):
        """Tell whether a representative's hold, of a case or of a notice, is over.

        :param last_day: to which it lasts, by :meth:`_get_rep_limit`; False: for good
        """
        self.ensure_one()
        return bool(last_day) and last_day <= self._get_reminder_today()


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    reminder_rep_days = fields.Integer(
        related="company_id.reminder_rep_days", readonly=False
    )
