"""What the reports have in common: whose rows they are."""

from odoo import api, fields, models

from ..tools.groupable import hide_technical


class PaymentReminderReport(models.AbstractModel):
    """A report on cases: of which company and customer, and who looks after them."""

    _name = "payment.reminder.report"
    _description = "Payment Reminder Report"
    _inherit = ["payment.reminder.responsible"]

    company_id = fields.Many2one("res.company", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    user_id = fields.Many2one("res.users", string="Responsible", readonly=True)

    @api.model
    def _get_uncounted(self, companies):
        """Return in words which invoices have no days of payment, or an empty text."""
        # sudo: in which programs a company keeps invoices is no secret of its users
        companies = companies.sudo().filtered("reminder_sources")
        if not companies:
            return ""
        count = (
            self.env["payment.reminder.item"]
            .sudo()
            .search_count(
                [
                    ("source_ref", "!=", False),
                    ("case_id.company_id", "in", companies.ids),
                ]
            )
        )
        if not count:
            return ""
        sources = {
            source._get_label()
            for company in companies
            for source in self.env["payment.reminder.source"]._get_used(company)
        }
        return self.env._(
            "Not counted: %(count)s invoices that are kept elsewhere (%(sources)s), of "
            "which no days of payment are told.",
            count=count,
            sources=", ".join(sorted(sources)),
        )

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        # EXTENDS base
        return hide_technical(self, super().fields_get(allfields, attributes))
