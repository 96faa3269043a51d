"""The outside services of the demo are the fakes of the addons' own tests."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

_REPO = Path(__file__).parents[2]


def load(addon: str, name: str) -> ModuleType:
    """Load a fake by its path: importing the addon would import Odoo.

    :param name: of the file in the addon's tests, without ``.py``
    """
    path = _REPO / addon / "tests" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    # Its dataclasses look themselves up by the name of their module.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
