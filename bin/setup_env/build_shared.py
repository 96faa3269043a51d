"""A program: sets up, in the database that ODOO_RC names, what all tests begin with."""

from __future__ import annotations

import importlib
import os


def main() -> None:
    """Open the database, then let the addon's own tests set it up."""
    import odoo.tools
    from odoo.modules.registry import Registry

    odoo.tools.config.parse_config(["-c", os.environ["ODOO_RC"]], setup_logging=True)
    name = odoo.tools.config["db_name"]
    Registry(name[0] if isinstance(name, list) else name)
    # Only the configuration makes this name known.
    importlib.import_module("odoo.addons.payment_reminders.tests.shared").build()


if __name__ == "__main__":
    main()
