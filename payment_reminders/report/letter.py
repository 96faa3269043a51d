from odoo import api, models
from odoo.tools import float_repr

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
        scale = 1.0 if _wkhtml().is_patched_qt else UNPATCHED_SCALE
        return {
            "letters": [reminder._prepare_letter_sheet() for reminder in reminders],
            "zoom": float_repr(1 / scale, 4),
        }
