"""Bank lines: how they are found, and as a person sees them whom they hold up."""

import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.sql import column_exists, create_column

from ..rules import doubt_keys, doubts

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

    # Written with the line by whoever imports it, by no sender. NULL: not read yet.
    reminder_keys = fields.Char(
        compute="_compute_reminder_keys",
        store=True,
        copy=False,
        help="By these a bank line is found when a reminder is about to leave.",
    )

    # Of payment.reminder.facts._read_open_bank_lines: each way of it has its own.
    _reminder_keys_idx = models.Index(
        # Without fastupdate: else what an import brought is read one by one.
        "USING gin (string_to_array(reminder_keys, ' ')) WITH (fastupdate = off)"
        " WHERE is_reconciled IS NOT TRUE AND amount > 0"
    )
    _reminder_partner_idx = models.Index(
        "(partner_id) WHERE is_reconciled IS NOT TRUE AND amount > 0"
    )
    _reminder_amount_idx = models.Index(
        "(currency_id, amount)"
        " WHERE is_reconciled IS NOT TRUE AND amount > 0 AND partner_id IS NULL"
    )
    _reminder_foreign_idx = models.Index(
        "(foreign_currency_id, amount_currency)"
        " WHERE is_reconciled IS NOT TRUE AND amount > 0 AND partner_id IS NULL"
    )
    _reminder_unread_idx = models.Index(
        "(company_id) WHERE is_reconciled IS NOT TRUE AND amount > 0"
        " AND reminder_keys IS NULL"
    )

    def _auto_init(self):
        # EXTENDS base: Odoo would compute the keys of all lines ever; those that are
        # open get theirs in the next run (_key_bank_lines).
        if not column_exists(self.env.cr, self._table, "reminder_keys"):
            create_column(self.env.cr, self._table, "reminder_keys", "varchar")
        return super()._auto_init()

    @api.depends(
        "payment_ref",
        "partner_name",
        "account_number",
        "transaction_details",
        "move_id.ref",
        "move_id.narration",
    )
    def _compute_reminder_keys(self):
        for line in self:
            line.reminder_keys = self._make_reminder_keys(
                partner_name=line.partner_name,
                account=line.account_number,
                text="\n".join(filter(None, (line.payment_ref, line.move_id.ref))),
                narration=line.move_id.narration,
                details=line.transaction_details
                and json.dumps(line.transaction_details),
            )

    @api.model
    def _make_reminder_keys(
        self, *, partner_name, account, text, narration, details, **_more
    ):
        """Return the keys of a bank line as they are kept, with a blank in between."""
        keys = doubt_keys.get_line_keys(
            doubts.BankLine(
                partner_name=partner_name or "",
                account=account or "",
                text=doubts.compose_text(
                    text or "", narration or None, details or None
                ),
            )
        )
        return " ".join(sorted(keys)).replace("\0", "") or "-"

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
