from odoo import fields, http
from odoo.http import request

from ..models.decimals import to_decimal
from ..rules import customer_input
from ..rules import plan as plan_rules
from .portal_access import ReminderAccess


class ReminderPlans(ReminderAccess):
    """Proposing to pay in instalments, or promising to pay by a day."""

    @http.route(
        ["/my/reminders/<int:case_id>/plan"],
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        methods=["GET"],
    )
    def portal_reminder_plan(
        self, case_id, access_token=None, count=None, first=None, **_kwargs
    ):
        """Show what instalments would look like, and a promise as the short way."""
        case = self._open_reminder_case(case_id, access_token)
        if not case:
            return self._refuse_reminder_visit(case_id, access_token)
        errors = []
        parts = self._read_plan(case, count, first, errors) if count or first else ()
        return self._show_plan(case, access_token, count, first, parts, errors)

    @http.route(
        ["/my/reminders/<int:case_id>/plan"],
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        methods=["POST"],
    )
    def portal_reminder_plan_proposed(
        self, case_id, access_token=None, count=None, first=None, note="", **_kwargs
    ):
        """Take a plan that the customer proposes."""
        case = self._open_reminder_case(case_id, access_token, "write")
        if not case:
            return self._refuse_reminder_visit(case_id, access_token)
        errors = []
        parts = self._read_plan(case, count, first, errors)
        if errors:
            return self._show_plan(case, access_token, count, first, (), errors)
        case._propose_plan("plan", parts, customer_input.clean_text(note or "", 1000))
        return self._redirect_to_case(case, access_token, "#plans")

    @http.route(
        ["/my/reminders/<int:case_id>/promise"],
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        methods=["POST"],
    )
    def portal_reminder_promise(self, case_id, access_token=None, day=None, **_kwargs):
        """Take the customer's promise to pay everything by a day."""
        case = self._open_reminder_case(case_id, access_token, "write")
        if not case:
            return self._refuse_reminder_visit(case_id, access_token)
        errors = []
        company = case.company_id
        limits = plan_rules.Limits(
            max_parts=1 if company.reminder_promise_days else 0,
            max_days=company.reminder_promise_days,
        )
        parts = self._read_parts(case, 1, day, limits, errors)
        if errors:
            return self._show_plan(case, access_token, None, None, (), errors)
        case._propose_plan("promise", parts)
        return self._redirect_to_case(case, access_token, "#plans")

    def _read_plan(self, case, count, first, errors):
        """Return the instalments that a form asks for; say in words what is wrong."""
        limits = case.company_id._get_reminder_plan_limits()
        text = str(count or "")
        number = int(text) if text.isascii() and text.isdigit() else 0
        # Not divided into more parts than anybody allows.
        count = min(number, limits.max_parts + 1)
        fee = case._get_plan_fee() if case.company_id.reminder_plan_fee else 0.0
        return self._read_parts(case, count, first, limits, errors, fee)

    def _read_parts(self, case, count, first, limits, errors, fee=0.0):
        if case.plan_ids.filtered(lambda p: p.state in ("proposed", "active")):
            errors.append(request.env._("There is a plan or a promise already."))
            return ()
        try:
            day = fields.Date.to_date(first or "")
        except ValueError:
            day = None
        if not day:
            errors.append(request.env._("Please choose a day."))
            return ()
        today = case.company_id._get_reminder_today()
        if (day - today).days > 3650:
            errors.append(request.env._("Please choose an earlier day."))
            return ()
        digits = case.currency_id.decimal_places
        total = to_decimal(case._get_plan_base() + fee, digits)
        try:
            parts = plan_rules.propose(total, count, day, digits)
        except plan_rules.PlanError:
            errors.append(request.env._("Please choose another number of instalments."))
            return ()
        words = self._get_limit_words(case, limits)
        errors += [words[code] for code in plan_rules.check(parts, limits, today)]
        return parts

    def _get_limit_words(self, case, limits):
        least = case.currency_id.format(float(limits.min_amount))
        return {
            "none": request.env._("Please choose another number of instalments."),
            "past": request.env._("Please choose a day after today."),
            "too_many": request.env._(
                "You can propose %s instalments at most.", limits.max_parts
            ),
            "too_late": request.env._(
                "Please pay everything within %s days.", limits.max_days
            ),
            "too_small": request.env._("An instalment is %s at least.", least),
        }

    def _show_plan(self, case, access_token, count, first, parts, errors):
        company = case.company_id
        today = company._get_reminder_today()
        values = self._get_reminder_values(
            case,
            access_token,
            company=company,
            base=case._get_plan_base(),
            parts=[(part.due, float(part.amount)) for part in parts],
            errors=errors,
            count=count or min(3, company.reminder_plan_max_parts),
            first=first or fields.Date.to_string(fields.Date.add(today, days=14)),
            promise_first=fields.Date.add(today, days=1),
            promise_last=fields.Date.add(today, days=company.reminder_promise_days),
        )
        return self._keep_private(
            request.render("payment_reminders.portal_reminder_plan", values)
        )
