"""The play: a company, its customers and invoices, and 45 days of the ladder."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from odoo.api import Environment


def play(env: Environment) -> None:
    """Play the demo in a new database with the addon; print what happened.

    Runs as superuser in an Odoo process of its own, without an HTTP server. What is not
    committed when this returns is committed then.
    """
