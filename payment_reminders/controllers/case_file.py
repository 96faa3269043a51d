from odoo import http
from odoo.http import content_disposition, request

from ..tools.ids import MAX_ID


class CaseFile(http.Controller):
    """The case file, for people who may read the case."""

    @http.route(
        "/payment_reminders/case/<reminder_number:case_id>/file.json",
        type="http",
        auth="user",
        methods=["GET"],
    )
    def download_case_file(self, case_id):
        case = request.env["payment.reminder.case"].browse(case_id)
        if case_id > MAX_ID or not case.exists() or not case.has_access("read"):
            raise request.not_found()
        files = request.env["payment.reminder.case.file"]
        return request.make_response(
            files._to_json(case),
            [
                ("Content-Type", "application/json; charset=utf-8"),
                (
                    "Content-Disposition",
                    content_disposition(f"{files._get_name(case)}.json"),
                ),
                ("Cache-Control", "no-store"),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )
