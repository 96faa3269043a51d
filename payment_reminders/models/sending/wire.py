"""The gateways: how a rendered message is handed over, and what came of it.

A wire says ``sent`` only when the other side said so, ``failed`` when it refused,
``down`` when it was not reached or asked to come back later, ``again`` when a
connection that was kept for several messages took no more, and ``uncertain`` when it
cannot be known whether the message arrived. Each channel has one, and a program's are
in files of their own; ``payment.reminder.delivery._get_wire`` chooses.
"""

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


class LetterWire(Wire):
    """Letters on paper: the wire ends at a printer, and a person says what came out.

    A letter leaves only while somebody prints (:func:`tools.on_the_wire.printing`).
    What the machine then knows is that the sheet was made for that person, so that its
    outcome is ``uncertain`` until the person says that it was posted, or was not.
    """

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
