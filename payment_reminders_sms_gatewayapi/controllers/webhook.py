from dataclasses import replace

from odoo import http
from odoo.http import request

from odoo.addons.payment_reminders_sms.controllers.webhook import (
    let_in,
    refuse,
    take,
    webhook,
)
from odoo.addons.payment_reminders_sms.wire import Message, strip_keyword

from ..models.res_company import PROVIDER
from ..wire import check, read_event


class GatewayApiWebhook(http.Controller):
    """What GatewayAPI tells: reports, and texts of customers. It signs both."""

    @webhook("/payment_reminders_sms_gatewayapi/webhook/<string:token>")
    def receive(self, token, **_query):
        """Take what is signed with the secret of the company's webhook."""
        company = let_in(token, PROVIDER)
        call = request.httprequest
        raw = call.get_data(cache=True)
        data = check(call.headers, raw, company.gatewayapi_secret or "")
        if data is None:
            refuse()
        told = read_event(data)
        if isinstance(told, Message):
            text = strip_keyword(told.text, company.gatewayapi_keyword or "")
            told = replace(told, text=text)
        return take(company, PROVIDER, told)
