"""Links of the heads-up: one notice, one person, used once, without a login."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import consteq
from odoo.tools.misc import hmac

from ...rules.lifecycle import WAITING

#: So long a link of the heads-up works.
DAYS = 7
#: So long it is kept after that: it opens nothing any more.
KEEP_DAYS = 30
SNOOZE_DAYS = 7
ACTIONS = ("approve", "hold", "snooze", "call")


class PaymentReminderDeskLink(models.Model):
    """Lets one person stop one notice from a phone; rights are asked at the click.

    The signature is not stored: it follows from the record and the database's secret.
    """

    _name = "payment.reminder.desk.link"
    _description = "Link of the Heads-Up"

    reminder_id = fields.Many2one(
        "payment.reminder",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    user_id = fields.Many2one(
        "res.users",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    date_end = fields.Datetime(
        required=True,
        readonly=True,
        default=lambda self: fields.Datetime.now() + timedelta(days=DAYS),
    )
    date_used = fields.Datetime(readonly=True)

    def _get_signature(self):
        self.ensure_one()
        return hmac(
            self.sudo().env,
            self._name,
            (self.id, self.reminder_id.id, self.user_id.id, str(self.date_end)),
        )

    def _get_url(self):
        """Return the address of the page that asks what to do."""
        self.ensure_one()
        base = self.reminder_id.case_id.get_base_url()
        return f"{base}/reminders/desk/{self.id}/{self._get_signature()}"

    def _is_right(self, signature):
        """Tell whether this link is signed so, and still works."""
        return bool(
            self.exists()
            # Of other signs Python compares nothing in constant time, and fails.
            and signature.isascii()
            and consteq(self._get_signature(), signature)
            and not self.date_used
            and fields.Datetime.now() < self.date_end
        )

    def _use(self, action):
        """Do what the person chose, with the rights that they have now, once.

        :param action: approve, hold, snooze or call
        :raises AccessError: when they may not (any more), or it was used meanwhile
        """
        self.ensure_one()
        if not self.try_lock_for_update() or self.date_used:
            raise AccessError(self.env._("This link was used already."))
        if not self.user_id.active:
            raise AccessError(self.env._("This user is not active any more."))
        reminder = (
            self.reminder_id.with_user(self.user_id)
            .with_context(
                allowed_company_ids=self.reminder_id.company_id.ids,
                lang=self.user_id.lang,
            )
            .sudo(False)
        )
        # A sender that has it is past stopping; both methods check the rights.
        reminder.check_access("read")
        if reminder.state not in WAITING:
            raise UserError(
                self.env._("It has left: nothing of it can be stopped any more.")
                if reminder.state != "cancelled"
                else self.env._("It was cancelled, and does not leave.")
            )
        if action == "approve":
            reminder.action_approve()
        elif action == "snooze":
            today = reminder.company_id._get_reminder_today()
            reminder.action_snooze(fields.Date.add(today, days=SNOOZE_DAYS))
        elif action == "call":
            reminder.action_hold(reminder.env._("%s calls first", self.user_id.name))
            self.reminder_id.case_id.sudo().activity_schedule(
                "mail.mail_activity_data_call",
                summary=reminder.env._("Call before the reminder leaves"),
                user_id=self.user_id.id,
            )
        else:
            reminder.action_hold(reminder.env._("Held from the heads-up"))
        self.date_used = fields.Datetime.now()

    @api.autovacuum
    def _gc_old(self):
        """Forget links that ended long ago; what was done by them is in the trail."""
        limit = fields.Datetime.now() - timedelta(days=KEEP_DAYS)
        self.sudo().search([("date_end", "<", limit)]).unlink()
