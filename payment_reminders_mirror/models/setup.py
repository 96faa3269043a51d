from odoo import api, models


class PaymentReminderSetup(models.AbstractModel):
    _inherit = "payment.reminder.setup"

    @api.model
    def _find_other_problems(self):
        # EXTENDS payment_reminders
        problems = [*super()._find_other_problems()]
        doubtful = self.env["payment.reminder.mirror.customer"].search(
            [("company_id", "=", self.env.company.id), ("doubt", "!=", False)]
        )
        if doubtful:
            problems.append(
                self._make_problem(
                    "mirror_customers",
                    self.env._(
                        "Of %(count)s customers of another program it is not certain "
                        "which contacts they are (%(names)s): nobody is reminded of "
                        "their invoices until you say so.",
                        count=len(doubtful),
                        names=", ".join(doubtful[:3].mapped("display_name")),
                    ),
                    self._make_list_fix(self.env._("Choose the Contacts"), doubtful),
                )
            )
        return problems
