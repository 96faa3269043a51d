"""Bank lines of which a person said that they are not about a case."""

from odoo import fields, models
from odoo.exceptions import UserError

from ...rules.lifecycle import WAITING


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


class PaymentReminderCase(models.Model):
    _inherit = "payment.reminder.case"

    ignored_line_ids = fields.One2many(
        "payment.reminder.ignored.line", "case_id", string="Ignored bank lines"
    )

    def _ignore_bank_lines(self, lines):
        """Say that these bank lines are not about this case, and look again."""
        self.ensure_one()
        self._check_may_ignore(lines)
        fresh = lines - self.ignored_line_ids.statement_line_id
        # Nobody writes these by hand: each change is on the trail.
        self.env["payment.reminder.ignored.line"].sudo().create(
            [{"case_id": self.id, "statement_line_id": line.id} for line in fresh]
        )
        self._log_ignoring("bank_line_ignored", fresh)

    def _heed_bank_lines(self, lines):
        """Take back that these bank lines are not about this case."""
        self.ensure_one()
        self._check_may_ignore(lines)
        # As above.
        gone = self.sudo().ignored_line_ids.filtered(
            lambda ignored: ignored.statement_line_id in lines
        )
        heeded = gone.statement_line_id
        gone.unlink()
        self._log_ignoring("bank_line_heeded", heeded)

    def _check_may_ignore(self, lines):
        self.env["res.users"]._check_reminder_manager()
        self.check_access("read")
        lines.check_access("read")
        if lines.company_id - self.sudo().company_id:
            raise UserError(
                self.env._("This bank line belongs to another company than the case.")
            )

    def _log_ignoring(self, kind, lines):
        if lines:
            self._log_event(kind, {"bank_lines": lines.ids, "by": self.env.uid})
            self.sudo().reminder_ids.filtered(lambda r: r.state in WAITING)._recheck()
