"""Bank lines that nobody matched yet, and how fresh the bank is."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...rules import doubt_keys, doubts, guard
from ...tools.decimals import to_decimal
from .facts import MONEY_DAYS
from .money_places import KEYED_AT_ONCE, Money


class PaymentReminderIgnoredLine(models.Model):
    """One bank line, or other money, that holds the notices of one case no more.

    Other money is kept as the guard names it: its source and the id of its record. The
    record is what holds now; who ignored or heeded a line, and when, is on the trail.
    """

    _name = "payment.reminder.ignored.line"
    _description = "Payment Reminder Ignored Bank Line"
    _rec_name = "statement_line_id"

    case_id = fields.Many2one(
        "payment.reminder.case",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    statement_line_id = fields.Many2one(
        "account.bank.statement.line",
        string="Bank line",
        readonly=True,
        index=True,
        ondelete="cascade",
    )

    source = fields.Char(readonly=True)
    record_id = fields.Integer(readonly=True)

    _once_each = models.UniqueIndex(
        "(case_id, source, record_id) WHERE record_id > 0",
        "This money is ignored already.",
    )
    _once = models.UniqueIndex(
        "(case_id, statement_line_id)", "This bank line is ignored already."
    )

    def _get_key(self):
        """Return what is ignored, whichever kind it is of."""
        self.ensure_one()
        return self.statement_line_id.id, self.source, self.record_id


class PaymentReminderFacts(models.AbstractModel):
    _inherit = "payment.reminder.facts"

    @api.model
    def _read_open_bank_lines(self, roots, expected, tolerances):
        """Read what came in at the bank, is matched with nothing, and may fit.

        Only what has a key of what is expected is read (:mod:`rules.doubt_keys`): by
        its text or name, its partner, its sum. Each way has an index of its own
        (``models/account_bank_statement_line.py``), so that it does not matter how many
        lines lie open. A line without keys, written past Odoo, is always read.

        PostgreSQL cannot know how few will fit, and would rather read all lines once:
        each look-up is a LATERAL behind an OFFSET 0, which it must make by itself.

        :param roots: {company id: id of its main company}
        :param expected: {notice: :class:`rules.doubts.Expected`}
        :param tolerances: {notice: how far a sum may be off, in its currency}
        :return: list of :class:`Money`
        """
        # Nor does it know how dear it is to take the keys of each line apart.
        self.env.cr.execute(SQL("SET LOCAL enable_seqscan = off"))
        is_open = SQL("st.is_reconciled IS NOT TRUE AND st.amount > 0")
        currencies, least, most = self._get_ranges(expected, tolerances)
        rows = self.env.execute_query_dict(
            SQL(
                """
                WITH range AS (
                     SELECT * FROM unnest(%(currencies)s::integer[],
                                          %(least)s::numeric[], %(most)s::numeric[])
                            AS range (currency_id, least, most)
                ), fitting AS (
                     SELECT st.id
                       FROM unnest(%(keys)s::text[]) AS key
                      CROSS JOIN LATERAL (
                            SELECT st.id FROM account_bank_statement_line st
                             WHERE %(is_open)s
                               AND string_to_array(st.reminder_keys, ' ') @> ARRAY[key]
                            OFFSET 0) st
                      UNION
                     SELECT st.id FROM account_bank_statement_line st
                      WHERE %(is_open)s AND st.partner_id = ANY(%(partners)s)
                      UNION
                     SELECT st.id
                       FROM range
                      CROSS JOIN LATERAL (
                            SELECT st.id FROM account_bank_statement_line st
                             WHERE %(is_open)s AND st.partner_id IS NULL
                               AND st.currency_id = range.currency_id
                               AND st.amount BETWEEN range.least AND range.most
                            OFFSET 0) st
                      UNION
                     SELECT st.id
                       FROM range
                      CROSS JOIN LATERAL (
                            SELECT st.id FROM account_bank_statement_line st
                             WHERE %(is_open)s AND st.partner_id IS NULL
                               AND st.foreign_currency_id = range.currency_id
                               AND st.amount_currency BETWEEN range.least AND range.most
                            OFFSET 0) st
                      UNION
                     SELECT st.id FROM account_bank_statement_line st
                      WHERE %(is_open)s AND st.reminder_keys IS NULL
                )
                SELECT st.id, st.company_id, move.date AS day, move.name,
                       partner.commercial_partner_id AS partner_id,
                       COALESCE(st.partner_name, '') AS partner_name,
                       CONCAT_WS(E'\n', st.payment_ref, move.ref) AS text,
                       move.narration, st.transaction_details::text AS details,
                       COALESCE(st.account_number, '') AS account,
                       st.currency_id, st.amount,
                       st.foreign_currency_id, st.amount_currency,
                       COALESCE(liquidity.balance, st.amount) AS balance
                  FROM fitting
                 CROSS JOIN LATERAL (
                       SELECT * FROM account_bank_statement_line line
                        WHERE line.id = fitting.id
                       OFFSET 0) st
                 CROSS JOIN LATERAL (
                       SELECT * FROM account_move entry
                        WHERE entry.id = st.move_id
                       OFFSET 0) move
                  LEFT JOIN res_partner partner ON partner.id = st.partner_id
                  LEFT JOIN LATERAL (
                       SELECT SUM(line.balance) AS balance
                         FROM account_move_line line
                        WHERE line.move_id = st.move_id AND line.balance > 0
                       ) liquidity ON TRUE
                 WHERE st.company_id = ANY(%(companies)s)
                   AND move.state = 'posted'
                   AND move.date >= %(since)s
                 ORDER BY move.date, st.id
                """,
                is_open=is_open,
                keys=list(self._get_wanted_keys(expected)),
                partners=self._read_family(
                    set().union(*(e.get_partners() for e in expected.values()))
                ),
                currencies=currencies,
                least=least,
                most=most,
                companies=list(roots),
                since=fields.Date.today() - timedelta(days=MONEY_DAYS),
            )
        )
        self.env.cr.execute(SQL("SET LOCAL enable_seqscan = on"))
        return [self._make_bank_money(row, roots) for row in rows]

    @api.model
    def _get_wanted_keys(self, expected):
        return set().union(*map(doubt_keys.get_wanted_keys, expected.values()))

    @api.model
    def _get_ranges(self, expected, tolerances):
        """Return the sums that may come in, as lists of currencies, least and most."""
        found = sorted(
            {
                (wanted.currency_id, least, most)
                for reminder, wanted in expected.items()
                for least, most in doubt_keys.get_ranges(wanted, tolerances[reminder])
            }
        )
        return [[row[column] for row in found] for column in range(3)]

    @api.model
    def _make_bank_money(self, row, roots):
        amounts = {row["currency_id"]: to_decimal(row["amount"])}
        if row["foreign_currency_id"]:
            amounts[row["foreign_currency_id"]] = to_decimal(row["amount_currency"])
        return Money(
            facts=guard.MoneyFacts(
                "bank_line",
                row["id"],
                row["day"],
                to_decimal(row["balance"]),
                name=row["name"] or "",
            ),
            root_id=roots[row["company_id"]],
            line=doubts.BankLine(
                partner_id=row["partner_id"],
                partner_name=row["partner_name"],
                text=doubts.compose_text(row["text"], row["narration"], row["details"]),
                account=row["account"],
                amounts=amounts,
                day=row["day"],
            ),
        )

    # -- keys -----------------------------------------------------------------------

    @api.model
    def _key_some_bank_lines(self):
        """Give some of them their keys; return how many.

        Nobody waits: rows that are locked are left for the next time.
        """
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT st.id, st.partner_name, st.account_number AS account,
                       CONCAT_WS(E'\n', st.payment_ref, move.ref) AS text,
                       move.narration, st.transaction_details::text AS details
                  FROM account_bank_statement_line st
                  JOIN account_move move ON move.id = st.move_id
                 WHERE st.is_reconciled IS NOT TRUE
                   AND st.amount > 0
                   AND st.reminder_keys IS NULL
                 LIMIT %s
                   FOR NO KEY UPDATE OF st SKIP LOCKED
                """,
                KEYED_AT_ONCE,
            )
        )
        lines = self.env["account.bank.statement.line"]
        keys = [lines._make_reminder_keys(**row) for row in rows]
        if not keys:
            return 0
        self.env.cr.execute(
            SQL(
                """
                UPDATE account_bank_statement_line st
                   SET reminder_keys = found.keys
                  FROM unnest(%s::integer[], %s::text[]) AS found (id, keys)
                 WHERE st.id = found.id
                """,
                [row["id"] for row in rows],
                keys,
            )
        )
        lines.invalidate_model(["reminder_keys"], flush=False)
        return len(keys)
