import io

import xlsxwriter

from odoo import api, models

from .payment_reminder_month_end import AMOUNT, NUMBER, TEXT


class PaymentReminderMonthEnd(models.TransientModel):
    _inherit = "payment.reminder.month.end"

    def _make_spreadsheet(self):
        """Return the sheet as the bytes of an .xlsx file."""
        output = io.BytesIO()
        with xlsxwriter.Workbook(output, {"in_memory": True}) as book:
            bold = book.add_format({"bold": True})
            digits = self.currency_id.decimal_places
            money = {"num_format": "#,##0" + ("." + "0" * digits if digits else "")}
            formats = {
                AMOUNT: book.add_format(money),
                NUMBER: book.add_format({"num_format": "0"}),
                TEXT: book.add_format(),
            }
            totals = {
                kind: book.add_format({"bold": True, "top": 1, **extra})
                for kind, extra in ((AMOUNT, money), (NUMBER, {}), (TEXT, {}))
            }
            for section in self._get_sections():
                # Excel takes at most 31 letters, and some of them not at all.
                title = "".join(c for c in section["title"] if c not in "[]:*?/\\")
                page = book.add_worksheet(title[:31])
                page.set_column(0, 1, 28)
                page.set_column(2, len(section["columns"]), 14)
                page.write_string(0, 0, f"{self.company_id.name}, {self.date}", bold)
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

    @api.model
    def _write_row(self, page, number, row, columns, formats):
        for place, (value, (_label, kind)) in enumerate(zip(row, columns, strict=True)):
            # Names come from outside: as text they are never taken for a formula.
            write = page.write_string if kind == TEXT else page.write_number
            write(number, place, value, formats[kind])
