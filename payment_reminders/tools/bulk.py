"""Writes many rows of our own lean tables at once.

The nightly run makes tens of thousands of due items, notice lines and trail
entries. They have no computed or tracked fields, so the ORM's work on each of them
would buy nothing.
"""

import json

from odoo import fields


def insert(model, rows):
    """Insert rows and return the new records, in the order of ``rows``.

    :param model: an empty recordset
    :param rows: dicts with the same keys, values as the ORM takes them
    """
    if not rows:
        return model
    stamps = {}
    if model._log_access:
        now = fields.Datetime.now()
        uid = model.env.uid
        stamps = {
            "create_uid": uid,
            "create_date": now,
            "write_uid": uid,
            "write_date": now,
        }
    names = [*rows[0], *stamps]
    found = model.env.cr.execute_values(
        f"INSERT INTO {model._table} ({', '.join(names)}) VALUES %s RETURNING id",
        [
            (
                *(_to_column(model, name, row[name]) for name in rows[0]),
                *stamps.values(),
            )
            for row in rows
        ],
        page_size=1000,
        fetch=True,
    )
    return model.browse(sorted(row[0] for row in found))


def update(records, values):
    """Update rows to values of their own.

    :param records: a recordset of the model
    :param values: {id: dict}; the dicts have the same keys
    """
    if not values:
        return
    names = list(next(iter(values.values())))
    records.flush_recordset(names)
    columns = ", ".join(f"{name} = new.{name}" for name in names)
    casts = ", ".join(f"%s::{records._fields[name].column_type[1]}" for name in names)
    records.env.cr.execute_values(
        f"UPDATE {records._table} AS old SET {columns}"
        f" FROM (VALUES %s) AS new (id, {', '.join(names)}) WHERE old.id = new.id",
        [
            (id_, *(_to_column(records, name, row[name]) for name in names))
            for id_, row in values.items()
        ],
        template=f"(%s, {casts})",
        page_size=1000,
    )
    records.invalidate_recordset(names, flush=False)


def _to_column(model, name, value):
    field = model._fields[name]
    if field.type == "json":
        return None if value is None else json.dumps(value)
    if value is False and field.type != "boolean":
        return None
    return value
