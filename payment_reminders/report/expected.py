from odoo import api, fields, models
from odoo.tools import SQL

from ..models.customer.writing import HABIT_DAYS, get_delays_sql

#: A habit is what a customer did at least so many times.
LEAST_COUNT = 3


class PaymentReminderReportExpected(models.Model):
    """What is expected to come in, and when: one due item, or one promised part.

    The best word wins: what a customer agreed to, else the due date and the days that
    this customer usually lets pass after it. What is past all of that has no day.
    """

    _name = "payment.reminder.report.expected"
    _inherit = "payment.reminder.report"
    _description = "Expected Cash"
    _auto = False
    _order = "date, id"
    _rec_name = "partner_id"
    _depends = {
        "payment.reminder.report.overdue": ["amount"],
        "payment.reminder.report.promise": ["open"],
        "payment.reminder.plan": ["item_ids", "state"],
        "account.partial.reconcile": ["debit_move_id"],
    }

    currency_id = fields.Many2one("res.currency", readonly=True)
    case_id = fields.Many2one("payment.reminder.case", readonly=True)
    move_id = fields.Many2one("account.move", string="Invoice", readonly=True)
    plan_id = fields.Many2one("payment.reminder.plan", readonly=True)
    source = fields.Selection("_get_sources", string="Because of", readonly=True)
    date_due = fields.Date(string="Due", readonly=True)
    date = fields.Date(string="Expected on", readonly=True)
    amount = fields.Monetary(string="Expected", readonly=True)

    @api.model
    def _get_sources(self):
        return [
            ("promise", self.env._("Promises and plans")),
            ("due", self.env._("Due date")),
            ("habit", self.env._("Paying habit")),
            ("none", self.env._("No day known")),
        ]

    @property
    def _table_query(self):
        return self._get_query(self.env.company._get_reminder_today())

    @api.model
    def _get_query(self, day):
        """Return what is expected, as seen on a day."""
        since = fields.Date.add(day, days=-HABIT_DAYS)
        return SQL(
            """
            WITH owed AS (
                %(owed)s
            ), promised AS (
                %(promised)s
            ), planned AS (
                -- As the overdue items call what another program keeps.
                SELECT DISTINCT COALESCE(item.move_line_id, -item.id) AS owed_id
                  FROM payment_reminder_plan plan
                  JOIN payment_reminder_item_payment_reminder_plan_rel covered
                    ON covered.payment_reminder_plan_id = plan.id
                  JOIN payment_reminder_item item
                    ON item.id = covered.payment_reminder_item_id
                 WHERE plan.state = 'active'
            ), habit AS (
                SELECT partner_id, company_id, GREATEST(0, days)::int AS days
                  FROM (%(delays)s) delay
                 WHERE number >= %(least)s
            ), item AS (
                SELECT owed.*, habit.days AS habit,
                       owed.date_due + COALESCE(habit.days, 0) AS date
                  FROM owed
                  LEFT JOIN habit ON habit.company_id = owed.company_id
                   AND habit.partner_id = owed.partner_id
                 WHERE owed.id NOT IN (SELECT owed_id FROM planned)
            )
            SELECT 2 * promised.id AS id, promised.company_id, promised.currency_id,
                   promised.partner_id, promised.user_id, plan.case_id,
                   NULL::int AS move_id, promised.plan_id,
                   CASE WHEN promised.date_due >= %(day)s
                        THEN 'promise' ELSE 'none' END AS source,
                   promised.date_due,
                   CASE WHEN promised.date_due >= %(day)s
                        THEN promised.date_due END AS date,
                   promised.open AS amount
              FROM promised
              JOIN payment_reminder_plan plan ON plan.id = promised.plan_id
             WHERE promised.open > 0
             UNION ALL
            SELECT 2 * item.id + 1, item.company_id, item.currency_id,
                   item.partner_id, item.user_id, item.case_id,
                   item.move_id, NULL::int,
                   CASE WHEN item.is_insolvent OR item.date < %(day)s THEN 'none'
                        WHEN item.habit > 0 THEN 'habit' ELSE 'due' END,
                   item.date_due,
                   CASE WHEN NOT item.is_insolvent AND item.date >= %(day)s
                        THEN item.date END,
                   item.amount
              FROM item
            """,
            owed=self.env["payment.reminder.report.overdue"]._get_query(day),
            promised=self.env["payment.reminder.report.promise"]._table_query,
            day=day,
            delays=get_delays_sql(SQL("SELECT partner_id FROM owed"), since),
            least=LEAST_COUNT,
        )
