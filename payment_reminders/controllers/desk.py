from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.http import request

from ..models.desk.heads_up import ACTIONS
from ..rules.lifecycle import WAITING
from ..tools.ids import MAX_ID
from .portal.access import ReminderAccess

#: What is in one of these is past stopping.
BEGUN = ("sending", "sent", "uncertain")


class ReminderDesk(ReminderAccess):
    """The page behind a link of the heads-up: it asks first, and acts on POST alone."""

    @http.route(
        "/reminders/desk/<reminder_number:link_id>/<string:signature>",
        type="http",
        auth="public",
        methods=["GET"],
        sitemap=False,
    )
    def ask(self, link_id, signature, **_kwargs):
        """Show notice and choices, and do nothing: scanners follow links."""
        self._count_reminder_call("read")
        link = self._find_link(link_id, signature)
        return self._show(link, link_id, signature)

    @http.route(
        "/reminders/desk/<reminder_number:link_id>/<string:signature>",
        type="http",
        auth="public",
        methods=["POST"],
        sitemap=False,
    )
    def act(self, link_id, signature, action="", **_kwargs):
        """Do what was chosen, in the name of the person whom the link was sent to."""
        self._count_reminder_call("write")
        link = self._find_link(link_id, signature)
        if not link or action not in ACTIONS:
            return self._show(link, link_id, signature)
        try:
            with request.env.cr.savepoint():
                link._use(action)
        except (AccessError, UserError) as error:
            return self._show(link, link_id, signature, problem=str(error))
        return self._show(link, link_id, signature, done=action)

    def _find_link(self, link_id, signature):
        # sudo: the signature is what is checked, and then the rights of its user
        Link = request.env["payment.reminder.desk.link"].sudo()
        link = Link.browse(link_id) if 0 < link_id <= MAX_ID else Link
        return link if link and link._is_right(signature) else Link

    def _show(self, link, link_id, signature, done="", problem=""):
        if link:
            link = self._use_language_of(link)
        state = link.reminder_id.state
        is_manager = bool(link) and link.user_id._is_reminder_manager()
        return self._show_page(
            "desk_page",
            link=link,
            url=f"/reminders/desk/{link_id}/{signature}",
            done=done,
            problem=problem,
            is_waiting=state in WAITING,
            may_approve=state == "proposed" and is_manager,
            has_left=state in BEGUN,
        )

    def _use_language_of(self, link):
        """Show the page, all of it, as the person reads whom the link was sent to."""
        user = link.user_id
        lang = request.env["res.lang"]._get_data(code=user.lang)
        if lang:
            request.lang = lang
            request.update_context(lang=lang.code, tz=user.tz)
        return link.with_context(lang=user.lang, tz=user.tz)
