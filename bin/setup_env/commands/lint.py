"""usage: bin/lint [pre-commit arguments]

Runs every linter on all files. With a subcommand of pre-commit, runs that one:

    bin/lint
    bin/lint run ruff --all-files
    bin/lint install
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from .. import foreground, server
from ..home import Home
from ..odoo_tree import OdooTree


def main(arguments: list[str]) -> int:
    """Run pre-commit and return its exit code."""
    home = Home()
    environment = server.environment(home, OdooTree(Path(os.environ["ODOO_PATH"])))
    # The hooks are programs of our environment.
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment["PRE_COMMIT_HOME"] = str(home / "pre-commit")
    environment["RUFF_CACHE_DIR"] = str(home / "ruff-cache")
    environment["PYLINTHOME"] = str(home / "pylint")
    arguments = arguments or ["run", "--all-files"]
    return foreground.run([sys.executable, "-m", "pre_commit", *arguments], environment)
