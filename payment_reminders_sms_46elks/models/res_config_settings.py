from odoo import api, fields, models

from .res_company import PROVIDER, RECEIVE


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    elks_user = fields.Char(related="company_id.elks_user", readonly=False)
    elks_password = fields.Char(related="company_id.elks_password", readonly=False)
    elks_receive_url = fields.Char(
        string="Address for incoming SMS", compute="_compute_elks_receive_url"
    )

    @api.depends("sms_provider", "sms_receive")
    def _compute_elks_receive_url(self):
        for settings in self:
            is_shown = settings.sms_provider == PROVIDER and settings.sms_receive
            company = settings.company_id
            is_shown = is_shown and company.sudo().sms_webhook_token
            settings.elks_receive_url = is_shown and company._get_sms_webhook(RECEIVE)
