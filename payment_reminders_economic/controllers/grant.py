from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.http import request


class EconomicGrant(http.Controller):
    """Where e-conomic's own page sends a person back to."""

    @http.route(
        "/payment_reminders_economic/grant/<string:state>",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=False,
    )
    def take_grant(self, state, token=None, **_kwargs):
        """Store the token that lets us read, if everything fits."""
        company = request.env["res.company"]
        try:
            with request.env.cr.savepoint():
                company._take_economic_grant(state, token)
        except (UserError, AccessError) as error:
            return request.make_response(
                str(error), [("Content-Type", "text/plain; charset=utf-8")], status=403
            )
        return request.redirect("/odoo/settings#payment_reminders")
