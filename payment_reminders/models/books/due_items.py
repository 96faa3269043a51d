"""What the books say of due items, and which of them belong to no case yet.

``payment.reminder.facts`` is the source of what is in these books. Where invoices live
elsewhere, a ``payment.reminder.source`` answers in the same words.
"""

import logging
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...rules import balance
from ...tools import transactions
from ...tools.decimals import to_decimal

_logger = logging.getLogger(__name__)

#: So old may what a service told be when a notice leaves, and while one waits.
LEAVING_SECONDS = 300
WAITING_SECONDS = 26 * 3600


@dataclass(frozen=True)
class LiveItem:
    """What the books say of one due item, read a moment ago.

    A journal item has a second due item when an agency refused a part of it: the one
    with ``part_id``. ``apart`` is what of the residual this one does not ask, and
    ``pending`` what of that is still left to the agency (:mod:`rules.agency`).
    ``partner_ids`` is the customer: the commercial partner of the invoice, and whoever
    is that one's in the address book (after a merge the two can differ).

    One that lives elsewhere is no journal item (0): it has the ``ref`` that its
    ``source`` knows it by, "<source>:…".
    """

    line_id: int
    move_id: int
    company_id: int
    currency_id: int
    partner_ids: frozenset[int]
    move_name: str
    move_state: str
    payment_state: str
    date_invoice: date | None
    date_due: date
    amount: float
    residual: Decimal
    in_process: Decimal
    credited: Decimal
    no_followup: bool
    excluded: bool
    pending_transaction: bool
    part_id: int | None = None
    apart: Decimal = Decimal(0)
    pending: Decimal = Decimal(0)
    held_until: date | None = None
    source: str = "books"
    ref: str | None = None

    @property
    def key(self):
        """What it is found by: journal item, and part of an agency if it is one."""
        return self.ref or self.line_id, self.part_id

    @cached_property
    def owed(self):
        return balance.owed(self.residual, self.in_process, self.move_state, self.apart)


class LiveItems(dict):
    """What was read of due items, by their keys.

    ``found`` is {id of a due item of ours: what was found for it}: it is asked for many
    times in one act.
    """

    def __init__(self):
        super().__init__()
        self.found = {}


class PaymentReminderFacts(models.AbstractModel):
    _inherit = "payment.reminder.facts"

    # -- due items --------------------------------------------------------------

    @api.model
    def _read_live(self, items):
        """Read due items of ours afresh, each where it lives: a query a source.

        :param items: payment.reminder.item records
        :return: {key: :class:`LiveItem`}; those that are gone are left out
        """
        live = self._read_due_items(items.move_line_id.ids)
        if elsewhere := items.filtered("source_ref"):
            for source, own in self.env["payment.reminder.source"]._split(elsewhere):
                live.update(source._read_due_items(own.mapped("source_ref")))
        return live

    @api.model
    def _read_due_items(self, lines):
        """Read journal items afresh.

        :param lines: account.move.line ids
        :return: {key: :class:`LiveItem`}; lines that are gone are left out
        """
        line_ids = list(lines)
        if not line_ids:
            return LiveItems()
        self.env.flush_all()
        rows = self.env.execute_query_dict(
            self._get_due_items_query(SQL("= ANY(%s)", line_ids))
        )
        in_process = self._read_in_process({row["move_id"] for row in rows})
        shares = self._spread_over_lines(rows, in_process)
        has_parts = any([row["has_agency_part"] for row in rows])
        live = LiveItems()
        for row in rows:
            share = shares[row["line_id"]]
            live[row["line_id"], None] = self._make_live_item(row, share)
        if has_parts:
            self._split_by_agency(live)
        return live

    @api.model
    def _get_due_items_query(self, lines):
        """Return the query for what the books say of journal items.

        :param lines: SQL of what an id of them is: "= ANY(…)", or "IN (…)"
        """
        return SQL(
            """
            SELECT line.id AS line_id,
                   line.move_id,
                   line.company_id,
                   move.commercial_partner_id AS partner_id,
                   customer.commercial_partner_id AS head_partner_id,
                   move.name AS move_name,
                   move.state AS move_state,
                   move.payment_state,
                   move.invoice_date,
                   line.date_maturity AS date_due,
                   line.amount_currency AS amount,
                   line.amount_residual_currency AS residual,
                   line.currency_id,
                   COALESCE(line.no_followup, FALSE) AS no_followup,
                   COALESCE(move.reminder_excluded, FALSE) AS excluded,
                   move.reminder_hold_until AS hold_until,
                   COALESCE(credit.amount, 0) AS credited,
                   EXISTS (
                       SELECT 1
                         FROM account_invoice_transaction_rel rel
                         JOIN payment_transaction tx ON tx.id = rel.transaction_id
                        WHERE rel.invoice_id = line.move_id
                          AND %(under_way)s
                   ) AS pending_transaction,
                   EXISTS (
                       SELECT 1
                         FROM payment_reminder_agency_part part
                        WHERE part.move_id = line.move_id
                   ) AS has_agency_part
              FROM account_move_line line
              JOIN account_move move ON move.id = line.move_id
              LEFT JOIN res_partner customer ON customer.id = move.commercial_partner_id
              LEFT JOIN (
                    SELECT part.debit_move_id AS line_id,
                           SUM(part.debit_amount_currency) AS amount
                      FROM account_partial_reconcile part
                      JOIN account_move_line other ON other.id = part.credit_move_id
                      JOIN account_move refund ON refund.id = other.move_id
                     WHERE refund.move_type = 'out_refund'
                       AND part.debit_move_id %(lines)s
                     GROUP BY part.debit_move_id
                   ) credit ON credit.line_id = line.id
             WHERE line.id %(lines)s
             ORDER BY line.date_maturity, line.id
            """,
            lines=lines,
            under_way=self._get_under_way(),
        )

    @api.model
    def _get_under_way(self):
        """Return the SQL of a transaction ``tx`` that is under way.

        What a person let go is, unless it went on since. Money that came in and is not
        booked yet nobody can let go.
        """
        return SQL(
            """
            ((tx.state IN ('pending', 'authorized')
              AND NOT EXISTS (
                  SELECT 1 FROM payment_reminder_slow_transaction slow
                   WHERE slow.transaction_id = tx.id
                     AND slow.let_go_date >= COALESCE(tx.last_state_change,
                                                      slow.let_go_date)))
             OR (tx.state = 'done' AND tx.is_post_processed IS NOT TRUE))
            """
        )

    @api.model
    def _read_in_process(self, move_ids):
        """Read what registered payments without a journal entry take.

        :return: {invoice id: amount in the invoice's currency}
        """
        totals = defaultdict(Decimal)
        for move_id, _day, share in self._read_in_process_shares(move_ids):
            totals[move_id] += share
        return totals

    @api.model
    def _read_in_process_shares(self, move_ids):
        """Read payments that are registered but have no journal entry.

        Such a payment leaves the residual of its invoices as it was. Without the
        accounting app it is ``paid`` at once; with it, it is ``paid`` when the
        bank line was matched, and the residual tells. A discount or a difference that
        was written off in the dialog is taken with it. One in another currency
        than its invoice is taken as paying all of it: a doubt never sends a
        reminder.

        :return: list of (invoice id, day of the payment, amount in the invoice's
            currency)
        """
        if not move_ids:
            return []
        rows = self.env.execute_query_dict(
            self._get_in_process_query(SQL("= ANY(%s)", list(move_ids)))
        )
        taken = defaultdict(Decimal)
        found = []
        by_payment = defaultdict(list)
        for row in rows:
            by_payment[row["payment_id"]].append(row)
        for invoices in by_payment.values():
            open_amounts = [
                (
                    row["move_id"],
                    to_decimal(row["amount_residual"]) - taken[row["move_id"]],
                )
                for row in invoices
            ]
            if all(row["same_currency"] for row in invoices):
                shares = balance.spread(to_decimal(invoices[0]["amount"]), open_amounts)
            else:
                shares = dict(open_amounts)
            for move_id, share in shares.items():
                taken[move_id] += share
                found.append((move_id, invoices[0]["date"], share))
        return found

    @api.model
    def _get_in_process_query(self, moves):
        """Return the query for payments without a journal entry, and their invoices.

        :param moves: SQL of what an id of the invoices is: "= ANY(…)", or "IN (…)"
        """
        return SQL(
            """
            SELECT pay.id AS payment_id,
                   pay.amount + COALESCE(pay.reminder_written_off, 0) AS amount,
                   pay.date,
                   pay.currency_id = move.currency_id AS same_currency,
                   move.id AS move_id,
                   move.amount_residual
              FROM account_payment pay
              JOIN account_move__account_payment rel ON rel.payment_id = pay.id
              JOIN account_move move ON move.id = rel.invoice_id
             WHERE (pay.state = 'in_process'
                    OR (pay.state = 'paid'
                        AND move.payment_state IN ('paid', 'in_payment')))
               AND pay.move_id IS NULL
               AND pay.payment_type = 'inbound'
               AND pay.id IN (
                   SELECT payment_id FROM account_move__account_payment
                    WHERE invoice_id %(moves)s)
             ORDER BY pay.id, move.invoice_date_due, move.id
            """,
            moves=moves,
        )

    @api.model
    def _spread_over_lines(self, rows, in_process):
        """Spread what is in process on an invoice over its instalments.

        :param rows: rows of :meth:`_get_due_items_query`, the oldest first
        :return: {line id: Decimal}
        """
        shares = defaultdict(Decimal)
        by_move = defaultdict(list)
        for row in rows:
            if row["move_id"] in in_process or row["payment_state"] in balance.SETTLED:
                by_move[row["move_id"], row["payment_state"]].append(
                    (row["line_id"], to_decimal(row["residual"]))
                )
        for (move_id, payment_state), open_amounts in by_move.items():
            shares.update(
                balance.in_process_by_item(
                    payment_state, in_process.get(move_id, Decimal(0)), open_amounts
                )
            )
        return shares

    @api.model
    def _make_live_item(self, row, in_process):
        digits = self.env["res.currency"].browse(row["currency_id"]).decimal_places
        return LiveItem(
            line_id=row["line_id"],
            move_id=row["move_id"],
            company_id=row["company_id"],
            currency_id=row["currency_id"],
            partner_ids=frozenset({row["partner_id"], row["head_partner_id"]}),
            move_name=row["move_name"] or "",
            move_state=row["move_state"],
            payment_state=row["payment_state"] or "not_paid",
            date_invoice=row["invoice_date"],
            date_due=row["date_due"],
            amount=row["amount"],
            residual=to_decimal(row["residual"], digits),
            in_process=to_decimal(in_process, digits),
            credited=to_decimal(row["credited"], digits),
            no_followup=row["no_followup"],
            excluded=row["excluded"],
            pending_transaction=row["pending_transaction"],
            held_until=row["hold_until"] and self._get_hold(row),
        )

    @api.model
    def _get_hold(self, row):
        """Return until when the invoice of a row is held, if it still is."""
        company = self.env["res.company"].browse(row["company_id"])
        today = company._get_reminder_today()
        return balance.hold_in_force(row["hold_until"], today)

    # -- candidates -------------------------------------------------------------

    @api.model
    def _read_candidates(self, company, until, limit=None, lines=None):
        """Read due items that belong to no case yet.

        A prefilter: of the customers that are reminded at all it may find more than is
        chased, never less. What it finds is read live, and
        :func:`rules.balance.is_chased` decides.

        :param company: res.company
        :param until: last maturity that counts (date)
        :param lines: ids of journal items to which this is limited
        :return: list of dicts: key (of the live item), partner_id, currency_id, user_id
        """
        self.env.flush_all()
        rows = self.env.execute_query_dict(
            self._get_candidates_query(
                company,
                until,
                limit,
                due=SQL("line.date_maturity"),
                part=SQL("NULL::integer"),
                join=SQL(),
                lines=lines,
            )
        )
        refused = Domain("amount_refused", ">", 0)
        if self.env["payment.reminder.agency.part"].sudo().search(refused, limit=1):
            rows += self._read_refused_candidates(company, until, limit, lines)
        return [{**row, "key": (row["line_id"], row["part_id"])} for row in rows]

    @api.model
    def _get_candidates_query(
        self, company, until, limit, *, due, part, join, lines=None
    ):
        """Return the query for due items that belong to no case yet.

        :param due: SQL of the day on which such an item is due
        :param part: SQL of the agency's part that it is, or of NULL
        :param join: SQL of what these two need
        """
        return SQL(
            """
                SELECT line.id AS line_id,
                       %(part)s AS part_id,
                       partner.commercial_partner_id AS partner_id,
                       line.currency_id,
                       move.invoice_user_id AS user_id
                  FROM account_move_line line
                  JOIN account_move move ON move.id = line.move_id
                  %(join)s
                  JOIN account_account account ON account.id = line.account_id
                  JOIN res_partner partner ON partner.id = move.commercial_partner_id
                 WHERE line.company_id = %(company)s
                   AND line.display_type = 'payment_term'
                   AND line.parent_state = 'posted'
                   AND line.reconciled IS NOT TRUE
                   AND line.amount_residual_currency > 0
                   AND %(due)s <= %(until)s
                   AND account.account_type = 'asset_receivable'
                   AND move.move_type IN ('out_invoice', 'out_receipt')
                   AND move.payment_state IN ('not_paid', 'partial')
                   AND line.no_followup IS NOT TRUE
                   AND move.reminder_excluded IS NOT TRUE
                   AND (move.reminder_hold_until IS NULL
                        OR move.reminder_hold_until <= %(today)s)
                   AND partner.reminder_excluded IS NOT TRUE
                   AND %(some)s
                   AND NOT EXISTS (
                       SELECT 1 FROM payment_reminder_item item
                        WHERE item.move_line_id = line.id
                          AND item.agency_part_id IS NOT DISTINCT FROM %(part)s)
                 ORDER BY %(due)s, line.id
                 LIMIT %(limit)s
                """,
            company=company.id,
            today=company._get_reminder_today(),
            until=until,
            limit=limit,
            due=due,
            part=part,
            join=join,
            some=SQL("TRUE")
            if lines is None
            else SQL("line.id = ANY(%s)", list(lines)),
        )


class PaymentReminderSource(models.AbstractModel):
    """Where due items live that are no journal items here, one model each.

    ``payment.reminder.source.<code>``, where the code is one that ``source`` of due
    items has beside "books" (whose reader is ``payment.reminder.facts``). It says of
    its own items what the core asks; ``docs/sources.md`` tells how one is made. Each
    method takes a set and needs a fixed number of queries.
    """

    _name = "payment.reminder.source"
    _description = "Payment Reminder Source"

    # -- which one --------------------------------------------------------------

    @api.model
    def _get_code(self):
        """Return the code of this source, as due items have it."""
        return self._name.rpartition(".")[2]

    @api.model
    def _get_label(self):
        """Return what people call this source."""
        choices = self.env["payment.reminder.item"]._fields["source"]
        return dict(choices._description_selection(self.env))[self._get_code()]

    @api.model
    def _get_used(self, company):
        """Return the sources in which a company has invoices (or had some)."""
        codes = self.env["payment.reminder.item"]._fields["source"].get_values(self.env)
        used = (company.reminder_sources or "").split(",")
        return [self._get(code) for code in codes if code in used]

    @api.model
    def _note_use(self, company):
        """Note that a company has invoices in this source: it is asked every night."""
        used = [code for code in (company.reminder_sources or "").split(",") if code]
        if self._get_code() not in used:
            # sudo: whoever brings the invoices need not change companies
            company.sudo().reminder_sources = ",".join([*used, self._get_code()])

    @api.model
    def _get(self, code):
        return self.env[f"payment.reminder.source.{code}"].sudo()

    @api.model
    def _split(self, items):
        """Return [(source, its items)] of due items; those of the books are left out.

        :param items: payment.reminder.item records
        """
        return [
            (self._get(code), own)
            for code, own in items.grouped("source").items()
            if code != "books"
        ]

    # -- what each says -----------------------------------------------------------

    @api.model
    def _read_due_items(self, refs):
        """Read due items of this source, as it last told them.

        :param refs: ``source_ref`` of them
        :return: {key: :class:`LiveItem`}; those that are gone are left out
        """
        raise NotImplementedError

    @api.model
    def _read_candidates(self, company, until, limit=None, lines=None):
        """Read due items that belong to no case yet, see the reader of the books.

        :param lines: refs to which this is limited
        :return: list of dicts: key, partner_id (commercial), currency_id, user_id
        """
        raise NotImplementedError

    @api.model
    def _read_ages(self, items, now):
        """Read how long ago this source last told how these stand.

        :return: {item id: seconds}; None: never, or it is not known
        """
        raise NotImplementedError

    @api.model
    def _get_age_limit(self, company, is_leaving):
        """Return how many seconds old an answer may be.

        :param is_leaving: a notice is about to leave; else one waits in the queue
        """
        return LEAVING_SECONDS if is_leaving else WAITING_SECONDS

    @api.model
    def _freshen(self, items):
        """Ask the service itself how these stand, and commit what it says.

        Before anything is locked, a moment before a notice leaves. What goes wrong is
        told by the age of what is known.
        """

    @api.model
    def _find_rows(self, items):
        """Return the rows that whoever changes how these stand writes.

        They are locked while a notice leaves.

        :return: {item id: {table: ids}}
        """
        return {}

    @api.model
    def _find_reopened(self):
        """Return closed cases of which something may be owed again."""
        items = self.env["payment.reminder.item"].search(
            [
                ("source", "=", self._get_code()),
                ("case_id.state", "=", "closed"),
                ("is_dropped", "=", False),
            ]
        )
        live = LiveItems()
        live.update(self._read_due_items(items.mapped("source_ref")))
        return items.filtered(
            lambda item: (seen := item._find_live(live)) and seen.owed > 0
        ).case_id

    @api.model
    def _read_money(self, cases):
        """Read money of these customers that is matched with no invoice there yet.

        :return: {case id: [:class:`rules.guard.MoneyFacts`]}
        """
        return {}

    @api.model
    def _read_payments(self, items):
        """Read what was paid on these, and when, if the source knows the days.

        Of what has none the interest is left out: never more than what is certain.

        :return: {item id: [:class:`rules.interest.Payment`]}
        """
        return {}

    @api.model
    def _read_sendings(self, items):
        """Read whether the invoices reached their customers.

        :return: {item id: values of :class:`rules.guard.ItemFacts`}
        """
        return {item.id: {"invoice_sent": True} for item in items}

    @api.model
    def _get_documents(self, items):
        """Return the invoices of these as PDF files (ir.attachment), if it has any."""
        return self.env["ir.attachment"]

    @api.model
    def _get_url(self, item):
        """Return the link under which staff find an invoice there, or an empty text."""
        return ""

    @api.model
    def _get_key_parts(self):
        """Return SQL of all that may change of what this source says of its items.

        Then a night passes over cases of which nothing moved.

        :return: queries of (case_id, said), as ``payment.reminder.facts._get_parts``
            has them; None: there is no such thing, its cases are read every night
        """
        return None

    # -- asked by the core ----------------------------------------------------------

    @api.model
    def _get_all_key_parts(self):
        """Return {code: what its source gives as its key} of all sources there are."""
        codes = self.env["payment.reminder.item"]._fields["source"].get_values(self.env)
        return {
            code: self._get(code)._get_key_parts() for code in codes if code != "books"
        }

    @api.model
    def _ask_again(self, items):
        """Let every source of these ask its service now; none stops another."""
        for source, own in self._split(items):
            try:
                source._freshen(own)
            except Exception:
                _logger.exception("The source %s was not asked", source._name)
                transactions.rollback(self.env)

    @api.model
    def _read_guard_facts(self, reminders, now):
        """Read what the guard may know of the sources of notices.

        :return: {reminder: values of :class:`rules.guard.Facts`}
        """
        # How it will be then nobody knows: it is asked again when the notice leaves.
        now = min(now, fields.Datetime.now())
        ages = {}
        for source, items in self._split(reminders.line_ids.item_id):
            ages.update(source._read_ages(items, now))
        found = {}
        for reminder in reminders:
            # Of a source whose addon went nothing is known: its items are gone.
            items = reminder.line_ids.item_id.filtered(
                lambda item: item.source != "books"
            )
            told = [
                (
                    ages.get(item.id),
                    self._get(item.source)._get_age_limit(
                        reminder.company_id, reminder.state == "sending"
                    ),
                    self._get(item.source)._get_label(),
                )
                for item in items
            ]
            if told:
                age, limit, label = max(told, key=_get_staleness)
                found[reminder] = {
                    "source": label,
                    "source_age_seconds": age,
                    "source_age_limit": limit,
                }
        return found

    @api.model
    def _find_all_rows(self, reminders):
        """Return the rows of all sources that are locked while each of these leaves.

        :return: {reminder id: {table: ids}}
        """
        of_items = {}
        for source, items in self._split(reminders.line_ids.item_id):
            of_items.update(source._find_rows(items))
        found = {}
        for reminder in reminders:
            rows = defaultdict(set)
            for item in reminder.line_ids.item_id:
                for table, ids in of_items.get(item.id, {}).items():
                    rows[table].update(ids)
            found[reminder.id] = {table: sorted(ids) for table, ids in rows.items()}
        return found

    @api.model
    def _read_all_money(self, cases):
        """Return {case id: [:class:`rules.guard.MoneyFacts`]} of all sources."""
        found = {}
        for source, items in self._split(cases.item_ids):
            for case_id, money in source._read_money(items.case_id).items():
                found.setdefault(case_id, []).extend(money)
        return found


def _get_staleness(told):
    """Return how far over its limit an answer is: (age, limit, source)."""
    age, limit, _label = told
    return float("inf") if age is None else age - limit
