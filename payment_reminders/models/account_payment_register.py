from odoo import api, fields, models


class AccountPaymentRegister(models.TransientModel):
    _inherit = "account.payment.register"

    reminder_effect = fields.Char(compute="_compute_reminder_effect")

    @api.depends("line_ids")
    def _compute_reminder_effect(self):
        for wizard in self:
            wizard.reminder_effect = wizard.line_ids.move_id._get_reminder_effect()
