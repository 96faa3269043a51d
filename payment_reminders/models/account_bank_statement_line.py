"""Bank lines, as a person sees them who came from a reminder that they hold."""

from odoo import api, fields, models
from odoo.exceptions import UserError

#: What tells whose money a bank line is, or how much.
TELLING = {
    "account_number",
    "amount",
    "amount_currency",
    "partner_id",
    "partner_name",
    "payment_ref",
    "transaction_details",
}


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    reminder_ignored = fields.Boolean(
        string="Ignored for reminders",
        compute="_compute_reminder_ignored",
        help="Somebody said that this bank line is not about the customer of the "
        "reminder from which you came here.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS account: a line without a customer meets no row of the notice that is
        # about to leave for that very money
        journals = self.env["account.journal"].browse(
            {vals["journal_id"] for vals in vals_list if vals.get("journal_id")}
        )
        companies = journals.company_id
        if not all(vals.get("journal_id") for vals in vals_list):
            companies |= self.env.company
        self.env["payment.reminder.sender"]._let_arrive(companies)
        return super().create(vals_list)

    def write(self, vals):
        # EXTENDS account
        if vals.keys() & TELLING:
            self.env["payment.reminder.sender"]._let_arrive(self.company_id)
        return super().write(vals)

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
