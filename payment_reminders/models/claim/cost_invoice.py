from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class ResCompany(models.Model):
    _inherit = "res.company"

    reminder_fee_account_id = fields.Many2one(
        "account.account",
        string="Account of reminder fees and lump sums",
        domain="[('account_type', 'in', ('income', 'income_other'))]",
        help="Where a draft invoice of open fees books them.",
    )
    reminder_interest_account_id = fields.Many2one(
        "account.account",
        string="Account of interest on late payment",
        domain="[('account_type', 'in', ('income', 'income_other'))]",
        help="Where a draft invoice of open interest books it.",
    )


class PaymentReminderCase(models.Model):
    _inherit = "payment.reminder.case"

    def _check_cost_accounts(self):
        """Refuse to draft an invoice before the accounts of its lines are chosen."""
        for company in self.sudo().company_id:
            if not (
                company.reminder_fee_account_id and company.reminder_interest_account_id
            ):
                raise UserError(
                    self.env._(
                        "Choose the accounts of reminder fees and of interest in the "
                        "settings of %s first.",
                        company.name,
                    )
                )

    def _draft_cost_invoice(self, parts=None):
        """Draft an invoice of open costs and take them off the claim ledger.

        Nobody but a person posts it. From now on the costs are asked for by that
        invoice alone: the ledger gets an entry ``transfer`` for each kind. The
        invoice is excluded from reminders, for no law here lets fees and interest
        bear fees and interest; and it carries no tax, since these are damages and
        no sale. A draft that is deleted or cancelled gives the costs back.

        :param parts: {kind of cost: amount}; all that is open when left out
        :return: account.move
        """
        self.ensure_one()
        self._check_cost_accounts()
        if parts is None:
            parts = self._read_open_costs()[self.id]
        # A draft is no entry of the books; whoever posts it needs the rights.
        move = (
            self.env["account.move"]
            .sudo()
            .with_company(self.company_id)
            .create(self._prepare_cost_invoice(parts))
        )
        self._settle_costs(
            "transfer",
            self.env._("Moved to a draft invoice"),
            parts,
            move_id=move.id,
        )
        total = sum(parts.values(), Decimal(0))
        self._log_event("costs_invoiced", {"amount": str(total), "move": move.id})
        self._ask_person(
            self.env._("Check a draft invoice of fees and interest"),
            self.env._(
                "It was drafted because the invoices are paid. Post it, or delete it: "
                "then the fees and interest are open again."
            ),
        )
        return move

    def _prepare_cost_invoice(self, parts):
        company = self.company_id
        labels = dict(
            self.env["payment.reminder.claim.line"]
            ._fields["settles"]
            ._description_selection(
                self.with_context(lang=self.partner_id.lang or self.env.lang).env
            )
        )
        accounts = {"interest": company.reminder_interest_account_id}
        return {
            "move_type": "out_invoice",
            "company_id": company.id,
            "partner_id": self.partner_id.id,
            "currency_id": self.currency_id.id,
            "invoice_origin": self.name,
            "reminder_cost_case_id": self.id,
            "reminder_excluded": True,
            "reminder_excluded_reason": self.env._(
                "Fees and interest of %s: they bear no fees and interest themselves",
                self.name,
            ),
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": f"{labels[kind]} ({self.name})",
                        "quantity": 1,
                        "price_unit": float(amount),
                        "account_id": accounts.get(
                            kind, company.reminder_fee_account_id
                        ).id,
                        "tax_ids": [Command.clear()],
                    }
                )
                for kind, amount in parts.items()
            ],
        }


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
