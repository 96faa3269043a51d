"""Moves the clock of the play: of Python, of Odoo's records, of the SMS gateway."""

from __future__ import annotations

import contextlib
import json
import os
import urllib.request
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import freezegun

from odoo.sql_db import BaseCursor

from .services import URL_VARIABLE

_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class MovedClock:
    """The clock of the play, which only goes forward."""

    def __init__(self) -> None:
        self.url = os.environ[URL_VARIABLE]

    @contextlib.contextmanager
    def moved(self, start: datetime) -> Iterator[None]:
        """Stop the clock at a moment (UTC without zone) until the block ends."""
        # Odoo takes the dates of records from the database server.
        ask_server = BaseCursor.now
        BaseCursor.now = lambda cursor: datetime.now()
        try:
            with freezegun.freeze_time(start) as self._frozen:
                self.tell("/clock", start.isoformat())
                yield
        finally:
            BaseCursor.now = ask_server
            self.tell("/clock", "")

    def move_to(self, moment: datetime) -> None:
        """Move on to a moment; one that has passed leaves the clock where it is."""
        if moment > datetime.now():
            self._frozen.move_to(moment)
            self.tell("/clock", moment.isoformat())

    def tell(self, path: str, value: str) -> None:
        """Tell the services something.

        :param path: /clock, /mail-server or /economic
        """
        request = urllib.request.Request(
            self.url + path, data=value.encode(), method="PUT"
        )
        _OPENER.open(request, timeout=30).close()

    def order(self, path: str, what: dict[str, Any]) -> None:
        """Tell the services to do something, in JSON."""
        self.tell(path, json.dumps(what))

    def get_calls(self) -> dict[str, int]:
        """Return how often e-conomic was called, by method of HTTP."""
        with _OPENER.open(f"{self.url}/economic", timeout=30) as answer:
            return dict(json.load(answer))

    def get_letters(self) -> list[list[str]]:
        """Return kind, recipient and Message-Id of each message in the mailbox."""
        with _OPENER.open(f"{self.url}/letters", timeout=30) as answer:
            return list(json.load(answer))
