"""Tells whoever looks after a case what there is to do, in that person's language."""

from odoo import models


class PaymentReminderCase(models.Model):
    _inherit = "payment.reminder.case"

    def _get_responsible(self):
        """Return the user who looks after this case, or else the administrator."""
        self.ensure_one()
        return self.sudo().user_id or self.env.ref("base.user_admin")

    def _in_staff_language(self):
        """Return this case in the language of whoever looks after it.

        What is written down while nobody is logged in, or while the customer is, is for
        the staff to read.
        """
        self.ensure_one()
        return self.with_context(lang=self._get_responsible().lang)

    def _group_by_responsible(self):
        """Return [(user, their cases of these, in the user's language)]."""
        groups = self.grouped(lambda case: case._get_responsible())
        return [
            (user, cases.with_context(lang=user.lang)) for user, cases in groups.items()
        ]

    def _ask_person(self, summary, note):
        """Leave one activity for whoever is responsible of each of these cases."""
        for user, cases in self._group_by_responsible():
            cases.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=summary,
                note=note,
                user_id=user.id,
            )

    def _call_responsible(self, summary, record=None, **vals):
        """Leave an activity for whoever looks after this case.

        :param record: on which it stands; default: the case
        :param vals: more values of the activity
        """
        self.ensure_one()
        record = (record if record is not None else self).sudo()
        record.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=summary,
            user_id=self._get_responsible().id,
            **vals,
        )
