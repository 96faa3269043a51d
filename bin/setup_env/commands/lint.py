"""usage: bin/lint [pre-commit arguments]

Runs every linter on all files; with arguments, runs pre-commit with these.

    bin/lint
    bin/lint --fix                            let ruff correct and format, then lint
    bin/lint --fix payment_reminders/models   ... these files only
    bin/lint run mypy --all-files
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from .. import foreground
from ..home import Home
from ..odoo_tree import OdooTree
from ..postgres import Server
from ..server import Odoo


def main(arguments: list[str]) -> int:
    """Run pre-commit and return its exit code."""
    home = Home()
    environment = Odoo(home, OdooTree.named(), Server("", 0, "")).environment()
    # The hooks are programs of our environment.
    environment["PATH"] = (
        f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    )
    environment["PRE_COMMIT_HOME"] = str(home / "pre-commit")
    environment["RUFF_CACHE_DIR"] = str(home / "ruff-cache")
    environment["PYLINTHOME"] = str(home / "pylint")
    environment["MYPY_CACHE_DIR"] = str(home / "mypy-cache")
    if arguments[:1] == ["--fix"]:
        paths = arguments[1:] or ["."]
        arguments = []
        for ruff in (["check", "--fix", "--quiet"], ["format", "--quiet"]):
            foreground.run(["ruff", *ruff, *paths], environment)
    arguments = arguments or ["run", "--all-files"]
    return foreground.run([sys.executable, "-m", "pre_commit", *arguments], environment)
