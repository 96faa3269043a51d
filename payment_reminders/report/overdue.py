from odoo import api, fields, models
from odoo.tools import SQL

from ..rules import ageing, balance
from ..tools.selections import labels_of


class PaymentReminderReportOverdue(models.Model):
    """What is owed on due items as the books have it, by age."""

    _name = "payment.reminder.report.overdue"
    _inherit = "payment.reminder.report"
    _description = "Open Due Items by Age"
    _auto = False
    _order = "date_due, id"
    _rec_name = "move_id"
    _depends = {
        "account.move": ["payment_state", "commercial_partner_id", "invoice_user_id"],
        "account.move.line": [
            "amount_residual_currency",
            "date_maturity",
            "parent_state",
        ],
        "payment.reminder.case": ["state", "user_id"],
        "payment.reminder.freeze": ["case_id", "reason", "date_end"],
        "payment.reminder.item": [
            "case_id",
            "step_id",
            "move_line_id",
            "source",
            "amount_known",
        ],
    }

    currency_id = fields.Many2one("res.currency", readonly=True)
    move_id = fields.Many2one("account.move", string="Invoice", readonly=True)
    case_id = fields.Many2one("payment.reminder.case", readonly=True)
    case_state = fields.Selection(
        selection=labels_of("payment.reminder.case", "state"),
        string="State of the case",
        readonly=True,
    )
    step_id = fields.Many2one(
        "payment.reminder.step", string="Last step", readonly=True
    )
    date_due = fields.Date(string="Due", readonly=True)
    days_overdue = fields.Integer(readonly=True, aggregator="avg")
    age = fields.Selection("_get_ages", readonly=True)
    is_insolvent = fields.Boolean(string="Insolvent", readonly=True)
    amount = fields.Monetary(string="Open", readonly=True)
    doubtful = fields.Monetary(
        readonly=True,
        help="By its age, or all of it from an insolvent customer: the usual shares of "
        "the month-end sheet.",
    )

    @api.model
    def _get_ages(self):
        return list(
            zip(
                ageing.CODES,
                (
                    self.env._("Not due"),
                    self.env._("1 to 30 days"),
                    self.env._("31 to 60 days"),
                    self.env._("61 to 90 days"),
                    self.env._("Over 90 days"),
                ),
                strict=True,
            )
        )

    @property
    def _table_query(self):
        return self._get_query(self.env.company._get_reminder_today())

    @api.model
    def _get_query(self, day):
        """Return the open due items as seen on a day.

        Those that another program keeps are as they were last looked at.

        :param day: ages are counted up to it
        """
        # Few rows: payment_reminder_freeze__one_open_per_reason has them.
        insolvent = SQL(
            """
            SELECT DISTINCT held.partner_id, held.company_id
              FROM payment_reminder_freeze hold
              JOIN payment_reminder_case held ON held.id = hold.case_id
             WHERE hold.reason = 'insolvency' AND hold.date_end IS NULL
            """
        )
        return SQL(
            """
            SELECT line.id, line.company_id, line.currency_id, line.move_id,
                   move.commercial_partner_id AS partner_id,
                   COALESCE(state.user_id, move.invoice_user_id) AS user_id,
                   state.id AS case_id, state.state AS case_state, item.step_id,
                   line.date_maturity AS date_due,
                   %(day)s - line.date_maturity AS days_overdue,
                   %(age)s AS age,
                   insolvent.partner_id IS NOT NULL AS is_insolvent,
                   line.amount_residual_currency AS amount,
                   line.amount_residual_currency * %(percent)s / 100 AS doubtful
              FROM account_move_line line
              JOIN account_move move ON move.id = line.move_id
              JOIN account_account account ON account.id = line.account_id
              LEFT JOIN payment_reminder_item item ON item.move_line_id = line.id
              LEFT JOIN payment_reminder_case state ON state.id = item.case_id
              LEFT JOIN (%(insolvent)s) insolvent
                ON insolvent.partner_id = move.commercial_partner_id
               AND insolvent.company_id = line.company_id
             WHERE line.parent_state = 'posted'
               AND line.display_type = 'payment_term'
               AND line.reconciled IS NOT TRUE
               AND line.amount_residual_currency > 0
               AND account.account_type = 'asset_receivable'
               AND move.move_type IN ('out_invoice', 'out_receipt')
               AND move.payment_state NOT IN %(settled)s
             UNION ALL
            -- By payment_reminder_item__source_ref_uniq, which has these alone.
            SELECT -item.id, state.company_id, state.currency_id, NULL,
                   state.partner_id, state.user_id, state.id, state.state,
                   item.step_id, item.date_due, %(day)s - item.date_due,
                   %(age_there)s, insolvent.partner_id IS NOT NULL,
                   item.amount_known, item.amount_known * %(percent_there)s / 100
              FROM payment_reminder_item item
              JOIN payment_reminder_case state ON state.id = item.case_id
              LEFT JOIN (%(insolvent)s) insolvent
                ON insolvent.partner_id = state.partner_id
               AND insolvent.company_id = state.company_id
             WHERE item.source <> 'books'
               AND item.amount_known > 0
            """,
            day=day,
            age=get_age_sql(SQL("%s - line.date_maturity", day)),
            age_there=get_age_sql(SQL("%s - item.date_due", day)),
            percent=get_doubtful_sql(SQL("%s - line.date_maturity", day)),
            percent_there=get_doubtful_sql(SQL("%s - item.date_due", day)),
            insolvent=insolvent,
            settled=tuple(sorted(balance.SETTLED)),
        )


def get_age_sql(days):
    """Return :func:`rules.ageing.bucket` of a number of days in SQL."""
    return _get_bucket_sql(days, {code: code for code in ageing.CODES})


def get_doubtful_sql(days):
    """Return the percentage of a due item that is usually doubtful in SQL.

    :param days: SQL of its days past the due date
    """
    return SQL(
        "CASE WHEN insolvent.partner_id IS NOT NULL THEN %s ELSE %s END",
        ageing.PERCENT_INSOLVENT,
        _get_bucket_sql(days, ageing.PERCENTS),
    )


def _get_bucket_sql(days, values):
    """Return in SQL what days stand for, out of {code of their age: value}."""
    return SQL(
        "CASE %s ELSE %s END",
        SQL(" ").join(
            SQL("WHEN %s <= %s THEN %s", days, last, values[code])
            for code, last in ageing.BUCKETS
        ),
        values[ageing.OLDER],
    )
