"""How long the nightly run takes, with the floor of the same machine beside it.

    bin/odoo shell < bench/speed.py
    PR_BENCH_CUSTOMERS=200,1000,4000 bin/odoo shell < bench/speed.py

Makes overdue invoices (five for each customer): a block through the ORM, cloned
in SQL, and checked. Times refresh (cases and due items are opened and planned),
propose (guard, figures, notices, trail) and the rendering and queueing of the
mails. The floor is measured in the same run: a bare SELECT and INSERT of as many
rows, and Odoo's own ``mail.template.send_mail_batch`` for one notice of each case
(a sample of them). Growth is the power by which the time grows with the number of
customers. Nothing is sent; the database is a throw-away copy.
"""

import math
import os
import time
from contextlib import contextmanager
from datetime import date, timedelta
from unittest.mock import patch

from psycopg2.extras import execute_values

from odoo import Command

from odoo.addons.mail.models import mail_template

#: A working day not long ago: on a Sunday nothing would be due.
DAY = date.today() - timedelta(days=date.today().weekday() + 6)
INVOICES = 5
BLOCK = 20
MAILS = 400


@contextmanager
def timed(results, name):
    start = time.perf_counter()
    yield
    results[name] = time.perf_counter() - start


def make_block(env):
    """Make the first customers and their posted, overdue invoices through the ORM."""
    partners = env["res.partner"].create(
        [
            {
                "name": f"Bench {i}",
                "is_company": True,
                "email": f"ap{i}@bench.example",
                "phone": f"+45 20 00 00 {i:02}",
                "country_id": env.ref("base.dk").id,
                "lang": "en_US",
            }
            for i in range(BLOCK)
        ]
    )
    moves = env["account.move"].create(
        [
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "invoice_date": DAY - timedelta(days=40),
                "invoice_date_due": DAY - timedelta(days=12 + n),
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Work",
                            "price_unit": 1000 + n,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
            for partner in partners
            for n in range(INVOICES)
        ]
    )
    moves.action_post()
    moves.is_move_sent = True
    env.flush_all()
    return partners, moves


def clone(env, table, ids, copies, changes):
    """Copy rows in SQL, shifting their ids; ``changes`` is {column: SQL expression}."""
    cr = env.cr
    cr.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
        " AND is_generated = 'NEVER'",
        [table],
    )
    columns = [row[0] for row in cr.fetchall()]
    values = [changes.get(column, f't."{column}"') for column in columns]
    names = ", ".join(f'"{column}"' for column in columns)
    cr.execute(
        f"INSERT INTO {table} ({names}) SELECT {', '.join(values)}"
        f" FROM {table} t, generate_series(1, %s) k WHERE t.id = ANY(%s)",
        [copies, list(ids)],
    )
    cr.execute(
        "SELECT setval(pg_get_serial_sequence(%s, 'id'),"
        f" (SELECT MAX(id) FROM {table}))",
        [table],
    )


def populate(env, customers):
    """Make customers with overdue invoices; return the number of due items."""
    partners, moves = make_block(env)
    copies = customers // BLOCK - 1
    lines = moves.line_ids
    if copies:
        shift = {}
        for table, records in (
            ("res_partner", partners),
            ("account_move", moves),
            ("account_move_line", lines),
        ):
            env.cr.execute(f"SELECT MAX(id) FROM {table}")
            span = max(records.ids) - min(records.ids) + 1
            base = env.cr.fetchone()[0] - min(records.ids) + 1
            shift[table] = f"({base} + (k - 1) * {span})"
        partner = f"t.%s + {shift['res_partner']}"
        clone(
            env,
            "res_partner",
            partners.ids,
            copies,
            {
                "id": partner % "id",
                "commercial_partner_id": partner % "commercial_partner_id",
                "email": "t.id || '-' || k || '@bench.example'",
                "email_normalized": "t.id || '-' || k || '@bench.example'",
            },
        )
        clone(
            env,
            "account_move",
            moves.ids,
            copies,
            {
                "id": f"t.id + {shift['account_move']}",
                "name": "t.name || '-' || k",
                "sequence_number": "t.sequence_number",
                "partner_id": partner % "partner_id",
                "commercial_partner_id": partner % "commercial_partner_id",
                "partner_shipping_id": partner % "partner_shipping_id",
            },
        )
        clone(
            env,
            "account_move_line",
            lines.ids,
            copies,
            {
                "id": f"t.id + {shift['account_move_line']}",
                "move_id": f"t.move_id + {shift['account_move']}",
                "partner_id": partner % "partner_id",
                "move_name": "t.move_name || '-' || k",
            },
        )
    env.invalidate_all()
    env.cr.execute("ANALYZE")
    check_clones(env, partners, moves, customers)
    return customers * INVOICES


def check_clones(env, partners, moves, customers):
    """A clone must be what the ORM would have made: compare one with its origin."""
    found = env["account.move"].search([("partner_id.name", "=like", "Bench %")])
    assert len(found) == customers * INVOICES, len(found)
    last = found.sorted("id")[-1]
    origin = moves.sorted("id")[-1]
    for field in ("state", "payment_state", "amount_residual", "invoice_date_due"):
        assert last[field] == origin[field], field
    assert sum(last.line_ids.mapped("balance")) == 0
    assert last.commercial_partner_id == last.partner_id != origin.partner_id


def measure_floor(env, results, items, customers):
    """Read the due items and write as many rows as the run writes, and no more."""
    cr = env.cr
    with timed(results, "floor: select and insert"):
        cr.execute(
            """
            SELECT line.id, line.move_id, move.commercial_partner_id,
                   line.amount_residual_currency, line.date_maturity
              FROM account_move_line line
              JOIN account_move move ON move.id = line.move_id
              JOIN account_account account ON account.id = line.account_id
             WHERE line.parent_state = 'posted' AND line.reconciled IS NOT TRUE
               AND account.account_type = 'asset_receivable'
               AND line.date_maturity < CURRENT_DATE
            """
        )
        rows = cr.fetchall()
        cr.execute(
            "CREATE TEMP TABLE bench_floor (id serial PRIMARY KEY, a int, b int, c int,"
            " d numeric, e date, note varchar) ON COMMIT DROP"
        )
        for _twice in range(2):  # due items, and the lines of the notices
            insert(cr, [(*row, "x") for row in rows])
        cases = sorted({row[2] for row in rows})
        for _times in range(4):  # cases, notices, two entries of the trail
            insert(cr, [(c, c, c, 1, date.today(), "x" * 200) for c in cases])
    assert len(rows) >= items


def insert(cr, rows):
    execute_values(
        cr._obj,
        "INSERT INTO bench_floor (a, b, c, d, e, note) VALUES %s",
        rows,
        page_size=1000,
    )


def measure_mails(env, results, reminders):
    """Render and queue the mails of a sample, and let Odoo do the same beside it."""
    sample = reminders[:MAILS]
    template = sample.step_id.mail_template_id[:1]
    env.invalidate_all()
    # Odoo's own rendering, without what this addon makes faster.
    with (
        patch.object(
            type(template),
            "_generate_template",
            mail_template.MailTemplate._generate_template,
        ),
        timed(results, "floor: send_mail_batch"),
    ):
        template.send_mail_batch(
            sample.ids, email_values={"email_to": "a@bench.example"}
        )
        env.flush_all()
    env.cr.execute("SAVEPOINT bench_mails")
    env.invalidate_all()
    sender = env["payment.reminder.sender"]
    sender._make_deliveries(sample)
    env.flush_all()
    env.invalidate_all()
    with timed(results, "render and queue mails"):
        sample.delivery_ids.filtered(lambda d: d.channel == "email")._render_mails(
            template
        )
        env.flush_all()
    return len(sample)


def run(env, customers):
    """Run one size in a transaction that is rolled back; return {name: seconds}."""
    results = {}
    company = env.company
    type(company)._get_reminder_today = lambda _company, moment=None: DAY
    company.reminder_ladder_id = env.ref("payment_reminders.ladder_dk")
    company.reminder_brake = False
    items = populate(env, customers)
    measure_floor(env, results, items, customers)
    env.invalidate_all()
    with timed(results, "refresh"):
        cases = env["payment.reminder.case"]._open_due(company)
        env.flush_all()
    assert len(cases) == customers, (len(cases), customers)
    assert len(cases.item_ids) == items
    env.invalidate_all()
    with timed(results, "refresh again"):
        cases._refresh()
        env.flush_all()
    env.invalidate_all()
    with timed(results, "propose"):
        due = env["payment.reminder"]._find_due_cases(company)
        reminders = env["payment.reminder.proposal"]._propose(due)
        env.flush_all()
    assert len(reminders) == customers, (len(reminders), customers)
    env.cr.execute("ANALYZE")  # what autovacuum does between two scheduled actions
    env.invalidate_all()
    with timed(results, "guard"):
        verdicts = reminders._guard()
    assert len(verdicts) == customers
    results["mails"] = measure_mails(env, results, reminders)
    env.cr.rollback()
    env.invalidate_all()
    return results


def report(sizes, found):
    names = [
        "floor: select and insert",
        "refresh",
        "refresh again",
        "propose",
        "guard",
    ]
    print(
        f"{'seconds':28}" + "".join(f"{size * INVOICES:>12,}" for size in sizes),
        "items",
    )
    for name in names:
        print(f"{name:28}" + "".join(f"{f[name]:12.2f}" for f in found))
    print(
        f"{'refresh + propose / floor':28}"
        + "".join(
            f"{(f['refresh'] + f['propose']) / f['floor: select and insert']:12.1f}"
            for f in found
        )
    )
    for name in ("floor: send_mail_batch", "render and queue mails"):
        print(
            f"{name + ', ms':28}"
            + "".join(f"{f[name] / f['mails'] * 1000:12.1f}" for f in found)
        )
    print(
        f"{'mails / floor':28}"
        + "".join(
            f"{f['render and queue mails'] / f['floor: send_mail_batch']:12.2f}"
            for f in found
        )
    )
    if len(sizes) > 1:
        first, last = found[0], found[-1]
        ratio = (last["refresh"] + last["propose"]) / (
            first["refresh"] + first["propose"]
        )
        power = math.log(ratio) / math.log(sizes[-1] / sizes[0])
        print(f"refresh + propose grow with the power {power:.2f}")


def main(env):
    sizes = [
        int(size)
        for size in os.environ.get("PR_BENCH_CUSTOMERS", "200,1000,4000").split(",")
    ]
    found = []
    for size in sizes:
        found.append(run(env, size))
        print(f"{size:,} customers done", flush=True)
    report(sizes, found)


main(env)  # noqa: F821  (the shell brings env)
