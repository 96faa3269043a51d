"""What thousands of open bank lines cost one notice.

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
AT_ONCE = 1000


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
    bank = env["account.journal"].search(
        [("type", "=", "bank"), ("company_id", "=", env.company.id)], limit=1
    )
    for start in range(0, count, AT_ONCE):
        env["account.bank.statement.line"].create(
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
                for _number in range(min(AT_ONCE, count - start))
            ]
        )
        env.cr.commit()
    env.cr.execute(
        "ANALYZE account_bank_statement_line, account_move, account_move_line"
    )
    env.cr.commit()


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
