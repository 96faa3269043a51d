from odoo import fields, models
from odoo.tools import SQL

from ..tools.selections import labels_of


class PaymentReminderReportStep(models.Model):
    """One notice that was sent, and the money that came in after it.

    A payment counts for the last notice before it that carried the due item, so
    that nothing is counted twice. Credit notes are no money. Notices with invoices of
    other programs are left out: when these were paid is not told.
    """

    _name = "payment.reminder.report.step"
    _inherit = "payment.reminder.report"
    _description = "Money after each Step"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "reminder_id"
    _depends = {
        "payment.reminder": [
            "counts",
            "is_elsewhere",
            "sent_date",
            "step_id",
            "taken_over_id",
            "user_id",
        ],
        "payment.reminder.line": ["reminder_id", "item_id"],
        "payment.reminder.item": ["move_line_id"],
        "account.partial.reconcile": ["debit_move_id", "debit_amount_currency"],
        "account.payment": ["state", "amount", "move_id", "date"],
    }

    reminder_id = fields.Many2one("payment.reminder", string="Notice", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    step_id = fields.Many2one("payment.reminder.step", readonly=True)
    step_kind = fields.Selection(
        selection=labels_of("payment.reminder.step", "kind"),
        string="Kind",
        readonly=True,
    )
    date = fields.Date(string="Sent on", readonly=True)
    amount_principal = fields.Monetary(string="Asked for", readonly=True)
    received_7 = fields.Monetary(string="Received within 7 days", readonly=True)
    received_14 = fields.Monetary(string="Received within 14 days", readonly=True)
    received_30 = fields.Monetary(string="Received within 30 days", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            WITH notice AS (
                SELECT * FROM payment_reminder
                 WHERE counts
                   AND is_elsewhere IS NOT TRUE
                   AND taken_over_id IS NULL
            ), carried AS (
                SELECT notice.id AS reminder_id, item.move_line_id AS line_id,
                       notice.sent_date::date AS day,
                       LEAD(notice.sent_date::date) OVER (
                           PARTITION BY line.item_id
                               ORDER BY notice.sent_date, notice.id
                       ) AS next_day
                  FROM notice
                  JOIN payment_reminder_line line ON line.reminder_id = notice.id
                  JOIN payment_reminder_item item ON item.id = line.item_id
            ), money AS (
                %(money)s
            ), received AS (
                SELECT carried.reminder_id, money.day - carried.day AS days,
                       money.amount
                  FROM carried
                  JOIN money ON money.line_id = carried.line_id
                   AND money.day >= carried.day
                   AND (carried.next_day IS NULL OR money.day < carried.next_day)
            )
            SELECT notice.id, notice.id AS reminder_id, notice.company_id,
                   notice.currency_id, notice.partner_id, notice.user_id,
                   notice.step_id, notice.step_kind, notice.sent_date::date AS date,
                   notice.amount_principal,
                   COALESCE(SUM(received.amount) FILTER (WHERE days <= 7), 0)
                       AS received_7,
                   COALESCE(SUM(received.amount) FILTER (WHERE days <= 14), 0)
                       AS received_14,
                   COALESCE(SUM(received.amount) FILTER (WHERE days <= 30), 0)
                       AS received_30
              FROM notice
              LEFT JOIN received ON received.reminder_id = notice.id
             GROUP BY notice.id, notice.company_id, notice.currency_id,
                      notice.partner_id, notice.user_id, notice.step_id,
                      notice.step_kind, notice.sent_date, notice.amount_principal
            """,
            money=get_money_sql(SQL("SELECT line_id FROM carried")),
        )


def get_money_sql(lines):
    """Return a query of the money that came in on due items: line_id, day, amount.

    Credit notes are no money. A payment without a journal entry counts by the shares
    of what it is for.

    :param lines: query of the ids of their journal items
    """
    return SQL(
        """
        SELECT part.debit_move_id AS line_id, other.date AS day,
               part.debit_amount_currency AS amount
          FROM account_partial_reconcile part
          JOIN account_move_line other ON other.id = part.credit_move_id
          JOIN account_move origin ON origin.id = other.move_id
         WHERE origin.move_type != 'out_refund'
           AND part.debit_move_id IN (%(lines)s)
         UNION ALL
        SELECT line.id, pay.date,
               LEAST(line.amount_residual_currency,
                     pay.amount * line.amount_currency / NULLIF(SUM(
                         line.amount_currency) OVER (PARTITION BY pay.id), 0))
          FROM account_payment pay
          JOIN account_move__account_payment rel ON rel.payment_id = pay.id
          JOIN account_move_line line ON line.move_id = rel.invoice_id
           AND line.display_type = 'payment_term'
         WHERE pay.move_id IS NULL
           AND pay.payment_type = 'inbound'
           AND pay.state IN ('in_process', 'paid')
           AND line.amount_residual_currency > 0
        """,
        lines=lines,
    )
