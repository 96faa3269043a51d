from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..wire import make_body, make_registration

STEPS = ("what", "keys", "connect", "defaults", "try")


class PaymentReminderAmiliGuide(models.TransientModel):
    """Leads to a company that can hand over to Amili, in five steps.

    Whoever has access to the settings walks it; what is entered is kept at each step.
    """

    _name = "payment.reminder.amili.guide"
    _description = "Guide to Amili"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
    )
    step = fields.Selection(
        [
            ("what", "What it does"),
            ("keys", "Key"),
            ("connect", "Connection"),
            ("defaults", "Defaults"),
            ("try", "Switch on"),
        ],
        required=True,
        readonly=True,
        default="what",
    )
    is_accepted = fields.Boolean(string="I have read the terms, and accept them")
    accepted_by_id = fields.Many2one(related="company_id.amili_terms_accepted_by_id")
    accepted_on = fields.Datetime(related="company_id.amili_terms_accepted_on")
    public_key = fields.Text(compute="_compute_public_key")
    mail_text = fields.Text(
        string="Text for the e-mail to Amili", compute="_compute_public_key"
    )
    api_code = fields.Char(
        string="API code", help="What Amili answers with, once it knows the key."
    )
    mode = fields.Selection(
        [("test", "Sandbox"), ("production", "Production")],
        required=True,
        default="test",
    )
    choice_ids = fields.One2many("payment.reminder.amili.choice", "guide_id")
    account_id = fields.Many2one(
        "payment.reminder.amili.choice",
        domain="[('guide_id', '=', id), ('kind', '=', 'account')]",
    )
    creditor_id = fields.Many2one(
        "payment.reminder.amili.choice",
        domain="[('guide_id', '=', id), ('kind', '=', 'creditor')]",
    )
    creditor_is_active = fields.Boolean(related="creditor_id.is_active")
    creditor_payout = fields.Char(related="creditor_id.payout")
    partner_id = fields.Many2one("res.partner", string="Contact of Amili")
    start_with = fields.Selection(
        [("reminder", "A reminder"), ("collection", "Collection")],
        required=True,
        default="reminder",
    )
    default_description = fields.Char(
        string="What invoices are about", help="Empty: the first product of an invoice."
    )
    tax_part = fields.Selection(
        [
            ("customer", "The customer's part"),
            ("whole", "The whole amount"),
            ("refuse", "Nothing until it is decided"),
        ],
        string="ROT and RUT",
        required=True,
        default="customer",
    )
    attach_invoice = fields.Boolean(string="The invoice goes along", default=True)
    as_default = fields.Boolean(string="Suggest Amili in the dialog")
    result = fields.Text(readonly=True)
    is_on = fields.Boolean(compute="_compute_is_on")

    @api.depends("company_id")
    def _compute_is_on(self):
        for guide in self:
            guide.is_on = not guide.company_id._get_amili_obstacle()

    @api.depends("company_id", "step")
    def _compute_public_key(self):
        for guide in self:
            company = guide.company_id
            key = company._get_amili_public_key()
            names = (company.name, company.company_registry)
            guide.public_key = key
            guide.mail_text = key and guide.env._(
                "Hello,\n\nWe want to use your API (authentication by API code) for "
                "%(company)s from our system Odoo. Please register this public key "
                "(%(algorithm)s), and send us the API code:\n\n%(key)s",
                company=", ".join(filter(None, names)),
                algorithm="ES256",
                key=key,
            )

    # -- opening ----------------------------------------------------------------

    @api.model
    def _check_may_set_up(self):
        if not self.env.user.has_group("base.group_system"):
            raise UserError(
                self.env._("Ask somebody who has access to the settings to do this.")
            )

    @api.model
    def _open(self):
        """Open the guide of the present company where it was left."""
        self._check_may_set_up()
        company = self.env.company.sudo()
        guide = self.create(
            {
                "company_id": company.id,
                "step": self._find_step(company),
                "is_accepted": bool(company.amili_terms_accepted_on),
                "api_code": company.amili_api_code,
                "mode": company.amili_mode if company.amili_mode != "off" else "test",
                "partner_id": company.amili_partner_id.id,
                "start_with": company.amili_start_with,
                "default_description": company.amili_default_description,
                "tax_part": company.amili_tax_part,
                "attach_invoice": company.amili_attach_invoice,
                "as_default": company.amili_as_default,
            }
        )
        return guide._reopen()

    @api.model
    def action_open(self):
        """Open the guide from a menu."""
        return self._open()

    @api.model
    def _find_step(self, company):
        if not company.amili_terms_accepted_on:
            return "what"
        if not company.amili_api_code:
            return "keys"
        return "connect" if not company.amili_creditor_id else "try"

    def _reopen(self, **vals):
        self.write(vals)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Set Up Visma Amili"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    # -- buttons ----------------------------------------------------------------

    def action_back(self):
        """Go one step back."""
        self.ensure_one()
        self._check_may_set_up()
        place = max(STEPS.index(self.step) - 1, 0)
        return self._reopen(step=STEPS[place], result=False)

    def action_next(self):
        """Keep what was entered, and go one step on."""
        self.ensure_one()
        self._check_may_set_up()
        getattr(self, f"_keep_{self.step}")()
        place = min(STEPS.index(self.step) + 1, len(STEPS) - 1)
        return self._reopen(step=STEPS[place], result=False)

    def _keep_what(self):
        if not self.is_accepted:
            raise UserError(self.env._("Accept the terms first."))
        company = self.company_id.sudo()
        if not company.amili_terms_accepted_on:
            company.write(
                {
                    "amili_terms_accepted_by_id": self.env.uid,
                    "amili_terms_accepted_on": fields.Datetime.now(),
                }
            )

    def _keep_keys(self):
        company = self.company_id.sudo()
        if not company.amili_private_key:
            raise UserError(self.env._("Make a key first."))
        code = (self.api_code or "").strip()
        if not code:
            raise UserError(self.env._("Enter the API code that Amili sent."))
        if company.amili_api_code != code:
            company.amili_api_code = code

    def _keep_connect(self):
        if not (self.account_id and self.creditor_id):
            raise UserError(
                self.env._("Test the connection, then choose account and creditor.")
            )
        if not self.creditor_id.is_active:
            raise UserError(
                self.env._(
                    "This creditor is not active at Amili: nothing would be taken. "
                    "Amili activates it."
                )
            )
        self.company_id.sudo().write(
            {
                "amili_account_id": self.account_id.code,
                "amili_account_name": self.account_id.name,
                "amili_creditor_id": self.creditor_id.code,
                "amili_creditor_name": self.creditor_id.name,
            }
        )

    def _keep_defaults(self):
        self.company_id.sudo().write(
            {
                "amili_partner_id": self.partner_id.id,
                "amili_start_with": self.start_with,
                "amili_default_description": self.default_description,
                "amili_tax_part": self.tax_part,
                "amili_attach_invoice": self.attach_invoice,
                "amili_as_default": self.as_default,
            }
        )

    def action_make_key(self):
        """Make a key pair inside Odoo."""
        self.ensure_one()
        self._check_may_set_up()
        if not self.company_id.sudo().amili_private_key:
            self.company_id._make_amili_key()
            self.invalidate_recordset(["public_key", "mail_text"])
        return self._reopen()

    def action_test(self):
        """Log in, and fetch the lists to choose from."""
        self.ensure_one()
        self._check_may_set_up()
        company = self.company_id.sudo()
        if company.amili_mode != self.mode:
            # The sandbox has other accounts.
            company.write(
                {
                    "amili_mode": self.mode,
                    "amili_is_on": False,
                    "amili_account_id": False,
                    "amili_creditor_id": False,
                }
            )
        if not company._is_amili_url_safe():
            raise UserError(
                self.env._("The address of Amili is missing, or not https.")
            )
        amili = company._get_amili()
        heard = amili.log_in()
        accounts, creditors = [], []
        if heard.is_good:
            heard, accounts = amili.list_accounts()
        if heard.is_good:
            heard, creditors = amili.list_creditors()
        company._note_amili(heard)
        if not heard.is_good:
            return self._reopen(result=self._describe(heard))
        rows = [("account", row) for row in accounts]
        rows += [("creditor", row) for row in creditors]
        self.choice_ids = [
            Command.clear(),
            *(Command.create(self._prepare_choice(kind, row)) for kind, row in rows),
        ]
        chosen = {
            "account_id": company.amili_account_id,
            "creditor_id": company.amili_creditor_id,
        }
        vals = {}
        for name, code in chosen.items():
            kind = name.removesuffix("_id")
            mine = self.choice_ids.filtered(lambda c, kind=kind: c.kind == kind)
            kept = mine.filtered(lambda c, code=code: c.code == code)
            vals[name] = (kept or (mine if len(mine) == 1 else mine.browse())).id
        return self._reopen(result=self.env._("The connection works."), **vals)

    @api.model
    def _prepare_choice(self, kind, row):
        payout = row.get("payout_bankgiro") or row.get("bankgiro") or ""
        return {
            "kind": kind,
            "code": str(row["_id"]),
            "name": str(row.get("name") or row["_id"]),
            "payout": str(payout),
            "is_active": bool(row.get("is_active", kind == "account")),
        }

    @api.model
    def _describe(self, heard):
        """Return what came of a call, in words."""
        words = {
            "auth": self.env._("Amili refused the log-in."),
            "throttled": self.env._("Amili wants to rest. Try again in a minute."),
            "unavailable": self.env._("Amili was not reached."),
            "malformed": self.env._("Amili's answer made no sense."),
            "uncertain": self.env._("Amili did not answer: nobody knows."),
        }
        said = words.get(str(heard.outcome), self.env._("Amili refused it."))
        return f"{said} {heard.reason}".strip()

    @api.model
    def _test(self, company):
        """Log in once for a company; return a notification of what came of it."""
        self._check_may_set_up()
        company = company.sudo()
        if not (company.amili_private_key and company._is_amili_url_safe()):
            raise UserError(
                self.env._("Amili is not switched on yet: follow the guide.")
            )
        heard = company._get_amili().log_in()
        company._note_amili(heard)
        good = self.env._("The connection works.")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Visma Amili"),
                "message": good if heard.is_good else self._describe(heard),
                "type": "success" if heard.is_good else "warning",
                "sticky": not heard.is_good,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def action_try(self):
        """Register a debt of nobody in the sandbox, read it, and end it."""
        self.ensure_one()
        self._check_may_set_up()
        company = self.company_id.sudo()
        if company.amili_mode != "test" or self.mode != "test":
            raise UserError(self.env._("This is done in the sandbox alone."))
        amili = company._get_amili()
        heard, made = amili.register(self._make_fictional_body())
        if made:
            heard, _case = amili.read(made.case)
        if made and heard.is_good:
            heard, _told = amili.end(company.amili_creditor_id, made.case)
        company._note_amili(heard)
        if not heard.is_good:
            return self._reopen(result=self._describe(heard))
        return self._reopen(
            result=self.env._(
                "A fictional invoice was registered as case %s, read, and ended.",
                made.case,
            )
        )

    def _make_fictional_body(self):
        company = self.company_id.sudo()
        today = company._get_reminder_today()
        number = fields.Datetime.now().strftime("TEST-%Y%m%d%H%M%S")
        return make_body(
            make_registration(
                account=company.amili_account_id,
                creditor=company.amili_creditor_id,
                start_with=company.amili_start_with,
                customer={
                    "name": "Fiktiva Kunden AB",
                    # Well-formed, and of nobody.
                    "id_number": "5999992471",
                    "is_company": True,
                    "address": {
                        "address_line_1": "Storgatan 5",
                        "zip_code": "90325",
                        "city": "Umeå",
                        "country": "SE",
                    },
                },
                debt={
                    "invoice_number": number,
                    "debt_description": "Test",
                    "debt_reference": number,
                    "capital_to_claim": Decimal(100),
                },
                invoice_date=today - timedelta(days=60),
                due_date=today - timedelta(days=30),
            )
        )

    def action_switch_on(self):
        """Let managers hand over to Amili from now on."""
        self.ensure_one()
        self._check_may_set_up()
        company = self.company_id.sudo()
        if company.amili_mode == "off":
            company.amili_mode = self.mode
        heard = company._get_amili().log_in()
        company._note_amili(heard)
        if not heard.is_good:
            return self._reopen(result=self._describe(heard))
        company.amili_is_on = True
        obstacle = company._get_amili_obstacle()
        if obstacle:
            raise UserError(obstacle)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": self.env._("Invoices can be handed over to Amili now."),
                "type": "success",
                "next": {"type": "ir.actions.act_window_close"},
            },
        }


class PaymentReminderAmiliChoice(models.TransientModel):
    """An account or a creditor that Amili has for this company."""

    _name = "payment.reminder.amili.choice"
    _description = "Account or Creditor at Amili"

    guide_id = fields.Many2one(
        "payment.reminder.amili.guide", required=True, ondelete="cascade"
    )
    kind = fields.Selection(
        [("account", "Account"), ("creditor", "Creditor")], required=True
    )
    name = fields.Char(required=True)
    code = fields.Char(required=True)
    payout = fields.Char(string="Paid out to")
    is_active = fields.Boolean()
