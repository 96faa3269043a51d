"""Due items of which an agency pays a part: what is asked of the customer, and when."""

from collections import defaultdict
from dataclasses import replace

from odoo import api, models
from odoo.tools import SQL

from ...rules import agency
from ...tools.decimals import to_decimal

#: Which journal item a part is of: the one chosen, else the last of the invoice.
AGENCY_LINE = SQL(
    """
    line.move_id = part.move_id AND line.id = COALESCE(part.move_line_id, (
        SELECT last.id FROM account_move_line last
         WHERE last.move_id = part.move_id AND last.display_type = 'payment_term'
         ORDER BY COALESCE(last.date_maturity, last.date) DESC, last.id DESC LIMIT 1))
    """
)


class PaymentReminderFacts(models.AbstractModel):
    _inherit = "payment.reminder.facts"

    @api.model
    def _read_agency_parts(self, lines=None, parts=None):
        """Read the parts of agencies of journal items, or those given.

        The agency's payments are those in its own name.

        :param lines: account.move.line ids
        :param parts: payment.reminder.agency.part records
        :return: list of dicts: line_id, currency_id, part_id, amount, refused,
            is_settled, date_due, from_agency
        """
        self.env.flush_all()
        condition = (
            SQL("line.id = ANY(%s)", list(lines or ()))
            if parts is None
            else SQL("part.id = ANY(%s)", parts.ids)
        )
        return self.env.execute_query_dict(self._get_agency_parts_query(condition))

    @api.model
    def _get_agency_parts_query(self, condition):
        """Return the query for parts of agencies and what these have paid of them.

        :param condition: SQL on the journal item ``line``, or on the ``part``
        """
        return SQL(
            """
                SELECT line.id AS line_id, line.currency_id, part.id AS part_id,
                       part.amount,
                       COALESCE(part.amount_refused, 0) AS refused, part.is_settled,
                       part.date_due,
                       COALESCE((
                           SELECT SUM(matched.debit_amount_currency)
                             FROM account_partial_reconcile matched
                             JOIN account_move_line money
                               ON money.id = matched.credit_move_id
                             JOIN res_partner payer ON payer.id = money.partner_id
                             JOIN res_partner agency ON agency.id = part.agency_id
                            WHERE matched.debit_move_id = line.id
                              AND payer.commercial_partner_id
                                  = agency.commercial_partner_id), 0) AS from_agency
                  FROM payment_reminder_agency_part part
                  JOIN account_move_line line ON %s
                 WHERE %s
                """,
            AGENCY_LINE,
            condition,
        )

    @api.model
    def _split_by_agency(self, live):
        """Take apart what an agency pays, and add the parts that one refused.

        :param live: {key: live item} of whole journal items; changed in place
        """
        rows = self._read_agency_parts([key[0] for key in live]) if live else []
        for row in rows:
            for item in self._split_live_item(live[row["line_id"], None], row):
                live[item.key] = item

    @api.model
    def _split_live_item(self, whole, row):
        """Return the customer's part of a live item, and the refused one if any.

        A refusal that was taken back leaves a refused part of nothing.
        """
        digits = self.env["res.currency"].browse(row["currency_id"]).decimal_places
        share = agency.Share(
            amount=to_decimal(row["amount"], digits),
            refused=to_decimal(row["refused"], digits),
            is_settled=bool(row["is_settled"]),
        )
        open_amount = max(whole.residual - whole.in_process, agency.ZERO)
        received = to_decimal(row["from_agency"], digits)
        parts = agency.split(open_amount, share, received)
        own = replace(whole, apart=open_amount - parts.customer, pending=parts.pending)
        if not row["date_due"]:
            return [own]
        refused = replace(
            whole,
            part_id=row["part_id"],
            date_due=row["date_due"],
            apart=open_amount - parts.refused,
            pending=parts.pending,
        )
        return [own, refused]

    @api.model
    def _read_refused_candidates(self, company, until, limit=None, lines=None):
        """Read refused parts that belong to no case yet: they fall due by themselves.

        :return: rows of :meth:`_get_candidates_query`
        """
        return self.env.execute_query_dict(
            self._get_candidates_query(
                company,
                until,
                limit,
                due=SQL("part.date_due"),
                part=SQL("part.id"),
                join=SQL(
                    "JOIN payment_reminder_agency_part part"
                    " ON part.amount_refused > 0 AND %s",
                    AGENCY_LINE,
                ),
                lines=lines,
            )
        )


class PaymentReminderFigures(models.AbstractModel):
    _inherit = "payment.reminder.figures"

    @api.model
    def _leave_out_agency_money(self, items, found):
        """Leave out what an agency paid: it is no payment of the customer.

        :param found: {item id: payments} of these items; changed in place
        """
        facts = self.env["payment.reminder.facts"]
        rows = facts._read_agency_parts(items.move_line_id.ids)
        if not rows:
            return
        live = facts._read_due_items([row["line_id"] for row in rows])
        by_line = items.grouped(lambda item: item.move_line_id.id)
        receipts = self._read_receipts([row["part_id"] for row in rows])
        parts = self.env["payment.reminder.agency.part"].sudo()
        for row in rows:
            share = parts.browse(row["part_id"])._get_share()
            own = live[row["line_id"], None]
            refused = live.get((row["line_id"], row["part_id"]))
            paid = agency.attribute(
                receipts[row["line_id"]],
                to_decimal(own.amount, 6) - share.amount - own.owed,
                share.refused - (refused.owed if refused else agency.ZERO),
            )
            for item in by_line[row["line_id"]]:
                found[item.id] = paid[1 if item.agency_part_id else 0]

    @api.model
    def _read_receipts(self, part_ids):
        """Read what came in on journal items with an agency's part, and from whom.

        :return: {line id: [:class:`rules.agency.Receipt`]}
        """
        found = defaultdict(list)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.id, matched.debit_amount_currency, money.date,
                       COALESCE(payer.commercial_partner_id
                                = agency.commercial_partner_id, FALSE)
                  FROM payment_reminder_agency_part part
                  JOIN account_move_line line ON %s
                  JOIN account_partial_reconcile matched
                    ON matched.debit_move_id = line.id
                  JOIN account_move_line money ON money.id = matched.credit_move_id
                  JOIN res_partner agency ON agency.id = part.agency_id
                  LEFT JOIN res_partner payer ON payer.id = money.partner_id
                 WHERE part.id = ANY(%s)
                """,
                AGENCY_LINE,
                part_ids,
            )
        )
        for line_id, amount, day, by_agency in rows:
            found[line_id].append(agency.Receipt(day, to_decimal(amount), by_agency))
        return found
