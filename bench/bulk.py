"""How long the dialog for many reminders takes to open, and its run to work off.

    bin/odoo shell < bench/bulk.py
    PR_BENCH_CUSTOMERS=500 PR_BENCH_SENT=500 bin/odoo shell < bench/bulk.py

Makes customers with one overdue invoice each, through the ORM (minutes for 5,000),
unless the database has so many already. Then it does what a manager does: opens the
dialog with all of them, lets the client read the first page, and approves and sends.
The run creates the reminders in the background; messages go to a mail server of this
file, as many as PR_BENCH_SENT. Queries are those of all connections.
"""

import os
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from time import perf_counter

from aiosmtpd.controller import Controller
from freezegun import freeze_time
from lxml import etree

from odoo import Command, fields, sql_db

#: The clock is moved to a Tuesday morning to come: on a Sunday nothing would be due.
NOW = datetime.combine(
    date.today() + timedelta(days=8 - date.today().weekday()), time(9)
)
DAY = NOW.date() - timedelta(days=25)
BLOCK = 500
PORT = 2526


class Sink:
    """Takes every message and forgets it."""

    async def handle_DATA(self, _server, _session, _envelope):
        return "250 OK"


@contextmanager
def measured(title, rows):
    queries, start = sql_db.sql_counter, perf_counter()
    yield
    seconds = perf_counter() - start
    queries = sql_db.sql_counter - queries
    print(
        f"{title:45}{rows:6} rows {seconds:8.1f} s"
        f" {1000 * seconds / rows:8.2f} ms a row {queries:8} queries",
        flush=True,
    )


def make_customers(env, count):
    """Make customers with an invoice that is overdue, in blocks that are committed."""
    for start in range(0, count, BLOCK):
        partners = env["res.partner"].create(
            [
                {
                    "name": f"Bulk {number}",
                    "email": f"bulk{number}@bench.example",
                    "is_company": True,
                    "country_id": env.ref("base.dk").id,
                }
                for number in range(start, min(start + BLOCK, count))
            ]
        )
        moves = env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": partner.id,
                    "invoice_date": DAY - timedelta(days=14),
                    "invoice_date_due": DAY,
                    "invoice_payment_term_id": False,
                    "invoice_line_ids": [
                        Command.create(
                            {"name": "Work", "price_unit": 100, "tax_ids": False}
                        )
                    ],
                }
                for partner in partners
            ]
        )
        moves.action_post()
        moves.is_move_sent = True
        env.cr.commit()
        env.invalidate_all()
        print(f"· {start + len(partners)} customers", flush=True)


def get_due_cases(env):
    cases = env["payment.reminder.case"]
    return cases.search([*cases._get_due_domain(), ("partner_id.name", "like", "Bulk")])


def set_up(env, count):
    """Return so many cases of which a reminder is due."""
    company = env.company
    company.write(
        {
            "country_id": env.ref("base.dk").id,
            "email": "books@bench.example",
            "reminder_ladder_id": env.ref("payment_reminders.ladder_dk").id,
            "reminder_backlog_until": False,
            "reminder_brake_floor": 10 * count,
            "reminder_hour_from": 0,
            "reminder_hour_to": 24,
        }
    )
    missing = count - len(get_due_cases(env))
    if missing > 0:
        env["payment.reminder.case"]._cron_refresh()
        missing = count - len(get_due_cases(env))
    if missing > 0:
        make_customers(env, missing)
        env["payment.reminder.case"]._cron_refresh()
    env["ir.mail_server"].search([]).active = False
    env["ir.mail_server"].create(
        {"name": "Sink", "smtp_host": "127.0.0.1", "smtp_port": PORT}
    )
    env.cr.commit()
    return get_due_cases(env)[:count]


def read_page(dialog):
    """Read of the dialog what the client shows first."""
    views = dialog.get_views([(False, "form")])["views"]
    arch = etree.fromstring(views["form"]["arch"])
    columns = arch.xpath("//field[@name='line_ids']/list/field/@name")
    names = set(arch.xpath("//field/@name")) & set(dialog._fields)
    dialog.web_read(
        {
            **{name: {} for name in names},
            "line_ids": {"fields": {name: {} for name in columns}, "limit": 20},
        }
    )


def main(env):
    count = int(os.environ.get("PR_BENCH_CUSTOMERS", 5000))
    sent = int(os.environ.get("PR_BENCH_SENT", 500))
    cases = set_up(env, count)
    env.invalidate_all()
    with measured("Open the dialog, first page shown", len(cases)):
        dialog = env["payment.reminder.wizard"].browse(
            cases.action_open_reminder_wizard()["res_id"]
        )
        env.flush_all()
        env.invalidate_all()
        read_page(dialog)
    with measured("Approve and Send, until the page shows", len(cases)):
        run = env["payment.reminder.run"].browse(dialog.action_send()["res_id"]).sudo()
        env.cr.commit()
    with measured("Create and approve them, in the background", len(cases)):
        run._work()
    print(f"  {run.count_created} created, {run.count_skipped} left out", flush=True)
    # Their hold window has not passed: of so many it has, and the run goes on.
    notices = run.reminder_ids[:sent]
    notices.hold_until = fields.Datetime.now()
    run.state = "running"
    env.cr.commit()
    controller = Controller(Sink(), hostname="127.0.0.1", port=PORT)
    controller.start()
    try:
        with measured("Send, in the background", len(notices)):
            run._work()
    finally:
        controller.stop()
    print(f"  {run.count_sent} sent, {run.count_stopped} held")


with freeze_time(NOW, tick=True):
    main(env)  # noqa: F821
