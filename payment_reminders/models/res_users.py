from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

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

    # -- somebody leaves ------------------------------------------------------------

    def write(self, vals):
        # EXTENDS base
        leaving = self.browse()
        if "active" in vals and not vals["active"]:
            leaving = self.filtered("active")
        result = super().write(vals)
        if leaving:
            # sudo: whoever archives a colleague need not work with reminders
            leaving.sudo()._hand_over_reminders()
        return result

    def action_archive(self):
        # EXTENDS mail: it deletes the activities of whoever leaves, before anybody
        # could take them over
        self.filtered("active").write({"active": False})
        return super().action_archive()

    def _hand_over_reminders(self):
        """Give what waits with these users, who left, to those who answer now."""
        cases = self.env["payment.reminder.case"].search(
            [("user_id", "in", self.ids), ("state", "!=", "closed")]
        )
        for user, group in cases.grouped(lambda case: case._get_responsible()).items():
            # No letter for each: they are in the list of whoever has them now.
            group.with_context(mail_auto_subscribe_no_notify=True).user_id = user
        activities = self.env["mail.activity"].search(
            Domain("user_id", "in", self.ids)
            & Domain("res_model", "=like", "payment.reminder%")
        )
        for model, group in activities.grouped("res_model").items():
            records = self.env[model].browse(group.mapped("res_id")).exists()
            by_record = group.grouped("res_id")
            for user, mine in records.grouped(_get_next_reader).items():
                heirs = group.browse().union(*(by_record[id_] for id_ in mine.ids))
                heirs.with_context(mail_activity_quick_update=True).user_id = user


def _get_next_reader(record):
    """Return the user who reads what is left on a record of ours."""
    case = record if record._name == "payment.reminder.case" else None
    if case is None and "case_id" in record._fields:
        case = record.case_id
    if case:
        return case._get_responsible()
    return (record.company_id or record.env.company)._get_reminder_stand_in()
