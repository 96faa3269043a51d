from odoo import api, fields, models


class AccountPaymentRegister(models.TransientModel):
    _inherit = "account.payment.register"

    reminder_effect = fields.Char(compute="_compute_reminder_effect")
    has_reminder_handover = fields.Boolean(compute="_compute_reminder_effect")
    reminder_handover_choice = fields.Selection(
        [
            ("end", "End the case there"),
            ("leave", "Leave it there: what comes in is income"),
        ],
        string="With the service",
        default="end",
        required=True,
    )

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
            moves = wizard.line_ids.move_id
            wizard.reminder_effect = moves._get_reminder_effect()
            wizard.has_reminder_handover = bool(
                wizard.reminder_effect and moves._find_open_handovers()
            )

    def _create_payments(self):
        # EXTENDS account
        if (
            self.payment_difference_handling != "reconcile"
            or not self.payment_difference
        ):
            return super()._create_payments()
        given = self.line_ids.move_id._find_open_handovers()
        if not given:
            return super()._create_payments()
        given.is_loss_known = True
        payments = super()._create_payments()
        if self.reminder_handover_choice == "end":
            sure = given.filtered(lambda r: r.state not in ("sending", "uncertain"))
            sure._ask_to_end("written_off")
        return payments
