"""Money that came in and is not matched yet, and how fresh the bank's lines are."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL

from .decimals import to_decimal

#: How far back an incoming bank line may lie and still be about an open invoice.
BANK_LINE_DAYS = 120


class PaymentReminderFacts(models.AbstractModel):
    _inherit = "payment.reminder.facts"

    @api.model
    def _read_unallocated_credits(self, cases):
        """Read money of these customers that is not matched to an invoice yet.

        Payments, credit notes and miscellaneous entries on the receivable
        account that are still open, and payments in process that name no
        invoice. In the company's currency; any amount is a doubt.

        :return: {case id: Decimal}
        """
        found = defaultdict(Decimal)
        if not cases:
            return found
        rows = self.env.execute_query(
            SQL(
                """
                SELECT company_id, partner_id, SUM(amount) FROM (
                    SELECT line.company_id, partner.commercial_partner_id AS partner_id,
                           -line.amount_residual AS amount
                      FROM account_move_line line
                      JOIN res_partner partner ON partner.id = line.partner_id
                      JOIN account_account account ON account.id = line.account_id
                     WHERE partner.commercial_partner_id = ANY(%(partners)s)
                       AND line.company_id = ANY(%(companies)s)
                       AND line.parent_state = 'posted'
                       AND line.reconciled IS NOT TRUE
                       AND line.amount_residual < 0
                       AND account.account_type = 'asset_receivable'
                    UNION ALL
                    SELECT pay.company_id, partner.commercial_partner_id, pay.amount
                      FROM account_payment pay
                      JOIN res_partner partner ON partner.id = pay.partner_id
                     WHERE partner.commercial_partner_id = ANY(%(partners)s)
                       AND pay.company_id = ANY(%(companies)s)
                       AND pay.state = 'in_process'
                       AND pay.move_id IS NULL
                       AND pay.payment_type = 'inbound'
                       AND NOT EXISTS (
                           SELECT 1 FROM account_move__account_payment rel
                            WHERE rel.payment_id = pay.id)
                ) money
                GROUP BY company_id, partner_id
                """,
                partners=cases.partner_id.ids,
                companies=cases.company_id.ids,
            )
        )
        amounts = {(row[0], row[1]): to_decimal(row[2]) for row in rows}
        for case in cases:
            found[case.id] = amounts.get(
                (case.company_id.id, case.partner_id.id), Decimal(0)
            )
        return found

    @api.model
    def _read_unmatched_bank_lines(self, cases, reminders):
        """Read incoming bank lines, not matched yet, that fit these cases.

        A line fits when it carries the customer, names one of the invoices of
        the notice, or is of exactly the amount that is asked.

        :return: {case id: [bank statement line ids]}
        """
        found = defaultdict(list)
        if not cases:
            return found
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT st.id, st.company_id,
                       partner.commercial_partner_id AS partner_id,
                       COALESCE(st.payment_ref, '') AS reference,
                       COALESCE(st.amount_currency, 0) AS amount_currency, st.amount
                  FROM account_bank_statement_line st
                  JOIN account_move move ON move.id = st.move_id
                  LEFT JOIN res_partner partner ON partner.id = st.partner_id
                 WHERE st.is_reconciled IS NOT TRUE
                   AND st.amount > 0
                   AND st.company_id = ANY(%(companies)s)
                   AND move.state = 'posted'
                   AND move.date >= %(since)s
                """,
                companies=cases.company_id.ids,
                since=fields.Date.today() - timedelta(days=BANK_LINE_DAYS),
            )
        )
        if not rows:
            return found
        by_company = defaultdict(list)
        for row in rows:
            by_company[row["company_id"]].append(row)
        for reminder in reminders:
            case = reminder.case_id
            names = {line.name for line in reminder.line_ids if line.name}
            amount = reminder.amount_principal
            for row in by_company[case.company_id.id]:
                fits = (
                    row["partner_id"] == case.partner_id.id
                    or any(name in row["reference"] for name in names)
                    or (
                        not row["partner_id"]
                        and case.currency_id.compare_amounts(row["amount"], amount) == 0
                    )
                )
                if fits and row["id"] not in found[case.id]:
                    found[case.id].append(row["id"])
        return found

    @api.model
    def _read_bank_ages(self, companies):
        """Read how many days ago the newest bank line of each company is.

        :return: {company id: days}; companies without any bank line are left out
        """
        limited = companies.filtered("reminder_bank_stale_days")
        if not limited:
            return {}
        rows = self.env.execute_query(
            SQL(
                """
                SELECT st.company_id, MAX(move.date)
                  FROM account_bank_statement_line st
                  JOIN account_move move ON move.id = st.move_id
                 WHERE st.company_id = ANY(%s)
                 GROUP BY st.company_id
                """,
                limited.ids,
            )
        )
        today = fields.Date.today()
        return {company_id: (today - newest).days for company_id, newest in rows}
