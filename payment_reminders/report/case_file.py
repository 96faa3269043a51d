from odoo import api, models


class ReportCaseFile(models.AbstractModel):
    _name = "report.payment_reminders.report_case_file"
    _description = "Case File Report"

    @api.model
    def _get_report_values(self, docids, data=None):
        cases = self.env["payment.reminder.case"].browse(docids)
        build = self.env["payment.reminder.case.file"]._build
        return {
            "doc_ids": docids,
            "doc_model": cases._name,
            "docs": cases,
            "files": {case.id: build(case) for case in cases},
            "labels": self._get_labels(),
        }

    @api.model
    def _get_labels(self):
        """Return {what: {code of the file: its word in the reader's language}}."""
        return {
            what: dict(self.env[model]._fields[field]._description_selection(self.env))
            for what, model, field in (
                ("notice", "payment.reminder", "state"),
                ("message", "payment.reminder.delivery", "state"),
                ("channel", "payment.reminder.delivery", "channel"),
                ("cost", "payment.reminder.claim.line", "kind"),
            )
        }
