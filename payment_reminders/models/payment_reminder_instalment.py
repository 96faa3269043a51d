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
    date_due = fields.Date(required=True)
    amount = fields.Monetary(required=True)

    _amount_positive = models.Constraint(
        "CHECK(amount > 0)", "An instalment needs an amount above zero."
    )
