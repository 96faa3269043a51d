"""usage: bin/odoo [--keep NAME] [Odoo's own arguments]

Runs Odoo on a new copy of the database with the addon, which is dropped afterwards:

    bin/odoo                                      serve it (login admin, password admin)
    bin/odoo shell                                a Python prompt with env
    bin/odoo i18n export payment_reminders -l pot
    bin/odoo --keep mine -u payment_reminders     a database that stays

  --keep NAME   work on a database of this name that stays, made at its first use
"""

from __future__ import annotations

from .. import foreground, progress, server, workspace
from ..home import SetupError
from ..workspace import Workspace

KEEP = "--keep"


def main(arguments: list[str]) -> int:
    """Run Odoo and return its exit code."""
    keep = None
    if arguments[:1] == [KEEP]:
        if not arguments[1:] or not arguments[1].isidentifier():
            raise SetupError("--keep wants a name of letters, digits and underscores")
        keep, arguments = arguments[1], arguments[2:]
    with workspace.opened() as space:
        if keep is None:
            with space.databases.temporary("odoo") as database:
                return _run(space, database, arguments)
        database = f"{space.databases.prefix}_keep_{keep}"
        if not space.databases.exists(database):
            space.databases.create(f"keep_{keep}")
        return _run(space, database, arguments)


def is_served(arguments: list[str]) -> bool:
    """Whether Odoo serves with these arguments, and does no command of its own."""
    return not arguments or arguments[0].startswith("-")


def _run(space: Workspace, database: str, arguments: list[str]) -> int:
    port = 8069 if server.is_free(8069) else server.free_port()
    options = server.SERVED if is_served(arguments) else {}
    conf = space.odoo.write_conf(database, http_port=port, **options)
    progress.say(f"Database {database}")
    if is_served(arguments):
        progress.say(f"Odoo on http://{server.HOST}:{port}/odoo unless told otherwise")
    return foreground.run(server.command(*arguments), space.odoo.environment(conf))
