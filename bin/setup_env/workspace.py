"""What the second stage hands to a command: folder, Odoo, server, databases."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from .database import Databases
from .home import Home
from .odoo_tree import OdooTree
from .postgres import Postgres
from .server import Odoo


@dataclass(frozen=True)
class Workspace:
    """Everything that is set up; valid while PostgreSQL is held."""

    home: Home
    odoo: Odoo
    databases: Databases


@contextlib.contextmanager
def opened() -> Iterator[Workspace]:
    """Start PostgreSQL and give out the workspace."""
    home = Home()
    home.create()
    with Postgres(home) as server:
        odoo = Odoo(home, OdooTree.named(), server)
        yield Workspace(home, odoo, Databases(odoo))
