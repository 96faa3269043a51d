"""The first run: what has to be set up, what is missing, and when reminders start."""

from odoo import api, fields, models
from odoo.tools import config

#: Other addons that write to customers about what is overdue.
OTHER_SENDERS = (
    "account_followup",
    "account_credit_control",
    "account_invoice_overdue_reminder",
)
CRONS = ("ir_cron_refresh", "ir_cron_propose", "ir_cron_send", "ir_cron_run")


class ResCompany(models.Model):
    _inherit = "res.company"

    reminder_start_date = fields.Date(
        string="Reminders start on",
        help="No reminder is proposed by itself before this day.",
    )
    reminder_backlog_until = fields.Date(
        help="What fell due before this day was overdue when reminders were activated: "
        "it waits until a manager has decided once. Empty: decided.",
    )
    is_reminder_panel_hidden = fields.Boolean(
        help="The panel on the queue was put away.",
    )
    is_reminder_tested = fields.Boolean(help="A test message was sent.")

    def _activate_reminders(self, ladder):
        """Choose a ladder as a person does; the first time, what is old waits."""
        self.ensure_one()
        is_first = not self.reminder_ladder_id and not self.env[
            "payment.reminder.case"
        ].sudo().search_count([("company_id", "=", self.id)], limit=1)
        self.reminder_ladder_id = ladder
        if is_first and ladder:
            self.reminder_backlog_until = self._get_reminder_today()

    def _has_reminders_started(self):
        """Tell whether reminders may be proposed by themselves today."""
        self.ensure_one()
        start = self.reminder_start_date
        return not start or start <= self._get_reminder_today()

    # -- what is missing --------------------------------------------------------

    def _get_reminder_problems(self):
        """Return sentences on what would keep reminders from going out well."""
        self.ensure_one()
        return [
            *self._find_sender_problems(),
            *self._find_other_problems(),
            *self._get_reminder_rate_warnings(),
        ]

    def _find_sender_problems(self):
        if self._lacks_mail_server():
            yield self.env._(
                "There is no outgoing mail server: e-mails leave by the settings of "
                "the machine, if at all."
            )
        if not self.email:
            yield self.env._("Your company has no e-mail address to send from.")
        if not self.alias_domain_id:
            yield self.env._(
                "There is no alias domain: answers of customers do not come back to "
                "their case."
            )
        channels = {
            channel
            for step in self.reminder_ladder_id.step_ids
            for channel in step._get_channels()
        }
        if "sms" in channels and self._lacks_sms_gateway():
            yield self.env._("The ladder sends SMS, and no SMS account is registered.")

    def _lacks_mail_server(self):
        """Tell whether nobody has said by which server e-mails leave.

        Odoo takes the machine's own, which seldom exists, when neither a record nor
        its configuration file names one.
        """
        named = (config["smtp_server"], config["smtp_port"]) != ("localhost", 25)
        servers = self.env["ir.mail_server"].sudo()
        return not named and not servers.search_count([], limit=1)

    def _lacks_sms_gateway(self):
        """Tell whether no gateway for SMS is set up (hook of other gateways)."""
        accounts = self.env["iap.account"].sudo()
        return not accounts.search_count(
            [("service_name", "=", "sms"), ("state", "=", "registered")], limit=1
        )

    def _find_other_problems(self):
        idle = [
            cron.name
            for name in CRONS
            for cron in [self.env.ref(f"payment_reminders.{name}").sudo()]
            if not cron.active
        ]
        if idle:
            yield self.env._("Scheduled actions are off: %s.", ", ".join(idle))
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

    # -- the panel on the queue -------------------------------------------------

    @api.model
    def get_reminder_setup(self):
        """Return what stands above the queue; of the setup, to managers only.

        :return: dict: is_shown, steps, problems, backlog (a sentence, or ""), halts
        """
        halts = self.env["payment.reminder.halt"]._describe_open()
        if not self.env.user._is_reminder_manager():
            return {
                "is_shown": False,
                "steps": [],
                "problems": [],
                "backlog": "",
                "halts": halts,
            }
        company = self.env.company.sudo()
        steps = company._get_reminder_setup_steps()
        backlog = company._describe_reminder_backlog()
        is_done = all(step["is_done"] for step in steps)
        return {
            "is_shown": bool(backlog)
            or not (is_done or company.is_reminder_panel_hidden),
            "steps": steps,
            "problems": company._get_reminder_problems(),
            "backlog": backlog,
            "halts": halts,
        }

    def _get_reminder_setup_steps(self):
        """Return the steps of the first run: title, choice, whether it is done."""
        self.ensure_one()
        ladder = self.reminder_ladder_id
        managers = self.env.ref("payment_reminders.group_reminder_manager").all_user_ids
        people = managers.filtered(
            lambda user: user.id != self.env.ref("base.user_root").id
        )
        approver = ladder._get_standing_approver() if ladder else False
        return [
            {
                "title": self.env._("Country and law"),
                "text": ladder.jurisdiction_id.name or self.country_id.name or "",
                "is_done": bool(self.country_id and ladder),
            },
            {
                "title": self.env._("Ladder"),
                "text": ladder.name or "",
                "is_done": bool(ladder),
            },
            {
                "title": self.env._("Sender and test message"),
                "text": self.email or "",
                "is_done": bool(self.email and self.is_reminder_tested),
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
                "text": fields.Date.to_string(self.reminder_start_date)
                if self.reminder_start_date
                else self.env._("at once"),
                "is_done": bool(ladder),
            },
        ]

    @api.model
    def hide_reminder_panel(self):
        """Put the panel of the queue away, for the whole company."""
        self.env["res.users"]._check_reminder_manager()
        # The managers' role decides on reminders, not on companies.
        self.env.company.sudo().is_reminder_panel_hidden = True

    # -- what was overdue before ------------------------------------------------

    def _find_backlog_cases(self):
        """Return the cases that wait because they are older than the activation."""
        self.ensure_one()
        return (
            self.env["payment.reminder.case"]
            .sudo()
            .search(
                [
                    ("company_id", "=", self.id),
                    (
                        "freeze_ids",
                        "any",
                        [("reason", "=", "backlog"), ("date_end", "=", False)],
                    ),
                ]
            )
        )

    def _describe_reminder_backlog(self):
        cases = self._find_backlog_cases()
        if not cases:
            return ""
        return self.env._(
            "%s customers owed something before reminders were activated. Nothing is "
            "sent to them until you have decided.",
            len(cases),
        )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    reminder_start_date = fields.Date(
        related="company_id.reminder_start_date", readonly=False
    )
