"""The collection service of the demo: the fake of the addon's own tests."""

from __future__ import annotations

import json
import urllib.request
from datetime import timezone
from pathlib import Path
from typing import Any

from .clock import Clock
from .fakes import load

URL_PARAMETER = "payment_reminders_amili.url_test"

_fake = load("payment_reminders_amili", "fake_amili")
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
