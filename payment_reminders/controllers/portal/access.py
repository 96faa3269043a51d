"""Who may open the page of a case, and how often anything may be asked for."""

from urllib.parse import quote

from werkzeug.exceptions import TooManyRequests

from odoo import fields, http
from odoo.http import request
from odoo.tools import formatLang

from odoo.addons.portal.controllers.portal import CustomerPortal

from ...rules import customer_input
from ...tools.ids import MAX_ID
from ...tools.visitor import Visitor

#: {what: (calls of one address, seconds)}
LIMITS = {
    "read": (240, 60),
    "write": (30, 3600),
    "pay": (60, 3600),
    "letter": (20, 3600),
    "file": (60, 3600),
    "wrong_link": (60, 3600),
    "new_link": (10, 3600),
}
#: {what: (calls on one case, by whomever, seconds)}
CASE_LIMITS = {
    "write": (20, 3600),
    "pay": (40, 3600),
    "letter": (20, 3600),
    "file": (60, 3600),
    "new_link": (3, 86400),
}
MAX_DIGITS = len(str(MAX_ID))


def page_route(path, method="GET", **routing):
    """Return the route of a page that anybody may call; who may see is judged in it.

    :param path: what follows ``/my/reminders``
    """
    return http.route(
        [f"/my/reminders{path}"],
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        methods=[method],
        **routing,
    )


class ReminderAccess(CustomerPortal):
    """What all routes of the customer's page share. It has no route of its own."""

    def _open_reminder_case(self, case_id, access_token=None, what="read"):
        """Return the case that the visitor may see, as superuser, or None.

        A stranger cannot tell a case that does not exist from one of somebody else.

        :param what: key of LIMITS, which is counted
        :raise TooManyRequests: when it was asked for too often
        """
        self._count_reminder_call(what)
        case = self._find_reminder_case(case_id, access_token)
        if not case:
            if access_token:
                self._count_reminder_call("wrong_link")
            return None
        self._count_reminder_call(what, case)
        return self._use_customer_language(case)

    def _find_reminder_case(self, case_id, access_token):
        # sudo: a customer has no rights on the models; who may see the case is
        # judged right here, by the signed link or by the login
        Case = request.env["payment.reminder.case"].sudo()
        case = Case.browse(case_id).exists() if 0 < case_id <= MAX_ID else Case
        if access_token:
            # A wrong link is never mended by a login: it says nothing.
            return case if case and case._judge_link(access_token) == "valid" else None
        if not case or request.env.user._is_public():
            return None
        user = request.env.user
        if case.partner_id == user.partner_id.commercial_partner_id:
            return case
        # A colleague looks at what the customer sees.
        own = case.with_user(user)
        return case if not user.share and own.has_access("read") else None

    def _count_reminder_call(self, what, case=None):
        """Count a call, and refuse it when there were too many."""
        limits = CASE_LIMITS if case else LIMITS
        if what not in limits:
            return
        who = f"case {case.id}" if case else request.httprequest.remote_addr
        throttle = request.env["payment.reminder.throttle"].sudo()
        if not throttle._allow(what, who, *limits[what]):
            raise TooManyRequests()

    def _use_customer_language(self, case):
        """Show a page to whom we do not know in the language of our letters."""
        code = case._get_page_lang()
        lang = request.env["res.lang"]._get_data(code=code)
        if not lang or not request.env.user._is_public():
            return case.with_context(lang=request.env.lang)
        request.lang = lang
        request.update_context(lang=lang.code)
        return case.with_context(
            lang=lang.code, reminder_visitor=Visitor(case.partner_id.id)
        )

    def _refuse_reminder_visit(self, case_id, access_token=None):
        """Answer to any link that opens nothing, whatever the reason: always alike."""
        response = self._show_page(
            "portal_reminder_no_entry",
            case_id=case_id,
            access_token=access_token or "",
            page_name="reminder_link",
            no_breadcrumbs=True,
        )
        response.status_code = 404
        return response

    def _show_page(self, template, **values):
        """Answer with a page of ours, which says in what language it is."""
        lang = {"lang": request.env.lang.replace("_", "-")}
        response = request.render(
            f"payment_reminders.{template}", {"html_data": lang, **values}
        )
        return self._keep_private(response)

    def _keep_private(self, response):
        """Let no cache keep the page, and no site that is linked to learn its link."""
        response.headers["Cache-Control"] = "no-store, private"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    def _redirect_to_case(self, case, access_token=None, anchor=""):
        """Go to the page of the case: an address of ours, nothing of the visitor's."""
        query = f"?access_token={access_token}" if access_token else ""
        return request.redirect(
            f"/my/reminders/{case.id}{query}{anchor}", code=303, local=True
        )

    def _get_reminder_values(self, case, access_token, **more):
        """Return what every page of a case needs."""
        return {
            "case": case,
            "access_token": access_token or "",
            "link": f"?access_token={access_token}" if access_token else "",
            "currency": case.currency_id,
            "today": case.company_id._get_reminder_today(),
            "page_name": "reminder",
            "write_amount": lambda amount: write_amount(case, amount),
            "quote_amount": lambda amount: quote(write_amount(case, amount)),
            **more,
        }


def keep_texts(form):
    """Return a form without what is no text: a file may come under any name."""
    return {name: value for name, value in form.items() if isinstance(value, str)}


def write_amount(case, amount):
    """Return an amount of a case as the page writes numbers, without its currency."""
    return formatLang(case.env, amount, digits=case.currency_id.decimal_places)


def parse_amount(case, text):
    """Return an amount that a visitor wrote, or None when it is none, or in doubt."""
    point = request.env["res.lang"]._get_data(code=case.env.lang).decimal_point
    digits = case.currency_id.decimal_places
    amount = customer_input.read_amount(text, digits, point or ".")
    return None if amount is None else float(amount)


def parse_number(text):
    """Return an id or a count that a visitor sent, or 0 when it is none."""
    text = str(text or "")
    is_number = len(text) <= MAX_DIGITS and text.isascii() and text.isdigit()
    return int(text) if is_number else 0


def parse_day(text):
    """Return a day that a visitor sent (ISO), or None when it is none."""
    try:
        return fields.Date.to_date(text) if text else None
    except (ValueError, TypeError):
        return None
