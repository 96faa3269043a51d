from odoo import api, fields, models
from odoo.exceptions import AccessError

from odoo.addons.payment_reminders.http import Outcome


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    sms_is_bridge = fields.Boolean(compute="_compute_sms_is_bridge")
    sms_sender = fields.Char(related="company_id.sms_sender", readonly=False)
    sms_receive = fields.Boolean(related="company_id.sms_receive", readonly=False)
    sms_cannot_receive = fields.Boolean(compute="_compute_sms_cannot_receive")
    sms_credit_text = fields.Char(
        string="SMS credit", compute="_compute_sms_credit_text"
    )
    sms_credit_at = fields.Datetime(related="company_id.sms_credit_at")
    sms_credit_limit = fields.Float(
        related="company_id.sms_credit_limit", readonly=False
    )
    sms_credit_is_short = fields.Boolean(compute="_compute_sms_credit_text")
    sms_problem = fields.Char(related="company_id.sms_problem")

    @api.depends("sms_provider")
    def _compute_sms_is_bridge(self):
        bridges = self.env["res.company"]._get_sms_bridges()
        for settings in self:
            settings.sms_is_bridge = settings.sms_provider in bridges

    @api.depends("sms_sender", "sms_receive")
    def _compute_sms_cannot_receive(self):
        for settings in self:
            sender = settings.sms_sender or ""
            is_number = sender.removeprefix("+").isdigit()
            settings.sms_cannot_receive = settings.sms_receive and not is_number

    @api.depends("company_id", "sms_credit_limit")
    def _compute_sms_credit_text(self):
        for settings in self:
            company = settings.company_id
            is_known = bool(company.sms_credit_at)
            settings.sms_credit_text = is_known and (
                f"{company.sms_credit:.2f} {company.sms_credit_currency or ''}".strip()
            )
            settings.sms_credit_is_short = (
                is_known and company.sms_credit < settings.sms_credit_limit
            )

    def action_test_sms(self):
        """Log in at the gateway once, and say what came of it."""
        if not self.env.user.has_group("base.group_system"):
            raise AccessError(self.env._("Only who changes the settings may do this."))
        company = self.company_id.sudo()
        is_good = False
        if not company._is_sms_bridge() or not company._has_sms_login():
            message = self.env._("Enter the log-in of the gateway, and save it, first.")
        else:
            credit = company._read_sms_credit()
            is_good = credit.outcome == Outcome.OK
            message = (
                self.env._(
                    "The gateway answers. Credit: %(amount)s %(currency)s",
                    amount=f"{credit.amount:.2f}",
                    currency=credit.currency,
                )
                if is_good
                else self.env._("The gateway did not take it: %s", credit.reason)
            )
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
