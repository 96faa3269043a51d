import hashlib
import threading
from urllib.parse import urlsplit

from odoo import fields, models

from odoo.addons.payment_reminders.http import Outcome
from odoo.addons.payment_reminders.tools import transactions

from ..wire import LIMITS, Amili, make_key, make_public_pem

#: System parameters with a pace of one's own: calls a minute, calls a second.
LIMIT_NAMES = ("per_minute", "per_second")
#: Hosts to which a log-in may go without TLS: this machine.
LOCAL = ("127.0.0.1", "localhost", "::1")
#: That Amili answers is noted so often, not at each call: others read this row.
NOTED_EVERY = 600
#: {what it logs in with: :class:`Amili`}: one token and one pace for all threads.
_clients = {}
_clients_lock = threading.Lock()


class ResCompany(models.Model):
    _inherit = "res.company"

    amili_mode = fields.Selection(
        [("off", "Off"), ("test", "Sandbox"), ("production", "Production")],
        string="Amili",
        required=True,
        default="off",
        copy=False,
    )
    amili_is_on = fields.Boolean(
        string="Amili is switched on",
        copy=False,
        help="The guide was gone through to its end.",
    )
    amili_api_code = fields.Char(
        string="API code of Amili", groups="base.group_system", copy=False
    )
    amili_private_key = fields.Text(
        string="Private key for Amili",
        groups="base.group_system",
        copy=False,
        help="Made here; it never leaves.",
    )
    amili_account_id = fields.Char(string="Account at Amili", copy=False)
    amili_account_name = fields.Char(string="Name of the account", copy=False)
    amili_creditor_id = fields.Char(string="Creditor at Amili", copy=False)
    amili_creditor_name = fields.Char(string="Name of the creditor", copy=False)
    amili_partner_id = fields.Many2one(
        "res.partner",
        string="Contact of Amili",
        index="btree_not_null",
        help="What this contact pays is Amili's own payout, and no payment of a "
        "customer that it has to be told of.",
    )
    amili_start_with = fields.Selection(
        [("reminder", "A reminder"), ("collection", "Collection")],
        string="Amili starts with",
        required=True,
        default="reminder",
    )
    amili_default_description = fields.Char(
        string="What invoices are about",
        help="Amili needs it of each invoice. Empty: the first product of the invoice.",
    )
    amili_tax_part = fields.Selection(
        [
            ("customer", "The customer's part"),
            ("whole", "The whole amount"),
            ("refuse", "Nothing until it is decided"),
        ],
        string="ROT and RUT",
        required=True,
        default="customer",
        help="What is handed over while a tax reduction is not decided.",
    )
    amili_attach_invoice = fields.Boolean(string="The invoice goes along", default=True)
    amili_as_default = fields.Boolean(
        string="Amili is the default",
        help="The dialog suggests Amili to who has not handed over anything before.",
    )
    amili_terms_accepted_by_id = fields.Many2one(
        "res.users", string="Terms accepted by", copy=False, index="btree_not_null"
    )
    amili_terms_accepted_on = fields.Datetime(string="Terms accepted on", copy=False)
    amili_good_at = fields.Datetime(string="Amili last answered", copy=False)
    amili_problem = fields.Char(string="Problem with Amili", copy=False)

    def write(self, vals):
        if {"amili_api_code", "amili_private_key", "amili_mode"} & set(vals):
            # Another log-in: whether it is good is not known.
            vals = {"amili_problem": False, "amili_good_at": False, **vals}
        return super().write(vals)

    # -- speaking with it -------------------------------------------------------

    def _get_amili_url(self):
        """Return where Amili is in the mode of this company, or an empty text."""
        self.ensure_one()
        name = "url" if self.amili_mode == "production" else "url_test"
        parameters = self.env["ir.config_parameter"].sudo()
        return parameters.get_param(f"payment_reminders_amili.{name}") or ""

    def _get_amili_obstacle(self):
        """Return why nothing can be handed over to Amili now, in words, or ""."""
        self.ensure_one()
        # sudo: whoever hands over need not see the log-in.
        company = self.sudo()
        is_on = company.amili_is_on and company.amili_mode != "off"
        if not is_on or not company.amili_terms_accepted_on:
            return self.env._("Amili is not switched on yet: follow the guide.")
        if not (company.amili_api_code and company.amili_private_key):
            return self.env._("The key or the API code of Amili is missing.")
        if not (company.amili_account_id and company.amili_creditor_id):
            return self.env._("No account and creditor of Amili is chosen.")
        if not company._is_amili_url_safe():
            return self.env._("The address of Amili is missing, or not https.")
        if company.amili_problem:
            return self.env._("Amili refused the log-in: %s", company.amili_problem)
        return ""

    def _is_amili_url_safe(self):
        try:
            parts = urlsplit(self._get_amili_url())
        except ValueError:
            return False
        return parts.scheme == "https" or (
            parts.scheme == "http" and parts.hostname in LOCAL
        )

    def _get_amili(self):
        """Return the :class:`Amili` that speaks for this company."""
        self.ensure_one()
        company = self.sudo()
        pem = (company.amili_private_key or "").encode()
        parameters = self.env["ir.config_parameter"].sudo()
        algorithm = parameters.get_param("payment_reminders_amili.algorithm", "ES256")
        limits = [
            (int(parameters.get_param(f"payment_reminders_amili.{name}", calls)), secs)
            for name, (calls, secs) in zip(LIMIT_NAMES, LIMITS, strict=True)
        ]
        login = (
            company._get_amili_url(),
            company.amili_api_code or "",
            pem,
            algorithm,
            limits,
        )
        name = (self.env.cr.dbname, self.id)
        digest = hashlib.sha256(repr(login).encode()).hexdigest()
        with _clients_lock:
            kept = _clients.get(name)
            if not kept or kept[0] != digest:
                kept = _clients[name] = (digest, Amili.make(*login))
        return kept[1]

    def _note_amili_apart(self, heard):
        """Do what :meth:`_note_amili` does in a transaction of its own.

        Workers who hand over meet at this row; none of them may fail for it.
        """
        self.ensure_one()
        return transactions.run(
            self.env, lambda env: self.with_env(env)._note_amili(heard)
        )

    def _note_amili(self, heard):
        """Note whether Amili takes the log-in; return whether that is news.

        :param heard: :class:`Heard` of the last call
        """
        self.ensure_one()
        company = self.sudo()
        if heard.outcome == Outcome.AUTH:
            reason = heard.reason or self.env._("no reason was given")
            if company.amili_problem:
                return False
            company.amili_problem = reason[:200]
            return True
        now = fields.Datetime.now()
        last = company.amili_good_at
        is_old = not last or (now - last).total_seconds() > NOTED_EVERY
        if heard.is_good and (is_old or company.amili_problem):
            company.write({"amili_good_at": now, "amili_problem": False})
        return False

    # -- the key ----------------------------------------------------------------

    def _make_amili_key(self):
        """Make a new key pair; the private half stays here."""
        self.ensure_one()
        self.sudo().amili_private_key = make_key().decode()

    def _get_amili_public_key(self):
        """Return the public half of the key as PEM, or an empty text."""
        self.ensure_one()
        # sudo: the public half is no secret.
        key = self.sudo().amili_private_key
        return make_public_pem(key.encode()) if key else ""
