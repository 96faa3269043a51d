"""Bank lines of which a person said that they are not about a case."""

from odoo import fields, models


class PaymentReminderIgnoredLine(models.Model):
    """One bank line that does not hold the notices of one case any more.

    The record is what holds now; who ignored or heeded a line, and when, is on the
    trail.
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
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )

    _once = models.UniqueIndex(
        "(case_id, statement_line_id)", "This bank line is ignored already."
    )
