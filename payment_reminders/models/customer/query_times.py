from odoo import api, fields, models


class PaymentReminderQuery(models.Model):
    _inherit = "payment.reminder.query"

    date_asked = fields.Datetime(
        string="Asked on", default=fields.Datetime.now, required=True, readonly=True
    )
    date_answered = fields.Datetime(
        string="First answered",
        readonly=True,
        copy=False,
        help="When it was first answered or closed.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        queries = super().create(vals_list)
        queries._note_answer()
        return queries

    def write(self, vals):
        result = super().write(vals)
        if "state" in vals:
            self._note_answer()
        return result

    def _note_answer(self):
        """Keep the moment of the first answer; a question that is open has none."""
        answered = self.filtered(lambda q: q.state != "open" and not q.date_answered)
        answered.write({"date_answered": fields.Datetime.now()})
        again = self.filtered(lambda q: q.state == "open" and q.date_answered)
        again.write({"date_answered": False})
