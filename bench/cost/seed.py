"""Makes customers with overdue invoices: a block through the ORM, cloned in SQL.

A hundred thousand invoices take a minute that way: PostgreSQL checks a foreign key that
is added afterwards with one join, and builds an index by sorting, where it would work
for each row and key alone.
"""

from datetime import timedelta

import psycopg2

from odoo import Command
from odoo.sql_db import connection_info_for

INVOICES = 5
BLOCK = 20
TABLES = ("res_partner", "account_move", "account_move_line")


def populate(env, customers, day, invoices=INVOICES):
    """Make customers with overdue invoices, and some who owe nothing yet.

    :param customers: how many, a multiple of BLOCK
    :param day: the day of the first night
    :param invoices: of each customer
    """
    partners = make_customers(env, "Bench")
    overdue = [day - timedelta(days=12 + number) for number in range(invoices)]
    moves = make_invoices(env, partners, overdue)
    env.flush_all()
    if customers > BLOCK:
        clone_all(env.cr, partners.ids, moves, customers // BLOCK - 1)
        env.invalidate_all()
    make_invoices(env, make_customers(env, "Early"), [day + timedelta(days=90)])
    check_clones(env, partners, moves, customers)
    env.cr.commit()
    vacuum(env.cr.dbname)


def make_customers(env, name):
    return env["res.partner"].create(
        [
            {
                "name": f"{name} {number}",
                "is_company": True,
                "email": f"{name.lower()}{number}@bench.example",
                "phone": f"+45 20 00 00 {number:02}",
                "country_id": env.ref("base.dk").id,
                "lang": "en_US",
            }
            for number in range(BLOCK)
        ]
    )


def make_invoices(env, partners, dates_due):
    """Make and post an invoice for each customer and due date."""
    moves = env["account.move"].create(
        [
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "invoice_date": date_due - timedelta(days=28),
                "invoice_date_due": date_due,
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Work",
                            "price_unit": 1000 + number,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
            for partner in partners
            for number, date_due in enumerate(dates_due)
        ]
    )
    moves.action_post()
    moves.is_move_sent = True
    return moves


def clone_all(cr, partner_ids, moves, copies):
    """Copy customers, invoices and journal items so many times."""
    ids = dict(zip(TABLES, (partner_ids, moves.ids, moves.line_ids.ids), strict=True))
    shift = {}
    for table in TABLES:
        cr.execute(f"SELECT MAX(id) FROM {table}")
        span = max(ids[table]) - min(ids[table]) + 1
        first = cr.fetchone()[0] - min(ids[table]) + 1
        shift[table] = f" + ({first} + (k - 1) * {span})"
    partner, move, line = (shift[table] for table in TABLES)
    email = "t.id || '-' || k || '@bench.example'"
    changes = {
        "res_partner": {
            "id": f"t.id{partner}",
            "commercial_partner_id": f"t.commercial_partner_id{partner}",
            "email": email,
            "email_normalized": email,
        },
        "account_move": {
            "id": f"t.id{move}",
            "name": "t.name || '-' || k",
            "payment_reference": "t.payment_reference || '-' || k",
            "partner_id": f"t.partner_id{partner}",
            "commercial_partner_id": f"t.commercial_partner_id{partner}",
            "partner_shipping_id": f"t.partner_shipping_id{partner}",
        },
        "account_move_line": {
            "id": f"t.id{line}",
            "move_id": f"t.move_id{move}",
            "partner_id": f"t.partner_id{partner}",
            "move_name": "t.move_name || '-' || k",
        },
    }
    put_back = [strip(cr, table) for table in TABLES]
    for table in TABLES:
        clone(cr, table, ids[table], copies, changes[table])
    for statements in put_back:
        for statement in statements:
            cr.execute(statement)


def strip(cr, table):
    """Drop the foreign keys and plain indexes of a table; return how to make them."""
    cr.execute(
        """
        SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
         WHERE conrelid = %s::regclass AND contype = 'f'
        """,
        [table],
    )
    keys = cr.fetchall()
    cr.execute(
        """
        SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
         WHERE indrelid = %s::regclass AND NOT indisunique
        """,
        [table],
    )
    indexes = cr.fetchall()
    for name, _definition in keys:
        cr.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    for name, _definition in indexes:
        cr.execute(f"DROP INDEX {name}")
    return [
        *(definition for _name, definition in indexes),
        *(
            f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}'
            for name, definition in keys
        ),
    ]


def clone(cr, table, ids, copies, changes):
    """Copy rows; ``changes`` is {column: SQL expression}."""
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
        [copies, ids],
    )
    cr.execute(
        "SELECT setval(pg_get_serial_sequence(%s, 'id'),"
        f" (SELECT MAX(id) FROM {table}))",
        [table],
    )


def check_clones(env, partners, moves, customers):
    """A clone must be what the ORM would have made: compare one with its origin."""
    found = env["account.move"].search([("partner_id.name", "=like", "Bench %")])
    expected = len(moves) // BLOCK * customers
    assert len(found) == expected, len(found)
    last = found.sorted("id")[-1]
    origin = moves.sorted("id")[-1]
    for field in ("state", "payment_state", "amount_residual", "invoice_date_due"):
        assert last[field] == origin[field], field
    assert sum(last.line_ids.mapped("balance")) == 0
    assert last.commercial_partner_id == last.partner_id
    assert customers == BLOCK or last.partner_id not in partners


def vacuum(database):
    """Do what autovacuum will have done until the night."""
    connection = psycopg2.connect(**connection_info_for(database)[1])
    connection.autocommit = True
    connection.cursor().execute("VACUUM ANALYZE")
    connection.close()
