"""Addresses to which nothing goes: somebody there said "this is not for me"."""

from collections import defaultdict

from odoo import api, models


class PaymentReminderFacts(models.AbstractModel):
    _inherit = "payment.reminder.facts"

    @api.model
    def _leave_out_dead_ends(self, cases, found):
        # EXTENDS payment_reminders: nor does a customer's mail go to who is another
        found = super()._leave_out_dead_ends(cases, found)
        stopped = self._read_stopped_addresses(cases.partner_id)
        for case in cases:
            addresses = stopped.get(case.partner_id.id)
            if addresses:
                found[case.id]["email"] = [
                    (partner, address)
                    for partner, address in found[case.id]["email"]
                    if address not in addresses
                ]
        return found

    @api.model
    def _read_stopped_addresses(self, customers):
        """Return {customer id: addresses that are not theirs, as somebody said}."""
        stopped = defaultdict(set)
        queries = (
            self.env["payment.reminder.query"]
            .sudo()
            .search_fetch(
                [
                    ("case_id.partner_id", "in", customers.ids),
                    ("stopped_addresses", "!=", False),
                ],
                ["case_id", "stopped_addresses"],
            )
        )
        for query in queries:
            stopped[query.case_id.partner_id.id].update(query.stopped_addresses.split())
        return stopped
