import io

from odoo import api, models

LETTER = "payment_reminders.report_letter"
STATEMENT = "payment_reminders.report_statement"


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        # EXTENDS base: a letter brings its own page, styles and pictures, and is
        # measured for an envelope.
        name = res_ids and self._get_report(report_ref).report_name
        if name in (LETTER, STATEMENT):
            notices = self.env["payment.reminder"].browse(res_ids)
            pdf = notices._render_letter_pdf(name)
            return {False: {"stream": io.BytesIO(pdf), "attachment": None}}
        return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids)

    @api.model
    def _build_wkhtmltopdf_args(self, paperformat_id, *args, **kwargs):
        # EXTENDS base
        command_args = super()._build_wkhtmltopdf_args(paperformat_id, *args, **kwargs)
        if paperformat_id == self.env.ref(
            "payment_reminders.paperformat_letter", raise_if_not_found=False
        ):
            # Nothing on it moves: no second of waiting for scripts.
            at = command_args.index("--javascript-delay")
            command_args[at : at + 2] = ["--disable-javascript"]
        return command_args
