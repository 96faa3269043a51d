"""The SMS gateway of the demo, 46elks: the fake of the addon's own tests."""

from __future__ import annotations

from typing import Any

import phonenumbers

from .clock import Clock
from .fakes import load
from .letterbox import Letterbox

URL_PARAMETER = "payment_reminders_sms_46elks.url"
PROVIDER = "46elks"

_fake = load("payment_reminders_sms_46elks", "fake_elks")
#: What the company of the demo entered in its settings.
SETTINGS: dict[str, Any] = {
    "sms_provider": PROVIDER,
    "elks_user": _fake.USER,
    "elks_password": _fake.PASSWORD,
    "sms_sender": "+4526000020",
    "sms_receive": True,
}


class Elks:
    """46elks; what it sends lies with the other messages."""

    def __init__(self, letterbox: Letterbox, clock: Clock) -> None:
        self.letterbox = letterbox
        self.clock = clock
        self._server: Any = _fake.FakeElks()
        self._server.is_number = is_valid
        self._server.before_answer = self._deliver

    def _deliver(self, message: dict[str, str]) -> None:
        self.letterbox.put_sms(message["to"], message["message"], self.clock.now())

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


def prepare_text(number: str, text: str, key: str) -> dict[str, str]:
    """Return what 46elks posts when somebody answers.

    :param key: its own number of it
    """
    sender = SETTINGS["sms_sender"]
    return dict(_fake.FakeElks.prepare_text(number, text, id_=key, to=sender))


def is_valid(number: str) -> bool:
    """Tell whether this can be a telephone number, country code included."""
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False
