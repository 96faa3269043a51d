from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Let the dashboard keep its name: its action opened a form, and is a page now."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    action = env.ref(
        "payment_reminders.payment_reminder_dashboard_action", raise_if_not_found=False
    )
    if action and action._name == "ir.actions.act_window":
        action.unlink()
