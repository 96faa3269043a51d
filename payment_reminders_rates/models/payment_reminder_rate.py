from odoo import api, models


class PaymentReminderRate(models.Model):
    _inherit = "payment.reminder.rate"

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS base
        rates = super().create(vals_list)
        rates._judge_readings()
        return rates

    def write(self, vals):
        # EXTENDS base
        result = super().write(vals)
        if {"percent", "status", "date", "reference_id"} & vals.keys():
            self._judge_readings()
        return result

    @api.model
    def _propose(self, reference, date, percent, source, read_at, feed=None):
        """Keep what an addon read of a rate, for a person to accept (hook).

        :param source: where it was read, in words
        :param feed: payment.reminder.rate.feed that read it
        """
        # sudo: nobody has the right to write what was read
        return (
            self.env["payment.reminder.rate.reading"]
            .sudo()
            ._keep(
                [
                    {
                        "reference_id": reference.id,
                        "date": date,
                        "percent": percent,
                        "source": source,
                        "read_at": read_at,
                        "feed_id": feed.id if feed else False,
                    }
                ]
            )
        )

    def _judge_readings(self):
        """What was read may be the same as what is entered now, or differ from it."""
        if self and not self.env.context.get("payment_reminder_judges"):
            # sudo: nobody has the right to write what was read
            self.env["payment.reminder.rate.reading"].sudo()._judge_rates(self)
