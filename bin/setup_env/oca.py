"""Addons of others that bridges of ours work with: fetched for the tests alone.

They lie in a folder of their own and become a part of the namespace package ``odoo``.
Nothing installs them but the tests of the bridge.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

from . import progress
from .home import Home
from .venv import PIP_OPTIONS

REQUIREMENTS = Path(__file__).with_name("requirements-oca.txt")


def folder(home: Home) -> Path:
    """Where they lie, or would."""
    key = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:12]
    return home / f"oca-{key}"


def provide(home: Home, without: str) -> None:
    """Fetch them, where it can be done.

    :param without: what is said where it cannot
    """
    target = folder(home)
    if target.exists():
        return
    fresh = home.fresh(home / "tmp" / f"oca-{os.getpid()}")
    options = ("--no-deps", "--require-hashes", "--target", str(fresh))
    try:
        progress.run(
            "Addons of others",
            [sys.executable, "-m", "pip", "install", *PIP_OPTIONS, *options]
            + ["-r", str(REQUIREMENTS)],
            log=home.log("oca"),
            env={**os.environ, "PIP_CACHE_DIR": str(home / "pip-cache")},
        )
    except progress.CommandFailed as error:
        progress.say(f"Addons of others cannot be had ({error}): {without}")
        return
    fresh.rename(target)
