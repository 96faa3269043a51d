"""What the person chose who started a run, done to its notices."""

from odoo import fields, models


class PaymentReminderRun(models.Model):
    _inherit = "payment.reminder.run"

    def _apply_choices(self, reminders):
        """Give new notices the channel, words, papers and fee that were chosen."""
        self.ensure_one()
        if not reminders:
            return
        manager = reminders._as_user(self.user_id)
        reminders.write(
            {
                "channel_choice": self.channel,
                "personal_text": self.personal_text,
                "attach_invoices": self.attach_invoices,
            }
        )
        self.env["payment.reminder.event"].with_user(self.user_id)._log(
            [
                (
                    reminder.case_id,
                    "by_hand",
                    {"reminder": reminder.id, "channel": self.channel or ""},
                )
                for reminder in reminders
            ]
        )
        if self.override_note:
            for reminder in manager:
                codes = reminder.case_id._get_overridable()
                if codes:
                    reminder._override(codes, self.override_note)
        if self.fee_limit >= 0:
            for reminder in manager:
                if (
                    reminder.currency_id.compare_amounts(
                        reminder.amount_fee, self.fee_limit
                    )
                    > 0
                ):
                    reminder.sudo()._lower_fee(self.fee_limit, self.fee_note)

    def _approve(self, reminders):
        """Approve notices in the name of who started this run."""
        self.ensure_one()
        self.env["res.users"].with_user(self.user_id)._check_reminder_manager()
        reminders.filtered(lambda r: r.state == "proposed")._as_user(
            self.user_id
        )._approve(self.user_id)
        if self.skip_window:
            now = fields.Datetime.now()
            reminders.filtered(lambda r: r.hold_until > now).write({"hold_until": now})


class PaymentReminder(models.Model):
    _inherit = "payment.reminder"

    def _as_user(self, user):
        """Return these notices as a person who sees their company only."""
        return self.with_user(user).with_context(
            allowed_company_ids=self.company_id.ids
        )
