"""The days of a company: first night, quiet nights, a full queue, money, a batch sent.

Runs in ``bin/odoo shell`` on a throw-away copy of the database, started by
``bench/speed.py``. What counts is done by the methods of the scheduled actions, each in
a process and in transactions of its own.
"""

import json
import logging
import os
import sys
from datetime import timedelta
from pathlib import Path

import holidays  # noqa: F401 (a worker has long since loaded it)
from freezegun import freeze_time
from lxml import etree
from psycopg2.extras import execute_values

from odoo import Command

from . import meter, seed, sink
from .meter import Fork, divide, measured, take_median
from .moment import NIGHT

REPEATS = 3
SENT = int(os.environ.get("PR_BENCH_SENT", "100"))


class Days:
    """Carries out the work day by day and keeps what it costs."""

    def __init__(self, env, customers, clock):
        self.customers = customers
        self.clock = clock
        self.costs = {}
        self.fork = Fork(env)

    def go_to(self, days, hour=0):
        self.clock.move_to(NIGHT + timedelta(days=days, hours=hour))

    def note(self, name, result):
        self.costs[name] = result
        cpu = result["odoo"] + result["postgres"]
        told = f"· {name}: {cpu:.2f} CPU s, peak {result['peak']:.0f} MB"
        print(told, file=sys.stderr, flush=True)

    def run(self, model, method, moments):
        """Run a scheduled action at each (day, hour); return what each run cost."""
        found = []
        for moment in moments:
            self.go_to(*moment)
            found += self.fork(act, model, method)
        return found

    def refresh(self, *days):
        return self.run("payment.reminder.case", "_cron_refresh", [(d,) for d in days])

    def propose(self, *moments):
        return self.run("payment.reminder", "_cron_propose", moments)

    # -- the days -----------------------------------------------------------------

    def play(self, port):
        self.go_to(0)
        self.fork(set_up, self.customers, port)
        self.note("floor", self.fork(measure_floor, self.customers)[0])
        self.play_first_days()
        self.play_full_queue()
        self.go_to(9, 8)
        self.play_office()
        self.play_sending()

    def play_first_days(self):
        self.note("refresh", self.refresh(0)[0])
        self.fork(check, "payment.reminder.case", self.customers)
        self.fork(vacuum)
        self.note("second night", self.refresh(1)[0])
        self.note("quiet night", take_median(self.refresh(2, 3, 4)))

    def play_full_queue(self):
        self.note("propose", self.propose((6, 8))[0])
        self.fork(check, "payment.reminder", self.customers)
        self.fork(vacuum)
        self.note("full queue", take_median(self.refresh(7, 8, 9)))
        hours = [(9, hour) for hour in (6, 7, 8)]
        self.note("hourly", take_median(self.propose(*hours)))

    def play_office(self):
        """What people wait for."""
        without, ours = self.fork(measure_list)
        self.note("list without", take_median(without))
        self.note("list", take_median(ours))
        self.note("filter", take_median(self.fork(measure_filter)))
        self.note("payment", take_median(self.fork(measure_payments, "Early")))
        self.note("payment in case", take_median(self.fork(measure_payments, "Bench")))
        self.fork(pay_some, self.customers * seed.INVOICES // 100)
        self.note("1 % paid", self.refresh(10)[0])

    def play_sending(self):
        self.go_to(10, 8)
        self.note("Odoo's mail", divide(self.fork(measure_odoos_mail)[0], SENT))
        self.fork(approve)
        self.go_to(13, 8)
        sent = self.run("payment.reminder", "_cron_send", [(13, 8)])[0]
        self.fork(check_sent)
        self.note("notice", divide(sent, min(SENT, self.customers)))


def set_up(env, customers, port):
    env["ir.mail_server"].create(
        {"name": "Sink", "smtp_host": sink.HOST, "smtp_port": port}
    )
    company = env.company
    company.email = "books@bench.example"
    prepare(company)
    env.ref("base.user_admin").write(
        {"group_ids": [Command.link(get_manager_group(env).id)]}
    )
    seed.populate(env, customers, NIGHT.date())


def prepare(company):
    company.reminder_ladder_id = company.env.ref("payment_reminders.ladder_dk")
    # It looks at every run, and finds that this one is as usual.
    company.reminder_brake_floor = 1_000_000


def get_manager_group(env):
    return env.ref("payment_reminders.group_reminder_manager")


def warm_up(env):
    """Let this process load and cache what a worker has; take it all back."""
    prepare(env.company)
    partners = seed.make_customers(env, "Warm")
    seed.make_invoices(env, partners, [NIGHT.date() - timedelta(days=12)])
    env["payment.reminder.case"]._open_due(env.company)
    due = env["payment.reminder"]._find_due_cases(env.company)
    env["payment.reminder.proposal"]._propose(due)._guard()
    env.flush_all()
    env.cr.rollback()
    env.invalidate_all()


def act(env, model, method):
    """Do what the scheduler does; what it asks for itself is not counted."""
    results = []
    env.cr.execute("SELECT 1")
    env.cr.commit()
    with measured(env.cr, results):
        getattr(env[model], method)()
        env.cr.commit()
    return results


def check(env, model, count):
    """See that the work was done."""
    found = env[model].search_count([])
    assert found == count, f"{found} of {count} {model}"


def vacuum(env):
    """Do what autovacuum does between two scheduled actions."""
    env.cr.commit()
    seed.vacuum(env.cr.dbname)


# -- the floor --------------------------------------------------------------------


def measure_floor(env, customers):
    """Read the due items and write as many rows as the first day does, no more."""
    cr = env.cr
    cr.execute(
        "CREATE TABLE bench_floor (id serial PRIMARY KEY, a int, b int, c int,"
        " d numeric, e date, note varchar)"
    )
    cr.commit()
    results = []
    with measured(cr, results):
        cr.execute(
            """
            SELECT line.id, line.move_id, move.commercial_partner_id,
                   line.amount_residual_currency, line.date_maturity
              FROM account_move_line line
              JOIN account_move move ON move.id = line.move_id
              JOIN account_account account ON account.id = line.account_id
             WHERE line.parent_state = 'posted' AND line.reconciled IS NOT TRUE
               AND account.account_type = 'asset_receivable'
               AND line.date_maturity < %s
            """,
            [NIGHT.date()],
        )
        rows = cr.fetchall()
        for _twice in range(2):  # due items, and the lines of the notices
            insert(cr, [(*row, "x") for row in rows])
        customers_ids = sorted({row[2] for row in rows})
        for _times in range(4):  # cases, notices, two entries of the trail
            insert(cr, [(c, c, c, 1, NIGHT.date(), "x" * 200) for c in customers_ids])
        cr.commit()
    assert len(rows) == customers * seed.INVOICES
    cr.execute("DROP TABLE bench_floor")
    return results


def insert(cr, rows):
    execute_values(
        cr._obj,
        "INSERT INTO bench_floor (a, b, c, d, e, note) VALUES %s",
        rows,
        page_size=1000,
    )


# -- the office -------------------------------------------------------------------


def as_admin(env):
    return env(user=env.ref("base.user_admin").id, su=False)


def repeat(env, work):
    """Do it once to warm up, then some times; return what each time cost."""
    results = []
    for _time in range(1 + REPEATS):
        env.invalidate_all()
        with measured(env.cr, results):
            work()
    return results[1:]


def measure_list(env):
    """The list of invoices, 80 rows, without our columns and with them."""
    env = as_admin(env)
    moves = env["account.move"]
    view = env.ref("account.view_out_invoice_tree").id
    arch = etree.fromstring(moves.get_views([(view, "list")])["views"]["list"]["arch"])
    names = {node.get("name") for node in arch.iter("field")}
    found = []
    for some in ({name for name in names if "reminder" not in name}, names):
        specification = {
            name: {"fields": {"display_name": {}}}
            if moves._fields[name].type in ("many2one", "many2many", "one2many")
            else {}
            for name in some
        }
        found.append(
            repeat(
                env,
                lambda specification=specification: moves.web_search_read(
                    [("move_type", "=", "out_invoice")], specification, limit=80
                ),
            )
        )
    return found


def measure_filter(env):
    moves = as_admin(env)["account.move"]
    domain = [("move_type", "=", "out_invoice"), ("reminder_status", "=", "proposed")]
    assert moves.search_count(domain)
    return repeat(moves.env, lambda: moves.search_count(domain))


def find_invoices(env, name, count):
    """Return open invoices of so many customers, whose names begin so."""
    env.cr.execute(
        """
        SELECT MIN(move.id) FROM account_move move
          JOIN res_partner partner ON partner.id = move.partner_id
         WHERE partner.name LIKE %s AND move.payment_state = 'not_paid'
         GROUP BY partner.id ORDER BY partner.id DESC LIMIT %s
        """,
        [f"{name} %", count],
    )
    return env["account.move"].browse(row[0] for row in env.cr.fetchall())


def measure_payments(env, name):
    """Register a payment, from the dialog to the end of what follows the commit."""
    results = []
    env = as_admin(env)
    for move in find_invoices(env, name, 1 + REPEATS):
        env.invalidate_all()
        with measured(env.cr, results):
            pay(move)
            env.cr.commit()
    return results[1:]


def pay(moves):
    moves.env["account.payment.register"].with_context(
        active_model="account.move",
        active_ids=moves.ids,
        dont_redirect_to_payments=True,
    ).create({"group_payment": False}).action_create_payments()


def pay_some(env, count):
    """Pay invoices in a process that dies before it can tell the cases of it.

    The night has to find what changed by itself.
    """
    pay(find_invoices(env, "Bench", count))
    env.flush_all()
    env.cr._cnx.commit()
    env.cr.postcommit.clear()


# -- sending ----------------------------------------------------------------------


def find_notices(env):
    # The first customers: their invoices were not paid above.
    return env["payment.reminder"].search(
        [("state", "=", "proposed")], order="id", limit=SENT
    )


def measure_odoos_mail(env):
    """Let Odoo alone render the same mails, queue and send them."""
    notices = find_notices(env)
    template = notices.step_id.mail_template_id[:1]
    results = []
    with measured(env.cr, results):
        template.send_mail_batch(
            notices.ids, email_values={"email_to": "a@bench.example"}
        )
        mails = env["mail.mail"].search([("state", "=", "outgoing")])
        env["mail.mail"].process_email_queue(mails.ids)
        env.cr.commit()
    return results


def approve(env):
    find_notices(env).with_user(env.ref("base.user_admin")).action_approve()


def check_sent(env):
    states = env["payment.reminder"]._read_group([], ["state"], ["__count"])
    found = dict(states)
    assert found.get("sent") == SENT, found


def main(env):
    """Play the days and write what they cost to the file that PR_BENCH_RESULT names."""
    logging.getLogger("odoo").setLevel(logging.WARNING)
    meter.count_commits()
    customers = int(os.environ["PR_BENCH_ITEMS"]) // seed.INVOICES
    with sink.started() as port, freeze_time(NIGHT, tick=True) as clock:
        warm_up(env)
        days = Days(env, customers, clock)
        days.play(port)
    result = Path(os.environ["PR_BENCH_RESULT"])
    # Half an hour later somebody may have tidied up the folder for temporary files.
    result.parent.mkdir(parents=True, exist_ok=True)
    result.write_text(json.dumps(days.costs))
