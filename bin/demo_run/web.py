"""One web server on loopback: the mailbox, and what the play tells.

- ``GET /``: the mailbox; ``GET /message/N``: one message (``/html``, ``/raw``,
  ``/pdf``: parts)
- ``GET /letters``: kind, recipient and Message-Id of every message, as JSON
- ``PUT /clock``: the play says what time it is; empty: the real one
- ``PUT /mail-server``: the play breaks the mail server (see ``MailServer``)
- ``PUT /economic``: somebody does something in e-conomic (see ``Economic``);
  ``GET /economic``: how often it was called, by method, as JSON
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from . import mailbox_page
from .clock import Clock
from .economic import Economic
from .letterbox import Letterbox, Message
from .mail_server import MailServer

HOST = "127.0.0.1"
#: No request of ours is anywhere near this long.
MAX_BODY = 1_000_000
HTML, TEXT, JSON, PDF = "text/html", "text/plain", "application/json", "application/pdf"


@dataclass(frozen=True)
class Rooms:
    """What the web server shows and moves.

    :param links: {where links in messages lead: where they shall lead}
    """

    letterbox: Letterbox
    mail_server: MailServer
    clock: Clock
    economic: Economic
    links: Mapping[str, str]


class WebServer(ThreadingHTTPServer):
    """Serves the rooms of one demo on a port of loopback."""

    daemon_threads = True

    def __init__(self, port: int, rooms: Rooms) -> None:
        super().__init__((HOST, port), _Handler)
        self.rooms = rooms

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://{HOST}:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: WebServer

    def do_GET(self) -> None:
        if not self._is_local():
            return
        rooms = self.server.rooms
        if self.path.partition("?")[0] == "/":
            self._answer(mailbox_page.render_list(rooms.letterbox))
            return
        if self.path == "/letters":
            letters = [m.identity for m in rooms.letterbox.all()]
            self._answer(json.dumps(letters), JSON)
            return
        if self.path == "/economic":
            self._answer(json.dumps(rooms.economic.count_calls()), JSON)
            return
        match = re.fullmatch(r"/message/(\d{1,6})(/html|/raw|/pdf)?", self.path)
        message = rooms.letterbox.get(int(match[1])) if match else None
        if not match or not message:
            self._answer("There is nothing here.", TEXT, HTTPStatus.NOT_FOUND)
            return
        self._show(message, match[2])

    def _show(self, message: Message, part: str | None) -> None:
        if part == "/html":
            self._answer(
                mailbox_page.render_mail(message, self.server.rooms.links),
                policy=mailbox_page.MAIL_POLICY,
            )
        elif part == "/raw":
            self._answer(message.content, TEXT)
        elif part == "/pdf":
            self._answer(message.pdf, PDF)
        else:
            self._answer(mailbox_page.render_message(message, self.server.rooms.links))

    def do_PUT(self) -> None:
        if not self._is_local():
            return
        rooms = self.server.rooms
        value = self._read().decode()
        if self.path == "/clock":
            rooms.clock.moved = datetime.fromisoformat(value) if value else None
        elif self.path == "/mail-server":
            rooms.mail_server.set_mode(value)
        elif self.path == "/economic":
            rooms.economic.change(value)
        else:
            self._answer("There is nothing here.", TEXT, HTTPStatus.NOT_FOUND)
            return
        self._answer("", TEXT)

    def _is_local(self) -> bool:
        """Refuse pages of the internet that had their name point to this machine."""
        if re.fullmatch(r"(127\.0\.0\.1|localhost)(:\d+)?", self.headers["Host"] or ""):
            return True
        self._answer("Not from there.", TEXT, HTTPStatus.FORBIDDEN)
        return False

    def _read(self) -> bytes:
        return self.rfile.read(min(int(self.headers["Content-Length"] or 0), MAX_BODY))

    def _answer(
        self,
        body: str | bytes,
        kind: str = HTML,
        status: HTTPStatus = HTTPStatus.OK,
        policy: str = "",
    ) -> None:
        content = (
            body.encode("utf-8", "surrogateescape") if isinstance(body, str) else body
        )
        self.send_response(status)
        charset = "; charset=utf-8" if isinstance(body, str) else ""
        self.send_header("Content-Type", kind + charset)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-store")
        if policy:
            self.send_header("Content-Security-Policy", policy)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the terminal belongs to the play."""
