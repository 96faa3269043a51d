"""Who may do what with Amili: one table, compared with what is really there."""

from odoo.exceptions import AccessError, UserError

from .common import AmiliCommon

SECRETS = ("amili_api_code", "amili_private_key")
#: {model: who may create and read it}
MODELS = {
    "payment.reminder.amili.guide": {"boss"},
    "payment.reminder.amili.choice": {"boss"},
}
#: {button of a hand-over: who may press it}
BUTTONS = {
    "action_read_now": {"rep", "manager", "boss"},
    "action_open_service": {"rep", "manager", "boss"},
    "action_end": {"manager", "boss"},
    "action_set_state": {"manager", "boss"},
    "action_is_there": {"manager", "boss"},
    "action_is_not_there": {"manager", "boss"},
    "action_open_end_wizard": {"manager", "boss"},
    "action_open_state_wizard": {"manager", "boss"},
}
ARGUMENTS = {
    "action_end": ("agreed",),
    "action_set_state": ("collection", "Their letter"),
}


class TestAccess(AmiliCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls.make_user("clerk", "account.group_account_invoice")
        cls.stranger = cls.make_user("stranger", "base.group_user")
        cls.people = {
            "rep": cls.rep,
            "manager": cls.manager,
            "boss": cls.boss,
            "clerk": cls.clerk,
            "stranger": cls.stranger,
        }

    def may(self, act):
        """Tell whether somebody may do something; nothing of it stays."""
        try:
            with self.env.cr.savepoint() as savepoint:
                act()
                savepoint.rollback()
        except (AccessError, UserError):
            return False
        finally:
            self.env.invalidate_all()
        return True

    def find_who(self, act):
        return {
            who
            for who, user in self.people.items()
            if self.may(lambda user=user: act(user))
        }

    def test_models(self):
        own = self.env["ir.model"].search(
            [("model", "like", "payment.reminder.amili.%")]
        )
        self.assertEqual(set(own.mapped("model")), set(MODELS))
        for model, allowed in MODELS.items():
            for operation in ("create", "read", "write", "unlink"):
                who = self.find_who(
                    lambda user, model=model, operation=operation: self.env[model]
                    .with_user(user)
                    .check_access(operation)
                )
                self.assertEqual((model, operation, who), (model, operation, allowed))

    def test_secrets(self):
        for name in SECRETS:
            who = self.find_who(
                lambda user, name=name: self.company.with_user(user).read([name])
            )
            self.assertEqual((name, who), (name, {"boss"}))
            self.assertFalse(self.company.copy_data()[0].get(name))

    def test_buttons(self):
        record = self.register()
        record.case_id.user_id = self.rep
        for name, allowed in BUTTONS.items():
            who = self.find_who(
                lambda user, name=name: getattr(record.with_user(user), name)(
                    *ARGUMENTS.get(name, ())
                )
            )
            self.assertEqual((name, who), (name, allowed))

    def test_the_dialog(self):
        item = self.owe()
        wizards = self.env["payment.reminder.handover.wizard"]
        who = self.find_who(
            lambda user: wizards.with_user(user)._open(item.with_user(user), "amili")
        )
        self.assertEqual(who, {"manager", "boss"})
