"""What the second stage hands to a command: folder, Odoo, server, databases."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from .database import Databases
from .home import Home
from .odoo_tree import OdooTree
from .postgres import Postgres, Server


@dataclass(frozen=True)
class Workspace:
    """Everything that is set up; valid while PostgreSQL is held."""

    home: Home
    tree: OdooTree
    server: Server
    databases: Databases


@contextlib.contextmanager
def opened() -> Iterator[Workspace]:
    """Start PostgreSQL and give out the workspace."""
    home = Home()
    home.create()
    tree = OdooTree.named()
    with Postgres(home) as server:
        yield Workspace(home, tree, server, Databases(home, tree, server))
