"""What networks of electronic invoices say of an invoice, and whether it arrived."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

REFUSED, WAITING = "refused", "waiting"


@dataclass(frozen=True)
class Network:
    """A network that keeps the state of an invoice in a field of its own.

    A state that is in none of the sets is one that nobody here understands: the invoice
    counts as waiting, until a person says that it arrived.

    :param name: as people call it
    :param refused: states of an invoice that did not get through
    :param arrived: states of one that did
    :param not_given: states of one that was never given to the network
    """

    name: str
    refused: frozenset[str]
    arrived: frozenset[str]
    not_given: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Trouble:
    """An invoice that a network did not deliver: ``refused`` or ``waiting``."""

    network: str
    state: str


def _states(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: {stored field of an invoice: the network that keeps its state there}
NETWORKS: Mapping[str, Network] = {
    "nemhandel_move_state": Network(
        "Nemhandel",
        refused=_states("error skipped canceled"),
        arrived=_states("done"),
        not_given=_states("ready"),
    ),
    "peppol_move_state": Network(
        "Peppol",
        refused=_states("error skipped canceled"),
        arrived=_states("done"),
        not_given=_states("ready"),
    ),
    "l10n_it_edi_state": Network(
        "SdI",
        refused=_states("rejected forward_failed rejected_by_pa_partner"),
        arrived=_states(
            "forwarded accepted_by_pa_partner accepted_by_pa_partner_after_expiry"
        ),
    ),
}


def find_trouble(
    networks: Mapping[str, Network], states: Mapping[str, str | None]
) -> Trouble | None:
    """Return what is wrong with the delivery of an invoice by networks, or None.

    One network that delivered it is enough.

    :param states: {field: state} of the invoice
    """
    troubles = []
    for field, state in states.items():
        network = networks[field]
        if not state or state in network.not_given:
            continue
        if state in network.arrived:
            return None
        wrong = REFUSED if state in network.refused else WAITING
        troubles.append(Trouble(network.name, wrong))
    # What was refused is told before what may arrive yet.
    return min(troubles, key=lambda trouble: trouble.state, default=None)
