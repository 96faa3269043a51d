"""Imports a file of invoices that another program wrote."""

import base64
from collections import defaultdict
from decimal import Decimal

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import LazyTranslate

from ..wire.matching import bare, fold
from ..wire.table import (
    REQUIRED,
    FileError,
    Reason,
    Target,
    guess_targets,
    read_rows,
    read_table,
)

_lt = LazyTranslate(__name__)

#: A dialog shows so many rows; all are imported.
MOST_SHOWN = 200

FILE_ERRORS = {
    "too_large": _lt("This file is too large: at most 10 MB and 50,000 rows."),
    "not_text": _lt("This is no CSV file. Save the list as CSV first."),
    "empty": _lt("There is no list in this file: it needs a row of names and rows."),
}
REASONS = {
    Reason.NO_NUMBER: _lt("the invoice number is missing"),
    Reason.NO_CUSTOMER: _lt("neither number nor name of the customer is there"),
    Reason.BAD_DATE: _lt("“%s” is no date"),
    Reason.BAD_AMOUNT: _lt("“%s” is no amount, or could be two"),
    Reason.BAD_CURRENCY: _lt("“%s” is no currency"),
    Reason.TWICE: _lt("invoice %s is in this file twice"),
    Reason.MORE_THAN_TOTAL: _lt("more is open (%s) than was invoiced"),
}
UNKNOWN_CUSTOMER = _lt("customer %s is not known, and has no name here")
TWO_CUSTOMERS = _lt("customer %s has two company numbers in this file")
TWO_ADDRESSES = _lt(
    "customer %s has two e-mail addresses in this file, and no number that tells them "
    "apart"
)
UNKNOWN_CURRENCY = _lt("the currency %s is not known")


class PaymentReminderMirrorImport(models.TransientModel):
    """Takes over a list of open invoices: looked at first, safe to be repeated."""

    _name = "payment.reminder.mirror.import"
    _description = "Import Invoices"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    state = fields.Selection(
        [("choose", "Choose"), ("look", "Look")], default="choose", required=True
    )
    file = fields.Binary(string="CSV file")
    filename = fields.Char()
    is_complete = fields.Boolean(
        string="This file has every open invoice",
        default=True,
        help="What was open before and is not in it is taken as paid.",
    )
    column_ids = fields.One2many("payment.reminder.mirror.import.column", "import_id")
    row_ids = fields.One2many("payment.reminder.mirror.import.row", "import_id")
    good_count = fields.Integer(readonly=True)
    bad_count = fields.Integer(readonly=True)
    closing_count = fields.Integer(readonly=True)
    is_mapped = fields.Boolean(readonly=True)
    summary = fields.Char(compute="_compute_summary")

    @api.depends("good_count", "bad_count", "closing_count", "is_complete")
    def _compute_summary(self):
        for record in self:
            parts = [
                self.env._(
                    "%(good)s invoices can be imported, %(bad)s rows are refused.",
                    good=record.good_count,
                    bad=record.bad_count,
                )
            ]
            if record.is_complete and record.closing_count:
                parts.append(
                    self.env._(
                        "%s that were open before are not in this file and are taken "
                        "as paid.",
                        record.closing_count,
                    )
                )
            record.summary = " ".join(parts)

    def action_read(self):
        """Read the file and guess what its columns are."""
        self.ensure_one()
        self._check_manager()
        table = self._get_table()
        targets = guess_targets(table.columns)
        self.column_ids = [
            Command.clear(),
            *(
                Command.create(
                    {
                        "position": position,
                        "name": name or str(position + 1),
                        "sample": next(
                            (row[position] for row in table.rows if row[position:][:1]),
                            "",
                        ),
                        "target": str(targets[position])
                        if position in targets
                        else False,
                    }
                )
                for position, name in enumerate(table.columns)
            ),
        ]
        return self.action_look()

    def action_look(self):
        """Show what the rows say, by the columns as they are chosen now."""
        self.ensure_one()
        self._check_manager()
        missing = self._get_missing()
        good, bad = ([], []) if missing else self._read_rows()
        self.row_ids = [
            Command.clear(),
            # What is refused comes first: a person has to look at that.
            *(
                Command.create(self._prepare_row_vals(row, why))
                for row, why in (bad + [(row, "") for row in good])[:MOST_SHOWN]
            ),
        ]
        self.write(
            {
                "state": "look",
                "is_mapped": not missing,
                "good_count": len(good),
                "bad_count": len(bad),
                "closing_count": len(self._find_closing(good, bad)),
            }
        )
        return self._reopen()

    def action_import(self):
        """Take over the rows that can be read; the others stay out."""
        self.ensure_one()
        self._check_manager()
        if self._get_missing():
            raise UserError(
                self.env._("Choose the columns of number, due date and what is open.")
            )
        good, bad = self._read_rows()
        if not good:
            raise UserError(self.env._("No row of this file can be imported."))
        now = fields.Datetime.now()
        # sudo: mirrored invoices are written by imports alone
        own = self.sudo()
        customers = {}
        for row in good:
            told = customers.setdefault(self._get_customer(row), {})
            told.update(
                {
                    name: value
                    for name, value in (
                        ("name", row.customer_name),
                        ("email", row.email),
                        ("vat", row.vat),
                    )
                    if value
                }
            )
        agreement = self._get_agreement()
        own.env["payment.reminder.mirror.customer"]._match(
            own.company_id, "csv", agreement, customers
        )
        Invoice = own.env["payment.reminder.mirror.invoice"]
        closing = own._find_closing(good, bad) if self.is_complete else Invoice
        changed = Invoice._take_over(
            own.company_id, "csv", agreement, [self._prepare_told(r) for r in good], now
        )
        closing._vanish("paid", now)
        (changed | closing)._follow()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "payment_reminders_mirror.payment_reminder_mirror_invoice_action"
            ),
            "target": "main",
        }

    # -- steps --------------------------------------------------------------------

    def _check_manager(self):
        self.env["res.users"]._check_reminder_manager()
        if self.company_id not in self.env.companies:
            raise UserError(self.env._("You have no access to this company."))

    def _get_table(self):
        try:
            return read_table(base64.b64decode(self.file or b""))
        except FileError as error:
            raise UserError(self.env._(FILE_ERRORS[str(error)])) from error

    def _get_targets(self):
        return {
            column.position: Target(column.target)
            for column in self.column_ids
            if column.target
        }

    def _get_missing(self):
        """Return what no column was chosen for, or more than one."""
        chosen = list(self._get_targets().values())
        return [target for target in REQUIRED if target not in chosen] + [
            target for target in set(chosen) if chosen.count(target) > 1
        ]

    def _get_agreement(self):
        return str(self.company_id.id)

    def _get_customer(self, row):
        return row.customer_number or row.customer_name

    @api.model
    def _say(self, sentence, *words):
        """Return a sentence of this file in the reader's language, with these words."""
        translated = self.env._(sentence)
        return translated % words if "%s" in translated else translated

    def _read_rows(self):
        """Return (rows that can be imported, [(refused row, why)])."""
        rows = read_rows(
            self._get_table(), self._get_targets(), self.company_id.currency_id.name
        )
        known = set(
            self.env["payment.reminder.mirror.customer"]
            .sudo()
            .search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("source", "=", "csv"),
                    ("number", "in", [row.customer_number for row in rows]),
                ]
            )
            .mapped("number")
        )
        named = {row.customer_number for row in rows if row.customer_name}
        currencies = set(
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "in", list({row.currency for row in rows}))])
            .mapped("name")
        )
        contradicting = self._find_contradictions(rows)
        good, bad = [], []
        for row in rows:
            why = [self._say(REASONS[reason], text) for reason, text in row.reasons]
            if (
                row.customer_number
                and not row.customer_name
                and row.customer_number not in known | named
            ):
                why.append(self._say(UNKNOWN_CUSTOMER, row.customer_number))
            if sentence := contradicting.get(self._get_customer(row)):
                why.append(self._say(sentence, self._get_customer(row)))
            if not why and row.currency not in currencies:
                why.append(self._say(UNKNOWN_CURRENCY, row.currency))
            if why:
                bad.append((row, "; ".join(why)))
            else:
                good.append(row)
        return good, bad

    def _find_contradictions(self, rows):
        """Return {customer: why} of those who may be two: none of their rows is taken.

        Two towns have a Hansen each: without a number of the program they are told
        apart by what else is written of them.
        """
        country = self.company_id.country_id.code or ""
        numbers, addresses = defaultdict(set), defaultdict(set)
        for row in rows:
            key = self._get_customer(row)
            numbers[key].add(bare(row.vat or "", country))
            if not row.customer_number:
                addresses[key].add(fold(row.email))
        return {
            **{
                key: TWO_ADDRESSES
                for key, found in addresses.items()
                if len(found - {""}) > 1
            },
            **{
                key: TWO_CUSTOMERS
                for key, found in numbers.items()
                if key and len(found - {""}) > 1
            },
        }

    def _find_closing(self, good, bad):
        """Return the open invoices that a complete file does not name.

        One whose row is refused is in it all the same.
        """
        named = [row.number for row in good] + [row.number for row, _why in bad]
        return (
            self.env["payment.reminder.mirror.invoice"]
            .sudo()
            .search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("source", "=", "csv"),
                    ("state", "=", "open"),
                    ("number", "not in", named),
                ]
            )
        )

    @api.model
    def _prepare_row_vals(self, row, why):
        return {
            "line": row.line,
            "number": row.number,
            "customer": row.customer_name or row.customer_number,
            "date_due": row.date_due,
            "currency": row.currency,
            "amount": float(row.amount),
            "residual": float(row.residual),
            "reason": why or False,
        }

    def _prepare_told(self, row):
        is_credit = row.residual < 0 or row.amount < 0
        return {
            "number": row.number,
            "customer": self._get_customer(row),
            "kind": "credit_note" if is_credit else "invoice",
            "date": row.day or False,
            "date_due": row.date_due or False,
            "currency": row.currency,
            "amount_total": Decimal(row.amount),
            "amount_residual": Decimal(row.residual),
            "reference": row.reference or False,
        }

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import Invoices"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }


class PaymentReminderMirrorImportColumn(models.TransientModel):
    """One column of the file, and what it is."""

    _name = "payment.reminder.mirror.import.column"
    _description = "Column of an Import"
    _order = "position"

    import_id = fields.Many2one(
        "payment.reminder.mirror.import", required=True, ondelete="cascade"
    )
    position = fields.Integer(readonly=True)
    name = fields.Char(string="Column", readonly=True)
    sample = fields.Char(string="First value", readonly=True)
    target = fields.Selection(
        [
            ("number", "Invoice number"),
            ("customer_number", "Customer number"),
            ("customer_name", "Customer name"),
            ("email", "E-mail"),
            ("vat", "Company number"),
            ("date", "Invoice date"),
            ("date_due", "Due date"),
            ("currency", "Currency"),
            ("amount", "Total"),
            ("residual", "Open amount"),
            ("reference", "Payment reference"),
        ],
        string="Is",
    )


class PaymentReminderMirrorImportRow(models.TransientModel):
    """One row of the file as it was read, or why it is refused."""

    _name = "payment.reminder.mirror.import.row"
    _description = "Row of an Import"
    _order = "id"

    import_id = fields.Many2one(
        "payment.reminder.mirror.import", required=True, ondelete="cascade"
    )
    line = fields.Integer(string="Row", readonly=True)
    number = fields.Char(readonly=True)
    customer = fields.Char(readonly=True)
    date_due = fields.Date(string="Due date", readonly=True)
    currency = fields.Char(readonly=True)
    amount = fields.Float(string="Total", digits=(16, 2), readonly=True)
    residual = fields.Float(string="Open", digits=(16, 2), readonly=True)
    reason = fields.Char(string="Refused because", readonly=True)
