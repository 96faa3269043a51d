from odoo import SUPERUSER_ID, api

#: They reach into pages of the case that are others now; what is kept of them comes
#: back with the update.
VIEWS = (
    "payment_reminder_case_view_form_agency",
    "payment_reminder_case_view_form_trail",
)


def migrate(cr, version):
    """Let go of what hangs on the form of a case as it was."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    for name in VIEWS:
        view = env.ref(f"payment_reminders.{name}", raise_if_not_found=False)
        if view:
            view.unlink()
