"""What the core asks of invoices that are mirrored here."""

from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.payment_reminders.models.books.due_items import LiveItem
from odoo.addons.payment_reminders.tools.decimals import to_decimal

from .mirror_invoice import DOUBTFUL, SOLD


class PaymentReminderItem(models.Model):
    _inherit = "payment.reminder.item"

    source = fields.Selection(
        selection_add=[("csv", "File")],
        # What is in cases and on the trail stays readable without this addon.
        ondelete={"csv": "set default"},
    )


class PaymentReminderMirrorSource(models.AbstractModel):
    """Reads mirrored invoices; a source of its own is one that inherits from it."""

    _name = "payment.reminder.mirror.source"
    _inherit = "payment.reminder.source"
    _description = "Source of Mirrored Invoices"

    # -- due items --------------------------------------------------------------

    @api.model
    def _read_due_items(self, refs):
        refs = list(refs)
        if not refs:
            return {}
        self.env.flush_all()
        rows = self.env.execute_query_dict(
            # By the unique index on ref.
            SQL(
                """
                SELECT invoice.*, customer.barred, customer.doubt,
                       partner.commercial_partner_id AS head_partner_id
                  FROM payment_reminder_mirror_invoice invoice
                  LEFT JOIN payment_reminder_mirror_customer customer
                    ON customer.id = invoice.customer_id
                  LEFT JOIN res_partner partner ON partner.id = invoice.partner_id
                 WHERE invoice.ref = ANY(%s)
                """,
                refs,
            )
        )
        items = [self._make_live_item(row) for row in rows]
        return {item.key: item for item in items}

    @api.model
    def _make_live_item(self, row):
        digits = self.env["res.currency"].browse(row["currency_id"]).decimal_places
        is_open = row["state"] in ("open", "gone") and row["kind"] == "invoice"
        residual = to_decimal(row["amount_residual"] if is_open else 0, digits)
        residual = max(residual, Decimal(0))
        total = to_decimal(row["amount_total"], digits)
        is_partial = residual < total
        state = "paid" if not residual else "partial" if is_partial else "not_paid"
        is_doubtful = row["terms_type"] in DOUBTFUL or row["barred"]
        return LiveItem(
            line_id=0,
            move_id=0,
            source=row["source"],
            ref=row["ref"],
            company_id=row["company_id"],
            currency_id=row["currency_id"],
            partner_ids=frozenset({row["partner_id"], row["head_partner_id"]}),
            move_name=row["number"],
            move_state="posted",
            payment_state=state,
            date_invoice=row["date"],
            # One without is never chased; a due item has to have a day.
            date_due=row["date_due"] or row["date"] or fields.Date.today(),
            amount=row["amount_total"] or 0.0,
            residual=residual,
            in_process=Decimal(0),
            credited=Decimal(0),
            no_followup=bool(row["doubt"] or (is_doubtful and not row["is_cleared"])),
            excluded=bool(
                row["excluded"] or row["terms_type"] == SOLD or not row["date_due"]
            ),
            pending_transaction=False,
        )

    @api.model
    def _read_candidates(self, company, until, limit=None, lines=None):
        self.env.flush_all()
        rows = self.env.execute_query(
            # By payment_reminder_mirror_invoice_open_idx, and the unique index of the
            # due items on their reference.
            SQL(
                """
                SELECT invoice.ref, partner.commercial_partner_id, invoice.currency_id,
                       invoice.user_id
                  FROM payment_reminder_mirror_invoice invoice
                  JOIN res_partner partner ON partner.id = invoice.partner_id
                 WHERE invoice.company_id = %(company)s
                   AND invoice.source = %(source)s
                   AND invoice.state = 'open'
                   AND invoice.kind = 'invoice'
                   AND invoice.date_due <= %(until)s
                   AND invoice.amount_residual > 0
                   AND invoice.excluded IS NOT TRUE
                   AND partner.reminder_excluded IS NOT TRUE
                   AND %(some)s
                   AND NOT EXISTS (
                       SELECT 1 FROM payment_reminder_item item
                        WHERE item.source = invoice.source
                          AND item.source_ref = invoice.ref
                          AND item.source <> 'books')
                 ORDER BY invoice.date_due, invoice.id
                 LIMIT %(limit)s
                """,
                company=company.id,
                source=self._get_code(),
                until=until,
                limit=limit,
                some=SQL("TRUE")
                if lines is None
                else SQL("invoice.ref = ANY(%s)", list(lines)),
            )
        )
        return [
            {
                "key": (ref, None),
                "partner_id": partner_id,
                "currency_id": currency_id,
                "user_id": user_id,
            }
            for ref, partner_id, currency_id, user_id in rows
        ]

    @api.model
    def _find_reopened(self):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT item.case_id
                  FROM payment_reminder_item item
                  JOIN payment_reminder_case own ON own.id = item.case_id
                  JOIN payment_reminder_mirror_invoice invoice
                    ON invoice.ref = item.source_ref
                 WHERE own.state = 'closed'
                   AND own.is_elsewhere
                   AND item.source = %s
                   AND item.is_dropped IS NOT TRUE
                   AND invoice.state = 'open'
                   AND invoice.amount_residual > 0
                """,
                self._get_code(),
            )
        )
        return self.env["payment.reminder.case"].browse(row[0] for row in rows)

    @api.model
    def _get_key_parts(self):
        # All that is read above and below.
        return [
            SQL(
                # By the unique index on ref.
                """
                SELECT items.case_id,
                       CONCAT_WS('|', invoice.ref, invoice.state, invoice.kind,
                           invoice.amount_residual, invoice.amount_total, '/',
                           invoice.date, '/', invoice.date_due, '/',
                           invoice.currency_id, invoice.company_id, '/',
                           invoice.partner_id, '/', partner.commercial_partner_id, '/',
                           invoice.terms_type, '/', invoice.excluded, '/',
                           invoice.is_cleared, '/', customer.barred, '/',
                           customer.doubt) AS said
                  FROM items
                  JOIN payment_reminder_mirror_invoice invoice
                    ON invoice.ref = items.source_ref
                   AND invoice.source = %s
                  LEFT JOIN payment_reminder_mirror_customer customer
                    ON customer.id = invoice.customer_id
                  LEFT JOIN res_partner partner ON partner.id = invoice.partner_id
                """,
                self._get_code(),
            ),
            SQL(
                """
                SELECT items.case_id,
                       CONCAT_WS('|', payment.id, payment.date, payment.amount) AS said
                  FROM items
                  JOIN payment_reminder_mirror_invoice invoice
                    ON invoice.ref = items.source_ref
                   AND invoice.source = %s
                  JOIN payment_reminder_mirror_payment payment
                    ON payment.invoice_id = invoice.id
                """,
                self._get_code(),
            ),
            SQL(
                # By the index on partner_id.
                """
                SELECT cases.id AS case_id,
                       CONCAT_WS('|', credit.id, credit.state, credit.amount_residual,
                           credit.date, '/', credit.excluded) AS said
                  FROM cases
                  JOIN payment_reminder_mirror_invoice credit
                    ON credit.partner_id = cases.partner_id
                   AND credit.company_id = cases.company_id
                   AND credit.source = %s
                 WHERE credit.kind = 'credit_note'
                """,
                self._get_code(),
            ),
        ]

    # -- before a notice leaves -------------------------------------------------------

    @api.model
    def _get_invoices(self, items):
        """Return the mirrored invoices of due items."""
        Invoice = self.env["payment.reminder.mirror.invoice"].sudo()
        return Invoice.search([("ref", "in", items.mapped("source_ref"))])

    @api.model
    def _read_ages(self, items, now):
        by_ref = {one.ref: one._get_age(now) for one in self._get_invoices(items)}
        return {item.id: by_ref.get(item.source_ref) for item in items}

    @api.model
    def _find_rows(self, items):
        by_ref = {one.ref: one.id for one in self._get_invoices(items)}
        return {
            item.id: {"payment_reminder_mirror_invoice": [by_ref[item.source_ref]]}
            for item in items
            if item.source_ref in by_ref
        }

    @api.model
    def _read_money(self, cases):
        """What is left of credit notes may be about any invoice of the customer."""
        Invoice = self.env["payment.reminder.mirror.invoice"].sudo()
        found = {}
        credits = Invoice.search(
            [
                ("company_id", "in", cases.company_id.ids),
                ("source", "=", self._get_code()),
                ("state", "=", "open"),
                ("amount_residual", "<", 0),
                ("excluded", "=", False),
                ("partner_id", "in", cases.partner_id.ids),
            ]
        )
        for case in cases:
            mine = credits.filtered(
                lambda credit, case=case: (
                    credit.company_id == case.company_id
                    and credit.partner_id == case.partner_id
                )
            )
            found[case.id] = [credit._get_money() for credit in mine]
        return found

    @api.model
    def _get_documents(self, items):
        return self._get_invoices(items).pdf_id

    @api.model
    def _get_url(self, item):
        return self._get_invoices(item).external_url or ""


class PaymentReminderSourceCsv(models.AbstractModel):
    """Invoices of a file: nobody can be asked but whoever imports the next one."""

    _name = "payment.reminder.source.csv"
    _inherit = "payment.reminder.mirror.source"
    _description = "Invoices of Files"

    @api.model
    def _get_age_limit(self, company, is_leaving):
        return max(company.reminder_mirror_days, 0) * 24 * 3600
