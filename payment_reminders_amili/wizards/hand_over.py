from odoo import api, fields, models


class PaymentReminderHandoverWizard(models.TransientModel):
    _inherit = "payment.reminder.handover.wizard"

    amili_obstacle = fields.Char(compute="_compute_amili_obstacle")
    checked_provider = fields.Char(readonly=True)

    @api.depends("provider")
    def _compute_amili_obstacle(self):
        for wizard in self:
            company = wizard.line_ids.item_id.company_id[:1] or self.env.company
            is_amili = wizard.provider == "amili"
            wizard.amili_obstacle = is_amili and company._get_amili_obstacle()

    @api.onchange("provider")
    def _onchange_amili_defaults(self):
        if self.provider == "amili":
            company = self.line_ids.item_id.company_id[:1] or self.env.company
            self.start_with = company.amili_start_with
            self.attach_invoice = company.amili_attach_invoice

    @api.model
    def _get_defaults(self, provider):
        # EXTENDS payment_reminders
        defaults = super()._get_defaults(provider)
        if provider != "amili":
            return defaults
        company = self.env.company
        return {
            **defaults,
            "start_with": company.amili_start_with,
            "attach_invoice": company.amili_attach_invoice,
        }

    @api.model
    def _get_remembered(self):
        # EXTENDS payment_reminders
        remembered = super()._get_remembered()
        company = self.env.company
        if remembered or not company.amili_as_default:
            return remembered
        if company._get_amili_obstacle():
            return remembered
        return self._get_defaults("amili")

    def _fill(self, items):
        # EXTENDS payment_reminders
        result = super()._fill(items)
        self.checked_provider = self.provider
        return result

    def action_hand_over(self):
        # EXTENDS payment_reminders: each way has reasons of its own. Nobody confirms
        # what was looked at for another.
        if self.checked_provider != self.provider:
            return self.action_check_again()
        return super().action_hand_over()

    def action_open_amili_guide(self):
        """Open the guide from the dialog."""
        company = self.sudo().line_ids.item_id.company_id[:1] or self.env.company
        return self.env["payment.reminder.amili.guide"].with_company(company)._open()
