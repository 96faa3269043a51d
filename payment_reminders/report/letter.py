from odoo import api, models
from odoo.tools import float_repr, format_date

from odoo.addons.base.models.ir_actions_report import _wkhtml

#: Without its patched Qt wkhtmltopdf draws everything at this share of its size
#: (measured on 0.12.6), and takes no option that changes it.
UNPATCHED_SCALE = 0.7654


class ReportLetter(models.AbstractModel):
    """What the report of letters shows; it needs nothing of the web client's."""

    _name = "report.payment_reminders.report_letter"
    _description = "Payment Reminder Letter"

    @api.model
    def _get_report_values(self, docids, data=None):
        reminders = self.env["payment.reminder"].browse(docids)
        reminders.check_access("read")
        return self._prepare_page(
            [reminder._prepare_letter_sheet() for reminder in reminders]
        )

    @api.model
    def _prepare_page(self, letters):
        """Return the values of a page with sheets on it.

        :param letters: of ``_prepare_letter_sheet`` or :meth:`_prepare_sheet`
        """
        scale = 1.0 if _wkhtml().is_patched_qt else UNPATCHED_SCALE
        return {"letters": letters, "zoom": float_repr(1 / scale, 4)}

    @api.model
    def _prepare_sheet(self, company, partner, subject, body, **facts):
        """Return a sheet that is no notice, in the language of the context.

        :param partner: whom it is for
        :param body: HTML
        :param facts: date and customer, formatted, and the number of the case, if any
        """
        return {
            "lang": self.env.lang,
            "window": company.reminder_letter_window,
            "notice": "",
            "to": partner._get_reminder_address(company.country_id),
            "sender": company._prepare_reminder_letterhead(partner.country_id),
            "logo": company._get_reminder_logo(),
            "subject": subject,
            "body": body,
            "date": format_date(self.env, company._get_reminder_today()),
            "customer": partner.commercial_partner_id.name,
            **facts,
        }

    @api.model
    def _print_sheets(self, letters):
        """Return sheets as one PDF."""
        html = self.env["ir.actions.report"]._render_template(
            "payment_reminders.report_letter", self._prepare_page(letters)
        )
        html = html.decode() if isinstance(html, bytes) else html
        return self.env["payment.reminder"]._print_letter_html(html)
