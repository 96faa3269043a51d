from . import controllers
from . import models


def uninstall_hook(env):
    """Take the mirror away; cases and their trail stay readable."""
    for company in env["res.company"].search([("reminder_sources", "!=", False)]):
        company._leave_economic()
