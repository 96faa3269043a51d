from odoo import api, fields, models
from odoo.tools import SQL

from ..models.numbers.holdout import GROUPS
from .step import get_money_sql


class PaymentReminderReportNudge(models.Model):
    """One nudge of the comparison whose days are over, sent at once or held out.

    What one customer owed on one due date is one nudge. It counts in the group that
    chance gave it, whatever became of the notice: else the groups would differ.
    """

    _name = "payment.reminder.report.nudge"
    _description = "Effect of Nudges"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "case_id"
    _depends = {
        "payment.reminder.item": [
            "case_id",
            "date_due",
            "holdout_group",
            "holdout_date",
            "holdout_days",
            "move_line_id",
        ],
        "payment.reminder.case": ["company_id", "currency_id", "partner_id", "user_id"],
        "account.move.line": ["amount_currency"],
        "account.partial.reconcile": ["debit_move_id", "debit_amount_currency"],
        "account.payment": ["state", "amount", "move_id", "date"],
    }

    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    case_id = fields.Many2one("payment.reminder.case", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    user_id = fields.Many2one("res.users", string="Responsible", readonly=True)
    date_due = fields.Date(string="Due", readonly=True)
    date = fields.Date(string="Nudge planned for", readonly=True)
    days = fields.Integer(
        string="Days compared",
        readonly=True,
        aggregator="avg",
        help="Who paid within so many days of the planned nudge counts as paid.",
    )
    holdout_group = fields.Selection(GROUPS, string="Group", readonly=True)
    amount = fields.Monetary(string="Owed", readonly=True)
    paid = fields.Integer(string="Paid in time", readonly=True)
    paid_share = fields.Float(
        string="Paid in time (%)", readonly=True, aggregator="avg"
    )

    @property
    def _table_query(self):
        return self._get_query(self.env.company._get_reminder_today())

    @api.model
    def _get_query(self, day):
        """Return the nudges whose days were over on a day."""
        return SQL(
            """
            WITH part AS (
                SELECT item.id, item.case_id, item.date_due, item.holdout_group,
                       item.holdout_date, item.holdout_days,
                       item.move_line_id AS line_id
                  FROM payment_reminder_item item
                 WHERE item.holdout_group IS NOT NULL
                   AND item.holdout_date + item.holdout_days < %(day)s
            ), money AS (
                %(money)s
            ), credit AS (
                SELECT part.debit_move_id AS line_id,
                       SUM(part.debit_amount_currency) AS amount
                  FROM account_partial_reconcile part
                  JOIN account_move_line other ON other.id = part.credit_move_id
                  JOIN account_move origin ON origin.id = other.move_id
                 WHERE origin.move_type = 'out_refund'
                 GROUP BY part.debit_move_id
            ), owed AS (
                SELECT part.id, line.amount_currency - COALESCE(credit.amount, 0)
                           AS amount,
                       COALESCE((
                           SELECT SUM(money.amount) FROM money
                            WHERE money.line_id = part.line_id
                              AND money.day <= part.holdout_date + part.holdout_days
                       ), 0) AS received
                  FROM part
                  JOIN account_move_line line ON line.id = part.line_id
                  LEFT JOIN credit ON credit.line_id = part.line_id
            ), nudge AS (
                SELECT MIN(part.id) AS id, part.case_id, part.date_due,
                       part.holdout_date, part.holdout_days, part.holdout_group,
                       SUM(owed.amount) AS amount,
                       BOOL_AND(owed.received >= owed.amount)::int AS paid
                  FROM part
                  JOIN owed ON owed.id = part.id
                 -- What was credited in full was never paid, nor left unpaid.
                 WHERE owed.amount > 0
                 GROUP BY part.case_id, part.date_due, part.holdout_date,
                          part.holdout_days, part.holdout_group
            )
            SELECT nudge.id, state.company_id, state.currency_id, nudge.case_id,
                   state.partner_id, state.user_id, nudge.date_due,
                   nudge.holdout_date AS date, nudge.holdout_days AS days,
                   nudge.holdout_group, nudge.amount, nudge.paid,
                   100.0 * nudge.paid AS paid_share
              FROM nudge
              JOIN payment_reminder_case state ON state.id = nudge.case_id
            """,
            day=day,
            money=get_money_sql(SQL("SELECT line_id FROM part")),
        )
