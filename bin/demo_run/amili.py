"""The collection service of the demo: the fake of the addon's own tests."""

from __future__ import annotations

import importlib.util
import json
import sys
import urllib.request
from datetime import timezone
from pathlib import Path
from types import ModuleType
from typing import Any

from .clock import Clock

_FAKE = Path("payment_reminders_amili") / "tests" / "fake_amili.py"
_REPO = Path(__file__).parents[2]
URL_PARAMETER = "payment_reminders_amili.url_test"


def _load() -> ModuleType:
    """Load the fake by its path: importing the addon would import Odoo."""
    spec = importlib.util.spec_from_file_location("fake_amili", _REPO / _FAKE)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    # Its dataclasses look themselves up by the name of their module.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


_fake = _load()
#: What the company of the demo entered in the guide.
SETTINGS: dict[str, Any] = {
    "amili_mode": "test",
    "amili_api_code": _fake.API_CODE,
    "amili_account_id": _fake.ACCOUNT["_id"],
    "amili_account_name": _fake.ACCOUNT["name"],
    "amili_creditor_id": _fake.CREDITOR["_id"],
    "amili_creditor_name": _fake.CREDITOR["name"],
    "amili_default_description": "Varvsarbete",
}


class Amili:
    """Amili, which remembers in a file what it was given.

    :param kept: that file; what lies there is known again
    """

    def __init__(self, kept: Path, clock: Clock) -> None:
        self.kept = kept
        self._server: Any = _fake.FakeAmili(
            limits=(),
            now=lambda: clock.now().replace(tzinfo=timezone.utc).timestamp(),
        )
        if kept.exists():
            self._server.load(kept.read_text(encoding="utf-8"))
        self._server.changed = self._keep

    def _keep(self) -> None:
        self.kept.write_text(self._server.dump(), encoding="utf-8")

    @property
    def url(self) -> str:
        """Where it is."""
        return str(self._server.url)

    def start(self) -> None:
        """Answer from now on."""
        self._server.__enter__()

    def stop(self) -> None:
        """Answer no more."""
        self._server.__exit__()


def read_kept(kept: Path) -> dict[str, Any]:
    """Return all that Amili keeps: cases, payments and the rest."""
    return dict(json.loads(kept.read_text(encoding="utf-8")))


def tell(url: str, path: str, **values: Any) -> None:
    """Tell it something from outside.

    :param path: /case, as its people do who work on one, or /key, of who sends one
    """
    request = urllib.request.Request(
        f"{url}{path}", data=json.dumps(values).encode(), method="PUT"
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    opener.open(request, timeout=30).close()
