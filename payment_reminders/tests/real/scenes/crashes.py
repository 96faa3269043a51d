"""Being killed at a point on the way."""
# Runs in a process of its own, where relative imports of the addon name nothing.
# pylint: disable=odoo-addons-relative-import

import os
import signal
import smtplib


def _get_points(env, channel):
    """Return {name: (class, method, whether it dies before or after it)}."""
    sender = type(env["payment.reminder.sender"])
    paperwork = type(env["payment.reminder.paperwork"])
    delivery = type(env["payment.reminder.delivery"])
    wire = env["payment.reminder.delivery"].new({"channel": channel})._get_wire()
    points = {
        "claiming": (sender, "_claim", "after"),
        "claimed": (sender, "_prepare", "after"),
        "begun": (sender, "_begin", "after"),
        "connected": (sender, "_connect", "after"),
        "locked": (sender, "_lock_rows", "after"),
        "intent written": (delivery, "_compare_and_set", "after"),
        "intent committed": (sender, "_compare_and_set", "after"),
        "handed over": (wire, "hand_over", "after"),
        "result committed": (sender, "_note_result", "after"),
        "unlocked": (sender, "_attempt", "after"),
        "paperwork begun": (paperwork, "_finish", "before"),
        "paperwork written": (paperwork, "_finish", "after"),
        "paperwork committed": (paperwork, "_conclude", "after"),
    }
    if channel == "email":
        points |= {
            "before the text": (smtplib.SMTP, "data", "before"),
            "text accepted": (smtplib.SMTP, "data", "after"),
        }
    return points


def list_points(env, channel):
    return list(_get_points(env, channel))


def die_at(env, reminder, point=None, channel=None, pid_file=None):
    """Send one notice and be killed (SIGKILL) at a point on the way.

    :param pid_file: write the number of this process there, for somebody else to kill
    """
    if pid_file:
        with open(pid_file, "w") as stream:
            stream.write(str(os.getpid()))
    else:
        _arm(*_get_points(env, channel)[point])
    env["payment.reminder"].browse(reminder)._dispatch()


def _arm(owner, name, when):
    original = getattr(owner, name)

    def deadly(*args, **kwargs):
        if when == "after":
            original(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    static = isinstance(owner.__dict__.get(name), staticmethod)
    setattr(owner, name, staticmethod(deadly) if static else deadly)
