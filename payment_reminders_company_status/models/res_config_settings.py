from odoo import fields, models
from odoo.exceptions import UserError


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    company_status_active = fields.Boolean(
        related="company_id.company_status_active", readonly=False
    )
    company_status_danish_register = fields.Selection(
        related="company_id.company_status_danish_register", readonly=False
    )
    company_status_virk_user = fields.Char(
        related="company_id.company_status_virk_user", readonly=False
    )
    company_status_virk_password = fields.Char(
        related="company_id.company_status_virk_password", readonly=False
    )
    company_status_bolagsverket_client = fields.Char(
        related="company_id.company_status_bolagsverket_client", readonly=False
    )
    company_status_bolagsverket_secret = fields.Char(
        related="company_id.company_status_bolagsverket_secret", readonly=False
    )
    company_status_companies_house_key = fields.Char(
        related="company_id.company_status_companies_house_key", readonly=False
    )
    reminder_status_stale_days = fields.Integer(
        related="company_id.reminder_status_stale_days", readonly=False
    )
    reminder_status_when_stale = fields.Selection(
        related="company_id.reminder_status_when_stale", readonly=False
    )

    def action_test_company_registers(self):
        """Ask each register that is set up one question, and say what came of it."""
        self.env["res.users"]._check_reminder_manager()
        registers = (
            self.env["payment.reminder.register"].sudo()._provide(self.company_id)
        )
        if not registers:
            raise UserError(self.env._("No company register is set up yet."))
        results = registers._test()
        failed = [line for line, is_good in results if not is_good]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Company Registers"),
                "message": "\n".join(line for line, _is_good in results),
                "type": "warning" if failed else "success",
                "sticky": True,
            },
        }
