"""The first run: what has to be set up, what is missing, and when reminders start."""

from odoo import api, fields, models
from odoo.http import request
from odoo.tools import config

#: Other addons that write to customers about what is overdue.
OTHER_SENDERS = (
    "account_followup",
    "account_credit_control",
    "account_invoice_overdue_reminder",
)
#: A sentence names so many cases, and how many more there are.
MOST_LISTED = 5
CRONS = ("ir_cron_refresh", "ir_cron_propose", "ir_cron_send", "ir_cron_run")


class PaymentReminderSetup(models.AbstractModel):
    """Tells managers what of the set-up is done and what is missing."""

    _name = "payment.reminder.setup"
    _description = "Payment Reminder Set-up"

    @api.model
    def _find_problems(self, company):
        """Return sentences on what would keep reminders from going out well."""
        return [
            *self._find_sender_problems(company),
            *self._find_people_problems(company),
            *self._find_account_problems(company),
            *self._find_other_problems(),
            *company._get_reminder_rate_warnings(),
        ]

    @api.model
    def _find_sender_problems(self, company):
        if company._lacks_mail_server():
            yield self.env._(
                "There is no outgoing mail server: e-mails leave by the settings of "
                "the machine, if at all."
            )
        if not company.email:
            yield self.env._("Your company has no e-mail address to send from.")
        if not company.alias_domain_id:
            yield self.env._(
                "There is no alias domain: answers of customers do not come back to "
                "their case."
            )
        channels = {
            channel
            for step in company.reminder_ladder_id.step_ids
            for channel in step._get_channels()
        }
        if "sms" in channels and company._lacks_sms_gateway():
            yield self.env._("The ladder sends SMS, and no SMS account is registered.")

    @api.model
    def _find_people_problems(self, company):
        """Yield which cases are given to somebody who cannot answer for them."""
        manager = company._find_reminder_manager()
        if not manager:
            yield self.env._(
                "No manager of payment reminders has an e-mail address: what customers "
                "write goes to nobody where a case has no responsible."
            )
        groups = self.env["payment.reminder.case"]._read_group(
            [
                ("company_id", "=", company.id),
                ("state", "!=", "closed"),
                ("user_id", "!=", False),
            ],
            ["user_id"],
            ["id:recordset"],
        )
        for user, cases in groups:
            if user._answers_for(company):
                continue
            names = cases.sorted("id").mapped("name")
            listed = ", ".join(names[:MOST_LISTED])
            if len(names) > MOST_LISTED:
                listed = self.env._(
                    "%(names)s and %(number)s more",
                    names=listed,
                    number=len(names) - MOST_LISTED,
                )
            yield self.env._(
                "%(user)s cannot answer for these cases any more (archived, or without "
                "an e-mail address or access to the company): %(cases)s. Choose "
                "another responsible; until then somebody else is asked.",
                user=user.name,
                cases=listed,
            )

    @api.model
    def _find_account_problems(self, company):
        """Yield that customers are not told where to pay to."""
        accounts = company.partner_id.bank_ids
        if accounts or company.reminder_takes_online:
            return
        yield self.env._(
            "Your company has no bank account, and customers cannot pay on their page: "
            "where an invoice names no account either, a reminder can only ask them to "
            "ask you. Enter one under Accounting > Configuration > Bank Accounts."
        )

    @api.model
    def _find_other_problems(self):
        idle = [
            cron.name
            for name in CRONS
            for cron in [self.env.ref(f"payment_reminders.{name}").sudo()]
            if not cron.active
        ]
        if idle:
            yield self.env._("Scheduled actions are off: %s.", ", ".join(idle))
        if self._shares_one_address():
            yield self.env._(
                "Odoo does not run in proxy mode, and a web server stands before it: "
                "all customers count as one visitor, so that together they meet the "
                "limits that each of them has on the page. Set proxy_mode."
            )
        others = (
            self.env["ir.module.module"]
            .sudo()
            .search([("name", "in", OTHER_SENDERS), ("state", "=", "installed")])
        )
        for module in others:
            yield self.env._(
                "“%s” reminds customers as well: switch one of the two off.",
                module.shortdesc,
            )

    @api.model
    def _shares_one_address(self):
        """Tell whether all visitors seem to come from the address of a proxy.

        Odoo itself speaks no TLS: behind an address that begins with https is a proxy,
        as there is before a visit that was forwarded.
        """
        if config["proxy_mode"]:
            return False
        headers = request.httprequest.headers if request else {}
        base = self.env["ir.config_parameter"].sudo().get_param("web.base.url") or ""
        return "X-Forwarded-For" in headers or base.startswith("https://")

    @api.model
    def _get_steps(self, company):
        """Return the steps of the first run: title, choice, whether it is done."""
        ladder = company.reminder_ladder_id
        managers = self.env.ref("payment_reminders.group_reminder_manager").all_user_ids
        people = managers.filtered(
            lambda user: user.id != self.env.ref("base.user_root").id
        )
        approver = ladder._get_standing_approver() if ladder else False
        return [
            {
                "title": self.env._("Country and law"),
                "text": ladder.jurisdiction_id.name or company.country_id.name or "",
                "is_done": bool(company.country_id and ladder),
            },
            {
                "title": self.env._("Ladder"),
                "text": ladder.name or "",
                "is_done": bool(ladder),
            },
            {
                "title": self.env._("Sender and test message"),
                "text": company.email or "",
                "is_done": bool(company.email and company.is_reminder_tested),
            },
            {
                "title": self.env._("Who approves"),
                "text": approver.name
                if approver
                else ", ".join(people.sorted("id")[:3].mapped("name")),
                "is_done": bool(people),
            },
            {
                "title": self.env._("Start"),
                "text": fields.Date.to_string(company.reminder_start_date)
                if company.reminder_start_date
                else self.env._("at once"),
                "is_done": bool(ladder),
            },
        ]

    @api.model
    def _describe_backlog(self, company):
        cases = company._find_backlog_cases()
        if not cases:
            return ""
        return self.env._(
            "%s customers owed something before reminders were activated. Nothing is "
            "sent to them until you have decided.",
            len(cases),
        )
