from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal


class ReminderPortal(CustomerPortal):
    @http.route(
        ["/my/reminders/<int:case_id>"], type="http", auth="public", website=True
    )
    def portal_reminder_case(self, case_id, access_token=None, **_kwargs):
        """Show a customer what is owed in one case, with a way to pay each invoice."""
        case = self._get_reminder_case(case_id, access_token)
        if not case:
            return request.redirect("/my")
        case = self._use_customer_language(case)
        items = case.item_ids.filtered(lambda item: item.amount_residual > 0)
        return request.render(
            "payment_reminders.portal_reminder_case",
            {
                "case": case,
                "items": items,
                "access_token": access_token,
                "page_name": "reminder",
                "reminder": case.reminder_ids.filtered(
                    lambda r: r.state == "sent"
                ).sorted("sent_date")[-1:],
            },
        )

    @http.route(
        ["/my/reminders/<int:case_id>/pay/<int:item_id>"],
        type="http",
        auth="public",
        website=True,
    )
    def portal_reminder_pay(self, case_id, item_id, access_token=None, **_kwargs):
        """Lead to the page of one invoice of the case, where it can be paid."""
        case = self._get_reminder_case(case_id, access_token)
        item = case and case.item_ids.filtered(lambda i: i.id == item_id)
        if not item or not item.move_id:
            return request.redirect("/my")
        return request.redirect(item.move_id.get_portal_url())

    def _use_customer_language(self, case):
        """Show a page to whom we do not know in the language of our letters."""
        last = case.reminder_ids.sorted("id")[-1:]
        code = last._get_partner_lang() if last else case.partner_id.lang
        lang = request.env["res.lang"]._get_data(code=code)
        if not lang or not request.env.user._is_public():
            return case
        request.lang = lang
        request.update_context(lang=lang.code)
        return case.with_context(lang=lang.code)

    def _get_reminder_case(self, case_id, access_token):
        """Return the case if the caller may see it, else None; never says which."""
        if not (access_token or "").isascii():
            # The comparison in constant time takes no other characters.
            return None
        try:
            return self._document_check_access(
                "payment.reminder.case", case_id, access_token
            )
        except (AccessError, MissingError):
            return None
