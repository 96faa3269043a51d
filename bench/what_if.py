"""How long a what-if takes over twelve months of a company's invoices.

    bin/odoo shell < bench/what_if.py
    PR_BENCH_CUSTOMERS=400,2000 bin/odoo shell < bench/what_if.py

Makes customers with five invoices each over the last twelve months (a block through
the ORM, cloned in SQL with the payments and their matchings), most of them paid: in
time, a little late, very late or in two parts; some never. Plays two ladders, Denmark
and Sweden, on all of them by what the button starts, and prints the seconds and what
came of it. 2,000 customers are 10,000 invoices; they may take a minute. Nothing is
sent; the database is a throw-away copy.
"""

import os
import time
from datetime import date, timedelta

from odoo import Command

TODAY = date.today()
BLOCK = 40
INVOICES = 5
LIMIT_SECONDS = 60

#: Days from the due date to the payments of an invoice; its parts are equal.
HABITS = ((-2,), (0,), (1,), (3,), (6,), (9,), (12,), (30,), (5, 40), ())


def make_block(env):
    """Make the first customers, invoices and payments through the ORM."""
    partners = env["res.partner"].create(
        [
            {
                "name": f"Bench {i}",
                "is_company": i % 4 > 0,
                "country_id": env.ref("base.dk").id,
            }
            for i in range(BLOCK)
        ]
    )
    dues = [
        TODAY - timedelta(days=350 - (i * 7 + n * 70) % 350)
        for i in range(BLOCK)
        for n in range(INVOICES)
    ]
    invoices = env["account.move"].create(
        [
            {
                "move_type": "out_invoice",
                "partner_id": partners[number // INVOICES].id,
                "invoice_date": due - timedelta(days=14),
                "invoice_date_due": due,
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    Command.create(
                        {"name": "Work", "price_unit": 1000 + number, "tax_ids": False}
                    )
                ],
            }
            for number, due in enumerate(dues)
        ]
    )
    invoices.action_post()
    payments = env["account.move"]
    for number, (invoice, due) in enumerate(zip(invoices, dues, strict=True)):
        habit = HABITS[number % len(HABITS)]
        for days in habit:
            if due + timedelta(days=days) < TODAY:
                payments |= pay(env, invoice, due + timedelta(days=days), len(habit))
    env.flush_all()
    return partners, invoices | payments


def pay(env, invoice, day, parts):
    """Book a part of an invoice as money in the bank, and match it."""
    owed = invoice.line_ids.filtered(
        lambda line: line.account_id.account_type == "asset_receivable"
    )
    bank = env["account.journal"].search(
        [("type", "=", "bank"), ("company_id", "=", env.company.id)], limit=1
    )
    amount = invoice.amount_total / parts
    entry = env["account.move"].create(
        {
            "move_type": "entry",
            "date": day,
            "journal_id": bank.id,
            "line_ids": [
                Command.create(
                    {"account_id": bank.default_account_id.id, "debit": amount}
                ),
                Command.create(
                    {
                        "account_id": owed.account_id.id,
                        "partner_id": invoice.partner_id.id,
                        "credit": amount,
                    }
                ),
            ],
        }
    )
    entry.action_post()
    (owed | entry.line_ids.filtered(lambda line: line.credit)).reconcile()
    return entry


def clone(env, records, copies, shifts, own=()):
    """Copy rows in SQL, shifting their ids and those they point to.

    :param shifts: {table: distance between a row and its first copy}
    :param own: {column: table that it points to}
    """
    cr, table = env.cr, records._table
    cr.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
        " AND is_generated = 'NEVER'",
        [table],
    )
    targets = {"id": table, **dict(own)}
    columns = [row[0] for row in cr.fetchall()]
    values = [
        f't."{column}" + k * {shifts[targets[column]]}'
        if column in targets
        else "t.name || '-' || k"
        if (table, column) == ("account_move", "name")
        else f't."{column}"'
        for column in columns
    ]
    names = ", ".join(f'"{column}"' for column in columns)
    cr.execute(
        f"INSERT INTO {table} ({names}) SELECT {', '.join(values)}"
        f" FROM {table} t, generate_series(1, %s) k WHERE t.id = ANY(%s)",
        [copies, records.ids],
    )


def populate(env, customers):
    """Make customers with invoices, paid as they were; return how many invoices."""
    partners, moves = make_block(env)
    lines = moves.line_ids
    matchings = lines.matched_debit_ids | lines.matched_credit_ids
    shifts = {}
    for records in (partners, moves, lines, matchings):
        env.cr.execute(f"SELECT MAX(id) FROM {records._table}")
        shifts[records._table] = env.cr.fetchone()[0] - min(records.ids) + 1
    copies = customers // BLOCK - 1
    owner = {
        "partner_id": "res_partner",
        "commercial_partner_id": "res_partner",
    }
    clone(env, partners, copies, shifts, {"commercial_partner_id": "res_partner"})
    clone(env, moves, copies, shifts, {**owner, "partner_shipping_id": "res_partner"})
    clone(
        env,
        lines,
        copies,
        shifts,
        {"move_id": "account_move", "partner_id": "res_partner"},
    )
    clone(
        env,
        matchings,
        copies,
        shifts,
        {"debit_move_id": "account_move_line", "credit_move_id": "account_move_line"},
    )
    env.invalidate_all()
    env.cr.execute("ANALYZE")
    found = env["account.move"].search_count(
        [("partner_id.name", "=like", "Bench %"), ("move_type", "=", "out_invoice")]
    )
    assert found == customers * INVOICES, found
    return found


def run(env, customers):
    """Play one size in a transaction that is rolled back."""
    for name, rate in (("DKK", 7.0), ("SEK", 10.0)):
        currency = env["res.currency"].with_context(active_test=False)
        currency.search([("name", "=", name)]).write(
            {
                "active": True,
                "rate_ids": [
                    Command.clear(),
                    Command.create({"name": TODAY - timedelta(days=800), "rate": rate}),
                ],
            }
        )
    invoices = populate(env, customers)
    record = env["payment.reminder.simulation"].create(
        {
            "ladder_id": env.ref("payment_reminders.ladder_dk").id,
            "other_ladder_id": env.ref("payment_reminders.ladder_se").id,
        }
    )
    start = time.perf_counter()
    record.action_run()
    while record._play_batch():
        pass
    env.flush_all()
    seconds = time.perf_counter() - start
    assert record.state == "done", record.failure
    print(f"{invoices:,} invoices of {customers:,} customers: {seconds:.1f} s")
    for ladder, found in record._get_comparison().items():
        total = found["total"]
        print(
            f"  {ladder.name:10} {total['notices']:>8,} notices,"
            f" {total['paid_anyway']:>7,} paid anyway, fees {total['fee']:>12,.2f}"
        )
        assert total["notices"] > invoices / 2
    env.cr.rollback()
    env.invalidate_all()
    return seconds


def main(env):
    sizes = [
        int(size)
        for size in os.environ.get("PR_BENCH_CUSTOMERS", "400,2000").split(",")
    ]
    seconds = [run(env, size) for size in sizes]
    verdict = "within" if seconds[-1] < LIMIT_SECONDS else "OVER"
    print(f"{verdict} {LIMIT_SECONDS} s")


main(env)  # noqa: F821  (the shell brings env)
