"""What was paid on invoices of other programs, and when."""

from odoo import api, fields, models

from odoo.addons.payment_reminders.rules.interest import Payment
from odoo.addons.payment_reminders.tools.decimals import to_decimal


class PaymentReminderMirrorPayment(models.Model):
    """One entry by which another program says that an invoice was paid in part."""

    _name = "payment.reminder.mirror.payment"
    _description = "Payment of a Mirrored Invoice"
    _order = "date, id"

    invoice_id = fields.Many2one(
        "payment.reminder.mirror.invoice",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="invoice_id.company_id")
    currency_id = fields.Many2one(related="invoice_id.currency_id")
    entry = fields.Char(required=True, readonly=True)
    date = fields.Date(required=True, readonly=True)
    amount = fields.Monetary(required=True, readonly=True)

    _entry_uniq = models.UniqueIndex(
        "(invoice_id, entry)", "This payment is mirrored already."
    )


class PaymentReminderMirrorInvoice(models.Model):
    _inherit = "payment.reminder.mirror.invoice"

    payment_ids = fields.One2many(
        "payment.reminder.mirror.payment", "invoice_id", string="Payments"
    )

    def _set_payments(self, told):
        """Take over what was paid on these, in few queries.

        :param told: {invoice: {entry: (day, amount)}}; what is not named is no more
        """
        Payment = self.env["payment.reminder.mirror.payment"].sudo()
        gone, new = Payment, []
        for invoice in self:
            known = {payment.entry: payment for payment in invoice.payment_ids}
            entries = told.get(invoice, {})
            for entry, payment in known.items():
                if entries.get(entry) != (payment.date, to_decimal(payment.amount)):
                    gone |= payment
            new += [
                {
                    "invoice_id": invoice.id,
                    "entry": entry,
                    "date": day,
                    "amount": float(amount),
                }
                for entry, (day, amount) in entries.items()
                if entry not in known or known[entry] in gone
            ]
        gone.unlink()
        Payment.create(new)

    def _lacks_days(self):
        """Tell whether something was paid on it of which the days are not known."""
        self.ensure_one()
        paid = self.amount_total - self.amount_residual
        known = sum(self.payment_ids.mapped("amount"))
        return self.currency_id.compare_amounts(paid, known) != 0


class PaymentReminderMirrorSource(models.AbstractModel):
    _inherit = "payment.reminder.mirror.source"

    @api.model
    def _read_payments(self, items):
        """Read the payments of those whose days are known of all that was paid.

        Of the others the interest on what was paid is left out: a part of the truth
        would let it run too long on the rest.
        """
        invoices = {one.ref: one for one in self._get_invoices(items)}
        found = {}
        for item in items:
            invoice = invoices.get(item.source_ref)
            if invoice and invoice.payment_ids and not invoice._lacks_days():
                digits = invoice.currency_id.decimal_places
                found[item.id] = [
                    Payment(payment.date, to_decimal(payment.amount, digits))
                    for payment in invoice.payment_ids
                ]
        return found
