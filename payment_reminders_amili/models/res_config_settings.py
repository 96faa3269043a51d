from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    amili_mode = fields.Selection(related="company_id.amili_mode")
    amili_is_on = fields.Boolean(related="company_id.amili_is_on")
    amili_creditor_name = fields.Char(related="company_id.amili_creditor_name")
    amili_good_at = fields.Datetime(related="company_id.amili_good_at")
    amili_problem = fields.Char(related="company_id.amili_problem")
    amili_url = fields.Char(
        string="Address in production",
        config_parameter="payment_reminders_amili.url",
        help="As Amili has told you, beginning with https.",
    )
    amili_start_with = fields.Selection(
        related="company_id.amili_start_with", readonly=False
    )
    amili_tax_part = fields.Selection(
        related="company_id.amili_tax_part", readonly=False
    )
    amili_default_description = fields.Char(
        related="company_id.amili_default_description", readonly=False
    )
    amili_as_default = fields.Boolean(
        related="company_id.amili_as_default", readonly=False
    )

    def action_open_amili_guide(self):
        """Open the guide, for the company of the settings."""
        guide = self.env["payment.reminder.amili.guide"]
        return guide.with_company(self.company_id)._open()

    def action_test_amili(self):
        """Log in at Amili once, and say what came of it."""
        return self.env["payment.reminder.amili.guide"]._test(self.company_id)

    def action_switch_amili_off(self):
        """Hand nothing more over to Amili, nor ask it anything, until it is on."""
        self.env["payment.reminder.amili.guide"]._check_may_set_up()
        self.company_id.write({"amili_is_on": False})
        return {"type": "ir.actions.client", "tag": "reload"}
