from odoo import models


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def write(self, vals):
        result = super().write(vals)
        if "state" in vals:
            self.env["payment.reminder.case"]._refresh_after_commit(
                self.sudo().invoice_ids.commercial_partner_id
            )
        return result
