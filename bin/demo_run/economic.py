"""e-conomic of the demo: the fake of the addon's own tests."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from .fakes import load

URL_PARAMETER = "payment_reminders_economic.url"
NUMBER = "12345674"

_fake = load("payment_reminders_economic", "fake_economic")
#: What the company of the demo has once it is connected.
SETTINGS: dict[str, Any] = {
    "economic_mode": "live",
    "economic_secret": _fake.SECRET,
    "economic_public": _fake.PUBLIC,
    "economic_grant": _fake.GRANT,
    "economic_agreement": str(_fake.AGREEMENT),
    "economic_name": "Havnens Værksted ApS",
}


class Economic:
    """e-conomic, which remembers in a file what is in it.

    :param kept: that file; what lies there is known again
    """

    def __init__(self, kept: Path) -> None:
        self.kept = kept
        self._server: Any = _fake.FakeEconomic()
        self._server.number, self._server.name = NUMBER, SETTINGS["economic_name"]
        if kept.exists():
            self._server.load(kept.read_text(encoding="utf-8"))

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

    def change(self, order: str) -> None:
        """Let somebody there do something.

        :param order: JSON of do (``put``, ``put_customer``, ``pay``: methods of the
            fake; or ``be_down``) and what it needs
        """
        told = json.loads(order)
        what = told.pop("do")
        if what == "be_down":
            self._server.is_down = told["is_down"]
        elif what in ("put", "put_customer", "pay"):
            getattr(self._server, what)(**told)
            self.kept.write_text(self._server.dump(), encoding="utf-8")

    def count_calls(self) -> dict[str, int]:
        """Return how often it was called, by method of HTTP."""
        return dict(Counter(method for method, _path in list(self._server.calls)))
