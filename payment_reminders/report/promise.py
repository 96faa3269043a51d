from odoo import fields, models
from odoo.tools import SQL

from ..tools.selections import labels_of


class PaymentReminderReportPromise(models.Model):
    """What customers promised in payment plans, and what came in of it.

    Money that came in on the due items of the case since the plan was made goes to
    its instalments in their order. With invoices of other programs, it is what the plan
    saw when it was last followed.
    """

    _name = "payment.reminder.report.promise"
    _inherit = "payment.reminder.report"
    _description = "Promised and Paid"
    _auto = False
    _order = "date_due desc, id desc"
    _rec_name = "plan_id"
    _depends = {
        "payment.reminder.plan": ["case_id", "state"],
        "payment.reminder.instalment": ["plan_id", "date_due", "amount", "amount_paid"],
        "payment.reminder.case": [
            "company_id",
            "currency_id",
            "is_elsewhere",
            "partner_id",
            "user_id",
        ],
        "payment.reminder.item": ["case_id", "move_line_id"],
        "account.partial.reconcile": ["debit_move_id", "debit_amount_currency"],
    }

    plan_id = fields.Many2one("payment.reminder.plan", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    state = fields.Selection(
        selection=labels_of("payment.reminder.plan", "state"),
        readonly=True,
    )
    date_due = fields.Date(string="Promised for", readonly=True)
    promised = fields.Monetary(readonly=True)
    paid = fields.Monetary(readonly=True)
    open = fields.Monetary(
        string="Still to come", readonly=True, help="Of a plan that is in force."
    )

    @property
    def _table_query(self):
        return SQL(
            """
            WITH money AS (
                SELECT plan.id AS plan_id, SUM(part.debit_amount_currency) AS amount
                  FROM payment_reminder_plan plan
                  JOIN payment_reminder_item item ON item.case_id = plan.case_id
                  JOIN account_partial_reconcile part
                    ON part.debit_move_id = item.move_line_id
                  JOIN account_move_line other ON other.id = part.credit_move_id
                  JOIN account_move origin ON origin.id = other.move_id
                 WHERE origin.move_type != 'out_refund'
                   AND other.date >= plan.date_start
                 GROUP BY plan.id
            ), row AS (
                SELECT row.*, SUM(row.amount) OVER (
                           PARTITION BY row.plan_id ORDER BY row.date_due, row.id
                       ) AS until
                  FROM payment_reminder_instalment row
            )
            SELECT part.*, CASE WHEN part.state = 'active'
                                THEN part.promised - part.paid ELSE 0 END AS open
              FROM (
            SELECT row.id, row.plan_id, state.company_id, state.currency_id,
                   state.partner_id, state.user_id, plan.state, row.date_due,
                   row.amount AS promised,
                   CASE WHEN state.is_elsewhere THEN row.amount_paid
                        ELSE GREATEST(0, LEAST(row.amount,
                            COALESCE(money.amount, 0) - (row.until - row.amount)))
                   END AS paid
              FROM row
              JOIN payment_reminder_plan plan ON plan.id = row.plan_id
              JOIN payment_reminder_case state ON state.id = plan.case_id
              LEFT JOIN money ON money.plan_id = plan.id
             WHERE plan.state IN ('active', 'kept', 'broken')
            ) part
            """
        )
