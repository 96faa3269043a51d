from odoo import api, fields, models


class AccountPaymentRegister(models.TransientModel):
    _inherit = "account.payment.register"

    reminder_effect = fields.Char(compute="_compute_reminder_effect")

    def _create_payment_vals_from_wizard(self, batch_result):
        # EXTENDS account
        return self._note_written_off(
            super()._create_payment_vals_from_wizard(batch_result)
        )

    def _create_payment_vals_from_batch(self, batch_result):
        # EXTENDS account
        return self._note_written_off(
            super()._create_payment_vals_from_batch(batch_result)
        )

    @api.model
    def _note_written_off(self, vals):
        """Keep what is written off with a payment from a customer."""
        written_off = sum(
            line["amount_currency"] for line in vals["write_off_line_vals"]
        )
        if written_off > 0 and vals["payment_type"] == "inbound":
            vals["reminder_written_off"] = written_off
        return vals

    @api.depends("line_ids")
    def _compute_reminder_effect(self):
        for wizard in self:
            wizard.reminder_effect = wizard.line_ids.move_id._get_reminder_effect()
