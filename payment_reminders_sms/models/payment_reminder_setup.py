from odoo import api, models


class PaymentReminderSetup(models.AbstractModel):
    _inherit = "payment.reminder.setup"

    @api.model
    def _find_other_problems(self):
        # EXTENDS payment_reminders
        problems = [*super()._find_other_problems()]
        # sudo: what keeps reminders from going out is told to who looks after them
        company = self.env.company.sudo()
        if not company._is_sms_bridge():
            return problems
        text = company._describe_sms_trouble()
        if not text:
            return problems
        return [
            *problems,
            self._make_problem("sms_gateway", text, self._make_sms_fix()),
        ]

    @api.model
    def _make_sms_fix(self):
        # EXTENDS payment_reminders
        if not self.env.company._is_sms_bridge():
            return super()._make_sms_fix()
        label = self.env._("Open the Settings of SMS")
        if not self.env["res.config.settings"].sudo(False).has_access("create"):
            return self._make_appeal(label)
        return {
            "label": label,
            "action": {
                "type": "ir.actions.act_window",
                "name": self.env._("Settings"),
                "res_model": "res.config.settings",
                "views": [[False, "form"]],
                "target": "inline",
                "context": {"module": "general_settings", "bin_size": False},
            },
        }
