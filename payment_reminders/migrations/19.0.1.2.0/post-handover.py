from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Let what was handed over with its whole case be seen, and followed, again."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["payment.reminder.handover"]._take_over_closed()
