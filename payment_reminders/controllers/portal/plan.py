from odoo import fields

from ...rules import customer_input
from .access import ReminderAccess, keep_texts, page_route, parse_day, parse_number


class ReminderPlans(ReminderAccess):
    """Proposing to pay in instalments, or promising to pay by a day."""

    @page_route("/<reminder_number:case_id>/plan")
    def portal_reminder_plan(
        self, case_id, access_token=None, count=None, first=None, **_kwargs
    ):
        """Show what instalments would look like, and a promise as the short way."""
        case = self._open_reminder_case(case_id, access_token)
        if not case:
            return self._refuse_reminder_visit(case_id, access_token)
        parts, errors = (
            self._read_plan(case, count, first) if count or first else ((), [])
        )
        return self._show_plan(case, access_token, count, first, parts, errors)

    @page_route("/<reminder_number:case_id>/plan", "POST")
    def portal_reminder_plan_proposed(
        self, case_id, access_token=None, count=None, first=None, **form
    ):
        """Take a plan that the customer proposes."""
        case = self._open_reminder_case(case_id, access_token, "write")
        if not case:
            return self._refuse_reminder_visit(case_id, access_token)
        parts, errors = self._read_plan(case, count, first)
        if errors:
            return self._show_plan(case, access_token, count, first, (), errors)
        note = keep_texts(form).get("note", "")
        case._propose_plan("plan", parts, customer_input.clean_text(note, 1000))
        return self._redirect_to_case(case, access_token, "#plans")

    @page_route("/<reminder_number:case_id>/promise", "POST")
    def portal_reminder_promise(self, case_id, access_token=None, day=None, **_kwargs):
        """Take the customer's promise to pay everything by a day."""
        case = self._open_reminder_case(case_id, access_token, "write")
        if not case:
            return self._refuse_reminder_visit(case_id, access_token)
        parts, errors = case._prepare_promise(parse_day(day))
        if errors:
            return self._show_plan(case, access_token, None, None, (), errors)
        case._propose_plan("promise", parts)
        return self._redirect_to_case(case, access_token, "#plans")

    def _read_plan(self, case, count, first):
        """Return the instalments that a form asks for, and in words what is wrong."""
        return case._prepare_plan(parse_number(count), parse_day(first))

    def _show_plan(self, case, access_token, count, first, parts, errors):
        company = case.company_id
        today = company._get_reminder_today()
        promise_first, promise_last = case._get_promise_days()
        values = self._get_reminder_values(
            case,
            access_token,
            company=company,
            base=case._get_plan_base(),
            parts=[(part.due, float(part.amount)) for part in parts],
            errors=errors,
            count=count or min(3, company.reminder_plan_max_parts),
            first=first or fields.Date.to_string(fields.Date.add(today, days=14)),
            promise_first=promise_first,
            promise_last=promise_last,
        )
        return self._show_page("portal_reminder_plan", **values)
