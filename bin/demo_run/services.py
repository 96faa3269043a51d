"""Local services of the demo, alive from before the play until the demo ends."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Services:
    """What the play and Odoo must know about the services."""

    conf: dict[str, object] = field(default_factory=dict)
    """Options of Odoo's configuration file, such as smtp_server and smtp_port."""
    environment: dict[str, str] = field(default_factory=dict)
    """Variables for the play and for Odoo, such as the port of a gateway."""
    closing_words: tuple[str, ...] = ()
    """Lines for the reader once Odoo is up, such as where the mailbox is."""


@contextlib.contextmanager
def started(folder: Path) -> Iterator[Services]:
    """Start the services of one demo.

    :param folder: an empty folder of the demo, for what the services keep
    """
    yield Services()
