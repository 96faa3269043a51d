"""Copies of a database, and what is left when the addon leaves."""

from odoo import fields
from odoo.service.model import retrying

from .company import MANAGER


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
