"""Two customers that were looked up become one: so do what the registers said."""

from odoo import api, models

from ...rules.insolvency import Status


class MergePartnerAutomatic(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        # EXTENDS payment_reminders: two customers that were looked up become one
        checks = (
            self.env["payment.reminder.company.status"]
            .sudo()
            .search([("partner_id", "in", (src_partners | dst_partner).ids)])
        )
        result = super()._update_foreign_keys(src_partners, dst_partner)
        checks.invalidate_recordset()
        gravity = [*map(str, Status), False]
        for company, same in checks.grouped("company_id").items():
            kept, *others = same.sorted(lambda check: gravity.index(check.status))
            checks.browse([other.id for other in others]).unlink()
            kept.identity = checks._get_identity(company.id, kept.partner_id.id)
        return result
