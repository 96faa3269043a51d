from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    reminder_order_policy = fields.Selection(
        related="company_id.reminder_order_policy", readonly=False, required=True
    )
