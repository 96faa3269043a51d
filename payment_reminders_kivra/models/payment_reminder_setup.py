from odoo import api, models

SETTINGS = "payment_reminders.res_config_settings_view_form_advanced"


class PaymentReminderSetup(models.AbstractModel):
    _inherit = "payment.reminder.setup"

    @api.model
    def _find_other_problems(self):
        # EXTENDS payment_reminders
        problems = [*super()._find_other_problems()]
        # sudo: what keeps reminders from going out is told to who looks after them
        company = self.env.company.sudo()
        steps = company.reminder_ladder_id.step_ids
        if not any("kivra" in step._get_channels() for step in steps):
            return problems
        obstacle = company._get_kivra_obstacle()
        if not obstacle and company.kivra_problem:
            obstacle = f"{company.kivra_problem.rstrip('.')}."
        if not obstacle:
            return problems
        text = self.env._("%s Until it is mended nothing goes by Kivra.", obstacle)
        return [*problems, self._make_problem("kivra", text, self._make_kivra_fix())]

    @api.model
    def _make_kivra_fix(self):
        label = self.env._("Open the Settings of Kivra")
        if not self.env["res.config.settings"].sudo(False).has_access("create"):
            return self._make_appeal(label)
        return {
            "label": label,
            "action": {
                "type": "ir.actions.act_window",
                "name": self.env._("Settings"),
                "res_model": "res.config.settings",
                "views": [[self.env.ref(SETTINGS).id, "form"]],
                "target": "inline",
                "context": {"module": "payment_reminders", "bin_size": False},
            },
        }
