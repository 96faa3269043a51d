"""First stage of every command: runs on any Python 3.8 or newer, on nothing else."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from . import odoo_tree, tools, venv
from .home import Home, SetupError

STAGE = "PAYMENT_REMINDERS_STAGE"


def main(command: str) -> int:
    """Set up Odoo and Python, then run ``command`` inside that Python.

    The second stage is the same script, started again by the new Python.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        if os.environ.get(STAGE) == sys.executable:
            return _second_stage(command)
        if {"-h", "--help"} & set(sys.argv[1:2]):
            return _help(command)
        return first_stage()
    except SetupError as error:
        print(f"\nERROR: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(
            "\nInterrupted. Start again at any time; what is finished is kept.",
            file=sys.stderr,
        )
        return 130


def first_stage() -> int:
    home = Home()
    home.create()
    with home.lock():
        tree = odoo_tree.provide(home)
        python = venv.provide(home)
    environment = dict(os.environ)
    environment[STAGE] = str(python)
    environment["PAYMENT_REMINDERS_HOME"] = str(home.path)
    environment["ODOO_PATH"] = str(tree.root)
    # Nothing is written beside the sources. Else each process would compile all of Odoo
    # anew, which takes seconds, and the tests start dozens.
    environment["PYTHONPYCACHEPREFIX"] = str(home / "pycache")
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment.pop("PYTHONHOME", None)
    sys.stderr.flush()
    script = Path(sys.argv[0]).resolve()
    os.execve(python, [str(python), str(script), *sys.argv[1:]], environment)


def _second_stage(command: str) -> int:
    import importlib

    tools.put_on_path(Home())
    module = importlib.import_module(f"{__package__}.commands.{command}")
    return int(module.main(sys.argv[1:]) or 0)


def _help(command: str) -> int:
    import ast

    path = Path(__file__).with_name("commands") / f"{command}.py"
    print(ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))))
    return 0
