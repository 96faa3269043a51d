"""What a child process does with Amili, beside what the core's does.

See ``payment_reminders/tests/real``. Arguments and results are JSON.
"""

import os
import signal
from datetime import timedelta

from odoo import fields
from odoo.fields import Command

PREFIX = "payment_reminders_amili"
MANAGER = "amili_manager"


def set_up(env, url, api_code, account, creditor):
    """Make a company that hands over to Amili; return its public key."""
    company = env.company
    company.write({"country_id": env.ref("base.se").id, "email": "b@company.test"})
    env["account.chart.template"].try_loading(
        "generic_coa", company, install_demo=False
    )
    company.write(
        {
            "reminder_bank_stale_days": 0,
            "reminder_brake": False,
            "reminder_ladder_id": env.ref("payment_reminders.ladder_se").id,
            "reminder_require_invoice_sent": "never",
        }
    )
    env.ref("base.SEK").active = True
    parameters = env["ir.config_parameter"]
    parameters.set_param(f"{PREFIX}.url_test", url)
    for name in ("per_minute", "per_second"):
        parameters.set_param(f"{PREFIX}.{name}", "1000000")
    env["ir.cron"].search([]).write({"active": False})
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
    company._make_amili_key()
    company.write(
        {
            "amili_mode": "test",
            "amili_is_on": True,
            "amili_api_code": api_code,
            "amili_account_id": account,
            "amili_creditor_id": creditor,
            "amili_terms_accepted_by_id": env.uid,
            "amili_terms_accepted_on": fields.Datetime.now(),
        }
    )
    return company._get_amili_public_key()


def hand_over(env, count):
    """Confirm the hand-over of so many new invoices; return their ids and numbers."""
    today = fields.Date.today()
    partners = env["res.partner"].create(
        [
            {
                "name": f"Debtor {number}",
                "is_company": True,
                "country_id": env.ref("base.se").id,
                "street": "Storgatan 5",
                "zip": "90325",
                "city": "Umeå",
                "email": f"ap{number}@x.example",
                "company_registry": "5999992471",
            }
            for number in range(count)
        ]
    )
    moves = env["account.move"].create(
        [
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "currency_id": env.ref("base.SEK").id,
                "invoice_date": today - timedelta(days=60),
                "invoice_date_due": today - timedelta(days=30),
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Work",
                            "quantity": 1,
                            "price_unit": 1000.0,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
            for partner in partners
        ]
    )
    moves.action_post()
    moves.is_move_sent = True
    env["payment.reminder.wizard"]._open_missing_cases(moves)
    items = env["payment.reminder.item"].search([("move_id", "in", moves.ids)])
    manager = env["res.users"].search([("login", "=", MANAGER)])
    handovers = env["payment.reminder.handover"].with_user(manager)
    records = handovers._hand_over(
        items, "amili", start_with="reminder", attach_invoice=False
    )
    return [[record.id, record.move_id.name] for record in records.sudo()]


#: Steps of ours at which a process may kill itself: method of a hand-over or report.
STEPS = {
    "intent": ("payment.reminder.handover", "_claim"),
    "note": ("payment.reminder.handover", "_note_registration"),
    "told": ("payment.reminder.handover.report", "_note_answer"),
    "ended": ("payment.reminder.handover", "_note_end"),
}


def work(env, pid_file=None, step=None, moment=None):
    """Run the scheduled action.

    :param pid_file: write the number of this process there, for somebody to kill it
    :param step: be killed at this step of ours, "before" or "after" it (``moment``)
    """
    if pid_file:
        with open(pid_file, "w") as stream:
            stream.write(str(os.getpid()))
    if step:
        _arm(env, *STEPS[step], moment)
    env["payment.reminder.handover"]._cron_handover()


def _arm(env, model, name, moment):
    """Let this process die at a step, which does what it does."""
    owner = type(env[model])
    original = getattr(owner, name)

    def deadly(self, *args, **kwargs):
        if moment == "after":
            original(self, *args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, deadly)


def let_time_pass(env):
    """Let what stopped on its way be old, and nothing rest any more."""
    env.cr.execute(
        """
        UPDATE payment_reminder_handover
           SET write_date = write_date - interval '1 hour', rests_until = NULL;
        UPDATE payment_reminder_handover_report
           SET write_date = write_date - interval '1 hour', not_before = NULL
        """
    )


def look(env, ids):
    """Return {invoice: its state, and its number there} of hand-overs."""
    records = env["payment.reminder.handover"].browse(ids)
    return {
        record.move_id.name: {
            "state": record.state,
            "external_id": record.external_id or "",
            "label": record.state_label,
        }
        for record in records
    }


def _as_manager(env, ids):
    manager = env["res.users"].search([("login", "=", MANAGER)])
    return env["payment.reminder.handover"].with_user(manager).browse(ids)


def pay(env, ids, amount):
    """Register a payment of each of these."""
    for record in env["payment.reminder.handover"].browse(ids):
        env["account.payment.register"].with_context(
            active_model="account.move", active_ids=record.move_id.ids
        ).create({"amount": amount})._create_payments()


def tell_again(env, ids):
    """Have told again what may have arrived, as a manager."""
    records = _as_manager(env, ids)
    reports = records.report_ids.filtered(lambda r: r.state == "uncertain")
    reports.action_tell_again()


def end(env, ids):
    """Ask for the end of these, as a manager."""
    _as_manager(env, ids).action_end("agreed")


def say_it_is_not_there(env, ids):
    """Say so, as a manager who asked Amili."""
    _as_manager(env, ids).action_is_not_there()


def count_broken(env):
    """Return how many cases have a trail that does not hold together."""
    cases = env["payment.reminder.case"].search([])
    return len(env["payment.reminder.event"]._find_broken(cases))


def uninstall(env):
    """Take the addon away, as Apps does."""
    module = env["ir.module.module"].search([("name", "=", PREFIX)])
    module.button_immediate_uninstall()
