from odoo import api, fields, models
from odoo.tools import SQL

from .step import get_money_sql

#: How far back the money is looked for that came in, in days.
DAYS = 30


class PaymentReminderReportReceived(models.Model):
    """One due item on which money came in lately, after it had fallen due."""

    _name = "payment.reminder.report.received"
    _inherit = "payment.reminder.report"
    _description = "Came In on Overdue Invoices"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "move_id"
    _depends = {
        "account.move": ["commercial_partner_id", "invoice_user_id"],
        "account.move.line": ["date_maturity", "amount_residual_currency"],
        "account.partial.reconcile": ["debit_move_id", "debit_amount_currency"],
        "account.payment": ["state", "amount", "move_id", "date"],
        "payment.reminder.case": ["user_id"],
        "payment.reminder.item": ["case_id", "step_id", "move_line_id"],
    }

    currency_id = fields.Many2one("res.currency", readonly=True)
    move_id = fields.Many2one("account.move", string="Invoice", readonly=True)
    case_id = fields.Many2one("payment.reminder.case", readonly=True)
    step_id = fields.Many2one(
        "payment.reminder.step", string="Last step", readonly=True
    )
    date_due = fields.Date(string="Due", readonly=True)
    date = fields.Date(string="Last came in", readonly=True)
    amount = fields.Monetary(string="Came in", readonly=True)

    @property
    def _table_query(self):
        return self._get_query(self.env.company._get_reminder_today())

    @api.model
    def _get_query(self, day):
        """Return what came in within the last days, as seen on a day."""
        return SQL(
            """
            WITH money AS (
                %(money)s
            )
            SELECT line.id, line.company_id, line.currency_id, line.move_id,
                   move.commercial_partner_id AS partner_id,
                   COALESCE(state.user_id, move.invoice_user_id) AS user_id,
                   state.id AS case_id, item.step_id,
                   line.date_maturity AS date_due,
                   MAX(money.day) AS date, SUM(money.amount) AS amount
              FROM money
              JOIN account_move_line line ON line.id = money.line_id
              JOIN account_move move ON move.id = line.move_id
              LEFT JOIN payment_reminder_item item ON item.move_line_id = line.id
              LEFT JOIN payment_reminder_case state ON state.id = item.case_id
             WHERE money.day > %(day)s - %(days)s
               AND money.day <= %(day)s
               AND money.day > line.date_maturity
             GROUP BY line.id, move.id, state.id, item.step_id
            """,
            day=day,
            days=DAYS,
            money=get_money_sql(
                SQL(
                    """SELECT due.id FROM account_move_line due
                         JOIN account_move bill ON bill.id = due.move_id
                        WHERE due.display_type = 'payment_term'
                          AND due.parent_state = 'posted'
                          AND bill.move_type IN ('out_invoice', 'out_receipt')"""
                )
            ),
        )
