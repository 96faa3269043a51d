"""Odoo 19 from Debian's own package: no root, and the system is not touched.

Debian carries ``odoo-19`` in its unstable suite.
"""

from __future__ import annotations

from pathlib import Path

from . import apt
from .home import Home

SUITE = "sid"
ODOO = "odoo-19"
# What Odoo's static files link to. Without libjs-jquery the login page is an error.
SHARED = (
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-inconsolata",
    "fonts-montserrat",
    "fonts-ocr-b",
    "fonts-roboto-unhinted",
)
# Odoo wants Font Awesome 4.7. The stable suites have it; unstable has 6, whose files
# have other names, so that every icon would be gone.
FONT_AWESOME = "fonts-font-awesome"
PACKAGES_FOLDER = Path("usr/lib/python3/dist-packages")


def provide(home: Home) -> Path:
    """Return the folder that holds the package ``odoo``, fetching it at first."""

    def fetch(work: Path) -> Path:
        stable = apt.stable_suite()
        names = [f"{name}/{SUITE}" for name in (ODOO, *SHARED)]
        names.append(f"{FONT_AWESOME}/{stable}")
        tree = apt.Apt(home, work, [SUITE, stable]).unpack("Odoo 19", names)
        _mend(tree)
        return tree

    target = home / "odoo-debian"
    apt.provide(home, target, "Odoo 19", "point ODOO_PATH at an Odoo 19", fetch)
    return target / PACKAGES_FOLDER


def _mend(tree: Path) -> None:
    """Put back what Debian leaves out and Odoo's pages ask for."""
    script = (
        tree
        / PACKAGES_FOLDER
        / ("odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js")
    )
    # Its absence logs an error in the browser, on which every browser test fails.
    script.parent.mkdir(parents=True, exist_ok=True)
    script.touch()
