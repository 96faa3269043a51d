from odoo import http
from odoo.http import request

from ...models.ir_attachment import SANDBOX
from ...tools.ids import MAX_ID
from .access import ReminderAccess, page_route, parse_day, parse_number


class ReminderPortal(ReminderAccess):
    """The customer's page: what is owed, and why."""

    def _prepare_home_portal_values(self, counters):
        # EXTENDS portal
        values = super()._prepare_home_portal_values(counters)
        if "reminder_count" in counters:
            values["reminder_count"] = len(self._find_own_reminder_cases())
        return values

    def _find_own_reminder_cases(self):
        """Return the open cases of the customer who is logged in."""
        # sudo: a customer has no rights on the model; the domain is what is theirs
        return (
            request.env["payment.reminder.case"]
            .sudo()
            .search(
                [
                    (
                        "partner_id",
                        "=",
                        request.env.user.partner_id.commercial_partner_id.id,
                    ),
                    ("state", "!=", "closed"),
                ]
            )
        )

    @http.route(
        ["/my/reminders"], type="http", auth="user", website=True, sitemap=False
    )
    def portal_reminder_cases(self, **_kwargs):
        """List the open cases of the customer who is logged in."""
        self._count_reminder_call("read")
        cases = self._find_own_reminder_cases().with_context(lang=request.env.lang)
        return self._show_page(
            "portal_reminder_cases", cases=cases, page_name="reminders"
        )

    @page_route("/<reminder_number:case_id>")
    def portal_reminder_case(self, case_id, access_token=None, day=None, **_kwargs):
        """Show a customer what is owed in one case, with every way on from there.

        :param day: what it comes to is shown for this day (ISO date; default: today)
        """
        case = self._open_reminder_case(case_id, access_token)
        if not case:
            return self._refuse_reminder_visit(case_id, access_token)
        return self._show_page(
            "portal_reminder_case", **self._prepare_case_page(case, access_token, day)
        )

    def _prepare_case_page(self, case, access_token, day=None):
        """Return the values of the page of a case."""
        values = self._get_reminder_values(case, access_token)
        items = case._get_page_items()
        ledger, settled = case._get_page_ledger()
        letters, old_letters = case._get_page_letters()
        return {
            **values,
            "items": items,
            "payments": case._get_page_payments(),
            "receipt": case._get_page_receipt(),
            "reference": case._get_page_reference(),
            "ledger": ledger,
            "settled": settled,
            "letters": letters,
            "old_letters": old_letters,
            "transfers": {item.id: case._get_page_transfer(item) for item in items},
            "forecast": case._get_page_forecast(parse_day(day) or values["today"]),
            "reminder": case._get_page_reminder(),
        }

    @page_route("/<reminder_number:case_id>/pay/<reminder_number:item_id>")
    def portal_reminder_invoice(self, case_id, item_id, access_token=None, **_kwargs):
        """Lead to Odoo's page of one invoice of the case."""
        case = self._open_reminder_case(case_id, access_token)
        item = case and case.item_ids.filtered(lambda i: i.id == item_id)
        if not item or not item._is_of_customer():
            return self._refuse_reminder_visit(case_id, access_token)
        if item.source_ref:
            token = case._portal_ensure_token()
            return request.redirect(f"/my/reminders/{case.id}?access_token={token}")
        return request.redirect(item.move_id.get_portal_url())

    @page_route("/<reminder_number:case_id>/letter/<reminder_number:reminder_id>")
    def portal_reminder_letter(
        self, case_id, reminder_id, access_token=None, **_kwargs
    ):
        """Give a notice that was sent to the customer as a PDF."""
        case = self._open_reminder_case(case_id, access_token, "letter")
        notice = case and case.reminder_ids.filtered(
            lambda r: (
                r.id == reminder_id and r.state == "sent" and not r.taken_over_id
            )
        )
        if not notice:
            return self._refuse_reminder_visit(case_id, access_token)
        return self._give_pdf(notice._render_letter_pdf(), f"{case.name}-{notice.id}")

    @page_route("/<reminder_number:case_id>/receipt")
    def portal_reminder_receipt(self, case_id, access_token=None, **_kwargs):
        """Give who has paid everything a receipt as a PDF."""
        case = self._open_reminder_case(case_id, access_token, "letter")
        if not case or not case._get_page_receipt():
            return self._refuse_reminder_visit(case_id, access_token)
        name = request.env._("Receipt %s", case.name)
        return self._give_pdf(case._render_receipt_pdf(), name)

    @page_route("/<reminder_number:case_id>/statement")
    def portal_reminder_statement(self, case_id, access_token=None, **_kwargs):
        """Give the customer all that is open on the account as a PDF."""
        case = self._open_reminder_case(case_id, access_token, "letter")
        if not case or not (case._get_page_items() or case.amount_claim):
            return self._refuse_reminder_visit(case_id, access_token)
        name = request.env._("Statement of account %s", case.partner_id.name)
        return self._give_pdf(case._render_statement_pdf(), name)

    def _give_pdf(self, content, name):
        """Answer with a PDF, as a download.

        :param name: of the file, without its ending
        """
        return self._keep_private(
            request.make_response(
                content,
                headers=[
                    ("Content-Type", "application/pdf"),
                    ("Content-Disposition", http.content_disposition(f"{name}.pdf")),
                    ("X-Content-Type-Options", "nosniff"),
                    ("Content-Security-Policy", SANDBOX),
                ],
            )
        )

    @page_route("/<reminder_number:case_id>/file/<reminder_number:file_id>")
    def portal_reminder_file(self, case_id, file_id, access_token=None, **_kwargs):
        """Give the customer a file that came with an answer, as a download."""
        case = self._open_reminder_case(case_id, access_token, "file")
        file = case and case.query_ids.answer_file_ids.filtered(
            lambda f: f.id == file_id
        )
        if not file:
            return self._refuse_reminder_visit(case_id, access_token)
        return self._keep_private(file._to_http_stream().get_response())

    @page_route("/link", "POST")
    def portal_reminder_new_link(self, case_id="", access_token="", **_kwargs):
        """Mail a new link to the known address, if the old one was right once.

        The answer is the same in any case.
        """
        self._count_reminder_call("new_link")
        number = parse_number(case_id)
        # sudo: the signature of the old link is what is checked
        Case = request.env["payment.reminder.case"].sudo()
        case = Case.browse(number).exists() if 0 < number <= MAX_ID else Case
        if case and case._judge_link(access_token):
            self._count_reminder_call("new_link", case)
            case._send_new_link()
        return self._show_page("portal_reminder_link_sent", no_breadcrumbs=True)

    @page_route("/<path:nowhere>")
    def portal_reminder_nowhere(self, **_kwargs):
        """Answer to what leads nowhere as to any link that opens nothing.

        Odoo would go on to look for a file of that address, and fail on a NUL in it.
        """
        self._count_reminder_call("read")
        return self._refuse_reminder_visit(0)
