from odoo import http

from odoo.addons.payment_reminders_sms.controllers.webhook import let_in, take, webhook

from ..models.res_company import PROVIDER
from ..wire import read_message, read_report


class ElksWebhook(http.Controller):
    """What 46elks tells. It signs nothing: the token in the address is all there is."""

    @webhook("/payment_reminders_sms_46elks/sms/<string:token>")
    def receive(self, token, **form):
        """Take an SMS of a customer."""
        return take(let_in(token, PROVIDER), PROVIDER, read_message(form))

    @webhook("/payment_reminders_sms_46elks/report/<string:token>/<string:uuid>")
    def report(self, token, uuid, **form):
        """Take a report of an SMS of ours."""
        return take(let_in(token, PROVIDER), PROVIDER, read_report(form, uuid[:64]))
