"""What is missing before Amili would take it, said before it is asked."""

from odoo import api, models


class PaymentReminderHandover(models.Model):
    _inherit = "payment.reminder.handover"

    @api.model
    def _provider_check(self, items, provider="manual"):
        # EXTENDS payment_reminders
        found = super()._provider_check(items, provider)
        if provider != "amili":
            return found
        # Once a company and once a contact, however many invoices there are.
        companies = {
            company: company._get_amili_obstacle() for company in items.company_id
        }
        contacts = {
            contact: contact._find_amili_gaps() for contact in items.move_id.partner_id
        }
        pending = self._find_pending_parts(items)
        for item in items:
            obstacle = companies[item.company_id]
            if obstacle:
                found[item].append((obstacle, item.company_id))
                continue
            found[item] += self._check_amili_invoice(item, pending)
            contact = item.move_id.partner_id
            found[item] += [(text, contact) for text in contacts.get(contact, ())]
        return found

    @api.model
    def _check_amili_invoice(self, item, pending):
        """Return [(sentence, record)] of what is wrong with the invoice itself.

        :param pending: see :meth:`_find_pending_parts`
        """
        move = item.move_id
        reasons = []
        if item.currency_id.name != "SEK":
            reasons.append((self.env._("Amili takes Swedish kronor only."), move))
        if move.move_type == "out_receipt":
            reasons.append((self.env._("Amili takes no cash notes."), move))
        if not move.name or move.name == "/":
            reasons.append((self.env._("The invoice has no number."), move))
        part = pending.get(move)
        if part and item.company_id.amili_tax_part == "refuse":
            reasons.append(
                (self.env._("The tax reduction (ROT, RUT) is not decided yet."), part)
            )
        return reasons

    @api.model
    def _find_pending_parts(self, items):
        """Return {invoice: the part of it that an agency has not decided on}."""
        if all(company.amili_tax_part != "refuse" for company in items.company_id):
            return {}
        parts = self.env["payment.reminder.agency.part"].sudo()
        found = parts.search([("move_id", "in", items.move_id.ids)])
        return {part.move_id: part for part in found if part.amount_pending > 0}
