"""What the books tell of items that a service has: told once, whatever is undone."""

from collections import defaultdict
from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

from ...rules import handover
from ...rules.handover import Kind
from ...tools.decimals import to_decimal
from ...tools.money import format_code

#: What is taken back waits so long: often it is put right again a moment later.
PATIENCE = timedelta(hours=1)
#: Journals of money: what is matched from another one is no payment.
MONEY_JOURNALS = ("bank", "cash", "credit")


class PaymentReminderHandover(models.Model):
    _inherit = "payment.reminder.handover"

    def _follow_books(self, live):
        """Write down what came in, was credited or written off of these items.

        Runs with every refresh of their cases, which happens after each payment.

        :param live: {key: live item} of their cases, read a moment ago
        """
        open_ones = self.filtered(lambda record: record.state in handover.OPEN)
        if open_ones:
            open_ones._note_matchings(live)

    def _note_matchings(self, live, state=None):
        """Write down the matchings that are not written down yet.

        :param state: of the new reports; None: by what they are
        """
        seen = self._read_matchings(live)
        Report = self.env["payment.reminder.handover.report"].sudo()
        for record in self.sudo():
            reports = record.report_ids
            waiting = reports.filtered(lambda r: r.state == "waiting")
            told = reports.filtered(lambda r: r.state not in ("waiting", "dropped"))
            changes = handover.find_changes(
                seen[record], [report._get_told() for report in told]
            )
            # What nobody was told of yet is what the books say now.
            for change in list(changes):
                same = waiting.filtered(lambda r, c=change: r._says(c))[:1]
                if same:
                    waiting -= same
                    changes.remove(change)
            if waiting:
                waiting._set_state("dropped")
            for change in changes:
                report = Report.create(record._prepare_report_vals(change, state))
                if state is None:
                    report._follow_kind()

    def _prepare_report_vals(self, change, state):
        """Return the values of a report of one change."""
        self.ensure_one()
        key = f"{self.id}/{change.kind}/matching:{change.matching_id}"
        if not change.matching_id or key in self.report_ids.mapped("key"):
            key = f"{self.id}/{change.kind}/#{len(self.report_ids)}"
        if state is None:
            state = "waiting"
            if change.own:
                state = "own"
            elif Kind.WRITE_OFF in (change.kind, change.reversed_kind):
                state = "not_told"
        is_reversal = change.kind == Kind.REVERSAL
        return {
            "handover_id": self.id,
            "kind": str(change.kind),
            "reversed_kind": change.reversed_kind and str(change.reversed_kind),
            "amount": float(change.amount),
            "date": change.day or self.company_id._get_reminder_today(),
            "reference": change.reference,
            "matching_id": change.matching_id or 0,
            "key": key,
            "state": state,
            "not_before": is_reversal and fields.Datetime.now() + PATIENCE,
        }

    def _make_difference(self, item):
        """Return what came in on an invoice of another program since it was given.

        No matching is known of it: what is not owed any more counts as money.

        :param item: the live item, see ``books.due_items.LiveItem``
        """
        self.ensure_one()
        came = to_decimal(self.amount, self.currency_id.decimal_places) - item.owed
        today = self.company_id._get_reminder_today()
        return [handover.Matching(None, Kind.PAYMENT, came, today)] if came > 0 else []

    def _read_matchings(self, live):
        """Read what these due items are matched with, and what is in process.

        By the index of matchings on their debit side, then by primary keys.

        :return: {hand-over: [:class:`rules.handover.Matching`]}
        """
        found = defaultdict(list)
        by_line = defaultdict(list)
        for record in self.sudo():
            if line := record.item_id.move_line_id:
                by_line[line.id].append(record)
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT part.id, part.debit_move_id AS line_id,
                       part.debit_amount_currency AS amount, other.date,
                       other.partner_id, move.move_type, move.name, journal.type,
                       payment.partner_id AS payer_id,
                       COALESCE(payment.reminder_written_off, 0) AS written_off
                  FROM account_partial_reconcile part
                  JOIN account_move_line other ON other.id = part.credit_move_id
                  JOIN account_move move ON move.id = other.move_id
                  JOIN account_journal journal ON journal.id = move.journal_id
                  LEFT JOIN account_payment payment
                         ON payment.id = move.origin_payment_id
                 WHERE part.debit_move_id = ANY(%s::integer[])
                 ORDER BY part.id
                """,
                list(by_line),
            )
        )
        for row in rows:
            for record in by_line[row["line_id"]]:
                found[record].extend(record._make_matchings(row))
        for record in self.sudo():
            item = record.item_id._find_live(live)
            if item and record.item_id.source_ref:
                found[record] += record._make_difference(item)
            elif item and item.in_process > 0:
                found[record].append(
                    handover.Matching(
                        None,
                        Kind.PAYMENT,
                        item.in_process,
                        record.company_id._get_reminder_today(),
                    )
                )
        return found

    def _ask_to_post_later(self, drafts):
        """Ask a manager to post draft credit notes when these have ended.

        :param drafts: account.move records
        """
        for record in self:
            told = record.with_context(lang=record.case_id._get_responsible().lang)
            told._call_manager(
                told.env._(
                    "Post the credit note when %s has ended", told.service_label
                ),
                told.env._(
                    "%(service)s has not confirmed that the case of %(invoice)s ended. "
                    "The credit note waits as a draft (%(drafts)s): post it when it "
                    "has, or note here what its own page says.",
                    service=told.service_label,
                    invoice=told.move_id.name or "",
                    drafts=", ".join(drafts.mapped("display_name")),
                ),
            )

    def _ask_about_loss(self, report):
        """Ask what becomes of a debt at a service that was written off here."""
        self.ensure_one()
        if self.is_loss_known:
            return
        told = self.with_context(lang=self.case_id._get_responsible().lang)
        words = told.env._(
            "%(amount)s of %(invoice)s was written off. That does not stop the case at "
            "%(service)s: end it there, or leave it, and what comes in is income.",
            amount=format_code(told.env, report.amount, told.currency_id),
            invoice=told.move_id.name or "",
            service=told.service_label,
        )
        told._call_manager(
            told.env._("Written off, and still with %s", told.service_label), words
        )
        if self.case_id.state != "closed":
            self.case_id._freeze("handover_loss", words)

    def _make_matchings(self, row):
        """Return one matching as money, and as what was written off with it."""
        digits = self.currency_id.decimal_places
        amount = to_decimal(row["amount"], digits)
        lost = to_decimal(0)
        if row["move_type"] == "out_refund":
            kind = Kind.CREDIT
        elif row["type"] in MONEY_JOURNALS:
            kind = Kind.PAYMENT
            lost = min(to_decimal(row["written_off"], digits), amount)
        else:
            kind = Kind.WRITE_OFF
        own = self.service_id.commercial_partner_id
        payers = self.env["res.partner"].browse(
            filter(None, (row["partner_id"], row["payer_id"]))
        )
        name = row["name"] or ""
        made = [
            handover.Matching(
                row["id"],
                kind,
                amount - lost,
                row["date"],
                name,
                own=bool(own & payers.commercial_partner_id),
            )
        ]
        if lost:
            made.append(
                handover.Matching(row["id"], Kind.WRITE_OFF, lost, row["date"], name)
            )
        return [matching for matching in made if matching.amount > 0]
