from odoo import api, fields, models

from .res_company import PROVIDER, WEBHOOK


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    gatewayapi_token = fields.Char(
        related="company_id.gatewayapi_token", readonly=False
    )
    gatewayapi_region = fields.Selection(
        related="company_id.gatewayapi_region", readonly=False
    )
    gatewayapi_secret = fields.Char(
        related="company_id.gatewayapi_secret", readonly=False
    )
    gatewayapi_keyword = fields.Char(
        related="company_id.gatewayapi_keyword", readonly=False
    )
    gatewayapi_webhook_url = fields.Char(
        string="Address for webhooks", compute="_compute_gatewayapi_webhook_url"
    )

    @api.depends("sms_provider")
    def _compute_gatewayapi_webhook_url(self):
        for settings in self:
            is_shown = settings.sms_provider == PROVIDER
            company = settings.company_id
            is_shown = is_shown and company.sudo().sms_webhook_token
            settings.gatewayapi_webhook_url = is_shown and company._get_sms_webhook(
                WEBHOOK
            )
