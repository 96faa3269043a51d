"""Odoo 19 from its public repository, for machines that are not Debian."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from . import progress
from .home import Home, SetupError, explain_failure, remove

REPOSITORY = "https://github.com/odoo/odoo.git"
BRANCH = "19.0"


def provide(home: Home, reason: str) -> Path:
    """Return a shallow clone of the public branch.

    :param reason: why Debian's package was not taken, for the error message
    """
    target = home / "odoo-git"
    if (target / "odoo" / "release.py").exists():
        return target
    todo = "point ODOO_PATH at an Odoo 19 that you have, or run on Debian"
    if not shutil.which("git"):
        raise SetupError(
            "Odoo 19 cannot be fetched",
            f"{reason}, and there is no git for Odoo's public repository",
            f"install git, or {todo}",
        )
    work = home / "tmp" / "odoo-git"
    remove(work)
    command = ["git", "clone", "--depth=1", f"--branch={BRANCH}", "--progress"]
    try:
        progress.run(
            "Odoo 19 from its public repository",
            [*command, REPOSITORY, str(work)],
            log=home.log("git-clone"),
            env={**os.environ, "GIT_TERMINAL_PROMPT": "0"},
        )
    except progress.CommandFailed as error:
        raise explain_failure(
            home,
            f"As {reason}, Odoo 19 was cloned from its public repository, in vain",
            error,
            f"look at the network and try again, or {todo}",
        ) from error
    work.rename(target)
    return target
