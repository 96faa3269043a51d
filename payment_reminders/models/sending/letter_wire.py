"""Letters: the wire ends at a printer, and a person says what came out of it.

A letter leaves only while somebody prints (:func:`printing`). What the machine then
knows is that the sheet was made for that person, so that its outcome is ``uncertain``
until the person says that it was posted, or that it was not.
"""

from ...tools.errors import WireError
from ...tools.on_the_wire import is_printing
from .wire import UNCERTAIN, Wire


class LetterWire(Wire):
    """Letters on paper: one PDF for each, printed and posted by a person."""

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
