from odoo import api, fields, models


class AccountMoveReversal(models.TransientModel):
    _inherit = "account.move.reversal"

    reminder_effect = fields.Char(compute="_compute_reminder_effect")

    @api.depends("move_ids")
    def _compute_reminder_effect(self):
        for wizard in self:
            wizard.reminder_effect = wizard.move_ids._get_reminder_effect()
