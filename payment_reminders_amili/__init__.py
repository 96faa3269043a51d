from . import models, wizards


def uninstall_hook(env):
    """Take the words along that people taught: they are of this service alone."""
    env["payment.reminder.handover.word"].search([("provider", "=", "amili")]).unlink()
