from odoo import fields, models

#: What a login consists of: whoever enters another one wants it tried.
LOGINS = (
    "company_status_active",
    "company_status_danish_register",
    "company_status_virk_user",
    "company_status_virk_password",
    "company_status_bolagsverket_client",
    "company_status_bolagsverket_secret",
    "company_status_companies_house_key",
)


class ResCompany(models.Model):
    _inherit = "res.company"

    company_status_active = fields.Boolean(
        string="Look debtors up in company registers",
        help="Customers with open cases are looked up every day. Persons never are.",
    )
    company_status_danish_register = fields.Selection(
        [
            ("virk", "CVR at Virk (login of Erhvervsstyrelsen)"),
            ("cvrapi", "cvrapi.dk (no login, 50 a day)"),
        ],
        string="Danish register",
        help="Without a choice Danish customers are not looked up.",
    )
    company_status_virk_user = fields.Char(
        string="User at Virk", groups="base.group_system"
    )
    company_status_virk_password = fields.Char(
        string="Password at Virk", groups="base.group_system"
    )
    company_status_bolagsverket_client = fields.Char(
        string="Client id at Bolagsverket", groups="base.group_system"
    )
    company_status_bolagsverket_secret = fields.Char(
        string="Client secret at Bolagsverket", groups="base.group_system"
    )
    company_status_companies_house_key = fields.Char(
        string="API key at Companies House", groups="base.group_system"
    )

    def write(self, vals):
        result = super().write(vals)
        if set(LOGINS) & set(vals):
            registers = self.env["payment.reminder.register"].sudo()
            registers.search([("company_id", "in", self.ids)])._start_again()
        return result

    def _follows_company_registers(self):
        # EXTENDS payment_reminders
        return self.sudo().company_status_active or super()._follows_company_registers()

    def _get_company_register_logins(self):
        """Return {code of a register: login} of those that this company can ask.

        A login is (user, password), or None where none is needed.
        """
        self.ensure_one()
        # sudo: whoever starts a check need not see the passwords.
        company = self.sudo()
        logins = {"bronnoysund": None, "prh": None}
        if company.company_status_danish_register == "cvrapi":
            logins["cvrapi"] = None
        pairs = {
            "bolagsverket": (
                company.company_status_bolagsverket_client,
                company.company_status_bolagsverket_secret,
            )
        }
        if company.company_status_danish_register == "virk":
            pairs["virk"] = (
                company.company_status_virk_user,
                company.company_status_virk_password,
            )
        logins.update({code: pair for code, pair in pairs.items() if all(pair)})
        if company.company_status_companies_house_key:
            # The key is the user; the password is empty.
            logins["companies_house"] = (company.company_status_companies_house_key, "")
        return logins
