from odoo import api, models


class MergePartnerAutomatic(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        # EXTENDS base: it rewrites every foreign key in SQL, ours included
        domain = [("partner_id", "in", (src_partners | dst_partner).ids)]
        cases = self.env["payment.reminder.case"].sudo().search(domain)
        checks = self.env["payment.reminder.company.status"].sudo().search(domain)
        result = super()._update_foreign_keys(src_partners, dst_partner)
        checks.invalidate_recordset()
        checks._follow_merge()
        cases.invalidate_recordset()
        cases._follow_merge(dst_partner)
        return result
