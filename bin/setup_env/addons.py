"""Our addons, as their files tell: dependencies, and when to install them anew."""

from __future__ import annotations

import ast
import hashlib

from .home import REPO, SetupError

ADDON = "payment_reminders"
# What tests and demo want beside the dependencies of the addon.
EXTRA_MODULES = (
    "account",
    "account_payment",
    "l10n_dk",
    "mail",
    "payment_demo",
    "phone_validation",
    "portal",
    "sms",
)
# Addons of others (`oca.py`), and one of Odoo's with an app of its own. A bridge to one
# is installed by its own tests alone: who tries ours shall not find menus of theirs.
OTHERS = {"queue_job", "sale"}
# Files that an installed database does not depend on.
NOT_INSTALLED = {"tests", "static", "readme", "i18n", "__pycache__"}


def find() -> list[str]:
    """The addon and its bridges, those that every database has."""
    names = []
    for path in sorted(REPO.glob(f"{ADDON}*/__manifest__.py")):
        facts = manifest(path.parent.name)
        depends = facts.get("depends", [])
        assert isinstance(depends, list)
        if facts.get("installable", True) and not OTHERS.intersection(depends):
            names.append(path.parent.name)
    return names


def manifest(name: str) -> dict[str, object]:
    """Read the manifest of one of our addons."""
    path = REPO / name / "__manifest__.py"
    try:
        value = ast.literal_eval(path.read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError) as error:
        raise SetupError(f"The manifest {path} cannot be read", str(error)) from error
    return dict(value)


def dependencies(names: list[str]) -> list[str]:
    """Modules that must be there before ours, the extra ones included."""
    needed = set(EXTRA_MODULES)
    for name in names:
        depends = manifest(name).get("depends", [])
        assert isinstance(depends, list)
        needed.update(depends)
    return sorted(needed - set(names))


def fingerprint(names: list[str]) -> str:
    """Hash of everything in the addons that an installed database depends on."""
    total = hashlib.sha256()
    for name in names:
        for path in sorted((REPO / name).rglob("*")):
            parts = path.relative_to(REPO / name).parts
            if NOT_INSTALLED & set(parts) or not path.is_file():
                continue
            total.update("/".join((name, *parts)).encode() + b"\0")
            total.update(path.read_bytes() + b"\0")
    return total.hexdigest()[:12]
