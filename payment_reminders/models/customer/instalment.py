from odoo import fields, models


class PaymentReminderInstalment(models.Model):
    """One row of a payment plan."""

    _name = "payment.reminder.instalment"
    _description = "Payment Plan Instalment"
    _order = "date_due, id"

    plan_id = fields.Many2one(
        "payment.reminder.plan", required=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="plan_id.currency_id")
    date_due = fields.Date(string="Due", required=True)
    amount = fields.Monetary(required=True)
    amount_paid = fields.Monetary(
        string="Paid", readonly=True, copy=False, help="By the books, earliest first."
    )
    state = fields.Selection(
        [("open", "Open"), ("paid", "Paid"), ("missed", "Missed")],
        default="open",
        required=True,
        readonly=True,
        copy=False,
    )
    reminded_date = fields.Date(
        string="Customer told on",
        readonly=True,
        copy=False,
        help="When the customer got a friendly word before the date.",
    )

    _amount_positive = models.Constraint(
        "CHECK(amount > 0)", "An instalment needs an amount above zero."
    )
