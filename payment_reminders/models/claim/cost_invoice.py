from odoo import fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    reminder_cost_case_id = fields.Many2one(
        "payment.reminder.case",
        string="Reminder case of these costs",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )

    def _give_back_reminder_costs(self):
        """Put the costs of these invoices back on the ledgers they came from."""
        moves = self.filtered("reminder_cost_case_id")
        if not moves:
            return
        # The ledger follows the invoice, whoever deletes it.
        lines = (
            self.env["payment.reminder.claim.line"]
            .sudo()
            .search(
                [
                    ("move_id", "in", moves.ids),
                    ("kind", "=", "transfer"),
                    ("reversal_of_id", "=", False),
                    ("reversed_by_ids", "=", False),
                ]
            )
        )
        lines._reverse(self.env._("The invoice of the costs was cancelled"))
        for case in lines.case_id:
            case._log_event(
                "claim_reversed", {"lines": (lines & case.claim_line_ids).ids}
            )

    def button_cancel(self):
        # EXTENDS account
        result = super().button_cancel()
        self._give_back_reminder_costs()
        return result

    def unlink(self):
        # EXTENDS account
        self._give_back_reminder_costs()
        return super().unlink()
