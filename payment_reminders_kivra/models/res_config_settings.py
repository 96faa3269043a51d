from odoo import fields, models
from odoo.exceptions import AccessError


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    kivra_mode = fields.Selection(related="company_id.kivra_mode", readonly=False)
    kivra_client_id = fields.Char(related="company_id.kivra_client_id", readonly=False)
    kivra_client_secret = fields.Char(
        related="company_id.kivra_client_secret", readonly=False
    )
    kivra_tenant = fields.Char(related="company_id.kivra_tenant", readonly=False)
    kivra_account = fields.Char(related="company_id.kivra_account", readonly=False)
    kivra_method = fields.Selection(related="company_id.kivra_method", readonly=False)
    kivra_persons = fields.Selection(related="company_id.kivra_persons", readonly=False)
    kivra_demand = fields.Boolean(related="company_id.kivra_demand", readonly=False)
    kivra_good_at = fields.Datetime(related="company_id.kivra_good_at")
    kivra_problem = fields.Char(related="company_id.kivra_problem")

    def action_test_kivra(self):
        """Log in at Kivra once, and say what came of it."""
        if not self.env.user.has_group("base.group_system"):
            raise AccessError(self.env._("Only who changes the settings may do this."))
        is_good, message = self.company_id._test_kivra()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if is_good else "danger",
                "message": message,
                "sticky": not is_good,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
