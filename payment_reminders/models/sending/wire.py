"""The gateways: how a rendered message is handed over, and what came of it.

A wire says ``sent`` only when the other side said so, ``failed`` when it refused,
``down`` when it was not reached or asked to come back later, and ``uncertain`` when
it cannot be known whether the message arrived. Each channel has one, in a file of its
own; ``payment.reminder.delivery._get_wire`` chooses.
"""

import hashlib
import re
import socket
from contextlib import contextmanager
from contextvars import ContextVar

from odoo.tools import email_domain_extract, formataddr

#: Seconds that a gateway gets, in all, to connect; and again to take one message:
#: payers wait meanwhile. (Odoo's own patience is 60 seconds for every answer.)
WIRE_TIMEOUT = 10

#: What no header of an e-mail may hold, beside the white space that ``split`` knows.
CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f]")

SENT, FAILED, DOWN, UNCERTAIN = "sent", "failed", "down", "uncertain"

#: Deliveries that this thread is handing over under the guard's locks. Odoo's own
#: queues look here: a message of ours that is not in it does not leave.
_handing_over = ContextVar("payment_reminder_handing_over", default=frozenset())


class Wire:
    """How the deliveries of one channel are handed over; keeps nothing itself."""

    @staticmethod
    def is_prepared(delivery):
        """Tell whether the message of this delivery was rendered."""
        raise NotImplementedError

    @staticmethod
    def prepare(deliveries):
        """Render the messages of many deliveries at once.

        A delivery whose text cannot be rendered gets no message; its attempt
        fails with the reason.
        """
        raise NotImplementedError

    @staticmethod
    def connect(delivery):
        """Reach the gateway, before any lock is taken.

        :return: session
        :raise WireError: the message cannot be handed over now, and did not leave
        """

    @staticmethod
    def disconnect(session):
        """Let go of what ``connect`` gave; by default nothing is kept open."""

    @staticmethod
    def hand_over(delivery, session):
        """Hand the message over, under the locks of the guard.

        :return: (outcome, reason, reference of the message at the gateway)
        """
        raise NotImplementedError


def is_handing_over(delivery_id):
    """Tell whether the guard has let this delivery go, in this thread, just now."""
    return delivery_id in _handing_over.get()


@contextmanager
def handing_over(delivery):
    """Mark a delivery, in this thread, as let go by the guard."""
    token = _handing_over.set(_handing_over.get() | {delivery.id})
    try:
        yield
    finally:
        _handing_over.reset(token)


def in_staff_words(delivery):
    """Return an environment that says in the staff's language what went wrong.

    The language is looked up now: later the transaction may be broken.
    """
    words = delivery.reminder_id.case_id._in_staff_language().env
    words["res.lang"]._get_data(code=words.lang)
    return words


def get_message_id(key, sender):
    """Return the Message-Id of one attempt: the same for the same key.

    :param key: of the delivery, and its id: the key alone may be free again one day
    """
    digest = hashlib.sha256(key.encode()).hexdigest()[:32]
    domain = email_domain_extract(sender) or socket.gethostname()
    return f"<{digest}.payment-reminder@{domain}>"


def to_header(text):
    """Return a text fit for one header of an e-mail: on one line.

    A name with a line feed in it, as people paste it, would begin a header of its own.
    """
    return " ".join(CONTROL_CHARACTERS.sub(" ", text or "").split())


def format_recipient(partner, address):
    return formataddr((to_header(partner.name), address))
