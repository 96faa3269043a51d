from odoo import api, fields, models


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
                case._hand_over_to(survivor)
            # The identity that the survivor takes may be that of an absorbed case.
            absorbed.flush_recordset(["identity"])
            identity = self._get_identity(company.id, customer.id, currency.id)
            if survivor.identity != identity:
                survivor.identity = identity
            if absorbed:
                survivor._log_event("merged", {"cases": absorbed.ids})
                if survivor.state != "closed":
                    survivor._freeze("merged")
                survivor._refresh()

    def _hand_over_to(self, survivor):
        """Give everything of this case to another, and close it as merged."""
        self.ensure_one()
        self.reminder_ids._cancel_open("merged")
        self.write({"identity": f"{self.identity}#merged-{self.id}"})
        self._hand_items_to(survivor)
        self._hand_claims_to(survivor)
        self._hand_holds_to(survivor)
        if self.state != "closed":
            self.write(
                {
                    "state": "closed",
                    "close_reason": "merged",
                    "date_close": fields.Datetime.now(),
                    "snoozed_until": False,
                    "next_step_id": False,
                    "next_date": False,
                }
            )
            self._log_event("closed", {"reason": "merged", "into": survivor.id})

    def _hand_items_to(self, survivor):
        """Put the due items at the same place on the survivor's ladder."""
        matches = {}
        if survivor.ladder_id != self.ladder_id:
            matches = survivor.ladder_id._match_steps(self.ladder_id)
        for item in self.item_ids:
            item.write(
                {
                    "case_id": survivor.id,
                    "step_id": matches.get(item.step_id, item.step_id).id,
                }
            )

    def _hand_claims_to(self, survivor):
        """Take the open entries of the claim ledger back, and post them over there."""
        lines = self.claim_line_ids.filtered(
            lambda line: not line.reversal_of_id and not line.reversed_by_ids
        )
        for line in lines:
            line.copy({"case_id": survivor.id})
        lines._reverse(self.env._("Merged into %s", survivor.name))

    def _hand_holds_to(self, survivor):
        """Hold the survivor for whatever held this case."""
        for freeze in self._get_open_freezes():
            survivor._freeze(freeze.reason, freeze.note)
        self._get_open_freezes().write(
            {"date_end": fields.Datetime.now(), "released_by_id": self.env.uid}
        )
        known = survivor.ignored_line_ids.statement_line_id
        self.ignored_line_ids.filtered(
            lambda ignored: ignored.statement_line_id not in known
        ).case_id = survivor
        self.query_ids.case_id = survivor
        self.plan_ids.case_id = survivor
        if self.snoozed_until:
            survivor.snoozed_until = max(
                self.snoozed_until, survivor.snoozed_until or self.snoozed_until
            )
