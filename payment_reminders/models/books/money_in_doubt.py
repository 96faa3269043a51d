"""Money that came in and is matched with no invoice yet, and how fresh the bank is."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL

from ...rules import doubts, guard
from ...tools.decimals import to_decimal

#: How far back an incoming bank line may lie and still be about an open invoice.
BANK_LINE_DAYS = 120


class PaymentReminderFacts(models.AbstractModel):
    _inherit = "payment.reminder.facts"

    @api.model
    def _read_money_in_doubt(self, reminders):
        """Read the money that may pay these notices and is matched with nothing yet.

        What is on the customer's account is known of the case
        (:meth:`_read_unallocated_credits`).

        :return: {payment.reminder: tuple of :class:`rules.guard.MoneyFacts`}
        """
        drafts = self._read_draft_credit_notes(reminders)
        bank_lines = self._read_unmatched_bank_lines(reminders)
        return {
            reminder: (
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
        roots = self._get_roots(cases.company_id)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.company_id, partner.id, partner.commercial_partner_id,
                       'entry', line.id, line.date, -line.amount_residual
                  FROM account_move_line line
                  JOIN res_partner partner ON partner.id = line.partner_id
                  JOIN account_account account ON account.id = line.account_id
                 WHERE (partner.commercial_partner_id = ANY(%(partners)s)
                        OR partner.id = ANY(%(partners)s))
                   AND line.company_id = ANY(%(companies)s)
                   AND line.parent_state = 'posted'
                   AND line.reconciled IS NOT TRUE
                   AND line.amount_residual < 0
                   AND account.account_type = 'asset_receivable'
                UNION ALL
                SELECT pay.company_id, partner.id, partner.commercial_partner_id,
                       'payment', pay.id, pay.date, pay.amount
                  FROM account_payment pay
                  JOIN res_partner partner ON partner.id = pay.partner_id
                 WHERE (partner.commercial_partner_id = ANY(%(partners)s)
                        OR partner.id = ANY(%(partners)s))
                   AND pay.company_id = ANY(%(companies)s)
                   AND pay.state = 'in_process'
                   AND pay.move_id IS NULL
                   AND pay.payment_type = 'inbound'
                   AND NOT EXISTS (
                       SELECT 1 FROM account_move__account_payment rel
                        WHERE rel.payment_id = pay.id)
                ORDER BY 6, 5
                """,
                partners=self._get_payers(cases).ids,
                companies=list(roots),
            )
        )
        by_payer = defaultdict(dict)
        for (
            company_id,
            partner_id,
            commercial_id,
            source,
            record_id,
            day,
            amount,
        ) in rows:
            money = guard.MoneyFacts(source, record_id, day, to_decimal(amount))
            for payer_id in {partner_id, commercial_id}:
                by_payer[roots[company_id], payer_id][source, record_id] = money
        for case in cases:
            root_id = case.company_id.root_id.id
            of_case = {}
            for payer in self._get_payers(case):
                of_case |= by_payer[root_id, payer.id]
            found[case.id] = sorted(
                of_case.values(), key=lambda m: (m.day, m.record_id)
            )
        return found

    @api.model
    def _get_roots(self, companies):
        """Return {company id: id of its main company} of these and their branches.

        Odoo lets money of a main company settle invoices of a branch, and the other
        way about.
        """
        tree = self.env["res.company"].sudo()
        tree = tree.search([("id", "child_of", companies.root_id.ids)])
        return {company.id: company.root_id.id for company in tree}

    @api.model
    def _get_payers(self, cases):
        """Return under whom money of these customers may be booked.

        As they are in the address book now, as they were before, and whoever an invoice
        is addressed to: a customer that got a parent company, or left one, is another
        commercial partner than his case, or than he was.
        """
        open_items = cases.item_ids.filtered(lambda item: item.amount_known > 0)
        partners = (
            cases.partner_id | cases.former_partner_id | open_items.move_id.partner_id
        )
        return partners | partners.commercial_partner_id

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

        The newest of all bank journals, those of its main company and of the branches
        too: on an account in another currency there may be
        nothing for weeks.

        :return: {company id: days}; companies without any bank line are left out
        """
        limited = companies.filtered("reminder_bank_stale_days")
        if not limited:
            return {}
        roots = self._get_roots(limited)
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
                list(roots),
            )
        )
        newest = {}
        for company_id, day in rows:
            root_id = roots[company_id]
            newest[root_id] = max(day, newest.get(root_id, day))
        return {
            company.id: (
                company._get_reminder_today() - newest[company.root_id.id]
            ).days
            for company in limited
            if company.root_id.id in newest
        }

    @api.model
    def _read_unmatched_bank_lines(self, reminders):
        """Read incoming bank lines, not matched yet, that fit these notices.

        What a person said to ignore for a case is left out for that case.

        :return: {notice id: [:class:`rules.guard.MoneyFacts`]}
        """
        found = defaultdict(list)
        by_root = self._read_open_bank_lines(reminders.company_id)
        if not by_root:
            return found
        ignored = self._read_ignored_lines(reminders.case_id)
        expected = self._get_expected_payments(reminders)
        for reminder in reminders:
            tolerance = to_decimal(reminder.company_id.reminder_amount_tolerance)
            for row, line in by_root.get(reminder.company_id.root_id.id, ()):
                fits = doubts.find_fits(line, expected[reminder], tolerance)
                if fits and (reminder.case_id.id, row["id"]) not in ignored:
                    found[reminder.id].append(
                        guard.MoneyFacts(
                            "bank_line",
                            row["id"],
                            row["day"],
                            to_decimal(row["balance"]),
                            tuple(map(str, fits)),
                        )
                    )
        return found

    @api.model
    def _read_open_bank_lines(self, companies):
        """Read what came in on the bank accounts and is matched with nothing yet.

        Those of main company and branches together.

        :return: {id of the main company: [(row, :class:`rules.doubts.BankLine`)]}
        """
        if not companies:
            return {}
        roots = self._get_roots(companies)
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT st.id, st.company_id, move.date AS day,
                       partner.commercial_partner_id AS partner_id,
                       COALESCE(st.partner_name, '') AS partner_name,
                       CONCAT_WS(E'\n', st.payment_ref, move.ref,
                                 regexp_replace(move.narration, '<[^>]*>', ' ', 'g'),
                                 st.transaction_details::text) AS text,
                       COALESCE(st.account_number, '') AS account,
                       st.currency_id, st.amount,
                       st.foreign_currency_id, st.amount_currency,
                       COALESCE(liquidity.balance, st.amount) AS balance
                  FROM account_bank_statement_line st
                  JOIN account_move move ON move.id = st.move_id
                  LEFT JOIN res_partner partner ON partner.id = st.partner_id
                  LEFT JOIN LATERAL (
                       SELECT SUM(line.balance) AS balance
                         FROM account_move_line line
                        WHERE line.move_id = st.move_id AND line.balance > 0
                       ) liquidity ON TRUE
                 WHERE st.is_reconciled IS NOT TRUE
                   AND st.amount > 0
                   AND st.company_id = ANY(%(companies)s)
                   AND move.state = 'posted'
                   AND move.date >= %(since)s
                 ORDER BY move.date, st.id
                """,
                companies=list(roots),
                since=fields.Date.today() - timedelta(days=BANK_LINE_DAYS),
            )
        )
        found = defaultdict(list)
        for row in rows:
            found[roots[row["company_id"]]].append((row, self._make_bank_line(row)))
        return dict(found)

    @api.model
    def _make_bank_line(self, row):
        amounts = {row["currency_id"]: to_decimal(row["amount"])}
        if row["foreign_currency_id"]:
            amounts[row["foreign_currency_id"]] = to_decimal(row["amount_currency"])
        return doubts.BankLine(
            partner_id=row["partner_id"],
            partner_name=row["partner_name"],
            text=row["text"],
            account=row["account"],
            amounts=amounts,
            day=row["day"],
        )

    @api.model
    def _read_ignored_lines(self, cases):
        """Return {(case id, bank line id)} of which a person said: not about it."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT case_id, statement_line_id
                  FROM payment_reminder_ignored_line
                 WHERE case_id = ANY(%s)
                """,
                cases.ids,
            )
        )
        return set(rows)

    @api.model
    def _get_expected_payments(self, reminders):
        """Return {payment.reminder: :class:`rules.doubts.Expected`}."""
        moves = reminders.line_ids.move_line_id.move_id
        references = {
            move.id: {move.name, move.payment_reference, move.ref} - {False, "", "/"}
            for move in moves
        }
        accounts = self._read_bank_accounts(reminders.case_id.partner_id)
        moves_of = {r: r.line_ids.move_line_id.move_id for r in reminders}
        return {
            reminder: doubts.Expected(
                partner_id=reminder.case_id.partner_id.id,
                partner_name=reminder.case_id.partner_id.name or "",
                references=frozenset().union(
                    {line.name for line in reminder.line_ids if line.name},
                    *(
                        references[move.id]
                        for move in reminder.line_ids.move_line_id.move_id
                    ),
                    # What our own letters ask to be named for many invoices.
                    {reminder.case_id.name, reminder._get_case_reference()},
                )
                - {False, ""},
                accounts=frozenset(accounts[reminder.case_id.partner_id.id]),
                currency_id=reminder.currency_id.id,
                amounts=self._get_expected_amounts(reminder),
                items=self._get_open_items(reminder),
                partner_ids=frozenset(
                    self._get_payers(reminder.case_id).ids
                    + moves_of[reminder].commercial_partner_id.ids
                ),
                # Not of its contacts: "Accounting" is a name in every bank line.
                partner_names=frozenset(
                    filter(
                        None, moves_of[reminder].commercial_partner_id.mapped("name")
                    )
                ),
            )
            for reminder in reminders
        }

    @api.model
    def _get_expected_amounts(self, reminder):
        """Return what may come in at once: one due item, all, or all with the costs."""
        digits = reminder.currency_id.decimal_places
        amounts = {
            to_decimal(amount, digits)
            for amount in (
                reminder.amount_principal,
                reminder.amount_claim,
                *reminder.line_ids.mapped("amount_residual"),
            )
        }
        return frozenset(amounts - {Decimal(0)})

    @api.model
    def _get_open_items(self, reminder):
        """Return :class:`rules.doubts.OpenItem` of what a notice asks, oldest first."""
        digits = reminder.currency_id.decimal_places
        return tuple(
            doubts.OpenItem(
                amount=to_decimal(line.amount_residual, digits),
                discounted=to_decimal(
                    line.move_line_id.discount_amount_currency, digits
                )
                if line.move_line_id.discount_date
                else None,
                discount_until=line.move_line_id.discount_date or None,
            )
            for line in reminder.line_ids.sorted("date_due")
            if line.amount_residual
        )

    @api.model
    def _read_bank_accounts(self, partners):
        """Return {commercial partner id: {account numbers, squeezed}}."""
        found = defaultdict(set)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT partner.commercial_partner_id, bank.sanitized_acc_number
                  FROM res_partner_bank bank
                  JOIN res_partner partner ON partner.id = bank.partner_id
                 WHERE partner.commercial_partner_id = ANY(%s)
                   AND bank.active
                   AND bank.sanitized_acc_number IS NOT NULL
                """,
                partners.ids,
            )
        )
        for partner_id, account in rows:
            found[partner_id].add(doubts.squeeze(account))
        return found
