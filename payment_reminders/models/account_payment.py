from odoo import api, fields, models


class AccountPayment(models.Model):
    _inherit = "account.payment"

    reminder_written_off = fields.Monetary(
        string="Written off in the dialog",
        readonly=True,
        copy=False,
        help="A discount, or a difference, that was agreed with the payment: without a "
        "journal entry Odoo keeps it nowhere.",
    )

    # Of payment.reminder.facts: money of a customer, and what names an invoice.
    _reminder_partner_idx = models.Index(
        "(partner_id) WHERE move_id IS NULL AND payment_type = 'inbound'"
        " AND state IN ('in_process', 'paid')"
    )
    # Of payment.reminder.facts._has_loose_money, which asks whether there is any.
    _reminder_draft_idx = models.Index(
        "(company_id) WHERE payment_type = 'inbound' AND state = 'draft'"
    )
    _reminder_date_idx = models.Index(
        "(date) WHERE move_id IS NULL AND payment_type = 'inbound'"
        " AND state IN ('in_process', 'paid')"
    )

    @api.model_create_multi
    def create(self, vals_list):
        payments = super().create(vals_list)
        payments._refresh_reminder_cases()
        return payments

    def write(self, vals):
        if vals.keys() & {"state", "memo"}:
            # Of another payer it meets no row of the notice whose invoice it names.
            named = self.filtered(lambda p: p.payment_type == "inbound" and p.memo)
            self.env["payment.reminder.sender"]._let_arrive(named.company_id)
        result = super().write(vals)
        if vals.keys() & {"state", "amount", "partner_id", "invoice_ids", "move_id"}:
            self._refresh_reminder_cases()
        return result

    def unlink(self):
        partners = self.filtered(lambda p: p.partner_type == "customer").partner_id
        result = super().unlink()
        self.env["payment.reminder.case"]._refresh_after_commit(partners)
        return result

    def _refresh_reminder_cases(self):
        """A payment may have no journal entry, so that no matching tells of it."""
        self.env["payment.reminder.case"]._refresh_after_commit(
            self.filtered(lambda p: p.partner_type == "customer").partner_id
        )
