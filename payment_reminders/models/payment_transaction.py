from odoo import fields, models


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    reminder_case_id = fields.Many2one(
        "payment.reminder.case",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The case on whose page this was paid.",
    )
    reminder_costs = fields.Monetary(
        readonly=True,
        help="What of it is for the fees and interest of the case.",
    )

    def write(self, vals):
        result = super().write(vals)
        if "state" in vals:
            self.env["payment.reminder.case"]._refresh_after_commit(
                self.sudo().invoice_ids.commercial_partner_id
                | self.sudo().reminder_case_id.partner_id
            )
        return result
