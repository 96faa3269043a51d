"""Runs the play on the database of the configuration file that ODOO_RC names."""

from __future__ import annotations

import sys
import threading
import warnings

import odoo.tools
from odoo.api import SUPERUSER_ID, Environment
from odoo.modules.registry import Registry

#: Customers pay on their page by a provider that takes no money.
MODULES = ["payment_demo"]


def main() -> None:
    """Open the database and play."""
    odoo.tools.config.parse_config(
        # The play breaks the mail server on purpose.
        [
            "--log-level=error",
            "--log-handler=odoo.addons.mail.models.mail_mail:CRITICAL",
        ]
    )
    # What libraries of Odoo will drop one day is nothing to the reader of a demo.
    warnings.simplefilter("ignore")
    # Our addon can be imported only when its path is known.
    from .play import play

    (database,) = odoo.tools.config["db_name"]
    threading.current_thread().dbname = database  # type: ignore[attr-defined]
    registry = Registry.new(database, update_module=True, install_modules=MODULES)
    with registry.cursor() as cursor:
        play(Environment(cursor, SUPERUSER_ID, {}))


try:
    main()
except KeyboardInterrupt:
    sys.exit(130)
