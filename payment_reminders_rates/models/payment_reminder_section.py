from odoo import api, models


class PaymentReminderSection(models.Model):
    _inherit = "payment.reminder.section"

    @api.model
    def _get_sections(self):
        # EXTENDS payment_reminders
        ours = {
            "readings": (
                self.env._("Readings of Rates"),
                self.env._("What publishers say of reference rates, to be accepted"),
                "fa-download",
                "payment_reminders_rates.payment_reminder_rate_reading_action",
                None,
            ),
            "series": (
                self.env._("Series of Rates"),
                self.env._("Where each is published, and who accepts what was read"),
                "fa-line-chart",
                "payment_reminders_rates.payment_reminder_reference_action",
                "payment.reminder.reference",
            ),
            "feeds": (
                self.env._("Sources of Rates"),
                self.env._("Where reference rates are read, and how that fares"),
                "fa-rss",
                "payment_reminders_rates.payment_reminder_rate_feed_action",
                None,
            ),
        }
        sections = {}
        for code, section in super()._get_sections().items():
            sections[code] = section
            if code == "rates":
                sections |= ours
        return sections
