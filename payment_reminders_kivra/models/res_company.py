import hashlib
import re
import threading
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.payment_reminders.http import Outcome
from odoo.addons.payment_reminders.tools import transactions

from ..wire import Kivra

#: Hosts to which a log-in may go without TLS: this machine.
LOCAL = ("127.0.0.1", "localhost", "::1")
ACCOUNT = re.compile(r"[0-9]{1,8}-?[0-9]{1,4}")
#: {(database, company): (digest of the log-in, :class:`Kivra`)}: one token for all.
_clients = {}
_clients_lock = threading.Lock()


class ResCompany(models.Model):
    _inherit = "res.company"

    kivra_mode = fields.Selection(
        [("off", "Off"), ("test", "Sandbox"), ("production", "Production")],
        string="Kivra",
        required=True,
        default="off",
        copy=False,
    )
    kivra_client_id = fields.Char(
        string="Client ID of Kivra", groups="base.group_system", copy=False
    )
    kivra_client_secret = fields.Char(
        string="Client secret of Kivra", groups="base.group_system", copy=False
    )
    kivra_tenant = fields.Char(string="Tenant key", copy=False)
    kivra_account = fields.Char(
        string="Account to pay to",
        help="The number of the bankgiro or plusgiro. Without it nothing can be paid "
        "with a click, and reminders come as ordinary letters.",
    )
    kivra_method = fields.Selection(
        [("1", "Bankgiro"), ("2", "Plusgiro")],
        string="Kind of account",
        required=True,
        default="1",
    )
    kivra_persons = fields.Selection(
        [
            ("off", "No, companies only"),
            ("email", "By an e-mail address that they verified at Kivra"),
            ("ssn", "By their personal number"),
        ],
        string="Persons",
        required=True,
        default="off",
        help="Companies are known by their VAT number. A personal number is kept only "
        "where you enter it, and only one group sees it.",
    )
    kivra_demand = fields.Boolean(
        string="Final notices are collection demands",
        help="The final notice to persons has what § 5 of inkassolagen asks for, and "
        "is sent as such. Else it is sent as a reminder.",
    )
    kivra_good_at = fields.Datetime(string="Kivra last answered", copy=False)
    kivra_problem = fields.Char(string="Problem with Kivra", copy=False)

    def write(self, vals):
        login = {"kivra_mode", "kivra_client_id", "kivra_client_secret", "kivra_tenant"}
        if login & set(vals):
            # Another log-in: whether it is good is not known.
            vals = {"kivra_problem": False, "kivra_good_at": False, **vals}
        return super().write(vals)

    @api.constrains("kivra_account")
    def _check_kivra_account(self):
        for company in self.filtered("kivra_account"):
            if not ACCOUNT.fullmatch(company.kivra_account):
                raise ValidationError(
                    self.env._("A bankgiro or plusgiro is a number such as 5050-1055.")
                )

    def _get_kivra_url(self):
        self.ensure_one()
        name = "url" if self.kivra_mode == "production" else "url_test"
        parameters = self.env["ir.config_parameter"].sudo()
        return parameters.get_param(f"payment_reminders_kivra.{name}") or ""

    def _get_kivra_obstacle(self):
        """Return why nothing goes by Kivra now, in words, or an empty text."""
        self.ensure_one()
        # sudo: whoever sends a reminder need not see the log-in
        company = self.sudo()
        if company.kivra_mode == "off":
            return self.env._("Kivra is switched off.")
        login = (company.kivra_client_id, company.kivra_client_secret)
        if not all(login) or not company.kivra_tenant:
            return self.env._("The log-in of Kivra or the tenant key is missing.")
        parts = urlsplit(company._get_kivra_url())
        if parts.scheme != "https" and parts.hostname not in LOCAL:
            return self.env._("The address of Kivra is missing, or not https.")
        return ""

    def _find_kivra_remarks(self, step):
        """Return what should be known before a step goes by Kivra, as sentences."""
        self.ensure_one()
        remarks = []
        obstacle = self._get_kivra_obstacle()
        if obstacle:
            remarks.append(
                self.env._("%s Until it is mended nothing goes by Kivra.", obstacle)
            )
        elif not self.kivra_account:
            remarks.append(
                self.env._(
                    "No bankgiro or plusgiro is entered: what comes by Kivra cannot be "
                    "paid with a click."
                )
            )
        groups = self.env["payment.reminder.case"]._read_group(
            [
                ("ladder_id", "=", step.ladder_id._origin.id),
                ("company_id", "=", self.id),
                ("state", "!=", "closed"),
            ],
            ["currency_id"],
            ["__count"],
        )
        counts = {currency.name: count for currency, count in groups}
        is_usual = "SEK" in counts or self.currency_id.name == "SEK"
        foreign = sum(counts.values()) - counts.get("SEK", 0)
        if foreign or not is_usual:
            remarks.append(
                self.env._(
                    "Kivra takes Swedish kronor only: what is owed in another currency "
                    "goes another way (open cases now: %s).",
                    foreign,
                )
            )
        if step._get_channels()[-1:] == ["kivra"]:
            remarks.append(
                self.env._("After Kivra there is no other way for who is not there.")
            )
        return remarks

    def _get_kivra(self):
        """Return the :class:`Kivra` that speaks for this company."""
        self.ensure_one()
        company = self.sudo()
        login = (
            company._get_kivra_url(),
            company.kivra_client_id or "",
            company.kivra_client_secret or "",
            company.kivra_tenant or "",
        )
        name = (self.env.cr.dbname, self.id)
        digest = hashlib.sha256(repr(login).encode()).hexdigest()
        with _clients_lock:
            kept = _clients.get(name)
            if not kept or kept[0] != digest:
                kept = _clients[name] = (digest, Kivra.make(*login))
        return kept[1]

    def _note_kivra(self, outcome, reason):
        """Note whether Kivra takes the log-in, where that is news.

        When this transaction is over: a sender holds the company's row, shared.
        """
        self.ensure_one()
        company = self.sudo()
        if outcome == Outcome.AUTH:
            problem = reason[:200]
        elif outcome == Outcome.OK:
            problem = False
        else:
            return
        if (company.kivra_problem or False) == problem:
            return

        def work(env):
            company.with_env(env).kivra_problem = problem

        self.env.cr.postcommit.add(lambda: transactions.run(company.env, work))

    def _test_kivra(self):
        """Log in and ask about this company itself.

        :return: (whether it is good, sentence)
        """
        self.ensure_one()
        obstacle = self._get_kivra_obstacle()
        if obstacle:
            return False, obstacle
        told = self._get_kivra().match("vat", [self.vat or "SE000000000001"])
        if told.outcome != Outcome.OK:
            self.kivra_problem = told.reason[:200]
            return False, self.env._("Kivra did not take it: %s", told.reason)
        self.write({"kivra_good_at": fields.Datetime.now(), "kivra_problem": False})
        if not self.kivra_account:
            return True, self.env._(
                "Kivra answers. Enter a bankgiro, or nothing can be paid with a click."
            )
        return True, self.env._("Kivra answers.")
