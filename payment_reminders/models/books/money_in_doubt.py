"""Money that came in and is matched with no invoice yet: whose can it be?"""

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL

from ...rules import doubt_keys, doubts, guard
from ...tools.decimals import to_decimal
from .facts import MONEY_DAYS

#: So many days after its upload a debit order has had its outcome.
COLLECTION_DAYS = 7


class PaymentReminderFacts(models.AbstractModel):
    _inherit = "payment.reminder.facts"

    @api.model
    def _find_money_in_doubt(self, reminders, roots, collected):
        """Find what of the loose money may pay these notices.

        It says so by a link to the invoice, its number, a name, an account, a sum. What
        a person said to ignore for a case is left out for that case.

        :param roots: {company id: id of its main company}
        :param collected: see :meth:`_read_collections_under_way`
        :return: {payment.reminder: tuple of :class:`rules.guard.MoneyFacts`}
        """
        ignored = self._read_ignored(reminders.case_id)
        expected = self._get_expected_payments(reminders)
        tolerances = self._get_tolerances(reminders)
        drafts = self._read_draft_credit_notes(reminders, roots, expected, tolerances)
        fitting = self._read_fitting_money(reminders, roots, expected, tolerances)
        return {
            reminder: tuple(
                money
                for money in (
                    *drafts[reminder],
                    *fitting[reminder],
                    *self._get_collected(reminder, collected),
                )
                if (reminder.case_id.id, money.source, money.record_id) not in ignored
            )
            for reminder in reminders
        }

    @api.model
    def _read_payment_orders(self, moves):
        """Read debit orders of account_payment_order that the bank has, or will get.

        An order that was uploaded some days ago has had its outcome: a debit that came
        back leaves it as it is. The columns differ between versions: rows are read as
        JSON.
        """
        rows = self.env.execute_query_dict(
            SQL(
                """
                WITH debit AS (
                     SELECT move_line.move_id,
                            line.order_id,
                            to_jsonb(line) AS line,
                            to_jsonb(batch) AS batch
                       FROM account_move_line move_line
                       JOIN account_payment_line line
                         ON line.move_line_id = move_line.id
                       JOIN account_payment_order batch ON batch.id = line.order_id
                      WHERE move_line.move_id = ANY(%(moves)s)
                        AND batch.state IN ('open', 'generated', 'uploaded')
                )
                SELECT move_id, order_id,
                       batch->>'name' AS name,
                       COALESCE(line->>'date', batch->>'date_scheduled',
                                batch->>'create_date', %(today)s) AS day,
                       COALESCE(line->>'amount_company_currency',
                                line->>'amount_currency', '0') AS amount
                  FROM debit
                 WHERE COALESCE(batch->>'payment_type', 'inbound') = 'inbound'
                   AND (batch->>'state' != 'uploaded'
                        OR COALESCE(batch->>'date_uploaded', line->>'date', '')
                           >= %(since)s)
                 ORDER BY order_id
                """,
                moves=moves.ids,
                today=fields.Date.to_string(fields.Date.today()),
                since=fields.Date.to_string(
                    fields.Date.today() - timedelta(days=COLLECTION_DAYS)
                ),
            )
        )
        found = defaultdict(list)
        for row in rows:
            found[row["move_id"]].append(
                guard.MoneyFacts(
                    "collection",
                    row["order_id"],
                    fields.Date.to_date(row["day"][:10]),
                    to_decimal(row["amount"]),
                    name=row["name"] or "",
                )
            )
        return dict(found)

    @api.model
    def _get_collected(self, reminder, collected):
        moves = reminder.line_ids.move_line_id.move_id
        return [money for move in moves for money in collected.get(move.id, ())]

    @api.model
    def _read_fitting_money(self, reminders, roots, expected, tolerances):
        """Read money at the bank, or booked elsewhere, that fits these notices.

        :return: {notice: [:class:`rules.guard.MoneyFacts`]}
        """
        found = defaultdict(list)
        by_root = defaultdict(list)
        for money in (
            *self._read_open_bank_lines(roots, expected, tolerances),
            *self._read_money_elsewhere(reminders, roots, expected),
        ):
            by_root[money.root_id].append(money)
        heaps = {
            root_id: doubt_keys.Heap([money.line for money in of_root])
            for root_id, of_root in by_root.items()
        }
        for reminder in reminders:
            root_id = reminder.company_id.root_id.id
            of_root = by_root.get(root_id)
            if not of_root:
                continue
            fits = dict(heaps[root_id].find(expected[reminder], tolerances[reminder]))
            moves = set(reminder.line_ids.move_line_id.move_id.ids)
            for position, money in enumerate(of_root):
                if position in fits or money.moves & moves:
                    by_what = tuple(map(str, fits.get(position, ("link",))))
                    found[reminder].append(replace(money.facts, fits=by_what))
        return found

    @api.model
    def _read_money_elsewhere(self, reminders, roots, expected):
        """Read money that lies under nobody, or under another customer.

        The latter only when it is linked to an invoice of a notice, or its text may
        name one.

        :return: list of :class:`Money`
        """
        moves = reminders.line_ids.move_line_id.move_id
        references = frozenset().union(*(e.references for e in expected.values()))
        patterns = set().union(*map(doubt_keys.get_like_patterns, references))
        linked = SQL(
            "SELECT payment_id FROM account_move__account_payment"
            " WHERE invoice_id = ANY(%s)",
            moves.ids,
        )
        since = fields.Date.today() - timedelta(days=MONEY_DAYS)
        named = SQL("LIKE ANY(%s::text[])", sorted(patterns))
        return self._read_places(
            roots,
            SQL(
                """
                move.origin_payment_id IN (%(linked)s)
                OR (line.date >= %(since)s
                    AND (line.partner_id IS NULL
                         OR UPPER(CONCAT_WS(
                                E'\n', line.name, move.ref, st.payment_ref, pay.memo,
                                pay.payment_reference, move.narration,
                                st.transaction_details::text)) %(named)s))
                """,
                since=since,
                linked=linked,
                named=named,
            ),
            # account_payment_reminder_date_idx
            SQL(
                """
                %(linked)s
                 UNION
                SELECT id FROM account_payment pay
                 WHERE pay.move_id IS NULL AND pay.payment_type = 'inbound'
                   AND pay.state IN ('in_process', 'paid')
                   AND pay.date >= %(since)s
                   AND UPPER(CONCAT_WS(E'\n', pay.memo, pay.payment_reference))
                       %(named)s
                """,
                linked=linked,
                named=named,
                since=since,
            ),
        )

    @api.model
    def _get_tolerances(self, reminders):
        """Return {notice: how far a sum may be off, in its currency}."""
        pairs = {(r.company_id, r.currency_id) for r in reminders}
        converted = {
            (company, currency): to_decimal(
                company.currency_id._convert(
                    company.reminder_amount_tolerance,
                    currency,
                    company,
                    company._get_reminder_today(),
                ),
                currency.decimal_places,
            )
            for company, currency in pairs
        }
        return {r: converted[r.company_id, r.currency_id] for r in reminders}

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
