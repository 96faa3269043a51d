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
    def fields_get(self, allfields=None, attributes=None):
        # EXTENDS base
        return hide_technical(self, super().fields_get(allfields, attributes))
