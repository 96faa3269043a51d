"""Bank lines, as a person sees them who came from a reminder that they hold."""

from odoo import api, fields, models
from odoo.exceptions import UserError


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    reminder_ignored = fields.Boolean(
        string="Ignored for reminders",
        compute="_compute_reminder_ignored",
        help="Somebody said that this bank line is not about the customer of the "
        "reminder from which you came here.",
    )

    @api.depends_context("reminder_case_id")
    def _compute_reminder_ignored(self):
        ignored = self._get_reminder_case().ignored_line_ids.statement_line_id
        for line in self:
            line.reminder_ignored = line._origin in ignored

    def action_reminder_ignore(self):
        """Let these bank lines hold the case of the context no longer."""
        case = self._get_reminder_case(required=True)
        case._ignore_bank_lines(self)
        return True

    def action_reminder_heed(self):
        """Let these bank lines hold the case of the context again."""
        case = self._get_reminder_case(required=True)
        case._heed_bank_lines(self)
        return True

    def action_open_entry(self):
        """Open the journal entry of this bank line."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "view_mode": "form",
        }

    def _get_reminder_case(self, required=False):
        """Return the case from whose notice the user came to these bank lines."""
        case = self.env["payment.reminder.case"].browse(
            self.env.context.get("reminder_case_id") or []
        )
        if required and not case:
            raise UserError(
                self.env._("Open the bank line from the reminder that it holds.")
            )
        return case
