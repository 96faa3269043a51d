"""What the trail says in words of what a register said."""

from odoo import models
from odoo.tools import format_date


class PaymentReminderEvent(models.Model):
    _inherit = "payment.reminder.event"

    def _describe_values(self, payload):
        # EXTENDS payment_reminders
        words = super()._describe_values(payload)
        if self.kind != "company_status":
            return words
        labels = dict(
            self.env["payment.reminder.company.status"]
            ._fields["status"]
            ._description_selection(self.env)
        )
        dates = {
            "date_decree": self.env._("decree of %s"),
            "date_filing": self.env._("file until %s"),
        }
        for name, text in dates.items():
            if payload.get(name):
                words.append(text % format_date(self.env, payload[name]))
        if not payload.get("status"):
            return words
        words.append(labels.get(payload["status"], payload["status"]))
        words.append(f"“{payload['word']}”")
        if payload.get("since"):
            words.append(
                self.env._("since %s", format_date(self.env, payload["since"]))
            )
        words.append(payload["number"])
        words.append(payload["source"])
        return words
