"""What the scheduled action does for Amili beside the core's: pages, and documents."""

import logging
from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.payment_reminders.rules.handover import THERE
from odoo.addons.payment_reminders.tools import transactions

from .handover import UPLOADS

_logger = logging.getLogger(__name__)

#: With fewer than these, each case is read alone.
MANY = 20
#: Each case is read once a day.
READ_EVERY = timedelta(hours=20)
#: So many invoices are sent along in one start of the scheduled action.
BUDGET = 500


class PaymentReminderHandover(models.Model):
    _inherit = "payment.reminder.handover"

    @api.model
    def _cron_handover(self):
        # EXTENDS payment_reminders
        is_copy = self.env["payment.reminder.facts"]._is_neutralized()
        if not is_copy:
            self.sudo()._read_amili_pages()
        result = super()._cron_handover()
        if not is_copy:
            self.sudo()._upload_amili_invoices()
        return result

    def _read_when_opened(self):
        # EXTENDS payment_reminders: nobody waits for a page while hundreds are given
        asked = self.filtered(
            lambda r: (
                not r._is_amili()
                or (
                    not r.company_id._get_amili_obstacle()
                    and r.company_id._get_amili().is_free()
                )
            )
        )
        return super(PaymentReminderHandover, asked)._read_when_opened()

    @api.model
    def _read_amili_pages(self):
        """Read a hundred cases a call, where many are to be read.

        What is on no page is read alone, by the core: it may have been closed.
        """
        asked = fields.Datetime.now() - READ_EVERY
        due = self.search(
            [
                ("provider", "=", "amili"),
                ("state", "in", [str(state) for state in THERE]),
                ("external_id", "!=", False),
                "|",
                ("checked_at", "=", False),
                ("checked_at", "<", asked),
            ]
        )
        for company, records in due.grouped("company_id").items():
            if len(records) < MANY or company._get_amili_obstacle():
                continue
            by_id = records.grouped("external_id")
            amili = company._get_amili()
            for heard, cases in amili.iterate_open(company.amili_creditor_id):
                company._note_amili_apart(heard)
                self._note_readings(
                    {
                        record: record._read_amili_case(case)
                        for case in cases
                        for record in by_id.get(case.id, ())
                    }
                )

    @api.model
    def _upload_amili_invoices(self):
        """Send invoices along to cases that were made. Nothing depends on it."""
        waiting = self.search(
            [("amili_media", "=", "waiting"), ("external_id", "!=", False)],
            limit=BUDGET,
        )
        for record in waiting:
            if record.company_id._get_amili_obstacle():
                continue
            try:
                name, content = record._get_invoice_file()
            except Exception:
                _logger.exception("The invoice of hand-over %s", record.id)
                content = b""
            heard = None
            if content:
                amili = record.company_id._get_amili()
                heard = amili.upload(record.external_id, name, content)
            record._in_own_transaction(
                lambda own, heard=heard: own._note_amili_media(heard)
            )
        transactions.commit(self.env)

    def _note_amili_media(self, heard):
        """Note whether the invoice arrived.

        :param heard: None when there is no PDF
        """
        if heard and heard.is_good:
            self.amili_media = "sent"
        elif heard and heard.outcome in ("throttled", "unavailable", "auth"):
            # It was not tried in earnest.
            return
        else:
            self.amili_media_tries += 1
            if self.amili_media_tries >= UPLOADS or not heard:
                self.amili_media = "failed"
        if self.amili_media != "waiting":
            payload = {**self._get_payload(), "media": self.amili_media}
            self.case_id._log_event("handover_state", payload)
