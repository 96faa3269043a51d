from odoo import api, models


class PaymentReminderSetup(models.AbstractModel):
    _inherit = "payment.reminder.setup"

    @api.model
    def _find_other_problems(self):
        # EXTENDS payment_reminders
        problems = list(super()._find_other_problems())
        company = self.env.company.sudo()
        if company._has_economic() and company.economic_problem:
            told = f"{company.economic_problem} {company.economic_health or ''}"
            problems.append(self._make_problem("economic", told.strip()))
        return problems
