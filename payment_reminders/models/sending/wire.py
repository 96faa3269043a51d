"""The gateways: how a rendered message is handed over, and what came of it.

A wire says ``sent`` only when the other side said so, ``failed`` when it refused,
``down`` when it was not reached or asked to come back later, ``again`` when a
connection that was kept for several messages took no more, and ``uncertain`` when it
cannot be known whether the message arrived. Each channel has one, and a program's are
in files of their own; ``payment.reminder.delivery._get_wire`` chooses. What else is
another from channel to channel is asked of it, too: a new one changes nothing here.
"""

import base64

from odoo.tools import html2plaintext

from ...tools.errors import WireError
from ...tools.on_the_wire import is_printing

#: Seconds that a gateway gets, in all, to connect; and again to take one message:
#: payers wait meanwhile. (Odoo's own patience is 60 seconds for every answer.)
WIRE_TIMEOUT = 10

SENT, FAILED, DOWN, UNCERTAIN = "sent", "failed", "down", "uncertain"
#: It did not leave, and a new connection may take it: the one that was kept is over.
AGAIN = "again"


class Wire:
    """How the deliveries of one channel are handed over; keeps nothing itself."""

    #: Which text of a step it brings: "email", "sms", or "letter", which is that of the
    #: e-mail on paper.
    text = "email"
    #: Whether it can find out later what became of an attempt, see :meth:`settle`.
    can_settle = False

    # -- whom it reaches, and what it says ------------------------------------------

    @staticmethod
    def find_addresses(partner, company):
        """Return the addresses of a contact by this channel, as texts, best first.

        (Those of the core's own channels: ``payment.reminder.facts._find_recipients``.)
        It may ask nobody, and no row but those of the two: what may have changed since
        is told by the versions of rows, see ``tools.row_versions``. Those from which a
        message came back are left out later.
        """
        return []

    @staticmethod
    def get_address_label(env):
        """Return what such an address is called."""
        return env._("Address")

    @staticmethod
    def read_body(delivery):
        """Return what a delivery said: for the case file."""
        return html2plaintext(delivery.mail_message_id.body or "")

    @staticmethod
    def find_remarks(step):
        """Return what should be known before a step is sent this way, as sentences."""
        return []

    # -- handing over ---------------------------------------------------------------

    @staticmethod
    def is_prepared(delivery):
        """Tell whether the message of this delivery was rendered (or needs not be)."""
        return True

    @staticmethod
    def prepare(deliveries):
        """Render the messages of many deliveries at once; by default there are none.

        A delivery whose text cannot be rendered gets no message; its attempt
        fails with the reason.
        """

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

    # -- afterwards -------------------------------------------------------------------

    @staticmethod
    def withdraw(deliveries):
        """Tell whoever got these deliveries that they need not heed them.

        :return: those whose readers are told by it; of the others a person is asked
        """
        return deliveries.browse()

    @staticmethod
    def settle(delivery, session, may_send):
        """Find out what became of an uncertain attempt, under the locks of the guard.

        :param session: of ``connect``
        :param may_send: whether the guard would let it leave now. Only then may the
            answer be got by sending the same thing once more, to a gateway that takes
            nothing twice.
        :return: (outcome, reason, reference) as of ``hand_over``, where FAILED means
            that it never arrived; None when it cannot be told now
        """
        return None


class LetterWire(Wire):
    """Letters on paper: the wire ends at a printer, and a person says what came out.

    A letter leaves only while somebody prints (:func:`tools.on_the_wire.printing`).
    What the machine then knows is that the sheet was made for that person, so that its
    outcome is ``uncertain`` until the person says that it was posted, or was not.
    """

    text = "letter"

    @staticmethod
    def get_address_label(env):
        return env._("Postal address")

    @staticmethod
    def read_body(delivery):
        return base64.b64decode(delivery.letter_html or b"").decode()

    @staticmethod
    def is_prepared(delivery):
        return bool(delivery.letter_pdf)

    @staticmethod
    def prepare(deliveries):
        """Make the PDFs; one that cannot be made says why on its delivery."""
        for delivery in deliveries:
            delivery._render_letter()

    @staticmethod
    def connect(delivery):
        if not is_printing():
            raise WireError(
                delivery.env._("Letters are printed by a person, from the queue.")
            )
        if not delivery.letter_pdf:
            raise WireError(
                delivery.failure_reason
                or delivery.env._("The letter could not be made.")
            )

    @staticmethod
    def hand_over(delivery, session):
        """:return: (outcome, reason, no reference)"""
        return (
            UNCERTAIN,
            delivery.env._(
                "Made for %s to print; not confirmed yet.", delivery.env.user.name
            ),
            False,
        )


class NoWire(Wire):
    """What left by a channel whose addon is gone: it stays readable, nothing leaves."""

    @staticmethod
    def connect(delivery):
        raise WireError(delivery.env._("This way is not installed any more."))
