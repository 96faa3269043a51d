import hmac
import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.urls import urljoin

from odoo.addons.payment_reminders.http import Outcome
from odoo.addons.payment_reminders.tools import transactions

#: A name that can be shown as the sender has at most so many letters and digits.
MAX_NAME = 11


class ResCompany(models.Model):
    _inherit = "res.company"

    sms_sender = fields.Char(
        string="Sender of SMS",
        help="A name of at most 11 letters and digits, which cannot be answered, or a "
        "number of yours with its country code.",
    )
    sms_receive = fields.Boolean(
        string="Customers may answer",
        help="SMS that come in are read: an answer holds the case as one by e-mail "
        "does, and STOP ends SMS to that number.",
    )
    sms_webhook_token = fields.Char(groups="base.group_system", copy=False)
    sms_credit = fields.Float(
        string="SMS credit", readonly=True, copy=False, digits=(16, 2)
    )
    sms_credit_currency = fields.Char(readonly=True, copy=False)
    sms_credit_at = fields.Datetime(string="Credit read", readonly=True, copy=False)
    sms_credit_limit = fields.Float(
        string="Warn below", default=10.0, help="In the currency of the SMS account."
    )
    sms_problem = fields.Char(string="Problem with SMS", readonly=True, copy=False)

    def write(self, vals):
        if self._get_sms_login_fields() & set(vals):
            # Another log-in: whether it is good is not known.
            vals = {"sms_problem": False, "sms_credit_at": False, **vals}
        result = super().write(vals)
        if "sms_provider" in vals:
            # Now: whoever sends must not write on the company.
            for company in self.sudo().filtered(lambda c: c._is_sms_bridge()):
                company._make_sms_webhook_token()
        return result

    # -- what gateways bring --------------------------------------------------------

    @api.model
    def _get_sms_bridges(self):
        """Return {provider: its API class} of our gateways (hook)."""
        return {}

    @api.model
    def _get_sms_login_fields(self):
        """Return the fields that are the log-ins of our gateways (hook)."""
        return {"sms_provider"}

    def _has_sms_login(self):
        """Tell whether all is there that the gateway of this company needs (hook)."""
        return False

    def _ask_sms_credit(self):
        """Ask the gateway what is left (hook).

        :return: ``wire.Credit``
        """
        raise NotImplementedError

    # -- which gateway --------------------------------------------------------------

    def _is_sms_bridge(self):
        """Tell whether SMS of this company leave by one of our gateways."""
        return self.sms_provider in self._get_sms_bridges()

    def _get_sms_api_class(self):
        # EXTENDS sms_twilio
        self.ensure_one()
        bridges = self._get_sms_bridges()
        return bridges.get(self.sms_provider) or super()._get_sms_api_class()

    def _lacks_sms_gateway(self):
        # EXTENDS payment_reminders
        if self._is_sms_bridge():
            # sudo: whether there is a log-in may be known, not the log-in
            return not self.sudo()._has_sms_login()
        return super()._lacks_sms_gateway()

    def _get_sms_sender(self):
        """Return who is shown as the sender: as entered, or the company's name."""
        self.ensure_one()
        name = "".join(c for c in self.name if c.isascii() and c.isalnum())
        return self.sms_sender or name[:MAX_NAME]

    def _is_sms_sender_a_name(self):
        """Tell whether nobody can answer our SMS: they show a name, no number."""
        return not self._get_sms_sender().removeprefix("+").isdigit()

    @api.constrains("sms_sender")
    def _check_sms_sender(self):
        for company in self.filtered("sms_sender"):
            sender = company.sms_sender
            is_name = sender.isascii() and sender.isalnum() and len(sender) <= MAX_NAME
            digits = sender.removeprefix("+")
            is_number = digits.isascii() and digits.isdigit() and len(digits) <= 15
            if not (is_name or is_number):
                raise UserError(
                    self.env._(
                        "The sender of SMS is a name of at most 11 letters (a to z) "
                        "and digits, or a number with its country code: +45…"
                    )
                )

    # -- how it is there ------------------------------------------------------------

    def _note_sms_gateway(self, heard):
        """Note whether the gateway takes the log-in, where that is news.

        In a transaction of its own: the company may be locked by whoever sends.

        :param heard: ``wire.Heard`` or ``wire.Credit``
        """
        self.ensure_one()
        problem = False
        if heard.outcome == Outcome.AUTH:
            problem = heard.reason or self.env._("The SMS gateway refused the log-in.")
        elif getattr(heard, "failure", "") == "credit":
            problem = heard.reason or self.env._("No credit is left.")
        elif heard.outcome != Outcome.OK:
            return
        if (self.sms_problem or False) != problem:
            self._keep_sms_problem(problem)

    def _keep_sms_problem(self, problem):
        company = self.sudo()

        def work(env):
            company.with_env(env).sms_problem = problem

        # A sender holds the company's row, shared: the note must not wait for it.
        self.env.cr.postcommit.add(lambda: transactions.run(company.env, work))

    def _describe_sms_trouble(self):
        """Return what the gateway will not go on with, in words; usually nothing."""
        self.ensure_one()
        if self.sms_problem:
            return self.env._("The SMS gateway says: %s", self.sms_problem)
        if self.sms_credit_at and self.sms_credit < self.sms_credit_limit:
            return self.env._(
                "SMS credit is running out: %(amount)s %(currency)s are left.",
                amount=f"{self.sms_credit:.2f}",
                currency=self.sms_credit_currency or "",
            )
        return ""

    def _read_sms_credit(self):
        """Ask the gateway what is left, and keep it; this tests the log-in, too.

        :return: ``wire.Credit``
        """
        self.ensure_one()
        company = self.sudo()
        credit = company._ask_sms_credit()
        if credit.outcome == Outcome.OK:
            company.write(
                {
                    "sms_credit": float(credit.amount),
                    "sms_credit_currency": credit.currency,
                    "sms_credit_at": fields.Datetime.now(),
                    "sms_problem": False,
                }
            )
        elif credit.outcome == Outcome.AUTH:
            company.sms_problem = credit.reason
        return credit

    @api.model
    def _cron_read_sms_credit(self):
        """Read what is left on the accounts of all companies."""
        parameters = self.env["ir.config_parameter"].sudo()
        if parameters.get_param("database.is_neutralized"):
            return
        for company in self.sudo().search([("sms_provider", "!=", "iap")]):
            if company._is_sms_bridge() and company._has_sms_login():
                company._read_sms_credit()

    # -- who calls us ---------------------------------------------------------------

    def _get_sms_webhook(self, path):
        """Return the address at which a gateway tells this company something.

        :param path: ``<route>/%s``, with a place for what nobody else knows
        """
        self.ensure_one()
        company = self.sudo()
        return urljoin(company.get_base_url(), path % company.sms_webhook_token)

    def _make_sms_webhook_token(self):
        if not self.sms_webhook_token:
            self.sms_webhook_token = secrets.token_urlsafe(32)

    @api.model
    def _find_by_sms_token(self, token):
        """Return the company that a gateway calls, empty for any other token.

        Each of them is compared, so that the time it takes tells nothing.
        """
        found = self.browse()
        for company in self.sudo().search([("sms_webhook_token", "!=", False)]):
            known = company.sms_webhook_token.encode()
            if hmac.compare_digest(known, (token or "").encode()):
                found = company
        return found
