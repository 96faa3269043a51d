"""The company, its gateways, and customers who owe."""

from datetime import timedelta

from odoo import fields
from odoo.fields import Command

from .paying import make_provider

#: Who approves; who pays is a bookkeeper of Odoo's own.
MANAGER = "real_manager"


def setup(env, smtp_port, sms_url, channels="email,sms", mode="first_that_works"):
    """Make a Danish company with a ladder, and point it to the gateways."""
    company = env.company
    company.write({"country_id": env.ref("base.dk").id, "email": "books@company.test"})
    env["account.chart.template"].try_loading(
        "generic_coa", company, install_demo=False
    )
    company.partner_id.tz = "Europe/Copenhagen"
    company.write(
        {
            "reminder_hour_from": 0,
            "reminder_hour_to": 24,
            # Races by the thousand in one hour are not what it is for.
            "reminder_brake": False,
            "reminder_bank_stale_days": 0,
            "reminder_fee_floor": 0,
        }
    )
    company.reminder_ladder_id = _make_ladder(env, channels, mode)
    _make_manager(env)
    make_provider(env)
    env["ir.mail_server"].search([]).active = False
    env["ir.mail_server"].create(
        {"name": "Loopback", "smtp_host": "127.0.0.1", "smtp_port": smtp_port}
    )
    env["ir.config_parameter"].set_param("sms.endpoint", sms_url)
    env["iap.account"].search([]).unlink()
    account = env["iap.account"].create(
        {"service_id": env["iap.service"].search([("technical_name", "=", "sms")]).id}
    )
    account.account_token = "token-of-the-test"
    # Odoo's own scheduled actions rest: a test runs those that it means.
    env["ir.cron"].search([]).write({"active": False})


def use_danish_ladder(env):
    """Let the company use the ladder of the product, with its law and its texts."""
    env.company.reminder_ladder_id = env.ref("payment_reminders.ladder_dk")


def _make_manager(env):
    env["res.users"].with_context(no_reset_password=True).create(
        {
            "name": "Manager",
            "login": MANAGER,
            "email": "manager@company.test",
            "group_ids": [
                Command.link(env.ref("payment_reminders.group_reminder_manager").id)
            ],
        }
    )


def _make_ladder(env, channels, mode):
    model = env["ir.model"]._get_id("payment.reminder")
    mail = env["mail.template"].create(
        {
            "name": "Real reminder",
            "model_id": model,
            "subject": "Reminder {{ object.case_id.name }}",
            "body_html": "<p>You owe <t t-out='object.amount_claim'/></p>",
            "lang": "{{ object._get_partner_lang() }}",
            "use_default_to": False,
        }
    )
    sms = env["sms.template"].create(
        {
            "name": "Real SMS",
            "model_id": model,
            "body": "You owe {{ object.amount_claim }}",
        }
    )
    steps = [
        {"name": "Reminder 1", "kind": "reminder", "delay_days": 7, "fee_amount": 0.0},
        {
            "name": "Reminder 2",
            "kind": "reminder",
            "delay_days": 10,
            "delay_from": "previous_step",
            "fee_amount": 100.0,
        },
    ]
    texts = {"mail_template_id": mail.id, "sms_template_id": sms.id}
    return env["payment.reminder.ladder"].create(
        {
            "name": "Real ladder",
            "company_id": env.company.id,
            "step_ids": [
                Command.create(
                    {
                        "sequence": i,
                        "hold_hours": 24.0,
                        "channels": channels,
                        "channel_mode": mode,
                        **texts,
                        **step,
                    }
                )
                for i, step in enumerate(steps)
            ],
        }
    )


def owe(env, names, amount=1000.0, days=10, phone=True, spread=0.0, invoices=1):
    """Give each of these customers one posted invoice that fell due some days ago.

    :param spread: so much more is owed by each than by the one before, ever
    :param invoices: so many, not one
    :return: {name: {"partner": id, "move": id}}
    """
    partners = env["res.partner"].create(
        [
            {
                "name": name,
                "email": f"{name}@customer.test",
                "phone": _get_phone(number) if phone else False,
                "is_company": True,
                "country_id": env.ref("base.dk").id,
                "tz": "Europe/Copenhagen",
            }
            for number, name in enumerate(
                names, start=env["res.partner"].search_count([])
            )
        ]
    )
    due = fields.Date.today() - timedelta(days=days)
    moves = env["account.move"].create(
        [
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "invoice_date": due - timedelta(days=14),
                "invoice_date_due": due,
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Work",
                            "price_unit": amount + spread * partner.id,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
            for partner in partners
            for _ in range(invoices)
        ]
    )
    moves.action_post()
    moves.is_move_sent = True
    return {
        partner.name: {"partner": partner.id, "move": move.id, "phone": partner.phone}
        for partner, move in zip(partners, moves[::invoices], strict=True)
    }


def _get_phone(number):
    """Return a mobile number that is valid in Denmark."""
    return f"+4526{100000 + number}"
