from odoo import fields, models

from ..rules import allocation
from ..tools.decimals import to_decimal


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    reminder_case_id = fields.Many2one(
        "payment.reminder.case",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The case on whose page this was paid.",
    )
    reminder_costs = fields.Monetary(
        readonly=True,
        help="What of it is for the fees and interest of the case.",
    )

    def write(self, vals):
        result = super().write(vals)
        if "state" in vals:
            self.env["payment.reminder.case"]._refresh_after_commit(
                self.sudo().invoice_ids.commercial_partner_id
                | self.sudo().reminder_case_id.partner_id
            )
        return result


class PaymentReminderClaimLine(models.Model):
    _inherit = "payment.reminder.claim.line"

    transaction_id = fields.Many2one(
        "payment.transaction",
        string="Online payment",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )


class PaymentReminderCase(models.Model):
    _inherit = "payment.reminder.case"

    def _divide_online_payment(self, amount, item=None):
        """Tell what an online payment is for: what is overdue, the oldest first, then
        fees and interest, then what is not due yet.

        :param amount: in the case's currency
        :param item: payment.reminder.item, when it is for that one alone
        :return: (account.move records, the share of fees and interest)
        """
        self.ensure_one()
        if item:
            return item.move_id, 0.0
        items = self._get_page_items().sorted("date_due")
        today = self.company_id._get_reminder_today()
        overdue = items.filtered(lambda part: part.date_due < today)
        moves, left = self._take_moves(overdue, amount)
        costs = min(left, max(self.amount_costs, 0.0))
        more, _rest = self._take_moves(items - overdue, left - costs)
        return moves | more, self.currency_id.round(costs)

    def _take_moves(self, items, amount):
        """Return (invoices of these items that an amount reaches, what is left)."""
        moves = self.env["account.move"]
        for item in items:
            if self.currency_id.compare_amounts(amount, 0) <= 0:
                break
            moves |= item.move_id
            amount -= item.amount_residual
        return moves, max(amount, 0.0)

    def _refresh(self):
        # EXTENDS payment_reminders: the costs first, or the ladder would waive them
        # when it sees that the invoices are paid
        self._count_online_costs()
        return super()._refresh()

    def _count_online_costs(self):
        """Post on the claim ledgers what was paid online of fees and interest."""
        paid = (
            self.env["payment.transaction"]
            .sudo()
            .search(
                [
                    ("reminder_case_id", "in", self.ids),
                    ("reminder_costs", ">", 0),
                    ("state", "=", "done"),
                    ("payment_id", "!=", False),
                ]
            )
        )
        counted = (
            self.env["payment.reminder.claim.line"]
            .sudo()
            .search([("transaction_id", "in", paid.ids)])
            .transaction_id
        )
        for transaction in paid - counted:
            transaction.reminder_case_id._count_costs_of(transaction)

    def _count_costs_of(self, transaction):
        self.ensure_one()
        digits = self.currency_id.decimal_places
        result = allocation.allocate(
            to_decimal(transaction.reminder_costs, digits),
            dict(self._read_open_costs()[self.id]),
            self._get_payment_order(),
        )
        parts = {
            kind: amount
            for kind in (allocation.FEE, allocation.INTEREST, allocation.COMPENSATION)
            if (amount := result.total(kind))
        }
        if not parts:
            return
        day = self.company_id._get_reminder_today()
        self._settle_costs(
            "payment",
            transaction.reference,
            parts,
            date=day,
            transaction_id=transaction.id,
        )
        self._log_event("costs_paid", {"amount": str(sum(parts.values()))})
