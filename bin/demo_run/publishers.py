"""The publishers of rates of the demo: the fakes of the addon's own tests."""

from __future__ import annotations

import importlib.util
import sys
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

_FAKES = Path("payment_reminders_rates") / "tests" / "fake_publishers.py"
_REPO = Path(__file__).parents[2]
#: Nobody has entered the rate of this series: what was read of it waits.
WAITS = "basiszinssatz"
BASE_RATE = "1.52"
LENDING_RATE = "2.00"


def _load() -> ModuleType:
    """Load the fakes by their path: importing the addon would import Odoo."""
    spec = importlib.util.spec_from_file_location("fake_publishers", _REPO / _FAKES)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    # Its dataclasses look themselves up by the name of their module.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


_fakes = _load()


def get_parameters(url: str) -> dict[str, str]:
    """Return the system parameters that lead to these publishers."""
    return dict(_fakes.get_parameters(url))


class Publishers:
    """They say what the bookkeeper has entered, and Germany's rate is new."""

    def __init__(self, today: date) -> None:
        self._server: Any = _fakes.FakePublishers()
        first = date(today.year, 7 if today.month > 6 else 1, 1)
        series = self._server.series
        series["statbank"] = {
            day: LENDING_RATE if day >= "2026-07-01" else text
            for day, text in series["statbank"].items()
        }
        # What was so when this was written goes on.
        for code, days in (
            ("statbank", (first, today)),
            ("riksbank", (first,)),
            ("norges_bank", (first,)),
        ):
            last = max(day for day, text in series[code].items() if text != "..")
            series[code] |= {day.isoformat(): series[code][last] for day in days}
        series["bundesbank"][f"{first:%Y-%m}"] = BASE_RATE

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
