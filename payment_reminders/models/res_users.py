from odoo import api, models
from odoo.exceptions import AccessError


class ResUsers(models.Model):
    _inherit = "res.users"

    def _is_reminder_manager(self):
        """Tell whether this user approves, sends and configures."""
        self.ensure_one()
        return self.has_group("payment_reminders.group_reminder_manager")

    @api.model
    def _check_reminder_manager(self):
        """Refuse whoever acts now and is no manager; the machine itself may.

        :raise AccessError: for anybody else
        """
        if not self.env.su and not self.env.user._is_reminder_manager():
            raise AccessError(
                self.env._("Only a payment reminder manager may do this.")
            )
