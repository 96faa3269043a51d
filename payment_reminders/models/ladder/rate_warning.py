"""Says in good time that a reference rate is missing: without it no interest runs."""

from odoo import api, fields, models

from ...rules import interest


class PaymentReminderLadder(models.Model):
    _inherit = "payment.reminder.ladder"

    rate_warned_for = fields.Date(
        readonly=True,
        copy=False,
        help="The half-year for which managers were told that a rate is missing.",
    )

    @api.model
    def _warn_of_missing_rates(self):
        """Tell the managers, once a half-year, that a reference rate is missing."""
        for company in self.env["res.company"]._get_reminder_companies():
            today = company._get_reminder_today()
            half_year = interest.half_year_start(today)
            ladders = company._get_reminder_ladders_in_use()
            if not ladders:
                continue
            missing = ladders.jurisdiction_id._get_rate_warnings(today)
            for ladder in ladders:
                is_missing = missing.get(ladder.jurisdiction_id)
                if is_missing and ladder.rate_warned_for != half_year:
                    ladder.rate_warned_for = half_year
                    ladder._tell_of_missing_rate(company, today)

    def _tell_of_missing_rate(self, company, today):
        """Leave an activity for every manager of a company, in their language."""
        for user in company._get_reminder_managers():
            # Odoo's e-mail to whoever gets an activity wants a model with a chatter.
            ladder = self.with_context(lang=user.lang, mail_activity_quick_update=True)
            law = ladder.jurisdiction_id
            ladder.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=ladder.env._("Enter the reference rate of this half-year"),
                note=" ".join(law._get_rate_warnings(today)[law]),
                user_id=user.id,
            )
