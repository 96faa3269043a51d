"""A statement of account: all that is open of a customer, and what was paid of it."""

import hashlib
import logging
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tools import format_date, formatLang

from ..tools.decimals import to_decimal

_logger = logging.getLogger(__name__)

INVOICES = ("out_invoice", "out_receipt")
#: States of a delivery that has left, or may have.
LEFT = ("sending", "sent", "bounced", "uncertain")


@dataclass(frozen=True)
class Row:
    """One open item. Amounts are in its own currency; money of the customer's that is
    matched with nothing yet is below zero.

    ``kind`` is invoice, credit_note, money, entry or costs.
    """

    kind: str
    name: str
    day: date | None
    due: date | None
    amount: Decimal
    open: Decimal

    @property
    def settled(self):
        """What was paid or credited of it."""
        return self.amount - self.open


class PaymentReminderStatement(models.AbstractModel):
    """Reads and prints statements of account, one section for each currency."""

    _name = "payment.reminder.statement"
    _description = "Statement of Account"

    # -- what is open ---------------------------------------------------------------

    @api.model
    def _read(self, partner, company, notice=None):
        """Read all that is open of a customer, in a number of queries that does not
        grow with it.

        :param notice: with which it goes: it asks for the costs that this asks for
        :return: {res.currency: [:class:`Row`]}, the oldest due first
        """
        # Who may see it was judged before; it shows customers what is theirs.
        lines = (
            self.env["account.move.line"]
            .sudo()
            .search(
                [
                    ("partner_id", "child_of", partner.commercial_partner_id.id),
                    ("company_id", "=", company.id),
                    ("account_type", "=", "asset_receivable"),
                    ("parent_state", "=", "posted"),
                    ("reconciled", "=", False),
                    ("amount_residual_currency", "!=", 0),
                ]
            )
        )
        owed = self._read_owed(lines)
        found = defaultdict(list)
        for line in lines:
            row = self._make_row(line, owed)
            if row.open:
                found[line.currency_id].append(row)
        if company.reminder_sources:
            for currency, row in self._read_elsewhere(partner, company):
                found[currency].append(row)
        for currency, row in self._read_costs(partner, company, notice):
            found[currency].append(row)
        return {
            currency: sorted(rows, key=_get_order)
            for currency, rows in sorted(
                found.items(), key=lambda section: section[0] != company.currency_id
            )
        }

    @api.model
    def _read_owed(self, lines):
        """Return {line id: what is really open}, payments in process taken off."""
        owed = defaultdict(Decimal)
        live = self.env["payment.reminder.facts"]._read_due_items(lines.ids)
        for item in live.values():
            owed[item.line_id] += item.owed
        return owed

    @api.model
    def _make_row(self, line, owed):
        move, digits = line.move_id, line.currency_id.decimal_places
        residual = to_decimal(line.amount_residual_currency, digits)
        if move.move_type in INVOICES:
            kind, residual = "invoice", owed[line.id]
        elif move.move_type == "out_refund":
            kind = "credit_note"
        else:
            kind = "money" if residual < 0 else "entry"
        return Row(
            kind=kind,
            name=move.name or "",
            day=move.invoice_date or move.date,
            due=line.date_maturity if kind in ("invoice", "entry") else None,
            amount=to_decimal(line.amount_currency, digits),
            open=residual,
        )

    @api.model
    def _read_elsewhere(self, partner, company):
        """Return [(currency, row)] of due items that another program keeps."""
        # sudo: as of the books
        items = (
            self.env["payment.reminder.item"]
            .sudo()
            .search(
                [
                    ("case_id.partner_id", "=", partner.commercial_partner_id.id),
                    ("case_id.company_id", "=", company.id),
                    ("source_ref", "!=", False),
                    ("amount_known", ">", 0),
                ]
            )
        )
        live = self.env["payment.reminder.facts"]._read_live(items)
        rows = []
        for item in items:
            seen = item._get_live(live)
            if seen and seen.owed > 0:
                amount = to_decimal(seen.amount, item.currency_id.decimal_places)
                due, day = seen.date_due, seen.date_invoice
                row = Row("invoice", item.display_name, day, due, amount, seen.owed)
                rows.append((item.currency_id, row))
        return rows

    @api.model
    def _read_costs(self, partner, company, notice=None):
        """Return [(currency, row)] of what cases ask of fees and interest.

        Those of a notice are on the ledger when it has left, not before.
        """
        cases = (
            self.env["payment.reminder.case"]
            .sudo()
            .search(
                [
                    ("partner_id", "=", partner.commercial_partner_id.id),
                    ("company_id", "=", company.id),
                    ("state", "!=", "closed"),
                ]
            )
        )
        costs = cases._read_open_costs()
        totals = {case: sum(costs[case.id].values(), Decimal(0)) for case in cases}
        if notice and notice._is_demand():
            asked = notice.amount_claim - notice.amount_principal
            digits = notice.currency_id.decimal_places
            totals[notice.case_id.sudo()] = to_decimal(asked, digits)
        return [
            (case.currency_id, Row("costs", case.name, None, None, total, total))
            for case, total in totals.items()
            if total > 0
        ]

    @api.model
    def _get_digest(self, partner, found):
        """Return a digest of what a statement says, and to whom.

        :param found: of :meth:`_read`
        """
        said = [(partner.id, partner.lang)] + [
            (currency.name, row.kind, row.name, row.due, str(row.amount), str(row.open))
            for currency, rows in found.items()
            for row in rows
        ]
        return hashlib.sha256(repr(said).encode()).hexdigest()

    # -- on paper -------------------------------------------------------------------

    @api.model
    def _prepare_sheet(self, partner, company, found=None, lang=None):
        """Return the statement of a customer as a sheet; see report/letter.xml.

        :param found: of :meth:`_read`, if it was read already
        :param lang: of the page that it is asked for on; else the customer's
        """
        lang = lang or partner.lang or company.partner_id.lang or "en_US"
        own = self.with_context(lang=lang)
        today = company._get_reminder_today()
        found = own._read(partner, company) if found is None else found
        sections = [
            own._prepare_section(currency, rows, today)
            for currency, rows in found.items()
        ]
        body = own.env["ir.qweb"]._render(
            "payment_reminders.letter_statement",
            {"sections": sections, "day": format_date(own.env, today)},
        )
        return own.env["report.payment_reminders.report_letter"]._prepare_sheet(
            company.with_env(own.env),
            partner.with_env(own.env),
            own.env._("Statement of account"),
            body,
        )

    @api.model
    def _prepare_section(self, currency, rows, today):
        """Return one currency of a statement, formatted."""

        def money(amount):
            return formatLang(self.env, float(amount), digits=currency.decimal_places)

        overdue = sum(
            (row.open for row in rows if row.due and row.due < today), Decimal(0)
        )
        return {
            "currency": currency.name,
            "rows": [
                {
                    "kind": row.kind,
                    "name": row.name,
                    "day": format_date(self.env, row.day) if row.day else "",
                    "due": format_date(self.env, row.due) if row.due else "",
                    "is_overdue": bool(row.due and row.due < today),
                    "amount": money(row.amount),
                    "settled": money(row.settled) if row.settled else "",
                    "open": money(row.open),
                }
                for row in rows
            ],
            "overdue": money(overdue) if overdue > 0 else "",
            "total": money(sum((row.open for row in rows), Decimal(0))),
        }

    @api.model
    def _render_pdf(self, partner, company, found=None, lang=None):
        """Return the statement of a customer as a PDF; see :meth:`_prepare_sheet`."""
        report = self.env["report.payment_reminders.report_letter"]
        return report._print_sheets(
            [self._prepare_sheet(partner, company, found, lang)]
        )

    # -- who may, and as a file -------------------------------------------------------

    @api.model
    def _check_may_see(self, partner):
        """Refuse who sees neither the invoices nor a case of this customer."""
        partner.check_access("read")
        if self.env.su or self.env.user._is_reminder_manager():
            return
        if self.env["account.move"].has_access("read"):
            return
        cases = self.env["payment.reminder.case"]
        domain = [("partner_id", "=", partner.commercial_partner_id.id)]
        if not cases.has_access("read") or not cases.search_count(domain, limit=1):
            raise AccessError(
                self.env._("You may see the account of your own customers only.")
            )

    @api.model
    def _make_file(self, partner, company, found=None, **vals):
        """Return the statement of a customer as a file.

        :param found: of :meth:`_read`, if it was read already
        :param vals: of the ir.attachment: on which record it hangs
        """
        name = self.with_context(lang=partner.lang).env._("Statement of account")
        return (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": f"{name} {partner.commercial_partner_id.name}.pdf",
                    "raw": self._render_pdf(partner, company, found),
                    "mimetype": "application/pdf",
                    **vals,
                }
            )
        )

    @api.model
    def _attach(self, notice):
        """Return the statement that goes with a notice; none if it cannot be made.

        One file for all its addresses and channels, until what it says is another.
        Whatever keeps it from being made is no reason to keep the reminder back: it is
        said on the case.
        """
        try:
            with self.env.cr.savepoint():
                return self._get_file(notice)
        except Exception as error:  # wkhtmltopdf may be missing, or fail in its ways
            _logger.warning("Statement of reminder %s: %s", notice.id, error)
            notice.sudo().write({"statement_id": False, "statement_digest": False})
            told = notice.case_id._in_staff_language()
            told.sudo()._message_log(
                body=told.env._("The statement of account could not be made: %s", error)
            )
            return self.env["ir.attachment"]

    @api.model
    def _get_file(self, notice):
        """Return the statement of a notice as a file, made anew if need be."""
        partner, company = notice._get_letter_recipient(), notice.company_id
        found = self._read(partner, company, notice)
        digest = self._get_digest(partner, found)
        # The machine attaches it; nobody but it writes on a notice.
        notice = notice.sudo()
        if notice.statement_id and notice.statement_digest == digest:
            return notice.statement_id
        old = notice.statement_id
        notice.statement_id = self._make_file(
            partner, company, found, res_model=notice._name, res_id=notice.id
        )
        notice.statement_digest = digest
        if not any(d.state in LEFT for d in notice.delivery_ids):
            old.unlink()
        return notice.statement_id

    @api.model
    def _is_as_attached(self, notice):
        """Tell whether the statement that goes with a notice says what is so now.

        On it is more than the notice asks for: what is not due yet, and money.
        """
        partner = notice._get_letter_recipient()
        found = self._read(partner, notice.company_id, notice)
        return notice.statement_digest == self._get_digest(partner, found)

    @api.model
    def _compose(self, record, partner, company):
        """Open Odoo's dialog of an e-mail with the statement of a customer.

        :param record: on which the message is kept
        """
        self._check_may_see(partner)
        file = self._make_file(
            partner, company, res_model="mail.compose.message", res_id=0
        )
        words = self.with_context(lang=partner.lang).env
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send the Statement of Account"),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": record._name,
                "default_res_ids": record.ids,
                "default_composition_mode": "comment",
                "default_partner_ids": partner.ids,
                "default_subject": words._("%s: statement of account", company.name),
                "default_body": words._(
                    "Please find attached what is open on your account with us."
                ),
                "default_attachment_ids": [Command.set(file.ids)],
            },
        }


class ReportStatement(models.AbstractModel):
    """What Odoo's report of statements shows."""

    _name = "report.payment_reminders.report_statement"
    _description = "Statement of Account Report"

    @api.model
    def _get_report_values(self, docids, data=None):
        partners = self.env["res.partner"].browse(docids)
        statement = self.env["payment.reminder.statement"]
        for partner in partners:
            statement._check_may_see(partner)
        return self.env["report.payment_reminders.report_letter"]._prepare_page(
            [
                statement._prepare_sheet(partner, self.env.company)
                for partner in partners
            ]
        )


def _get_order(row):
    """What is due first comes first; money and costs come after."""
    is_last = row.kind == "costs" or row.open < 0
    return is_last, row.due or row.day or date.max, row.name
