"""A real SMTP server on loopback: it keeps what it gets, and fails when told to."""

from __future__ import annotations

import asyncio

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from .letterbox import Letterbox

HOST = "127.0.0.1"
#: Below this domain nobody has a mailbox.
UNKNOWN_DOMAIN = ".unknown.example"

UP, DOWN, HANG_UP = "up", "down", "hang-up"


class MailServer:
    """Starts, stops and breaks the SMTP server of the demo.

    With ``hang-up ADDRESS`` it takes the next message to that address and hangs up
    before saying so: the sender cannot know then whether it arrived.
    """

    def __init__(self, letterbox: Letterbox, port: int) -> None:
        self.port = port
        self._handler = _Handler(letterbox)
        self._controller: Controller | None = None
        self.set_mode(UP)

    def set_mode(self, mode: str) -> None:
        """Bring the server to a mode.

        :param mode: up, down or hang-up followed by an address
        """
        mode, _blank, self._handler.hang_up_at = mode.partition(" ")
        if mode == DOWN:
            self.stop()
        elif not self._controller:
            self._controller = Controller(
                self._handler, hostname=HOST, port=self.port, ident="demo"
            )
            self._controller.start()

    def stop(self) -> None:
        """Stop listening: whoever connects now is refused."""
        if self._controller:
            self._controller.stop()
            self._controller = None


class _Handler:
    def __init__(self, letterbox: Letterbox) -> None:
        self.letterbox = letterbox
        self.hang_up_at = ""

    async def handle_RCPT(
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        if address.endswith(UNKNOWN_DOMAIN):
            return "550 5.1.1 There is no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        for recipient in envelope.rcpt_tos:
            self.letterbox.put_email(recipient, content)
        if self.hang_up_at in envelope.rcpt_tos:
            self.hang_up_at = ""
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return "250 OK"
