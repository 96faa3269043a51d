"""The company registers of the demo: the fakes of the addon's own tests."""

from __future__ import annotations

import importlib.util
import json
import sys
import urllib.request
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

_FAKES = Path("payment_reminders_company_status") / "tests" / "fake_registers.py"
_REPO = Path(__file__).parents[2]


def _load() -> ModuleType:
    """Load the fakes by their path: importing the addon would import Odoo."""
    spec = importlib.util.spec_from_file_location("fake_registers", _REPO / _FAKES)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    # Its dataclasses look themselves up by the name of their module.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


_fakes = _load()
#: What the company of the demo enters in its settings.
SETTINGS: dict[str, Any] = _fakes.SETTINGS


def get_parameters(url: str) -> dict[str, str]:
    """Return the system parameters that lead to these registers."""
    return dict(_fakes.get_parameters(url))


class Registers:
    """The registers of five countries, in which every company is in good standing."""

    def __init__(self) -> None:
        self._server: Any = _fakes.FakeRegisters(assume=_fakes.Company())

    @property
    def url(self) -> str:
        """Where they are."""
        return str(self._server.url)

    def start(self) -> None:
        """Answer from now on."""
        self._server.__enter__()

    def stop(self) -> None:
        """Answer no more."""
        self._server.__exit__()


def tell(url: str, country: str, number: str, word: str, since: date) -> None:
    """Let a register say something else of a company from now on."""
    company = {
        "country": country,
        "number": number,
        "word": word,
        "since": since.isoformat(),
    }
    request = urllib.request.Request(
        f"{url}/company", data=json.dumps(company).encode(), method="PUT"
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    opener.open(request, timeout=30).close()
