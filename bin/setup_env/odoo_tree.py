"""Where Odoo is: the one that ODOO_PATH names, Debian's, or the public branch."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from . import apt, debian, git
from .home import Home, SetupError

SERIES = (19, 0)


@dataclass(frozen=True)
class OdooTree:
    """An Odoo on disk."""

    root: Path
    """The folder that holds the package ``odoo``: what PYTHONPATH must name."""

    @classmethod
    def named(cls) -> OdooTree:
        """The one that the first stage has found."""
        return cls(Path(os.environ["ODOO_PATH"]))

    @property
    def addons_paths(self) -> list[Path]:
        """Odoo's own addons; Debian keeps all of them inside the package."""
        inside = self.root / "odoo" / "addons"
        beside = self.root / "addons"
        paths = [inside] if (inside / "base").is_dir() else []
        if not (inside / "account").is_dir() and beside.is_dir():
            paths.insert(0, beside)
        return paths

    @property
    def version(self) -> str:
        """What tells this Odoo from another one, as far as files say."""
        stamps = [str(self.root)]
        for name in (
            "../../../../complete",
            ".git/HEAD",
            ".git/shallow",
            "odoo/release.py",
        ):
            path = self.root / name
            if path.is_file():
                stamps.append(f"{path.stat().st_mtime_ns} {path.stat().st_size}")
        head = self.root / ".git" / "logs" / "HEAD"
        if head.is_file():
            stamps.append(head.read_text(errors="replace").splitlines()[-1])
        return hashlib.sha256("\n".join(stamps).encode()).hexdigest()[:12]


def provide(home: Home) -> OdooTree:
    """Find or fetch Odoo 19."""
    named = os.environ.get("ODOO_PATH")
    if named:
        return _check(_find_package(Path(named).expanduser().resolve()))
    reason = apt.why_not()
    root = git.provide(home, reason) if reason else debian.provide(home)
    return _check(root)


def _find_package(path: Path) -> Path:
    for root in (path, path.parent, path / debian.PACKAGES_FOLDER):
        if (root / "odoo" / "release.py").is_file():
            return root
    raise SetupError(
        f"There is no Odoo in {path}",
        "ODOO_PATH names a folder without odoo-bin and without the package odoo",
        "set ODOO_PATH to a checkout of Odoo 19, or unset it to have Odoo fetched",
    )


def _check(root: Path) -> OdooTree:
    text = (root / "odoo" / "release.py").read_text()
    match = re.search(r"^version_info\s*=\s*\((\d+),\s*(\d+)", text, re.MULTILINE)
    found = tuple(map(int, match.groups())) if match else None
    if found != SERIES:
        raise SetupError(
            f"The Odoo in {root} is not a 19.0",
            f"its odoo/release.py says {found}",
            "set ODOO_PATH to an Odoo 19.0, or unset it to have one fetched",
        )
    return OdooTree(root)
