"""The heads-up: once a day, what goes out when, to whoever may stop it."""

from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import consteq
from odoo.tools.misc import hmac

from ...rules.lifecycle import WAITING
from ...tools import transactions
from ...tools.mail_texts import to_header

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


class PaymentReminderHeadsUp(models.AbstractModel):
    _name = "payment.reminder.heads.up"
    _description = "Heads-Up of Payment Reminders"

    @api.model
    def _cron_heads_up(self):
        """Tell managers and representatives what was proposed since the last time."""
        # Telling people of their own needs no right of whoever starts it.
        self = self.sudo()
        for company in self.env["res.company"]._get_reminder_companies():
            transactions.run_each(
                company, lambda own: self.with_env(own.env)._tell_company(own)
            )

    @api.model
    def _tell_company(self, company):
        """Send one digest to each person; a notice is told of once."""
        notices = self.env["payment.reminder"].search(
            [
                ("company_id", "=", company.id),
                ("state", "in", ("proposed", "approved")),
                ("heads_up_date", "=", False),
            ],
            order="hold_until, id",
        )
        for user, mine in self._get_readers(company, notices).items():
            if user.reminder_heads_up in ("email", "both"):
                self._mail(user, mine)
            if user.reminder_heads_up in ("activity", "both"):
                self._schedule(user, mine, company)
        notices.write({"heads_up_date": company._get_reminder_today()})

    @api.model
    def _get_readers(self, company, notices):
        """Return {user: notices to tell them of}; managers hear of all."""
        group = self.env.ref("payment_reminders.group_reminder_manager")
        managers = group.all_user_ids.filtered(
            lambda user: user.active
            and company in user.company_ids
            and user.id != self.env.ref("base.user_root").id
        )
        found = defaultdict(notices.browse)
        if notices:
            found.update(dict.fromkeys(managers, notices))
        rep = "payment_reminders.group_reminder_user"
        for user, mine in notices.grouped("user_id").items():
            if user.active and user not in managers and user.has_group(rep):
                found[user] = mine
        return found

    @api.model
    def _mail(self, user, notices):
        if not user.email:
            return
        links = self.env["payment.reminder.desk.link"].create(
            [{"reminder_id": notice.id, "user_id": user.id} for notice in notices]
        )
        own = self.with_context(lang=user.lang, tz=user.tz)
        rows = [(link.reminder_id.with_env(own.env), link._get_url()) for link in links]
        body = own.env["ir.qweb"]._render(
            "payment_reminders.heads_up_mail",
            {
                "user": user,
                "is_manager": user._is_reminder_manager(),
                "waiting": self._prepare_group(rows, "proposed"),
                "leaving": self._prepare_group(rows, "approved"),
                "url": f"{links[0].get_base_url()}/odoo/payment-reminders",
            },
            minimal_qcontext=True,
        )
        company = notices.company_id
        self.env["mail.mail"].create(
            {
                "subject": own.env._(
                    "%(company)s: payment reminders about to leave (%(count)s)",
                    company=company.name,
                    count=len(notices),
                ),
                "body_html": body,
                "email_from": to_header(
                    company.email_formatted or user.email_formatted
                ),
                "email_to": to_header(user.email_formatted),
                "auto_delete": True,
            }
        )

    @api.model
    def _prepare_group(self, rows, state):
        """Return the rows of notices in one state, and what they ask for in all.

        :param rows: list of (notice, address of its page)
        :return: dict of rows (notice, address, amount) and total, formatted
        """
        mine = [(notice, url) for notice, url in rows if notice.state == state]
        notices = self.env["payment.reminder"].union(*(notice for notice, _u in mine))
        totals = [
            same[0]._format_letter_money(sum(same.mapped("amount_claim")), code=True)
            for same in notices.with_env(rows[0][0].env).grouped("currency_id").values()
        ]
        return {
            "rows": [
                (notice, url, notice._format_letter_money(notice.amount_claim, True))
                for notice, url in mine
            ],
            "total": " + ".join(totals),
        }

    @api.model
    def _schedule(self, user, notices, company):
        """Leave one activity, in place of the one of another day."""
        ladder = company.reminder_ladder_id
        summary = self.env(context={"lang": user.lang})._(
            "Payment reminders about to leave: %s", len(notices)
        )
        activity_type = self.env.ref("payment_reminders.mail_activity_heads_up")
        ladder.activity_ids.filtered(
            lambda a: a.user_id == user and a.activity_type_id == activity_type
        ).unlink()
        ladder.activity_schedule(
            "payment_reminders.mail_activity_heads_up",
            summary=summary,
            user_id=user.id,
        )
