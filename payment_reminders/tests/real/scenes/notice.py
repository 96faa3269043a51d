"""The way of a notice: proposed, approved, sent, looked at, settled."""

import os
import random
import signal
import threading
import time
from datetime import timedelta

from odoo import fields
from odoo.service.model import retrying

from .company import MANAGER, owe


def propose(env):
    """Run the nightly actions; return {customer: id of its open notice}."""
    env["payment.reminder.case"]._cron_refresh()
    env["payment.reminder"]._cron_propose()
    return _open_notices(env)


def approve(env, reminders):
    """Approve notices as a manager does."""
    manager = env["res.users"].search([("login", "=", MANAGER)])
    env["payment.reminder"].browse(reminders).with_user(manager).action_approve()


def ripen(env, reminders):
    """Approve notices and let their hold window pass."""
    approve(env, reminders)
    found = env["payment.reminder"].browse(reminders)
    found.hold_until = fields.Datetime.now() - timedelta(minutes=1)


def stage(env, names, fee=0.0, **more):
    """Do all of it: customers that owe, with notices ready to be sent.

    :param fee: what is open on each claim ledger, of an earlier notice
    """
    made = owe(env, names, **more)
    if fee:
        _add_fees(env, made, fee)
    notices = propose(env)
    ripen(env, [notices[name] for name in made])
    return {name: {**made[name], "reminder": notices[name]} for name in made}


def _add_fees(env, made, fee):
    env["payment.reminder.case"]._cron_refresh()
    moves = env["account.move"].browse([customer["move"] for customer in made.values()])
    env["payment.reminder.claim.line"].create(
        [
            {"case_id": move.reminder_case_id.id, "kind": "fee", "amount": fee}
            for move in moves
        ]
    )


def _open_notices(env):
    found = env["payment.reminder"].search(
        [("state", "in", ("proposed", "approved", "held"))]
    )
    return {reminder.partner_id.name: reminder.id for reminder in found}


def cron_send(env, die_within=None):
    """Run the scheduled action that sends.

    :param die_within: be killed at a random moment within so many seconds
    """
    if die_within:
        seconds = random.uniform(0, die_within)
        threading.Thread(target=_die_after, args=[seconds], daemon=True).start()
    env["payment.reminder"]._cron_send()


def _die_after(seconds):
    time.sleep(seconds)
    os.kill(os.getpid(), signal.SIGKILL)


def dispatch(env, reminders):
    """Press the button, inside what Odoo runs again after a serialisation error."""
    manager = env["res.users"].search([("login", "=", MANAGER)])
    found = env["payment.reminder"].browse(reminders).with_user(manager)
    retrying(found.action_dispatch, env)


def look(env, reminders):
    """Return {id: what the database says of a notice}."""
    found = {}
    for reminder in env["payment.reminder"].browse(reminders):
        case = reminder.case_id
        found[str(reminder.id)] = {
            "state": reminder.state,
            "verdict": reminder.verdict or [],
            "held_reason": reminder.held_reason or "",
            "deliveries": {
                d.channel: {
                    "state": d.state,
                    "reason": d.failure_reason or "",
                    "message_id": d.message_id or "",
                }
                for d in reminder.delivery_ids
            },
            "mails": env["mail.mail"]
            .search([("reminder_delivery_id", "in", reminder.delivery_ids.ids)])
            .mapped("state"),
            "case": case.state,
            "close_reason": case.close_reason or "",
            "freezes": case.freeze_ids.mapped("reason"),
            "events": case.event_ids.sorted("seq").mapped("kind"),
            "broken": str(env["payment.reminder.event"]._find_broken(case) or ""),
            "fees": case.amount_fees,
        }
    return found


def settle(env, reminder, sent):
    """Say what became of an uncertain notice, as a manager does."""
    manager = env["res.users"].search([("login", "=", MANAGER)])
    found = env["payment.reminder"].browse(reminder).with_user(manager)
    retrying(found.action_settle_sent if sent else found.action_settle_not_sent, env)


def find_notices(env, partner):
    """Return the numbers of all notices of a customer, the oldest first."""
    return (
        env["payment.reminder"].search([("partner_id", "=", partner)], order="id").ids
    )
