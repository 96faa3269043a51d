"""What a child process can do, each in a transaction that commits at its end.

Every function takes the environment first; arguments and results are JSON.
"""
# Runs in a process of its own, where relative imports name nothing.
# pylint: disable=odoo-addons-relative-import

import contextlib
import os
import random
import signal
import smtplib
import threading
import time
from datetime import timedelta

from psycopg2.extensions import ISOLATION_LEVEL_REPEATABLE_READ

from odoo import fields
from odoo.fields import Command
from odoo.service.model import retrying

#: Who approves; who pays is a bookkeeper of Odoo's own.
MANAGER = "real_manager"

# -- the stage ----------------------------------------------------------------------


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
        }
    )
    company.reminder_ladder_id = _make_ladder(env, channels, mode)
    _make_manager(env)
    _make_provider(env)
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


def owe(env, names, amount=1000.0, days=10, phone=True):
    """Give each of these customers one posted invoice that fell due some days ago.

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
                            "price_unit": amount,
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
    return {
        partner.name: {"partner": partner.id, "move": move.id, "phone": partner.phone}
        for partner, move in zip(partners, moves, strict=True)
    }


def _get_phone(number):
    """Return a mobile number that is valid in Denmark."""
    return f"+4526{100000 + number}"


# -- the way of a notice --------------------------------------------------------------


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


def stage(env, names, **more):
    """Do all of it: customers that owe, with notices ready to be sent."""
    made = owe(env, names, **more)
    notices = propose(env)
    ripen(env, [notices[name] for name in made])
    return {name: {**made[name], "reminder": notices[name]} for name in made}


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


# -- ways of paying -------------------------------------------------------------------


def pay(env, way, move):
    """Pay an invoice in one of the WAYS, as Odoo runs a request of the web client."""
    invoice = env["account.move"].browse(move)
    retrying(lambda: WAYS[way](invoice) and None, env)
    return invoice.payment_state


def _by_wizard(invoice, **vals):
    wizard = (
        invoice.env["account.payment.register"]
        .with_context(active_model="account.move", active_ids=invoice.ids)
        .create(vals)
    )
    return wizard._create_payments()


def _by_wizard_in_part(invoice):
    return _by_wizard(invoice, amount=invoice.amount_residual * 0.4)


def _by_write_off(invoice):
    """Take half of it, and write the rest off."""
    expense = invoice.env["account.account"].search(
        [("account_type", "=", "expense")], limit=1
    )
    return _by_wizard(
        invoice,
        amount=invoice.amount_residual * 0.5,
        payment_difference_handling="reconcile",
        writeoff_account_id=expense.id,
    )


def _by_bank_line(invoice):
    line = _make_bank_line(invoice, partner_id=invoice.partner_id.id)
    _liquidity, suspense, _other = line.with_context(
        skip_account_move_synchronization=True
    )._seek_for_lines()
    suspense.account_id = _get_receivable(invoice).account_id
    return (suspense | _get_receivable(invoice)).reconcile()


def _by_unmatched_bank_line(invoice):
    """The money has come, it carries the customer, and nobody has matched it yet."""
    return _make_bank_line(invoice, partner_id=invoice.partner_id.id)


def _make_bank_line(invoice, **vals):
    return invoice.env["account.bank.statement.line"].create(
        {
            "journal_id": _get_bank(invoice).id,
            "date": fields.Date.today(),
            "payment_ref": "Transfer",
            "amount": invoice.amount_residual,
            **vals,
        }
    )


def _by_credit_note(invoice):
    wizard = (
        invoice.env["account.move.reversal"]
        .with_context(active_model="account.move", active_ids=invoice.ids)
        .create({"journal_id": invoice.journal_id.id})
    )
    wizard.reverse_moves()
    return wizard.new_move_ids.action_post()


def _by_entry(invoice):
    """Match it by hand with an entry of somebody's own making."""
    receivable = _get_receivable(invoice).account_id
    expense = invoice.env["account.account"].search(
        [("account_type", "=", "expense")], limit=1
    )
    entry = invoice.env["account.move"].create(
        {
            "move_type": "entry",
            "line_ids": [
                Command.create(
                    {
                        "account_id": receivable.id,
                        "partner_id": invoice.partner_id.id,
                        "credit": invoice.amount_residual,
                    }
                ),
                Command.create(
                    {"account_id": expense.id, "debit": invoice.amount_residual}
                ),
            ],
        }
    )
    entry.action_post()
    return (_get_receivable(entry) | _get_receivable(invoice)).reconcile()


def _by_payment_without_entry(invoice):
    payment = invoice.env["account.payment"].create(
        {
            "amount": invoice.amount_residual,
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": invoice.commercial_partner_id.id,
            "journal_id": _get_bank(invoice).id,
            "invoice_ids": [Command.set(invoice.ids)],
        }
    )
    payment.outstanding_account_id = False
    payment.action_post()
    assert not payment.move_id
    return payment


def _by_unmatched_payment(invoice):
    """The money is booked on the customer and names no invoice."""
    payment = invoice.env["account.payment"].create(
        {
            "amount": invoice.amount_residual,
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": invoice.commercial_partner_id.id,
            "journal_id": _get_bank(invoice).id,
        }
    )
    payment.action_post()
    return payment


def _online(invoice):
    """The customer pays on the portal; all that is known is that it has begun."""
    transaction = _make_transaction(invoice)
    transaction._set_pending()
    return transaction


def _online_confirmed(invoice):
    """The provider's word on a transaction that was opened before (see prepare)."""
    transaction = invoice.transaction_ids.filtered(lambda tx: tx.state == "draft")
    transaction._set_done()
    return transaction


def _draft_payment_confirmed(invoice):
    """Confirm a payment that was entered before (see prepare)."""
    payment = invoice.env["account.payment"].search(
        [("partner_id", "=", invoice.commercial_partner_id.id), ("state", "=", "draft")]
    )
    payment.action_post()
    return payment


def _draft_credit_note_posted(invoice):
    """Post a credit note that was written before (see prepare), unmatched."""
    note = invoice.env["account.move"].search(
        [
            ("partner_id", "=", invoice.partner_id.id),
            ("move_type", "=", "out_refund"),
            ("state", "=", "draft"),
        ]
    )
    note.action_post()
    return note


def prepare(env, way, moves):
    """Make what a way of paying finds there already."""
    for invoice in env["account.move"].browse(moves):
        if way == "online_confirmed":
            _make_transaction(invoice)
        elif way == "draft_payment_confirmed":
            env["account.payment"].create(
                {
                    "amount": invoice.amount_residual,
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "partner_id": invoice.commercial_partner_id.id,
                    "journal_id": _get_bank(invoice).id,
                }
            )
        elif way == "draft_credit_note_posted":
            env["account.move"].create(
                {
                    "move_type": "out_refund",
                    "partner_id": invoice.partner_id.id,
                    "invoice_date": fields.Date.today(),
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "name": "Sorry",
                                "price_unit": invoice.amount_residual,
                                "tax_ids": [Command.clear()],
                            }
                        )
                    ],
                }
            )


def _make_transaction(invoice):
    provider = _get_provider(invoice)
    return invoice.env["payment.transaction"].create(
        {
            "payment_method_id": invoice.env.ref("payment.payment_method_unknown").id,
            "amount": invoice.amount_residual,
            "currency_id": invoice.currency_id.id,
            "provider_id": provider.id,
            "reference": f"online-{invoice.id}",
            "operation": "online_redirect",
            "partner_id": invoice.partner_id.id,
            "invoice_ids": [Command.set(invoice.ids)],
        }
    )


def _get_provider(invoice):
    return invoice.env["payment.provider"].search([("name", "=", "Real provider")])


def _make_provider(env):
    provider = env["payment.provider"].create(
        {
            "name": "Real provider",
            "code": "none",
            "state": "test",
        }
    )
    method = env["account.payment.method"].sudo().search([("code", "=", "none")])
    method = method or env["account.payment.method"].sudo().create(
        {"name": "Online", "code": "none", "payment_type": "inbound"}
    )
    journal = env["account.journal"].search([("type", "=", "bank")], limit=1)
    journal.inbound_payment_method_line_ids = [
        Command.create(
            {"payment_method_id": method.id, "payment_provider_id": provider.id}
        )
    ]


def _get_receivable(move):
    return move.line_ids.filtered(lambda line: line.account_type == "asset_receivable")


def _get_bank(move):
    return move.env["account.journal"].search(
        [("type", "=", "bank"), ("company_id", "=", move.company_id.id)], limit=1
    )


# -- ways of stopping it without money ------------------------------------------------


def _exclude_customer(invoice):
    return invoice.commercial_partner_id.write({"reminder_excluded": True})


def _exclude_invoice(invoice):
    return invoice.write({"reminder_excluded": True})


def _block(invoice):
    return invoice.action_toggle_block_payment()


def _ask(invoice):
    return invoice.env["payment.reminder.query"].create(
        {"case_id": invoice.reminder_case_id.id, "kind": "amount"}
    )


def _hold(invoice):
    return invoice.reminder_case_id.action_hold("on the phone with them")


def _snooze(invoice):
    return invoice.reminder_case_id.action_snooze()


def _insolvent(invoice):
    return invoice.reminder_case_id._freeze("insolvency")


def _reset(invoice):
    return invoice.button_draft()


#: What ends or stops the chase of one invoice: {way: what it does}.
WAYS = {
    "wizard": _by_wizard,
    "wizard_in_part": _by_wizard_in_part,
    "write_off": _by_write_off,
    "bank_line": _by_bank_line,
    "unmatched_bank_line": _by_unmatched_bank_line,
    "credit_note": _by_credit_note,
    "entry": _by_entry,
    "payment_without_entry": _by_payment_without_entry,
    "unmatched_payment": _by_unmatched_payment,
    "online": _online,
    "online_confirmed": _online_confirmed,
    "draft_payment_confirmed": _draft_payment_confirmed,
    "draft_credit_note_posted": _draft_credit_note_posted,
    "exclude_customer": _exclude_customer,
    "exclude_invoice": _exclude_invoice,
    "block": _block,
    "ask": _ask,
    "hold": _hold,
    "snooze": _snooze,
    "insolvent": _insolvent,
    "reset": _reset,
}


def list_ways(env):
    return list(WAYS)


# -- gateways and queues --------------------------------------------------------------


def set_patience(env, seconds):
    """Wait for gateways this long only, so that a test of it does not take minutes."""
    from odoo.addons.payment_reminders.models import payment_reminder_wire as wire

    wire.WIRE_TIMEOUT = seconds
    wire.HTTP_TIMEOUT = (seconds, seconds)


def set_smtp_port(env, port):
    env["ir.mail_server"].search([]).smtp_port = port


def set_sms_url(env, url):
    env["ir.config_parameter"].set_param("sms.endpoint", url)


def forget_emails(env, partners):
    """Leave these customers without an e-mail address."""
    env["res.partner"].browse(partners).email = False


def run_queues(env, resend=False):
    """Run Odoo's own queues of e-mails and SMS.

    :param resend: press the button that puts a message back into its queue first
    """
    if resend:
        env["mail.mail"].search([]).mark_outgoing()
        env["sms.sms"].search([]).action_set_outgoing()
        env.cr.commit()
    env["mail.mail"].process_email_queue()
    env["sms.sms"]._process_queue()


def settle(env, reminder, sent):
    """Say what became of an uncertain notice, as a manager does."""
    manager = env["res.users"].search([("login", "=", MANAGER)])
    found = env["payment.reminder"].browse(reminder).with_user(manager)
    retrying(found.action_settle_sent if sent else found.action_settle_not_sent, env)


# -- what comes back ------------------------------------------------------------------


def receive_mail(env, text):
    """Hand a mail to Odoo's gateway."""
    retrying(lambda: env["mail.thread"].message_process(None, text), env)


def report_sms(env, uuid, status):
    """Report on an SMS as the gateway does later."""
    tracker = env["sms.tracker"].search([("sms_uuid", "=", uuid)])
    retrying(lambda: tracker._action_update_from_provider_error(status), env)


def find_notices(env, partner):
    """Return the numbers of all notices of a customer, the oldest first."""
    return (
        env["payment.reminder"].search([("partner_id", "=", partner)], order="id").ids
    )


# -- races ----------------------------------------------------------------------------


def _now():
    """Return seconds of a clock that all processes share and no test moves."""
    return time.clock_gettime(time.CLOCK_MONOTONIC)


def _sleep_until(moment):
    time.sleep(max(0.0, moment - _now()))


def send_at(env, reminder, moment):
    """Send one notice at a moment of the shared clock."""
    found = env["payment.reminder"].browse(reminder)
    _sleep_until(moment)
    begun = _now()
    stopped = found._dispatch()
    return {"seconds": _now() - begun, "codes": stopped.get(found, [])}


def pay_at(env, way, move, moment, linger):
    """Pay at a moment of the shared clock, as Odoo runs a request.

    :param linger: seconds between the last statement and the commit
    :return: when it was about to commit and when it had committed
    """
    invoice = env["account.move"].browse(move)
    tries = []

    def work():
        tries.append(1)
        WAYS[way](invoice)
        env.flush_all()
        time.sleep(linger)

    _sleep_until(moment)
    begun = _now()
    with _watch_commit(env.cr._cnx) as commits:
        retrying(work, env)
    before, after = commits[-1]
    return {
        "seconds": _now() - begun - linger,
        "before": before,
        "after": after,
        "tries": len(tries),
    }


@contextlib.contextmanager
def _watch_commit(connection):
    """Note the moments right before and right after each commit of a connection."""
    commits = []
    commit = connection.commit

    def watched():
        before = _now()
        commit()
        commits.append((before, _now()))

    connection.commit = watched
    try:
        yield commits
    finally:
        del connection.commit


def be_naive(env, how):
    """Do as one would at first: the harness must be able to see that this fails.

    :param how: ``no_locks``: look at the books right before sending, and send;
        ``old_snapshot``: in a transaction as Odoo's are, that has begun before
    """
    from odoo.addons.payment_reminders.models import transactions

    type(env["payment.reminder.sender"])._lock_rows = lambda self, reminders: True
    if how == "old_snapshot":
        transactions.ISOLATION_LEVEL_READ_COMMITTED = ISOLATION_LEVEL_REPEATABLE_READ


def clear(env, reminders):
    """Put away what a race has left, so that the next is not slowed down by it."""
    found = env["payment.reminder"].browse(reminders)
    open_ones = found.filtered(lambda r: r.state in ("proposed", "approved", "held"))
    open_ones._cancel("The race is over")
    found.case_id.filtered(lambda case: case.state != "closed")._close("manual")


# -- crashes --------------------------------------------------------------------------


def _get_points(env, channel):
    """Return {name: (class, method, whether it dies before or after it)}."""
    from odoo.addons.payment_reminders.models import payment_reminder_wire as wire

    sender = type(env["payment.reminder.sender"])
    paperwork = type(env["payment.reminder.paperwork"])
    delivery = type(env["payment.reminder.delivery"])
    points = {
        "claiming": (sender, "_claim", "after"),
        "claimed": (sender, "_prepare", "after"),
        "begun": (sender, "_begin", "after"),
        "connected": (sender, "_connect", "after"),
        "locked": (sender, "_lock_rows", "after"),
        "intent written": (delivery, "_compare_and_set", "after"),
        "intent committed": (sender, "_compare_and_set", "after"),
        "handed over": (wire.WIRES[channel], "hand_over", "after"),
        "result committed": (sender, "_note_result", "after"),
        "unlocked": (sender, "_attempt", "after"),
        "paperwork begun": (paperwork, "_finish", "before"),
        "paperwork written": (paperwork, "_finish", "after"),
        "paperwork committed": (paperwork, "_conclude", "after"),
    }
    if channel == "email":
        points |= {
            "before the text": (smtplib.SMTP, "data", "before"),
            "text accepted": (smtplib.SMTP, "data", "after"),
        }
    return points


def list_points(env, channel):
    return list(_get_points(env, channel))


def die_at(env, reminder, point=None, channel=None, pid_file=None):
    """Send one notice and be killed (SIGKILL) at a point on the way.

    :param pid_file: write the number of this process there, for somebody else to kill
    """
    if pid_file:
        with open(pid_file, "w") as stream:
            stream.write(str(os.getpid()))
    else:
        _arm(*_get_points(env, channel)[point])
    env["payment.reminder"].browse(reminder)._dispatch()


def _arm(owner, name, when):
    original = getattr(owner, name)

    def deadly(*args, **kwargs):
        if when == "after":
            original(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    static = isinstance(owner.__dict__.get(name), staticmethod)
    setattr(owner, name, staticmethod(deadly) if static else deadly)


# -- tampering ------------------------------------------------------------------------


def tamper_with(env, reminders, attack):
    """Do one attack on every entry of the trails of these notices, one at a time.

    :return: how often something was changed, found at all, and at the right entry
    """
    import tampering

    Event = env["payment.reminder.event"]
    tally = {"tries": 0, "found": 0, "right": 0}
    for case in env["payment.reminder"].browse(reminders).case_id:
        for seq in range(1, len(case.event_ids) + 1):
            with env.cr.savepoint() as savepoint:
                wrong = tampering.tamper(env, attack, f"case:{case.id}", seq)
                env.invalidate_all()
                found = Event._find_broken(case).get(case)
                savepoint.rollback()
            if wrong is not None:
                tally["tries"] += 1
                tally["found"] += bool(found)
                tally["right"] += bool(found) and found[0] == wrong
    return tally


def list_attacks(env):
    import tampering

    return list(tampering.ATTACKS)


# -- copies and leaving ---------------------------------------------------------------


def neutralize(env):
    """Do what Odoo does to a copy of a database, then open its way out again."""
    from odoo.modules.neutralize import neutralize_database

    env.flush_all()
    neutralize_database(env.cr)
    env.invalidate_all()
    # Only the addon itself stands in the way of a message now.
    servers = env["ir.mail_server"].with_context(active_test=False).search([])
    servers.filtered(lambda server: server.name == "Loopback").active = True
    servers.filtered(lambda server: server.name != "Loopback").unlink()


def list_active_crons(env):
    data = env["ir.model.data"].search(
        [("module", "=", "payment_reminders"), ("model", "=", "ir.cron")]
    )
    return (
        env["ir.cron"].browse(data.mapped("res_id")).filtered("active").mapped("name")
    )


def release_and_send(env, reminders):
    """Do all that a person could think of to get notices out of the queue."""
    manager = env["res.users"].search([("login", "=", MANAGER)])
    found = env["payment.reminder"].browse(reminders).with_user(manager)
    found.filtered(lambda r: r.state == "held").action_release()
    if proposed := found.filtered(lambda r: r.state == "proposed"):
        proposed.action_approve()
    env["payment.reminder"].browse(reminders).hold_until = fields.Datetime.now()
    env.cr.commit()
    retrying(found.action_dispatch, env)


def uninstall(env):
    env["ir.module.module"].search(
        [("name", "=", "payment_reminders")]
    ).button_immediate_uninstall()


#: {table: columns that are the books' own}
BOOKS = {
    "account_move": "id, name, state, payment_state, amount_total, amount_residual",
    "account_move_line": "id, move_id, account_id, debit, credit, amount_residual",
    "account_partial_reconcile": "id, debit_move_id, credit_move_id, amount",
    "account_payment": "id, state, amount",
    "res_partner": "id, name, email, phone",
}


def read_books(env):
    """Return a digest of each table of the accounts."""
    found = {}
    for table, columns in BOOKS.items():
        env.cr.execute(
            f"SELECT md5(string_agg(t::text, '|' ORDER BY id)), count(*)"
            f" FROM (SELECT {columns} FROM {table}) t"
        )
        found[table] = env.cr.fetchone()
    return found


def list_leftovers(env):
    """Return whatever in the database still bears the addon's name."""
    env.cr.execute(
        """
        SELECT 'table ' || relname FROM pg_class WHERE relname LIKE 'payment_reminder%'
        UNION SELECT 'function ' || proname FROM pg_proc
               WHERE proname LIKE 'payment_reminder%'
        UNION SELECT 'trigger ' || tgname FROM pg_trigger
               WHERE tgname LIKE 'payment_reminder%'
        UNION SELECT 'column ' || table_name || '.' || column_name
                FROM information_schema.columns WHERE column_name LIKE 'reminder\\_%'
        UNION SELECT 'model ' || model FROM ir_model
               WHERE model LIKE 'payment.reminder%'
        UNION SELECT 'record ' || model || ' ' || name FROM ir_model_data
               WHERE module = 'payment_reminders'
        UNION SELECT 'cron ' || cron_name FROM ir_cron
               WHERE cron_name LIKE 'Payment reminders%'
        """
    )
    return [name for (name,) in env.cr.fetchall()]
