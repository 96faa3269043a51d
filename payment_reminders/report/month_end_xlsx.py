import io

import xlsxwriter

from odoo import api, models

from .month_end import AMOUNT, NUMBER, OWN, TEXT


class PaymentReminderMonthEnd(models.TransientModel):
    _inherit = "payment.reminder.month.end"

    def _make_spreadsheet(self):
        """Return the sheet as the bytes of an .xlsx file."""
        output = io.BytesIO()
        with xlsxwriter.Workbook(output, {"in_memory": True}) as book:
            bold = book.add_format({"bold": True})
            sections = self._get_sections()
            formats, totals = self._make_formats(book, sections)
            for section in sections:
                # Excel takes at most 31 letters, and some of them not at all.
                title = "".join(c for c in section["title"] if c not in "[]:*?/\\")
                page = book.add_worksheet(title[:31])
                page.set_column(0, 1, 28)
                page.set_column(2, len(section["columns"]), 14)
                page.write_string(0, 0, f"{self.company_id.name}, {self.date}", bold)
                page.write_string(1, 0, section["note"])
                for place, (label, _kind) in enumerate(section["columns"]):
                    page.write_string(2, place, label, bold)
                for number, row in enumerate(section["rows"], start=3):
                    self._write_row(page, number, row, section["columns"], formats)
                if section["total"]:
                    number = 3 + len(section["rows"])
                    self._write_row(
                        page, number, section["total"], section["columns"], totals
                    )
        return output.getvalue()

    def _make_formats(self, book, sections):
        """Return {column type: format} of rows and of totals.

        What is in currencies of its own has a format for each of them.
        """
        plain = {
            AMOUNT: {"num_format": self._get_number_format(self.currency_id)},
            NUMBER: {"num_format": "0"},
            TEXT: {},
        }
        formats = {kind: book.add_format(given) for kind, given in plain.items()}
        totals = {
            kind: book.add_format({"bold": True, "top": 1, **given})
            for kind, given in plain.items()
        }
        currencies = {
            value[1]
            for section in sections
            for row in section["rows"]
            for value, (_label, kind) in zip(row, section["columns"], strict=True)
            if kind == OWN
        }
        for currency in currencies:
            own = f'{self._get_number_format(currency)} "{currency.name}"'
            formats[OWN, currency] = book.add_format({"num_format": own})
        return formats, totals

    @api.model
    def _get_number_format(self, currency):
        digits = currency.decimal_places
        return "#,##0" + ("." + "0" * digits if digits else "")

    @api.model
    def _write_row(self, page, number, row, columns, formats):
        for place, (value, (_label, kind)) in enumerate(zip(row, columns, strict=True)):
            if kind == OWN and value:
                amount, currency = value
                page.write_number(number, place, amount, formats[OWN, currency])
            elif kind in (TEXT, OWN):
                # Names come from outside: as text they are never taken for a formula.
                page.write_string(number, place, value, formats[TEXT])
            else:
                page.write_number(number, place, value, formats[kind])
