"""Everything that customers of the demo got, each message in a file of its own."""

from __future__ import annotations

import base64
import email
import email.policy
import json
import threading
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime
from pathlib import Path
from typing import Any

from .clock import now

EMAIL, SMS, KIVRA = "email", "sms", "kivra"


@dataclass(frozen=True)
class Message:
    """One e-mail, SMS or letter in Kivra as it arrived.

    :param date: time of sending in UTC, by the clock of the play
    :param content: the whole e-mail with its headers, the text of the SMS, or the JSON
        that Kivra was given
    """

    number: int
    kind: str
    recipient: str
    date: datetime
    content: str

    @property
    def mail(self) -> EmailMessage:
        """The parsed e-mail (an SMS has no headers)."""
        content = self.content.encode("utf-8", "surrogateescape")
        parsed = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def letter(self) -> dict[str, Any]:
        """What Kivra was given."""
        return dict(json.loads(self.content)) if self.kind == KIVRA else {}

    @property
    def pdf(self) -> bytes:
        """The first document of a letter in Kivra."""
        parts = self.letter.get("parts") or [{"data": ""}]
        return base64.b64decode(parts[0]["data"])

    @property
    def subject(self) -> str:
        """The subject line, or how an SMS begins."""
        if self.kind == SMS:
            return self.content
        if self.kind == KIVRA:
            return str(self.letter["subject"])
        return str(self.mail["Subject"] or "")

    @property
    def sender(self) -> str:
        """Name or address of the sender of an e-mail."""
        return str(self.mail["From"] or "") if self.kind == EMAIL else ""

    @property
    def recipient_name(self) -> str:
        """Name that the message is addressed to, if it says one."""
        return parseaddr(str(self.mail["To"] or ""))[0] if self.kind == EMAIL else ""

    @property
    def identity(self) -> tuple[str, str, str]:
        """Kind, recipient and Message-Id (of an e-mail alone)."""
        message_id = str(self.mail["Message-Id"] or "") if self.kind == EMAIL else ""
        return self.kind, self.recipient, message_id

    @property
    def text(self) -> str:
        """The message as plain text."""
        return self._part("plain") if self.kind == EMAIL else self.content

    @property
    def html(self) -> str:
        """The message as HTML, empty when it has none."""
        return self._part("html") if self.kind == EMAIL else ""

    def _part(self, subtype: str) -> str:
        part = self.mail.get_body(preferencelist=(subtype,))
        return str(part.get_content()) if part else ""


class Letterbox:
    """The messages of one demo, kept in a folder.

    Servers write to it from threads of their own, and the page reads it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._messages = [self._read(path) for path in sorted(folder.glob("*.json"))]

    def put_email(self, recipient: str, content: bytes) -> None:
        """Keep an e-mail; its date is the one that it says itself."""
        header = email.message_from_bytes(content, policy=email.policy.default)["Date"]
        sent = parsedate_to_datetime(str(header)) if header else now()
        if sent.tzinfo:
            sent = sent.astimezone(timezone.utc).replace(tzinfo=None)
        self._put(EMAIL, recipient, sent, content.decode("utf-8", "surrogateescape"))

    def put_sms(self, recipient: str, content: str, sent: datetime) -> None:
        """Keep an SMS."""
        self._put(SMS, recipient, sent, content)

    def put_kivra(self, recipient: str, content: str, sent: datetime) -> None:
        """Keep a letter in Kivra.

        :param content: the JSON that Kivra was given
        """
        self._put(KIVRA, recipient, sent, content)

    def all(self) -> list[Message]:
        """Return every message, the newest first."""
        with self._lock:
            found = list(self._messages)
        return sorted(found, key=lambda m: (m.date, m.number), reverse=True)

    def get(self, number: int) -> Message | None:
        """Return one message."""
        with self._lock:
            return next((m for m in self._messages if m.number == number), None)

    def _put(self, kind: str, recipient: str, date: datetime, content: str) -> None:
        with self._lock:
            number = max((m.number for m in self._messages), default=0) + 1
            message = Message(number, kind, recipient, date, content)
            data = {**asdict(message), "date": date.isoformat(timespec="seconds")}
            path = self.folder / f"{number:05}.json"
            fresh = path.with_suffix(".new")
            fresh.write_text(
                json.dumps(data, indent=1), encoding="utf-8", errors="surrogateescape"
            )
            fresh.rename(path)
            self._messages.append(message)

    @staticmethod
    def _read(path: Path) -> Message:
        data = json.loads(path.read_text(encoding="utf-8", errors="surrogateescape"))
        return Message(**{**data, "date": datetime.fromisoformat(data["date"])})
