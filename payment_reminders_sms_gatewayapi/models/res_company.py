from odoo import api, fields, models

from odoo.addons.payment_reminders_sms.models.sms_api import BridgeSmsApi

from ..wire import HOSTS, GatewayApi

PROVIDER = "gatewayapi"
WEBHOOK = "/payment_reminders_sms_gatewayapi/webhook/%s"


class GatewaySmsApi(BridgeSmsApi):
    """Odoo's SMS by GatewayAPI."""

    def _hand_over(self, company, number, text, uuid):
        return company._get_gatewayapi().send(
            number, text, company._get_sms_sender(), uuid
        )


class ResCompany(models.Model):
    _inherit = "res.company"

    sms_provider = fields.Selection(
        selection_add=[("gatewayapi", "Send via GatewayAPI")],
        ondelete={"gatewayapi": "set default"},
    )
    gatewayapi_token = fields.Char(
        string="API token", groups="base.group_system", copy=False
    )
    gatewayapi_region = fields.Selection(
        [("eu", "EU (gatewayapi.eu)"), ("com", "Worldwide (gatewayapi.com)")],
        string="Region",
        required=True,
        default="eu",
        help="A token works in its own region only.",
    )
    gatewayapi_secret = fields.Char(
        string="Secret of the webhook",
        groups="base.group_system",
        copy=False,
        help="With which GatewayAPI signs what it tells. Without it nothing is taken.",
    )
    gatewayapi_keyword = fields.Char(
        string="Keyword",
        help="The word with which texts to a shared number begin. It is cut off.",
    )

    @api.model
    def _get_sms_bridges(self):
        # EXTENDS payment_reminders_sms
        return {**super()._get_sms_bridges(), PROVIDER: GatewaySmsApi}

    @api.model
    def _get_sms_login_fields(self):
        # EXTENDS payment_reminders_sms
        own = {"gatewayapi_token", "gatewayapi_region"}
        return super()._get_sms_login_fields() | own

    def _has_sms_login(self):
        # EXTENDS payment_reminders_sms
        if self.sms_provider != PROVIDER:
            return super()._has_sms_login()
        return bool(self.gatewayapi_token)

    def _ask_sms_credit(self):
        # EXTENDS payment_reminders_sms
        if self.sms_provider != PROVIDER:
            return super()._ask_sms_credit()
        return self._get_gatewayapi().read_credit()

    def _get_gatewayapi(self):
        """Return the :class:`GatewayApi` that speaks for this company."""
        self.ensure_one()
        parameters = self.env["ir.config_parameter"].sudo()
        # sudo: whoever sends an SMS need not see the token
        company = self.sudo()
        urls = [
            parameters.get_param(f"payment_reminders_sms_gatewayapi.{name}") or usual
            for name, usual in zip(
                ("messages_url", "account_url"),
                HOSTS[company.gatewayapi_region],
                strict=True,
            )
        ]
        return GatewayApi.make(*urls, company.gatewayapi_token or "")
