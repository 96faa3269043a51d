from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    economic_mode = fields.Selection(related="company_id.economic_mode", readonly=False)
    economic_secret = fields.Char(related="company_id.economic_secret", readonly=False)
    economic_public = fields.Char(related="company_id.economic_public", readonly=False)
    economic_age_limit = fields.Integer(
        related="company_id.economic_age_limit", readonly=False
    )
    economic_entries = fields.Boolean(
        related="company_id.economic_entries", readonly=False
    )
    economic_agreement = fields.Char(related="company_id.economic_agreement")
    economic_name = fields.Char(related="company_id.economic_name")
    economic_good_at = fields.Datetime(related="company_id.economic_good_at")
    economic_problem = fields.Char(related="company_id.economic_problem")
    economic_health = fields.Char(related="company_id.economic_health")

    def action_connect_economic(self):
        """Go to e-conomic's own page, where a person lets us read."""
        return {
            "type": "ir.actions.act_url",
            "url": self.company_id._get_economic_link(),
            "target": "self",
        }

    def action_test_economic(self):
        """Ask e-conomic once, and say what came of it."""
        is_good, message = self.company_id._test_economic()
        return self._notify_economic(is_good, message)

    def action_read_economic(self):
        """Read now what is open there."""
        company = self.company_id
        company._check_system()
        self.env["payment.reminder.source.economic"]._read_all(company)
        company.invalidate_recordset()
        problem = company.economic_problem
        return self._notify_economic(not problem, problem or company.economic_health)

    def action_leave_economic(self):
        """Forget the agreement and its mirror."""
        self.company_id._check_system()
        self.company_id._leave_economic()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _notify_economic(self, is_good, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if is_good else "danger",
                "message": message or "",
                "sticky": not is_good,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
