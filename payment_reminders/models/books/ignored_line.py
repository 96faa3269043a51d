"""Money of which a person said that it is not about a case."""

from odoo import fields, models


class PaymentReminderIgnoredLine(models.Model):
    """One bank line, or other money, that holds the notices of one case no more.

    Other money is kept as the guard names it: its source and the id of its record. The
    record is what holds now; who ignored or heeded a line, and when, is on the trail.
    """

    _name = "payment.reminder.ignored.line"
    _description = "Payment Reminder Ignored Bank Line"
    _rec_name = "statement_line_id"

    case_id = fields.Many2one(
        "payment.reminder.case",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    statement_line_id = fields.Many2one(
        "account.bank.statement.line",
        string="Bank line",
        readonly=True,
        index=True,
        ondelete="cascade",
    )

    source = fields.Char(readonly=True)
    record_id = fields.Integer(readonly=True)

    _once_each = models.UniqueIndex(
        "(case_id, source, record_id) WHERE record_id > 0",
        "This money is ignored already.",
    )
    _once = models.UniqueIndex(
        "(case_id, statement_line_id)", "This bank line is ignored already."
    )

    def _get_key(self):
        """Return what is ignored, whichever kind it is of."""
        self.ensure_one()
        return self.statement_line_id.id, self.source, self.record_id
