from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    reminder_mirror_days = fields.Integer(
        related="company_id.reminder_mirror_days", readonly=False
    )
