"""Money that came in and is matched with no invoice yet, and how fresh the bank is."""

from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from ...rules import guard
from ...tools.decimals import to_decimal


class PaymentReminderFacts(models.AbstractModel):
    _inherit = "payment.reminder.facts"

    @api.model
    def _read_money_in_doubt(self, reminders):
        """Read the money that may pay these notices and is matched with nothing yet.

        :return: {payment.reminder: tuple of :class:`rules.guard.MoneyFacts`}
        """
        credits = self._read_unallocated_credits(reminders.case_id)
        drafts = self._read_draft_credit_notes(reminders)
        bank_lines = self._read_unmatched_bank_lines(reminders)
        return {
            reminder: (
                *credits[reminder.case_id.id],
                *drafts[reminder.id],
                *bank_lines[reminder.id],
            )
            for reminder in reminders
        }

    @api.model
    def _read_unallocated_credits(self, cases):
        """Read money of these customers that is not matched to an invoice yet.

        Payments, credit notes and miscellaneous entries on the receivable
        account that are still open, and payments in process that name no
        invoice. In the company's currency; any amount is a doubt.

        :return: {case id: [:class:`rules.guard.MoneyFacts`]}
        """
        found = defaultdict(list)
        if not cases:
            return found
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.company_id, partner.commercial_partner_id,
                       'entry', line.id, line.date, -line.amount_residual
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
                SELECT pay.company_id, partner.commercial_partner_id,
                       'payment', pay.id, pay.date, pay.amount
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
                ORDER BY 5, 4
                """,
                partners=cases.partner_id.ids,
                companies=cases.company_id.ids,
            )
        )
        by_customer = defaultdict(list)
        for company_id, partner_id, source, record_id, day, amount in rows:
            by_customer[company_id, partner_id].append(
                guard.MoneyFacts(source, record_id, day, to_decimal(amount))
            )
        for case in cases:
            found[case.id] = by_customer[case.company_id.id, case.partner_id.id]
        return found

    @api.model
    def _read_draft_credit_notes(self, reminders):
        """Read credit notes of the invoices of these notices that nobody posted yet.

        :return: {notice id: [:class:`rules.guard.MoneyFacts`]}
        """
        found = defaultdict(list)
        moves = reminders.line_ids.move_line_id.move_id
        if not moves:
            return found
        rows = self.env.execute_query(
            SQL(
                """
                SELECT note.reversed_entry_id, note.id,
                       COALESCE(note.invoice_date, note.date),
                       ABS(note.amount_total_signed)
                  FROM account_move note
                 WHERE note.reversed_entry_id = ANY(%s)
                   AND note.move_type = 'out_refund'
                   AND note.state = 'draft'
                 ORDER BY note.id
                """,
                moves.ids,
            )
        )
        by_invoice = defaultdict(list)
        for move_id, note_id, day, amount in rows:
            by_invoice[move_id].append(
                guard.MoneyFacts("draft_credit_note", note_id, day, to_decimal(amount))
            )
        for reminder in reminders:
            for move in reminder.line_ids.move_line_id.move_id:
                found[reminder.id] += by_invoice[move.id]
        return found

    @api.model
    def _read_bank_ages(self, companies):
        """Read how many days ago the newest bank line of each company is.

        The newest of all bank journals: on an account in another currency there may be
        nothing for weeks.

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
                  JOIN account_journal journal ON journal.id = st.journal_id
                 WHERE st.company_id = ANY(%s)
                   AND journal.type = 'bank'
                 GROUP BY st.company_id
                """,
                limited.ids,
            )
        )
        today = {company.id: company._get_reminder_today() for company in limited}
        return {
            company_id: (today[company_id] - newest).days for company_id, newest in rows
        }
