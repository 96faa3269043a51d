from odoo import api, fields, models
from odoo.exceptions import UserError

from ..rules import allocation
from ..tools.decimals import to_decimal


class PaymentReminderPaymentWizard(models.TransientModel):
    """Divides money that came in among principal, interest and costs of a case.

    By the order of the law. What falls on fees, interest and lump sums is posted on
    the claim ledger; the accounts are left alone, unless a draft invoice of that part
    is asked for, with which the money can be matched there.
    """

    _name = "payment.reminder.payment.wizard"
    _description = "Divide a Payment"

    case_id = fields.Many2one("payment.reminder.case", required=True, readonly=True)
    currency_id = fields.Many2one(related="case_id.currency_id")
    amount = fields.Monetary(string="Money received", required=True)
    date = fields.Date(
        string="Received on", required=True, default=fields.Date.context_today
    )
    note = fields.Char(help="Where it came from, such as the line of the bank.")
    make_invoice = fields.Boolean(
        string="Draft an invoice of fees and interest",
        help="So that the money can be matched in the accounts. You check and post it.",
    )
    payment_order = fields.Selection(
        related="case_id.ladder_id.jurisdiction_id.payment_order", string="Settles"
    )
    amount_principal = fields.Monetary(string="On invoices", compute="_compute_parts")
    amount_interest = fields.Monetary(string="On interest", compute="_compute_parts")
    amount_fee = fields.Monetary(string="On fees", compute="_compute_parts")
    amount_compensation = fields.Monetary(
        string="On lump sums", compute="_compute_parts"
    )
    amount_left = fields.Monetary(string="Too much", compute="_compute_parts")

    @api.depends("case_id", "amount")
    def _compute_parts(self):
        for wizard in self:
            result = wizard._allocate()
            for kind in ("principal", "interest", "fee", "compensation"):
                wizard[f"amount_{kind}"] = float(result.total(kind)) if result else 0.0
            wizard.amount_left = float(result.remainder) if result else 0.0

    def _allocate(self):
        """Return how the money is divided (:class:`rules.allocation.Allocation`)."""
        self.ensure_one()
        if not self.case_id or self.amount <= 0:
            return None
        case = self.case_id.sudo()
        digits = case.currency_id.decimal_places
        owed = dict(case._read_open_costs()[case.id])
        owed[allocation.PRINCIPAL] = to_decimal(case.amount_principal, digits)
        return allocation.allocate(
            to_decimal(self.amount, digits), owed, case._get_payment_order()
        )

    def action_confirm(self):
        self.ensure_one()
        self.env["res.users"]._check_reminder_manager()
        self.case_id.check_access("read")
        result = self._allocate()
        parts = {
            kind: amount
            for kind in (allocation.FEE, allocation.INTEREST, allocation.COMPENSATION)
            if result and (amount := result.total(kind))
        }
        if not parts:
            raise UserError(
                self.env._(
                    "Nothing of it is for fees or interest. Match it with the invoices "
                    "in the accounts."
                )
            )
        # A manager decides; the machine writes.
        case = self.case_id.sudo()
        if self.make_invoice:
            case._draft_cost_invoice(parts)
        else:
            case._settle_costs("payment", self.note, parts, date=self.date)
            case._log_event(
                "costs_paid",
                {
                    "amount": str(sum(parts.values())),
                    "received": str(
                        result.total(allocation.PRINCIPAL)
                        + sum(parts.values(), result.remainder)
                    ),
                },
            )
        case._refresh()
        return {"type": "ir.actions.act_window_close"}
