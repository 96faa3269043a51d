"""Lets a plain ``pytest`` run the tests of what knows no Odoo, without a database.

They import ``...rules``, and importing a package runs its ``__init__``, which imports
Odoo. Without pytest-odoo the packages above them are therefore entered as empty ones,
also under the name that addons have in Odoo; with it (``bin/test``) nothing is changed.
"""

import sys
from pathlib import Path
from types import ModuleType

from hypothesis import HealthCheck, settings

# That a machine is busy is no failure of what is tested.
settings.register_profile(
    "house", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("house")

ADDON = Path(__file__).parent / "payment_reminders"
#: Bridges to outside services: how each of them is spoken to knows no Odoo.
BRIDGES = sorted(path.parent for path in ADDON.parent.glob("payment_reminders_*/wire"))
#: Folders of tests that need neither Odoo nor a database.
PURE = (
    ADDON / "tests" / "rules",
    ADDON / "tests" / "http",
    *(bridge / "tests" / "wire" for bridge in BRIDGES),
)
#: Reads the source alone, as the tests of rules/ do.
ROOMS = ADDON / "tests" / "whole" / "test_rooms.py"


def _enter_empty_package(name: str, folder: Path) -> None:
    package = ModuleType(name)
    package.__path__ = [str(folder)]
    package.__file__ = str(folder / "__init__.py")
    sys.modules[name] = package


WITHOUT_ODOO = "odoo" not in sys.modules

if WITHOUT_ODOO:
    _enter_empty_package("payment_reminders", ADDON)
    _enter_empty_package("payment_reminders.tests", ADDON / "tests")
    _enter_empty_package("payment_reminders.tests.whole", ROOMS.parent)
    _enter_empty_package("odoo", ADDON.parent)
    _enter_empty_package("odoo.addons", ADDON.parent)
    _enter_empty_package("odoo.addons.payment_reminders", ADDON)
    for bridge in BRIDGES:
        _enter_empty_package(bridge.name, bridge)
        _enter_empty_package(f"{bridge.name}.tests", bridge / "tests")
        _enter_empty_package(f"odoo.addons.{bridge.name}", bridge)


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Without Odoo, collect the tests alone that need none."""
    if WITHOUT_ODOO and collection_path.suffix == ".py":
        is_pure = not set(PURE).isdisjoint(collection_path.parents)
        return not is_pure and collection_path != ROOMS
    return None
