"""What thousands of open bank lines cost one notice; from the root of the checkout:

    bin/odoo shell < bench/bank_lines.py
    PR_BENCH_LINES=0,1000,20000 bin/odoo shell < bench/bank_lines.py

Times what the guard reads for one notice, and what is compared of a notice of a batch
while payers wait, with more and more bank lines that nobody matched, none of them this
customer's. Prints the medians of some readings, how many lines were handed to Python,
and how much longer it takes than with none: more than twice is too much. The database
is a throw-away copy.
"""

import os
import random
import statistics
import sys
import time
from datetime import timedelta

from freezegun import freeze_time

from odoo import Command, fields

COUNTS = [
    int(n) for n in os.environ.get("PR_BENCH_LINES", "0,1000,5000,20000").split(",")
]
#: A working day: on a Sunday nothing is proposed.
NOW = "2026-09-15 08:00:00"
READINGS = 15
#: So many are made by Odoo, which takes minutes for thousands; they are copied then.
BLOCK = 200
TABLES = ("account_move", "account_bank_statement_line", "account_move_line")

sys.path.insert(0, "bench")

from cost import seed  # noqa: E402


def make_notice(env):
    """Make a customer with three overdue invoices, and the notice of them."""
    company = env.company
    env["account.chart.template"].try_loading("dk", company, install_demo=False)
    company.reminder_ladder_id = env.ref("payment_reminders.ladder_dk")
    company.reminder_bank_stale_days = 0
    partner = env["res.partner"].create(
        {
            "name": "Nordlys Maskinfabrik ApS",
            "is_company": True,
            "email": "ap@nordlys.example",
            "country_id": env.ref("base.dk").id,
        }
    )
    due = fields.Date.today() - timedelta(days=10)
    for amount in (1000, 650, 420):
        move = env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "invoice_date": due - timedelta(days=14),
                "invoice_date_due": due,
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    Command.create(
                        {"name": "Work", "price_unit": amount, "tax_ids": False}
                    )
                ],
            }
        )
        move.action_post()
        move.is_move_sent = True
    env["payment.reminder.case"]._cron_refresh()
    env["payment.reminder"]._cron_propose()
    notice = env["payment.reminder"].search([("partner_id", "=", partner.id)])
    if len(notice.line_ids) != 3:
        raise ValueError("No notice of three invoices was proposed.")
    return notice


def make_lines(env, count, rng):
    """Make open bank lines, with keys as the night gives them.

    :param count: how many, a multiple of BLOCK
    """
    if not count:
        return
    bank = env["account.journal"].search(
        [("type", "=", "bank"), ("company_id", "=", env.company.id)], limit=1
    )
    block = env["account.bank.statement.line"].create(
        [
            {
                "journal_id": bank.id,
                "date": fields.Date.today() - timedelta(days=rng.randint(0, 60)),
                "payment_ref": f"CREDIT INV/2026/{rng.randint(100, 99999):05}"
                f" EREF {rng.randint(10**8, 10**12)}",
                "partner_name": f"Kunde {rng.randint(1, 99999)} ApS",
                "narration": f"<p>Betaling for levering {rng.randint(1, 9999)}</p>",
                "amount": rng.randint(10**3, 10**8) / 100,
            }
            for _number in range(BLOCK)
        ]
    )
    env.flush_all()
    if count > BLOCK:
        copy_lines(env.cr, block, count // BLOCK - 1)
        env.invalidate_all()
    # The keys are given in transactions of their own.
    env.cr.commit()
    env["payment.reminder.facts"]._key_bank_lines()
    env.cr.execute(
        "ANALYZE account_bank_statement_line, account_move, account_move_line"
    )
    env.cr.commit()


def copy_lines(cr, block, copies):
    """Copy bank lines and their entries so many times, each with another text."""
    rows = (block.move_id, block, block.move_id.line_ids)
    shift = {}
    for table, records in zip(TABLES, rows, strict=True):
        cr.execute(f"SELECT MAX(id) FROM {table}")
        ids = records.ids
        first = cr.fetchone()[0] - min(ids) + 1
        shift[table] = f" + ({first} + (k - 1) * {max(ids) - min(ids) + 1})"
    move, line, item = (shift[table] for table in TABLES)
    changes = {
        "account_move": {
            "id": f"t.id{move}",
            "name": "t.name || '-' || k",
            "sequence_number": "t.sequence_number + k * 100000",
            "statement_line_id": f"t.statement_line_id{line}",
        },
        "account_bank_statement_line": {
            "id": f"t.id{line}",
            "move_id": f"t.move_id{move}",
            "internal_index": "t.internal_index || '-' || k",
            "payment_ref": "t.payment_ref || k",
            "partner_name": "t.partner_name || ' ' || k",
            "amount": "t.amount + k",
            "reminder_keys": "NULL",
        },
        "account_move_line": {
            "id": f"t.id{item}",
            "move_id": f"t.move_id{move}",
            "move_name": "t.move_name || '-' || k",
            "statement_line_id": f"t.statement_line_id{line}",
        },
    }
    # A foreign key is checked by one join when it is added, not row by row.
    put_back = [seed.strip(cr, table) for table in TABLES]
    for table, records in zip(TABLES, rows, strict=True):
        seed.clone(cr, table, records.ids, copies, changes[table])
    for statements in put_back:
        for statement in statements:
            cr.execute(statement)


def measure(env, notice):
    """Return the median seconds of reading all, and of comparing it with what was read
    before, and how many lines were looked at.
    """
    facts = env["payment.reminder.facts"].sudo()
    sender = env["payment.reminder.sender"].sudo()
    seen = list(sender._read_versions(notice.sudo()).values())

    def read():
        env.invalidate_all()
        facts._read_guard_facts(notice)

    reading, comparing = (
        take_median(work) for work in (read, lambda: sender._compare_rows(seen))
    )
    looked_at = facts._read_open_bank_lines(
        facts._get_roots(notice.company_id),
        facts._get_expected_payments(notice),
        facts._get_tolerances(notice),
    )
    return reading, comparing, len(looked_at)


def take_median(work):
    taken = []
    for _time in range(READINGS):
        start = time.clock_gettime(time.CLOCK_MONOTONIC)
        work()
        taken.append(time.clock_gettime(time.CLOCK_MONOTONIC) - start)
    return statistics.median(taken)


def main(env):
    freeze_time(NOW, tick=True).start()
    rng = random.Random(7)
    notice = make_notice(env)
    env.cr.commit()
    there, none = 0, None
    print(
        f"{'open lines':>10} {'read ms':>8} {'times none':>11}"
        f" {'compare ms':>11} {'times none':>11} {'looked at':>10}"
    )
    for count in COUNTS:
        make_lines(env, count - there, rng)
        there = count
        reading, comparing, looked_at = measure(env, notice)
        none = none or (reading, comparing)
        print(
            f"{count:>10} {reading * 1000:>8.1f} {reading / none[0]:>11.2f}"
            f" {comparing * 1000:>11.1f} {comparing / none[1]:>11.2f} {looked_at:>10}"
        )


main(env)  # noqa: F821  (the shell brings env)
