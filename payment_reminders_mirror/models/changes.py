from odoo import api, models
from odoo.tools import SQL


class PaymentReminderFacts(models.AbstractModel):
    _inherit = "payment.reminder.facts"

    @api.model
    def _get_parts(self, companies):
        # EXTENDS payment_reminders: all that the source reads of mirrored invoices
        parts = super()._get_parts(companies)
        if not any(companies.mapped("reminder_sources")):
            return parts
        return [
            *parts,
            SQL(
                # By the unique index on ref.
                """
                SELECT items.case_id,
                       CONCAT_WS('|', invoice.ref, invoice.state, invoice.kind,
                           invoice.amount_residual, invoice.amount_total, '/',
                           invoice.date, '/', invoice.date_due, '/',
                           invoice.currency_id, invoice.company_id, '/',
                           invoice.partner_id, '/', partner.commercial_partner_id, '/',
                           invoice.terms_type, '/', invoice.excluded, '/',
                           invoice.is_cleared, '/', customer.barred, '/',
                           customer.doubt) AS said
                  FROM items
                  JOIN payment_reminder_mirror_invoice invoice
                    ON invoice.ref = items.source_ref
                  LEFT JOIN payment_reminder_mirror_customer customer
                    ON customer.id = invoice.customer_id
                  LEFT JOIN res_partner partner ON partner.id = invoice.partner_id
                """
            ),
            SQL(
                """
                SELECT items.case_id,
                       CONCAT_WS('|', payment.id, payment.date, payment.amount) AS said
                  FROM items
                  JOIN payment_reminder_mirror_invoice invoice
                    ON invoice.ref = items.source_ref
                  JOIN payment_reminder_mirror_payment payment
                    ON payment.invoice_id = invoice.id
                """
            ),
            SQL(
                # By the index on partner_id.
                """
                SELECT cases.id AS case_id,
                       CONCAT_WS('|', credit.id, credit.state, credit.amount_residual,
                           credit.date, '/', credit.excluded) AS said
                  FROM cases
                  JOIN payment_reminder_mirror_invoice credit
                    ON credit.partner_id = cases.partner_id
                   AND credit.company_id = cases.company_id
                 WHERE credit.kind = 'credit_note'
                """
            ),
        ]
