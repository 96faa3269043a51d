"""Where money of a customer can lie in Odoo before it is matched: one list of places.

Open credits on receivable accounts (of payments, credit notes, entries by hand and bank
lines that were booked there), payments without a journal entry, what is over on them,
and drafts. Bank lines that nobody has touched are in ``bank_lines.py``.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL

from ...rules import balance, doubts, guard
from ...tools import transactions
from ...tools.decimals import to_decimal
from .facts import MONEY_DAYS

#: How many bank lines get their keys at a time, of those that came in without.
KEYED_AT_ONCE = 5_000


@dataclass(frozen=True)
class Money:
    """Money that lies somewhere, and what is known of where it is from.

    ``payers`` are the partner it is booked under and that one's company, ``line`` what
    it says (:class:`rules.doubts.BankLine`), ``moves`` the invoices it is linked to.
    """

    facts: guard.MoneyFacts
    root_id: int
    line: doubts.BankLine
    payers: frozenset[int] = frozenset()
    moves: frozenset[int] = frozenset()

    @property
    def key(self):
        """What it is: the kind of record, and which one."""
        return self.facts.source, self.facts.record_id


class PaymentReminderFacts(models.AbstractModel):
    _inherit = "payment.reminder.facts"

    @api.model
    def _read_places(self, roots, credits, payments):
        """Read open credits and payments without an entry in these companies.

        :param roots: {company id: id of its main company}
        :param credits: SQL of which journal items (``line``, ``move``) are asked for
        :param payments: SQL that selects the ids of the payments that are asked for
        :return: list of :class:`Money`, the oldest first
        """
        self.env["account.move"].flush_model()
        rows = self.env.execute_query_dict(
            SQL(
                "%s UNION ALL %s ORDER BY day, record_id",
                self._get_credits_query(roots, credits),
                self._get_payments_query(roots, payments),
            )
        )
        found = []
        taken = defaultdict(Decimal)
        for row in rows:
            amount = to_decimal(row["amount"])
            if row["invoices"]:
                amount = self._get_left_over(row, taken)
            if amount > 0:
                found.append(self._make_money(row, amount, roots))
        return found

    @api.model
    def _get_credits_query(self, roots, condition):
        """Return SQL of open credits on receivable accounts.

        Served by account_move_line_reminder_credit_idx. What is being paid back to the
        customer of a credit note, without an entry, is not there any more.
        """
        return SQL(
            """
            SELECT CASE WHEN move.move_type = 'out_refund' THEN 'credit_note'
                        ELSE 'entry' END AS source,
                   line.id AS record_id, line.company_id,
                   line.partner_id, partner.commercial_partner_id,
                   line.date AS day, -line.amount_residual AS balance,
                   line.currency_id,
                   -line.amount_residual_currency
                   - COALESCE(refund.amount, 0) AS amount,
                   -line.amount_residual_currency AS whole,
                   'posted' AS state, move.name,
                   CONCAT_WS(E'\n', line.name, move.ref, st.payment_ref,
                             pay.memo, pay.payment_reference) AS text,
                   move.narration, st.transaction_details::text AS details,
                   st.id AS statement_line_id,
                   COALESCE(st.partner_name, '') AS partner_name,
                   COALESCE(st.account_number, '') AS account,
                   NULL::json AS invoices,
                   ARRAY(SELECT rel.invoice_id FROM account_move__account_payment rel
                          WHERE rel.payment_id = pay.id) AS moves
              FROM account_move_line line
              JOIN account_move move ON move.id = line.move_id
              LEFT JOIN res_partner partner ON partner.id = line.partner_id
              LEFT JOIN account_bank_statement_line st
                ON st.id = move.statement_line_id
              LEFT JOIN account_payment pay ON pay.id = move.origin_payment_id
              LEFT JOIN LATERAL (
                   SELECT SUM(back.amount) AS amount
                     FROM account_move__account_payment rel
                     JOIN account_payment back ON back.id = rel.payment_id
                    WHERE rel.invoice_id = move.id
                      AND move.move_type = 'out_refund'
                      AND back.payment_type = 'outbound'
                      AND back.move_id IS NULL
                      AND (back.state = 'in_process'
                           OR (back.state = 'paid'
                               AND move.payment_state IN ('paid', 'in_payment')))
                   ) refund ON TRUE
             WHERE line.company_id = ANY(%(companies)s)
               AND line.account_id IN (SELECT id FROM account_account
                                        WHERE account_type = 'asset_receivable')
               AND line.parent_state = 'posted'
               AND line.reconciled IS NOT TRUE
               AND line.amount_residual < 0
               AND (%(condition)s)
            """,
            companies=list(roots),
            condition=condition,
        )

    @api.model
    def _get_payments_query(self, roots, ids):
        """Return SQL of payments without a journal entry, and of drafts.

        A payment that is called paid is left out when the bank line by which it came in
        is booked under its customer.
        """
        return SQL(
            """
            SELECT CASE WHEN pay.state = 'draft' THEN 'draft_payment'
                        ELSE 'payment' END AS source,
                   pay.id AS record_id, pay.company_id,
                   pay.partner_id, partner.commercial_partner_id,
                   pay.date AS day, ABS(pay.amount_company_currency_signed) AS balance,
                   pay.currency_id, pay.amount, pay.amount AS whole, pay.state,
                   pay.name,
                   CONCAT_WS(E'\n', pay.memo, pay.payment_reference) AS text,
                   NULL AS narration, NULL AS details, NULL::integer, '', '',
                   (SELECT json_agg(json_build_object(
                               'id', move.id,
                               'residual', move.amount_residual::text,
                               'total', move.amount_total::text,
                               'currency_id', move.currency_id,
                               'payment_state', move.payment_state)
                               ORDER BY move.invoice_date_due, move.id)
                      FROM account_move__account_payment rel
                      JOIN account_move move ON move.id = rel.invoice_id
                     WHERE rel.payment_id = pay.id AND move.state = 'posted'),
                   ARRAY(SELECT rel.invoice_id FROM account_move__account_payment rel
                          WHERE rel.payment_id = pay.id)
              FROM account_payment pay
              LEFT JOIN res_partner partner ON partner.id = pay.partner_id
             WHERE pay.id IN (%(ids)s)
               AND pay.company_id = ANY(%(companies)s)
               AND pay.payment_type = 'inbound'
               AND (pay.state = 'draft'
                    OR (pay.move_id IS NULL AND pay.state = 'in_process')
                    OR (pay.move_id IS NULL AND pay.state = 'paid'
                        AND pay.date >= %(since)s))
               AND (pay.state != 'paid' OR NOT EXISTS (
                    SELECT 1
                      FROM account_move_line credit
                      JOIN account_move entry ON entry.id = credit.move_id
                      JOIN account_bank_statement_line st
                        ON st.id = entry.statement_line_id
                     WHERE credit.partner_id
                           IN (pay.partner_id, partner.commercial_partner_id)
                       AND credit.parent_state = 'posted'
                       AND st.is_reconciled
                       AND credit.date >= pay.date - 7
                       AND credit.currency_id = pay.currency_id
                       AND (credit.amount_currency = -pay.amount
                            OR st.amount = pay.amount)))
            """,
            companies=list(roots),
            since=fields.Date.today() - timedelta(days=MONEY_DAYS),
            ids=ids,
        )

    @api.model
    def _get_left_over(self, row, taken):
        """Return what of a linked payment without an entry its invoices do not take.

        :param taken: {invoice id: what other payments took of it}, which is added to
        """
        if row["state"] == "draft":
            return to_decimal(row["amount"])
        invoices = row["invoices"]
        if any(move["currency_id"] != row["currency_id"] for move in invoices):
            return Decimal(0)
        left = to_decimal(row["amount"])
        for move in invoices:
            share = min(
                left,
                balance.get_room(
                    row["state"],
                    move["payment_state"],
                    Decimal(move["residual"]),
                    Decimal(move["total"]),
                )
                - taken[move["id"]],
            )
            if share > 0:
                taken[move["id"]] += share
                left -= share
        return left

    @api.model
    def _make_money(self, row, amount, roots):
        whole = to_decimal(row["whole"])
        worth = to_decimal(row["balance"])
        if amount != whole and whole:
            company = self.env["res.company"].browse(row["company_id"])
            worth = company.currency_id.round(float(worth * amount / whole))
        is_bank_line = row["statement_line_id"] and not row["partner_id"]
        return Money(
            facts=guard.MoneyFacts(
                "bank_line" if is_bank_line else row["source"],
                row["statement_line_id"] if is_bank_line else row["record_id"],
                row["day"],
                to_decimal(worth),
                name=row["name"] or "",
            ),
            root_id=roots[row["company_id"]],
            line=doubts.BankLine(
                partner_id=row["commercial_partner_id"],
                partner_name=row["partner_name"],
                text=doubts.compose_text(row["text"], row["narration"], row["details"]),
                account=row["account"],
                amounts={row["currency_id"]: amount},
                day=row["day"],
            ),
            payers=frozenset(
                filter(None, (row["partner_id"], row["commercial_partner_id"]))
            ),
            moves=frozenset(row["moves"]),
        )

    # -- keys ------------------------------------------------------------------------

    @api.model
    def _key_bank_lines(self):
        """Give open bank lines keys that were there before us, or came past Odoo.

        In transactions of their own; those that somebody else has locked are for the
        next time. One look when there are none, served by the index on unread lines.
        """
        unread = SQL(
            "SELECT 1 FROM account_bank_statement_line WHERE is_reconciled IS NOT TRUE"
            " AND amount > 0 AND reminder_keys IS NULL LIMIT 1"
        )
        if not self.env.execute_query(unread):
            return
        count = KEYED_AT_ONCE
        while count == KEYED_AT_ONCE:
            count = transactions.run(
                self.env, lambda env: self.with_env(env)._key_some_bank_lines()
            )

    # -- of whom --------------------------------------------------------------------

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
    def _read_unallocated_credits(self, cases):
        """Read money on the accounts of these customers that is matched with nothing.

        In the company's currency; any amount is a doubt.

        :return: {case id: [:class:`rules.guard.MoneyFacts`]}
        """
        found = defaultdict(list)
        if not cases:
            return found
        partners = self._read_family(self._get_payers(cases).ids)
        ignored = self._read_ignored(cases)
        by_payer = defaultdict(dict)
        for money in self._read_places(
            self._get_roots(cases.company_id),
            SQL("line.partner_id = ANY(%s)", partners),
            # account_payment_reminder_partner_idx
            SQL(
                """
                SELECT id FROM account_payment
                 WHERE partner_id = ANY(%s)
                   AND move_id IS NULL AND payment_type = 'inbound'
                   AND state IN ('in_process', 'paid')
                """,
                partners,
            ),
        ):
            for payer in money.payers:
                by_payer[money.root_id, payer][money.key] = money.facts
        for case in cases:
            root_id = case.company_id.root_id.id
            of_case = {}
            for payer in self._get_payers(case):
                of_case |= by_payer[root_id, payer.id]
            found[case.id] = sorted(
                (
                    money
                    for key, money in of_case.items()
                    if (case.id, *key) not in ignored
                ),
                key=lambda money: (money.day, money.record_id),
            )
        return found

    @api.model
    def _read_family(self, partner_ids):
        """Return the ids of these partners and of all whose company they are."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM res_partner
                 WHERE commercial_partner_id = ANY(%(partners)s)
                    OR id = ANY(%(partners)s)
                """,
                partners=list(partner_ids),
            )
        )
        return [partner_id for (partner_id,) in rows]

    # -- drafts ---------------------------------------------------------------------

    @api.model
    def _read_draft_credit_notes(self, reminders, roots, expected, tolerances):
        """Read credit notes of these invoices that nobody posted yet.

        One that is linked to no invoice is about a notice when it names an invoice of
        it, or is of a sum of it.

        :return: {notice: [:class:`rules.guard.MoneyFacts`]}
        """
        found = defaultdict(list)
        if not expected:
            return found
        drafts = self._read_drafts(reminders, roots)
        for reminder in reminders if drafts else ():
            wanted = expected[reminder]
            moves = set(reminder.line_ids.move_line_id.move_id.ids)
            for draft in drafts:
                if draft.root_id == reminder.company_id.root_id.id and (
                    draft.moves & moves
                    or (
                        draft.payers & wanted.get_partners()
                        and doubts.find_fits(draft.line, wanted, tolerances[reminder])
                    )
                ):
                    found[reminder].append(draft.facts)
        return found

    @api.model
    def _read_drafts(self, reminders, roots):
        """Read the draft credit notes of these invoices, and of these customers."""
        moves = reminders.line_ids.move_line_id.move_id
        partners = self._get_payers(reminders.case_id) | moves.commercial_partner_id
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT note.company_id, note.reversed_entry_id,
                       note.commercial_partner_id AS partner_id, note.id,
                       COALESCE(note.invoice_date, note.date) AS day,
                       ABS(note.amount_total_signed) AS balance,
                       note.currency_id, note.amount_total AS amount, note.name,
                       CONCAT_WS(E'\n', note.ref, note.invoice_origin,
                                 note.payment_reference) AS text, note.narration
                  FROM account_move note
                 WHERE note.company_id = ANY(%(companies)s)
                   AND (note.reversed_entry_id = ANY(%(moves)s)
                        OR (note.reversed_entry_id IS NULL
                            AND note.commercial_partner_id = ANY(%(partners)s)))
                   AND note.move_type = 'out_refund'
                   AND note.state = 'draft'
                   AND note.amount_total > 0
                 ORDER BY note.id
                """,
                companies=list(roots),
                moves=moves.ids,
                partners=partners.ids,
            )
        )
        return [
            Money(
                facts=guard.MoneyFacts(
                    "draft_credit_note",
                    row["id"],
                    row["day"],
                    to_decimal(row["balance"]),
                    name=row["name"] or "",
                ),
                root_id=roots[row["company_id"]],
                line=doubts.BankLine(
                    text=doubts.compose_text(row["text"], row["narration"], None),
                    amounts={row["currency_id"]: to_decimal(row["amount"])},
                    day=row["day"],
                ),
                payers=frozenset({row["partner_id"]}),
                moves=frozenset(filter(None, [row["reversed_entry_id"]])),
            )
            for row in rows
        ]

    # -- what a person said, and how fresh the bank is --------------------------------

    @api.model
    def _read_ignored(self, cases):
        """Return {(case id, source, record id)} of what a person said to ignore."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT case_id, 'bank_line', statement_line_id
                  FROM payment_reminder_ignored_line
                 WHERE case_id = ANY(%(cases)s) AND statement_line_id IS NOT NULL
                 UNION ALL
                SELECT case_id, source, record_id
                  FROM payment_reminder_ignored_line
                 WHERE case_id = ANY(%(cases)s) AND record_id > 0
                """,
                cases=cases.ids,
            )
        )
        return set(rows)

    @api.model
    def _read_bank_ages(self, companies, roots=None):
        """Read how many days ago the newest bank line of each company is.

        The newest of all bank journals, those of its main company and of the branches
        too: on an account in another currency there may be
        nothing for weeks.

        :param roots: of :meth:`_get_roots`, if they were read
        :return: {company id: days}; companies without any bank line are left out
        """
        limited = companies.filtered("reminder_bank_stale_days")
        if not limited:
            return {}
        roots = roots or self._get_roots(limited)
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
