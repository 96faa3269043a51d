from odoo import models
from odoo.exceptions import UserError


class PaymentReminderCompanyStatus(models.Model):
    _inherit = "payment.reminder.company.status"

    def action_check_now(self):
        """Ask the register about these customers now."""
        self.env["res.users"]._check_reminder_manager()
        Register = self.env["payment.reminder.register"].sudo()
        for company, checks in self.sudo().grouped("company_id").items():
            registers = Register._provide(company)
            for country, same in checks.grouped("country_code").items():
                register = registers.filtered(lambda r, c=country: r.country == c)
                if not register:
                    raise UserError(
                        self.env._("No register of %s is set up.", country or "?")
                    )
                if register._is_resting():
                    raise UserError(
                        self.env._(
                            "%(register)s rests: %(reason)s. Test it in the settings.",
                            register=register.display_name,
                            reason=register.reason or register.problem,
                        )
                    )
                register._ask_about(same)
        return True
