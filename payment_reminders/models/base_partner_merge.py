from odoo import api, models


class MergePartnerAutomatic(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        # EXTENDS base: it rewrites every foreign key in SQL, ours included
        cases = (
            self.env["payment.reminder.case"]
            .sudo()
            .search([("partner_id", "in", (src_partners | dst_partner).ids)])
        )
        result = super()._update_foreign_keys(src_partners, dst_partner)
        cases.invalidate_recordset()
        cases._follow_merge(dst_partner)
        return result
