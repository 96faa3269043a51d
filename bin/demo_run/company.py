"""The company of the demo: a workshop in a Danish harbour, and what it has set."""

from __future__ import annotations

import os
from datetime import date
from typing import TYPE_CHECKING, Any

from odoo import fields

from . import (
    amili,
    economic,
    elks,
    kivra,
    logo,
    people,
    publishers,
    rates,
    registers,
    users,
)
from .services import (
    AMILI_VARIABLE,
    ECONOMIC_VARIABLE,
    ELKS_VARIABLE,
    KIVRA_VARIABLE,
    ODOO_URL,
    PUBLISHERS_VARIABLE,
    REGISTERS_VARIABLE,
    URL_VARIABLE,
)

if TYPE_CHECKING:
    from odoo.api import Environment

NAME = "Havnens Værksted ApS"
BRANCH = "Havnens Værksted, Thyborøn"
#: Languages of the customers.
LANGUAGES = ("en_GB", "da_DK", "sv_SE", "nb_NO", "fi_FI", "de_DE")
#: Modules whose texts customers read: in mails and on the pages that these lead to.
READ_BY_CUSTOMERS = (
    "account",
    "account_payment",
    "base",
    "payment",
    "payment_reminders",
    "payment_reminders_kivra",
    "portal",
    "web",
)
#: Reminders wait when the newest bank line is older.
BANK_STALE_DAYS = 5
#: The owner wants three days to look at a final notice before it leaves.
FINAL_NOTICE_HOLD_HOURS = 72.0
CARD_JOURNAL = "CARD"


def create(env: Environment, first_day: date) -> None:
    """Set up the company as it was before the play begins."""
    company = env.company
    company.partner_id.write({"country_id": env.ref("base.dk").id})
    env["account.chart.template"].try_loading("dk", company, install_demo=False)
    _activate_languages(env)
    rates.create(env, first_day)
    _write_company(env)
    users.create(env)
    _create_journals(env)
    _create_branch(env)
    _set_up_gateways(env)
    _set_up_amili(env)


def _activate_languages(env: Environment) -> None:
    modules = env["ir.module.module"].search([("name", "in", READ_BY_CUSTOMERS)])
    for code in LANGUAGES:
        env["res.lang"]._activate_lang(code)
        modules._update_translations(code)


def _write_company(env: Environment) -> None:
    domain = env["mail.alias.domain"].create({"name": people.DOMAIN})
    company = env.company
    company.write(
        {
            "name": NAME,
            "logo": logo.draw(),
            "street": "Kajgade 14",
            "zip": "9990",
            "city": "Skagen",
            "phone": "+45 26 00 00 20",
            "email": f"bogholderi@{people.DOMAIN}",
            "website": f"https://{people.DOMAIN}",
            "vat": "DK12345674",
            "company_registry": economic.NUMBER,
            "alias_domain_id": domain.id,
            "reminder_ladder_id": env.ref("payment_reminders.ladder_dk").id,
            "reminder_bank_stale_days": BANK_STALE_DAYS,
            "reminder_require_invoice_sent": "always",
            "reminder_fee_agreed": True,
            **registers.SETTINGS,
        }
    )
    company.partner_id.write({"tz": "Europe/Copenhagen", "lang": "da_DK"})
    for ladder in ("dk", "se", "no", "fi", "de", "neutral"):
        step = env.ref(f"payment_reminders.step_{ladder}_final_notice")
        step.hold_hours = FINAL_NOTICE_HOLD_HOURS


def _create_journals(env: Environment) -> None:
    """Bank accounts in the currencies that customers pay in, and one for cards."""
    bank = env["account.journal"].search([("code", "=", "BNK1")])
    bank.write({"name": "Bank", "bank_acc_number": "DK50 0040 0440 1162 43"})
    for code in rates.CURRENCIES:
        env["account.journal"].create(
            {
                "name": f"Bank {code}",
                "code": f"B{code}",
                "type": "bank",
                "currency_id": env.ref(f"base.{code}").id,
            }
        )
    outstanding = env["account.account"].create(
        {
            "name": "Outstanding card payments",
            "code": env["account.account"]._search_new_account_code("6485"),
            "account_type": "asset_current",
            "reconcile": True,
        }
    )
    card = env["account.journal"].create(
        {"name": "Cards and MobilePay", "code": CARD_JOURNAL, "type": "bank"}
    )
    # With an account of its own a payment has a journal entry at once; one of the
    # bank journal has none until the bank line comes.
    card.inbound_payment_method_line_ids.payment_account_id = outstanding
    provider = env.ref("payment.payment_provider_demo")
    provider.write({"name": "Card (demo)", "state": "test", "journal_id": card.id})
    lines = provider.journal_id.inbound_payment_method_line_ids
    lines.payment_account_id = outstanding


def _create_branch(env: Environment) -> None:
    """A branch that writes invoices; its customers pay to the main company's bank."""
    company = env.company
    branch = env["res.company"].create(
        {
            "name": BRANCH,
            "parent_id": company.id,
            "street": "Nordhavnen 2",
            "zip": "7680",
            "city": "Thyborøn",
            "country_id": company.country_id.id,
            "email": f"thyboroen@{people.DOMAIN}",
            "alias_domain_id": company.alias_domain_id.id,
            "reminder_ladder_id": company.reminder_ladder_id.id,
            "reminder_bank_stale_days": BANK_STALE_DAYS,
            "reminder_fee_agreed": True,
        }
    )
    branch.partner_id.write({"tz": "Europe/Copenhagen", "lang": "da_DK"})
    for person in (*people.EVERYBODY, None):
        user = (
            env["res.users"].search([("login", "=", person.login)])
            if person
            else env.ref("base.user_admin")
        )
        user.company_ids += branch


def get_branch(env: Environment) -> Any:
    """Return the branch."""
    return env["res.company"].search([("name", "=", BRANCH)])


def get_sales_journal(env: Environment, branch: Any) -> Any:
    """Return the journal of a branch's invoices, which is the main company's."""
    journals = env["account.journal"].with_company(branch)
    return journals.search(
        [("type", "=", "sale"), ("company_id", "parent_of", branch.id)],
        order="company_id desc",
        limit=1,
    )


def _set_up_gateways(env: Environment) -> None:
    parameters = env["ir.config_parameter"]
    parameters.set_param("web.base.url", ODOO_URL)
    urls = registers.get_parameters(os.environ[REGISTERS_VARIABLE])
    urls |= publishers.get_parameters(os.environ[PUBLISHERS_VARIABLE])
    for key, value in urls.items():
        parameters.set_param(key, value)
    # No service of Odoo is asked anything from a demo.
    parameters.set_param("iap.endpoint", os.environ[URL_VARIABLE])
    parameters.set_param(elks.URL_PARAMETER, os.environ[ELKS_VARIABLE])
    parameters.set_param(kivra.URL_PARAMETER, os.environ[KIVRA_VARIABLE])
    parameters.set_param(economic.URL_PARAMETER, os.environ[ECONOMIC_VARIABLE])
    env.company.write({**elks.SETTINGS, **kivra.SETTINGS, **economic.SETTINGS})
    # As it is every day: then it is known in which currency SMS are paid for.
    env.company._read_sms_credit()
    # Who is in Kivra gets the second reminder there.
    step = env.ref("payment_reminders.step_se_reminder_2")
    step.channels = f"kivra,{step.channels}"


def _set_up_amili(env: Environment) -> None:
    """Be a company that has gone through the guide of the collection service."""
    url = os.environ[AMILI_VARIABLE]
    env["ir.config_parameter"].set_param(amili.URL_PARAMETER, url)
    company = env.company
    company._make_amili_key()
    amili.tell(url, "/key", public_pem=company._get_amili_public_key())
    accepted_by = env["res.users"].search([("login", "=", people.BOOKKEEPER.login)])
    contact = env["res.partner"].create({"name": "Visma Amili", "is_company": True})
    company.write(
        {
            **amili.SETTINGS,
            "amili_is_on": True,
            "amili_partner_id": contact.id,
            "amili_terms_accepted_by_id": accepted_by.id,
            "amili_terms_accepted_on": fields.Datetime.now(),
        }
    )
