"""The heads-up: once a day, what goes out when, to whoever may stop it."""

from collections import defaultdict

from odoo import api, models

from ...tools import transactions
from ...tools.mail_texts import to_header


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
