"""The browser that Odoo's browser tests drive."""

from __future__ import annotations

import shutil

# The names that Odoo itself looks for, in its order.
NAMES = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")


def find() -> str | None:
    """Path of the browser, or None."""
    for name in NAMES:
        path = shutil.which(name)
        if path:
            return path
    return None
