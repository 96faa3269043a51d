"""The one way by which calls leave for an outside service, and answers come in.

Everything that can go wrong out there becomes one of a few outcomes, so that a bridge
need only say what a good answer means. A question may be asked again whenever it has no
answer. A call that sends may not: whether it did arrive is told apart from whether
anything is known of it.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies

import requests
import urllib3

from ..rules.text_enum import TextEnum
from .pace import Pace

_logger = logging.getLogger(__name__)

USER_AGENT = (
    "payment_reminders/19.0 (Odoo addon; +https://github.com/payment-reminders)"
)
#: No JSON that is asked for comes near this many bytes, and no document this many.
MAX_BODY = 2_000_000
MAX_FILE = 15_000_000
#: So many bytes of a refusal are kept: some services refuse in plain words.
MAX_REFUSAL = 2000
#: What is waited after "too many questions" where the service says nothing.
PAUSE = 60
#: A service that asks for more rest than this is asked again then, and asks anew.
MAX_PAUSE = 24 * 3600
CHUNK = 65_536
#: Ports that a URL leaves out.
PORTS = {"http": 80, "https": 443}
#: Headers that hold a login.
SECRET_HEADERS = frozenset(
    ("authorization", "proxy-authorization", "x-api-key", "cookie", "set-cookie")
)
MASK = "***"


@dataclass(frozen=True)
class Patience:
    """How long an answer is waited for.

    :param connect: seconds until the other side takes the call
    :param read: seconds without a sign of life
    :param whole: seconds for a whole answer, however slowly it drips
    """

    connect: float
    read: float
    whole: float

    @property
    def timeout(self) -> Any:
        """As ``requests`` takes it: one number where one says it, since Odoo's tests
        compare it with another.
        """
        return self.read if self.connect == self.read else (self.connect, self.read)


UNHURRIED = Patience(20, 20, 60)
#: For calls during which payers wait for locks: as long as a notice may be on the wire.
UNDER_LOCKS = Patience(3, 7, 10)


class Outcome(TextEnum):
    """What became of one call."""

    OK = "ok"
    NOT_FOUND = "not_found"
    GONE = "gone"
    REJECTED = "rejected"
    AUTH = "auth"
    THROTTLED = "throttled"
    #: Nothing has happened there.
    UNAVAILABLE = "unavailable"
    #: A question has been answered with nonsense.
    MALFORMED = "malformed"
    #: It was sent, and nobody knows what became of it. Never repeat it blindly.
    UNCERTAIN = "uncertain"


#: HTTP statuses that are no answer; the rest of 4xx is ``rejected``.
OUTCOMES = {
    401: Outcome.AUTH,
    403: Outcome.AUTH,
    404: Outcome.NOT_FOUND,
    408: Outcome.UNAVAILABLE,
    410: Outcome.GONE,
    429: Outcome.THROTTLED,
}
#: Of what is sent: taken, and there need not be a body.
TAKEN = (201, 202, 204)


@dataclass(frozen=True)
class Answer:
    """What came back.

    :param data: the parsed JSON, of a good answer or of a refusal that has any
    :param body: the bytes, of a good answer to a call that asked for a document, or the
        first of a refusal
    :param reason: why there is none, in words, without secrets
    :param pause: seconds that the service wants to rest
    :param headers: of the answer
    :param status: HTTP status, 0 without any
    """

    outcome: Outcome
    data: Any = None
    reason: str = ""
    pause: int | None = None
    headers: Any = None
    body: bytes = b""
    status: int = 0


class _Watched:
    """The body of a call, which knows whether it began to leave."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.left = 0

    def __len__(self) -> int:
        return len(self.content)

    def __iter__(self) -> Iterator[bytes]:
        while block := self.read(CHUNK):
            yield block

    def read(self, size: int = -1) -> bytes:  # pylint: disable=method-required-super
        end = len(self.content) if size < 0 else self.left + size
        block = self.content[self.left : end]
        self.left += len(block)
        return block


class Door:
    """Speaks with one service over HTTP.

    :param base_url: scheme, host and path in front of every path
    :param auth: (user, password) of HTTP Basic, or None
    :param per_minute: so many calls a minute at most; 0: no limit of ours
    :param allow_hosts: ``host`` or ``host:port`` to which links of answers may lead
        besides the service's own, by the same scheme
    :param secrets: texts that must not be in any log or reason
    :param pace: what is waited for before each call, instead of ``per_minute``
    :param patience: see :class:`Patience`
    :param decimals: read numbers with a fraction as ``Decimal``
    """

    def __init__(
        self,
        base_url: str,
        auth: tuple[str, str] | None = None,
        per_minute: float = 0,
        *,
        allow_hosts: Iterable[str] = (),
        secrets: Iterable[str | None] = (),
        pace: Pace | None = None,
        patience: Patience = UNHURRIED,
        decimals: bool = False,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.auth = auth
        self.allow_hosts = frozenset(allow_hosts)
        self.secrets = {secret for secret in (*secrets, *(auth or ())) if secret}
        self.pace = pace
        if pace is None and per_minute:
            self.pace = Pace((1, 60 / per_minute))
        self.patience = patience
        self.decimals = decimals
        self.session = requests.Session()
        # What the environment says of other services' logins is none of ours.
        self.session.trust_env = False
        self.session.proxies = getproxies()

    def __repr__(self) -> str:
        return f"Door({self.mask(self.base_url)!r})"

    def mask(self, text: object) -> str:
        """Return a text without the secrets that this door knows."""
        return mask(text, self.secrets)

    # -- calls ------------------------------------------------------------------

    def get(self, path: str = "", **more: Any) -> Answer:
        """Ask with GET; see :meth:`ask`."""
        return self.ask("GET", path, **more)

    def post(self, path: str = "", **more: Any) -> Answer:
        """Ask with POST, which changes nothing there; see :meth:`ask`."""
        return self.ask("POST", path, **more)

    def send(self, path: str = "", *, method: str = "POST", **more: Any) -> Answer:
        """Make a call that changes something there: it may not be repeated blindly.

        What certainly did not leave is ``unavailable``; whatever may have arrived and
        was not clearly taken or refused is ``uncertain``.
        """
        return self._call(method, path, sends=True, **more)

    def ask(self, method: str, path: str = "", **more: Any) -> Answer:
        """Ask one question and return the :class:`Answer`; never raises.

        :param path: after the base URL, or a link of an answer
        :param auth: instead of the door's own
        :param headers: besides our own
        :param wants: "json", or "bytes" of a document
        :param patience: instead of the door's own
        :param more: ``params``, ``json``, ``data`` or ``files`` (multipart) as
            ``requests`` has them
        """
        return self._call(method, path, sends=False, **more)

    def _call(
        self,
        method: str,
        path: str,
        *,
        sends: bool,
        auth: tuple[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        wants: str = "json",
        patience: Patience | None = None,
        **more: Any,
    ) -> Answer:
        headers = headers or {}
        self.secrets.update(auth or ())
        self.secrets.update(_list_secrets(headers))
        try:
            request = self.session.prepare_request(
                requests.Request(
                    method,
                    self._get_url(path),
                    auth=auth or self.auth,
                    headers={
                        "User-Agent": USER_AGENT,
                        "Accept": "application/json" if wants == "json" else "*/*",
                        **headers,
                    },
                    **more,
                )
            )
        except (requests.exceptions.RequestException, ValueError) as error:
            return self._note(method, path, _fail(Outcome.UNAVAILABLE, error))
        if not self._leads_home(request.url or ""):
            # A login must not be carried to another host.
            foreign = Answer(Outcome.MALFORMED, reason="a link to another host")
            return self._note(method, path, foreign)
        if self.pace:
            self.pace.wait()
        if sends:
            # By a connection of its own: one that was kept may be closed just now, and
            # nobody could say whether the call had been read.
            self.session.close()
        call = _Call(request, sends, wants, patience or self.patience, self.decimals)
        return self._note(method, path, call.make(self.session))

    def _get_url(self, path: str) -> str:
        is_link = path.lower().startswith(("http://", "https://"))
        return path if is_link else f"{self.base_url}{path}"

    def _leads_home(self, url: str) -> bool:
        """Tell whether a URL leads to the service, or to a host it may name."""
        place, home = _find_place(url), _find_place(self.base_url)
        if not place or not home or place[0] != home[0]:
            return False
        _scheme, host, port = place
        is_allowed = f"{host}:{port}" in self.allow_hosts or (
            host in self.allow_hosts and port == PORTS.get(place[0])
        )
        return place == home or is_allowed

    def _note(self, method: str, path: str, answer: Answer) -> Answer:
        """Write what became of a call into the log: no query, no body, no login."""
        level = logging.DEBUG if answer.outcome == Outcome.OK else logging.INFO
        if _logger.isEnabledFor(level):
            place = self._get_url(path).partition("?")[0]
            _logger.log(
                level,
                "%s %s: %s %s",
                method,
                self.mask(place),
                answer.outcome,
                self.mask(answer.reason),
            )
        return answer


class _Call:
    """One call on the wire, and how its answer is read."""

    def __init__(
        self,
        request: requests.PreparedRequest,
        sends: bool,
        wants: str,
        patience: Patience,
        decimals: bool,
    ) -> None:
        self.request = request
        self.sends = sends
        self.wants = wants
        self.patience = patience
        self.decimals = decimals
        self.give_up = 0.0
        self.watched: _Watched | None = None

    def make(self, session: requests.Session) -> Answer:
        """Make it; never raises."""
        content = self.request.body
        if isinstance(content, str):
            content = content.encode()
        if isinstance(content, bytes) and content:
            self.request.body = self.watched = _Watched(content)
        self.give_up = time.monotonic() + self.patience.whole
        settings = session.merge_environment_settings(
            self.request.url or "", {}, True, None, None
        )
        try:
            with session.send(
                self.request,
                timeout=self.patience.timeout,
                allow_redirects=False,
                **settings,
            ) as response:
                return self._read(response)
        except (
            requests.exceptions.RequestException,
            urllib3.exceptions.HTTPError,
            OSError,
        ) as error:
            return _fail(self._judge_silence(error), error)

    def _judge_silence(self, error: Exception) -> Outcome:
        """Say what no answer means."""
        if not self.sends:
            return Outcome.UNAVAILABLE
        if self.watched:
            # Nobody acts on a call whose body never began to come.
            has_left = bool(self.watched.left)
        else:
            has_left = not isinstance(error, requests.exceptions.ConnectTimeout)
        return Outcome.UNCERTAIN if has_left else Outcome.UNAVAILABLE

    def _read(self, response: requests.Response) -> Answer:
        code = response.status_code
        if code == 200 or (self.sends and code in TAKEN):
            return self._read_good(response, code)
        return self._read_refusal(response, code)

    def _read_good(self, response: requests.Response, code: int) -> Answer:
        limit = MAX_BODY if self.wants == "json" else MAX_FILE
        nonsense = Outcome.UNCERTAIN if self.sends else Outcome.MALFORMED
        body = self._read_body(response, limit)
        if body is None:
            return Answer(nonsense, reason="too long, or too slow", status=code)
        headers = response.headers
        if self.wants == "bytes" and body:
            return Answer(Outcome.OK, headers=headers, body=body, status=code)
        if not body and code in TAKEN:
            return Answer(Outcome.OK, headers=headers, status=code)
        data = self._parse(body)
        if data is None:
            return Answer(nonsense, reason="no JSON", status=code)
        return Answer(Outcome.OK, data=data, headers=headers, status=code)

    def _read_refusal(self, response: requests.Response, code: int) -> Answer:
        """Say what a status means that is no success."""
        if code in OUTCOMES:
            outcome = OUTCOMES[code]
        elif code < 400:
            outcome = Outcome.MALFORMED
        else:
            outcome = Outcome.REJECTED if code < 500 else Outcome.UNAVAILABLE
        if self.sends and outcome in (Outcome.UNAVAILABLE, Outcome.MALFORMED):
            # It may have been stored before that went wrong.
            outcome = Outcome.UNCERTAIN
        pause = None
        # A service that is down for a while may say for how long, too.
        if code in (429, 503):
            pause = read_pause(response.headers.get("Retry-After"))
        body: bytes | None = b""
        # When it breaks off: the status said all that matters.
        with suppress(
            requests.exceptions.RequestException, urllib3.exceptions.HTTPError
        ):
            body = self._read_body(response, MAX_BODY)
        return Answer(
            outcome,
            data=self._parse(body),
            body=(body or b"")[:MAX_REFUSAL],
            reason=f"HTTP {code}",
            pause=pause,
            headers=response.headers,
            status=code,
        )

    def _parse(self, body: bytes | None) -> Any:
        """Return the JSON of a body, None when there is none."""
        try:
            reads = Decimal if self.decimals else None
            return json.loads(body, parse_float=reads) if body else None
        except (ValueError, RecursionError):
            return None

    def _read_body(self, response: requests.Response, limit: int) -> bytes | None:
        """Return the body, or None when it is too long or drips too slowly."""
        body = bytearray()
        for chunk in _iterate(response):
            body += chunk
            if len(body) > limit or time.monotonic() > self.give_up:
                return None
        return bytes(body)


def _iterate(response: requests.Response) -> Iterator[bytes]:
    """Yield what has come so far, again and again: a drop, where it drips."""
    read: Callable[..., bytes] | None = getattr(response.raw, "read1", None)
    if read is None:
        # Before urllib3 2.2.
        yield from response.iter_content(CHUNK)
        return
    while chunk := read(CHUNK, decode_content=True):
        yield chunk


def _fail(outcome: Outcome, error: Exception) -> Answer:
    """Return that there is no answer. The error's own text may hold the URL, and with
    it a login.
    """
    return Answer(outcome, reason=type(error).__name__)


def _find_place(url: str) -> tuple[str, str, int | None] | None:
    """Return scheme, host and port of a URL; None of one with a user, or of none."""
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme)
    except ValueError:
        return None
    if "@" in parts.netloc or "\\" in url or not parts.hostname:
        return None
    return parts.scheme, parts.hostname, port


def _list_secrets(headers: Mapping[str, str]) -> Iterator[str]:
    """Yield the logins among headers, with and without the word before them."""
    for name, value in headers.items():
        if name.lower() in SECRET_HEADERS and value:
            yield value
            yield value.rpartition(" ")[2]


def mask(text: object, secrets: Iterable[str]) -> str:
    """Return a text in which the secrets cannot be read.

    :param secrets: any of fewer than four signs would mask half of every text, and is
        left alone
    """
    masked = str(text)
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) > 3:
            masked = masked.replace(secret, MASK)
    return masked


def read_pause(text: str | None, now: datetime | None = None) -> int | None:
    """Return the seconds that a ``Retry-After`` asks for, None when it is none.

    :param text: seconds, or an HTTP date
    :param now: datetime with time zone
    """
    if not text:
        return None
    if text.strip().isdigit():
        return min(int(text.strip()), MAX_PAUSE)
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    seconds = (moment - (now or datetime.now(timezone.utc))).total_seconds()
    return int(min(max(seconds, 0), MAX_PAUSE))
