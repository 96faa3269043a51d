from odoo import api, fields, models
from odoo.tools import SQL

from ..models.numbers.holdout import GROUPS
from ..rules import balance
from .step import get_money_sql

#: How far back is looked: the months of sales of the dashboard, and a month more.
DAYS = 400


class PaymentReminderReportTerms(models.Model):
    """One due item, or a credit note, and how long it was waited for.

    It belongs to the version of the ladder that its last notice was on, else to the one
    its customer is on. An item of which chance held out the nudge is in the control
    group, whatever it got later: else the groups would differ.
    """

    _name = "payment.reminder.report.terms"
    _inherit = "payment.reminder.report"
    _description = "Days beyond Terms"
    _auto = False
    _order = "date_due desc, id desc"
    _rec_name = "move_id"
    _depends = {
        "account.move": [
            "commercial_partner_id",
            "invoice_date",
            "invoice_user_id",
            "payment_state",
            "reversed_entry_id",
        ],
        "account.move.line": [
            "amount_currency",
            "amount_residual_currency",
            "date_maturity",
            "parent_state",
            "reconciled",
        ],
        "account.partial.reconcile": ["debit_move_id", "debit_amount_currency"],
        "account.payment": ["state", "amount", "move_id", "date"],
        "payment.reminder.case": ["ladder_id", "partner_id", "user_id"],
        "payment.reminder.item": [
            "case_id",
            "holdout_group",
            "move_id",
            "move_line_id",
            "step_id",
        ],
    }

    currency_id = fields.Many2one("res.currency", readonly=True)
    move_id = fields.Many2one("account.move", string="Invoice", readonly=True)
    case_id = fields.Many2one("payment.reminder.case", readonly=True)
    ladder_id = fields.Many2one("payment.reminder.ladder", readonly=True)
    holdout_group = fields.Selection(
        GROUPS, string="Comparison of nudges", readonly=True
    )
    date = fields.Date(string="Invoiced on", readonly=True)
    date_due = fields.Date(string="Due", readonly=True)
    sold = fields.Monetary(
        string="Invoiced", readonly=True, help="Below zero: a credit note."
    )
    open = fields.Monetary(readonly=True)
    amount = fields.Monetary(
        string="Owed", readonly=True, help="What was invoiced, credit notes taken off."
    )
    amount_days = fields.Monetary(
        string="Amount times days",
        readonly=True,
        help="Each part that was paid times its days past the due date; what is open "
        "times the days until today.",
    )
    days = fields.Float(
        string="Days beyond terms",
        readonly=True,
        digits=(16, 1),
        aggregator="avg",
        help="How many days after the due date it was paid, weighted by amount; what "
        "is open counts until today, and who pays early is not late.",
    )

    @api.model
    def _read_group_select(self, aggregate_spec, query):
        """Weight the days of many items by their amounts."""
        # EXTENDS base
        if aggregate_spec != "days:avg":
            return super()._read_group_select(aggregate_spec, query)
        return SQL(
            "SUM(%(weight)s) / NULLIF(SUM(%(amount)s), 0)",
            weight=self._field_to_sql(self._table, "amount_days", query),
            amount=self._field_to_sql(self._table, "amount", query),
        )

    @property
    def _table_query(self):
        return self._get_query(self.env.company._get_reminder_today())

    @api.model
    def _get_query(self, day):
        """Return the due items of late, as ``rules.terms.wait`` says, seen on a day."""
        return SQL(
            """
            -- By account_move_line_account_id_date_idx: the receivable accounts.
            WITH line AS (
                SELECT line.id, line.company_id, line.currency_id, line.move_id,
                       move.commercial_partner_id AS partner_id, move.invoice_user_id,
                       move.invoice_date, move.reversed_entry_id,
                       line.date_maturity AS date_due, line.amount_currency AS sold,
                       move.move_type != 'out_refund' AS is_invoice,
                       CASE WHEN line.amount_residual_currency > 0
                             AND line.reconciled IS NOT TRUE
                             AND move.move_type != 'out_refund'
                             AND move.payment_state NOT IN %(settled)s
                            THEN line.amount_residual_currency ELSE 0 END AS open
                  FROM account_move_line line
                  JOIN account_move move ON move.id = line.move_id
                  JOIN account_account account ON account.id = line.account_id
                 WHERE line.display_type = 'payment_term'
                   AND line.parent_state = 'posted'
                   AND account.account_type = 'asset_receivable'
                   AND move.move_type IN ('out_invoice', 'out_receipt', 'out_refund')
                   AND (move.invoice_date > %(day)s - %(days)s
                        OR line.date_maturity > %(day)s - %(days)s
                        OR line.reconciled IS NOT TRUE)
            ), money AS (
                %(money)s
            ), credit AS (
                -- By the index of debit_move_id of account_partial_reconcile.
                SELECT part.debit_move_id AS line_id,
                       SUM(part.debit_amount_currency) AS amount
                  FROM line
                  JOIN account_partial_reconcile part ON part.debit_move_id = line.id
                  JOIN account_move_line other ON other.id = part.credit_move_id
                  JOIN account_move origin ON origin.id = other.move_id
                 WHERE origin.move_type = 'out_refund'
                 GROUP BY part.debit_move_id
            ), paid AS (
                SELECT line.id, SUM(money.amount) AS amount,
                       SUM(money.amount * GREATEST(money.day - line.date_due, 0))
                           AS amount_days
                  FROM line
                  JOIN money ON money.line_id = line.id
                 GROUP BY line.id
            ), owed AS (
                SELECT line.*, GREATEST(line.sold - COALESCE(credit.amount, 0), 0)
                           AS amount,
                       COALESCE(paid.amount, 0) AS paid,
                       COALESCE(paid.amount_days, 0) AS paid_days
                  FROM line
                  LEFT JOIN credit ON credit.line_id = line.id
                  LEFT JOIN paid ON paid.id = line.id
            ), waited AS (
                -- A payment in process may have no entry yet: it is in what is open.
                SELECT owed.*, owed.paid_days
                           + LEAST(owed.open, GREATEST(owed.amount - owed.paid, 0))
                           * GREATEST(%(day)s - owed.date_due, 0) AS amount_days
                  FROM owed
            )
            SELECT waited.id, waited.company_id, waited.currency_id, waited.move_id,
                   waited.partner_id,
                   COALESCE(state.user_id, waited.invoice_user_id) AS user_id,
                   state.id AS case_id,
                   COALESCE(step.ladder_id, state.ladder_id) AS ladder_id,
                   item.holdout_group, waited.invoice_date AS date, waited.date_due,
                   waited.sold, waited.open, waited.amount, waited.amount_days,
                   waited.amount_days / NULLIF(waited.amount, 0) AS days
              FROM waited
              -- By the indexes of move_line_id and move_id: one item each.
              LEFT JOIN LATERAL (
                  SELECT one.case_id, one.step_id, one.holdout_group
                    FROM payment_reminder_item one
                   WHERE one.agency_part_id IS NULL
                     AND (one.move_line_id = waited.id
                          OR one.move_id = waited.reversed_entry_id)
                   ORDER BY one.id
                   LIMIT 1
              ) item ON TRUE
              LEFT JOIN payment_reminder_step step ON step.id = item.step_id
              -- By the index of partner_id: after a merge a customer may have two.
              LEFT JOIN LATERAL (
                  SELECT one.id, one.user_id, one.ladder_id
                    FROM payment_reminder_case one
                   WHERE one.id = item.case_id
                      OR (item.case_id IS NULL
                          AND one.partner_id = waited.partner_id
                          AND one.company_id = waited.company_id
                          AND one.currency_id = waited.currency_id)
                   ORDER BY one.id
                   LIMIT 1
              ) state ON TRUE
            """,
            day=day,
            days=DAYS,
            settled=tuple(sorted(balance.SETTLED)),
            money=get_money_sql(SQL("SELECT id FROM line WHERE is_invoice")),
        )
