from odoo import models

from odoo.addons.mail.tools.discuss import Store

from .desk.call import ACTIVITY


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def _to_store_defaults(self, target):
        # EXTENDS mail: what is owed changes while an activity waits
        return [
            *super()._to_store_defaults(target),
            Store.Attr("note", lambda activity: activity._get_note_of_now()),
        ]

    def _get_note_of_now(self):
        """Return the note; of a call that a ladder asks for, with the live figures."""
        self.ensure_one()
        kind = self.env.ref(ACTIVITY, False)
        if not kind or self.activity_type_id != kind or not self.active:
            return self.note
        case = self.env["payment.reminder.case"].browse(self.res_id).exists()
        if self.res_model != case._name or not case.has_access("read"):
            return self.note
        return self.env["payment.reminder.call"]._write_note(case)

    def _action_done(self, feedback=False, attachment_ids=None):
        # EXTENDS mail: who marks the activity as done has called
        on_cases = self.filtered(lambda one: one.res_model == "payment.reminder.case")
        # sudo: found by activities that this user may end
        calls = self.env["payment.reminder.call"].sudo()
        if on_cases:
            calls = calls.search([("activity_id", "in", on_cases.ids)])
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        for call in calls:
            call.case_id._note_call("done")
        return result
