from odoo import api, fields, models
from odoo.exceptions import AccessError

CHOICES = [
    ("email", "By e-mail"),
    ("activity", "As an activity"),
    ("both", "Both"),
    ("none", "Not at all"),
]


class ResUsers(models.Model):
    _inherit = "res.users"

    reminder_heads_up = fields.Selection(
        CHOICES,
        string="Heads-up of payment reminders",
        default="email",
        help="Once a day at most: what goes out when, with links to hold it.",
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return [*super().SELF_READABLE_FIELDS, "reminder_heads_up"]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return [*super().SELF_WRITEABLE_FIELDS, "reminder_heads_up"]

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
