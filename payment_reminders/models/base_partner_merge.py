from odoo import api, fields, models


class MergePartnerAutomatic(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        # EXTENDS base: it rewrites every foreign key in SQL, ours included
        cases = self.env["payment.reminder.case"].sudo().search(
            [("partner_id", "in", (src_partners | dst_partner).ids)]
        )
        result = super()._update_foreign_keys(src_partners, dst_partner)
        cases.invalidate_recordset()
        cases._follow_merge(dst_partner)
        return result


class PaymentReminderCase(models.Model):
    _inherit = "payment.reminder.case"

    def _follow_merge(self, partner):
        """Make one case a company and currency of these, after a merge of customers.

        The one that was open first survives; the others hand over their items and
        close as merged. A person looks before anything goes on.
        """
        customer = partner.commercial_partner_id
        groups = self.grouped(lambda case: (case.company_id, case.currency_id))
        for (company, currency), cases in groups.items():
            if customer != cases.partner_id:
                cases.partner_id = customer
            ordered = cases.sorted(lambda c: (c.state == "closed", c.id))
            survivor, absorbed = ordered[0], ordered[1:]
            for case in absorbed:
                case._hand_items_to(survivor)
            identity = self._get_identity(company.id, customer.id, currency.id)
            if survivor.identity != identity:
                survivor.identity = identity
            if absorbed:
                survivor._log_event("merged", {"cases": absorbed.ids})
                if survivor.state != "closed":
                    survivor._freeze("merged")
                survivor._refresh()

    def _hand_items_to(self, survivor):
        self.ensure_one()
        self.reminder_ids._cancel_open("merged")
        self.write({"identity": f"{self.identity}#merged-{self.id}"})
        matches = survivor.ladder_id._match_steps(self.ladder_id)
        for item in self.item_ids:
            item.write(
                {
                    "case_id": survivor.id,
                    "step_id": matches.get(item.step_id, item.step_id).id,
                }
            )
        if self.state != "closed":
            if survivor.state == "closed":
                survivor.write({"state": "active", "close_reason": False})
            self.write(
                {
                    "state": "closed",
                    "close_reason": "merged",
                    "date_close": fields.Datetime.now(),
                    "next_step_id": False,
                    "next_date": False,
                }
            )
            self._log_event("closed", {"reason": "merged", "into": survivor.id})
