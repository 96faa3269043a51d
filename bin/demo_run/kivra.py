"""The Swedish digital mailbox of the demo: the fake of the addon's own tests."""

from __future__ import annotations

import json
from typing import Any

from .clock import Clock
from .fakes import load
from .letterbox import Letterbox

URL_PARAMETER = "payment_reminders_kivra.url_test"
#: VAT numbers of the customers who have a mailbox there.
MAILBOXES = ("SE559999450501",)

_fake = load("payment_reminders_kivra", "fake_kivra")
#: What the company of the demo entered in its settings.
SETTINGS: dict[str, Any] = {
    "kivra_mode": "test",
    "kivra_client_id": _fake.CLIENT,
    "kivra_client_secret": _fake.SECRET,
    "kivra_tenant": _fake.TENANT,
    "kivra_account": "991-2346",
}


class Kivra:
    """Kivra; what it delivers lies with the other messages."""

    def __init__(self, letterbox: Letterbox, clock: Clock) -> None:
        self.letterbox = letterbox
        self.clock = clock
        self._server: Any = _fake.FakeKivra(is_production=False)
        self._server.users = set(MAILBOXES)
        self._server.after_taking = self._deliver

    def _deliver(self, content: dict[str, Any]) -> None:
        told = json.dumps(content, ensure_ascii=False)
        self.letterbox.put_kivra(content["vat_number"], told, self.clock.now())

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
