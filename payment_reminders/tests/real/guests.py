"""Channels of other addons, which take part in races and crashes as our own do.

An addon brings one as ``Guest`` in its ``tests/real/guest.py``, with ``scenes.py``
beside it: what a process can do that sends by it.
"""

import importlib
from pathlib import Path

ADDONS = Path(__file__).parents[3]
PATH = "tests/real/guest.py"


class BaseGuest:
    """A channel of another addon, with the service behind it."""

    #: Its code.
    channel = ""
    #: Where its scenes are.
    folder = None
    #: Whether what was handed over is found out afterwards, whatever happened: then
    #: each message is there once, and nothing stays uncertain.
    settles = False
    #: Seconds within which sender and payer of a race begin: three times as long as it
    #: takes to send one; None: as for our own channels.
    spread = None
    #: Called before a message is taken, with its recipients; may raise Lose.
    before_taking = None

    def open(self, stack):
        """Start the service; ``stack`` ends it."""
        raise NotImplementedError

    def set_up(self, child):
        """Let the company of a process, which is set up, send by it."""
        raise NotImplementedError

    def welcome(self, customers):
        """Let these be reached; as ``stage`` of the scenes returns them."""

    def sent_to(self, customer):
        """Return what a customer got, each with the ``time`` at which it was taken."""
        raise NotImplementedError


def find(channel):
    """Return the guest of a channel, None where no addon brings one."""
    for path in sorted(ADDONS.glob(f"*/{PATH}")):
        name = path.relative_to(ADDONS).parts[0]
        guest = importlib.import_module(f"odoo.addons.{name}.tests.real.guest").Guest
        if guest.channel == channel:
            return guest()
    return None
