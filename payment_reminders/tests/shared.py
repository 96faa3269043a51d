"""What every class of ``ReminderCommon`` begins with, built once for all of them.

A company with its chart of accounts, the ladder, the customer and the users take three
seconds, and a hundred classes begin with them. ``bin/test`` therefore lets ``build``
make them for good in a database that it copies, and note which attributes of a class
hold which records. In any other database, each class makes them for itself.
"""

import json

KEY = "payment_reminders.tests_shared"


def find(registry):
    """Return what was built in this database: see :func:`describe`."""
    with registry.cursor() as cr:
        cr.execute("SELECT value FROM ir_config_parameter WHERE key = %s", [KEY])
        row = cr.fetchone()
    return json.loads(row[0]) if row else None


def restore(cls, found):
    """Give a class its environment and its records."""
    cls.env = cls.env(user=found["uid"], context=found["context"])
    for name, value in found["attributes"].items():
        setattr(cls, name, _read(cls.env, value))


def read_caches(registry):
    """Return what this process remembers beside the records: rights, XML ids, views.

    Odoo's tests forget all of it after each test; what was true before one is so again
    once the test is taken back, and need not be read anew.
    """
    caches = getattr(registry, "_Registry__caches", {})
    return {name: cache.snapshot for name, cache in caches.items()}


def restore_caches(registry, found):
    """Let this process remember what :func:`read_caches` returned."""
    for name, values in found.items():
        registry._Registry__caches[name].update(values)


def describe(cls):
    """Return the user of a class that is set up, and all records that it names."""
    return {
        "uid": cls.env.uid,
        "context": dict(cls.env.context),
        "attributes": {
            name: _write(cls.env, value)
            for name, value in vars(cls).items()
            if _is_record(value)
            or (isinstance(value, dict) and any(map(_is_record, value.values())))
        },
    }


def _is_record(value):
    from odoo.models import BaseModel

    return isinstance(value, BaseModel)


def _write(env, value):
    if isinstance(value, dict):
        return {key: _write(env, part) for key, part in value.items()}
    if value.env.uid != env.uid:
        raise AssertionError(f"{value} is seen by another user")
    return [value._name, value.ids, value.env.su, dict(value.env.context)]


def _read(env, value):
    if isinstance(value, dict):
        return {key: _read(env, part) for key, part in value.items()}
    model, ids, su, context = value
    return env(su=su, context=context)[model].browse(ids)


def build():
    """Set up a class of tests, and let it stay in the database."""
    # It is run as a script, which has no package.
    # pylint: disable-next=odoo-addons-relative-import
    from odoo.addons.payment_reminders.tests.common import ReminderCommon

    class Shared(ReminderCommon):
        pass

    Shared.setUpClass()
    try:
        text = json.dumps(describe(Shared))
        Shared.env["ir.config_parameter"].sudo().set_param(KEY, text)
        # The one of the class refuses, as no test may commit.
        type(Shared.cr).commit(Shared.cr)
    finally:
        Shared.doClassCleanups()
