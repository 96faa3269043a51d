"""The one way by which questions leave for a register, and answers come in.

Everything that can go wrong out there becomes one of a few outcomes, so that a
register need only say what a good answer means.
"""

import json
import logging
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any

import requests

from odoo.addons.payment_reminders.rules.text_enum import TextEnum

_logger = logging.getLogger(__name__)

USER_AGENT = (
    "payment_reminders/19.0 (Odoo addon; +https://github.com/payment-reminders)"
)
#: Seconds without a sign of life. One number: Odoo's tests compare it with another.
TIMEOUT = 20
#: Seconds for a whole answer, however slowly it drips.
PATIENCE = 60
#: No answer that is asked for here comes near this many bytes.
MAX_BODY = 2_000_000
#: What is waited after "too many questions" where the register says nothing.
PAUSE = 60
#: A register that asks for more rest than this is asked again then, and asks anew.
MAX_PAUSE = 24 * 3600
CHUNK = 65_536


class Outcome(TextEnum):
    """What became of one question."""

    OK = "ok"
    NOT_FOUND = "not_found"
    GONE = "gone"
    REJECTED = "rejected"
    AUTH = "auth"
    THROTTLED = "throttled"
    UNAVAILABLE = "unavailable"
    MALFORMED = "malformed"


#: HTTP statuses that are no answer; the rest of 4xx is ``rejected``.
OUTCOMES = {
    401: Outcome.AUTH,
    403: Outcome.AUTH,
    404: Outcome.NOT_FOUND,
    408: Outcome.UNAVAILABLE,
    410: Outcome.GONE,
    429: Outcome.THROTTLED,
}


@dataclass(frozen=True)
class Answer:
    """What came back.

    :param data: the parsed JSON, of a good answer or of a refusal that has any
    :param reason: why there is none, in words, without secrets
    :param pause: seconds that the register wants to rest
    :param headers: of the answer
    """

    outcome: Outcome
    data: Any = None
    reason: str = ""
    pause: int | None = None
    headers: Any = None


class Door:
    """Asks one register over HTTP.

    :param base_url: scheme, host and path in front of every question
    :param auth: (user, password) of HTTP Basic, or None
    :param per_minute: so many questions a minute at most; 0: no limit of ours
    """

    def __init__(self, base_url, auth=None, per_minute=0):
        self.base_url = base_url.rstrip("/")
        self.auth = auth
        self.pause = 60 / per_minute if per_minute else 0
        self.session = requests.Session()
        # What the environment says of other services' logins is none of ours.
        self.session.trust_env = False
        self.session.proxies = requests.utils.getproxies()
        self._free_at = 0.0

    def get(self, path="", **more):
        """Ask with GET; see :meth:`ask`."""
        return self.ask("GET", path, **more)

    def post(self, path="", **more):
        """Ask with POST; see :meth:`ask`."""
        return self.ask("POST", path, **more)

    def ask(self, method, path="", *, auth=None, headers=None, **more):
        """Send one question and return the :class:`Answer`; never raises.

        :param path: after the base URL
        :param auth: instead of the door's own
        :param more: ``params``, ``json`` or ``data`` as ``requests`` has them
        """
        self._wait_for_our_turn()
        try:
            with self.session.request(
                method,
                f"{self.base_url}{path}",
                auth=auth or self.auth,
                headers={
                    "User-Agent": USER_AGENT,
                    "Accept": "application/json",
                    **(headers or {}),
                },
                timeout=TIMEOUT,
                # A login must not be carried to another host.
                allow_redirects=False,
                stream=True,
                **more,
            ) as response:
                return self._read(response)
        except requests.exceptions.RequestException as error:
            # The text of such an error may hold the URL, and with it a login.
            return Answer(Outcome.UNAVAILABLE, reason=type(error).__name__)

    def _wait_for_our_turn(self):
        """Keep to the questions a minute that the register allows."""
        now = time.monotonic()
        if self.pause and now < self._free_at:
            time.sleep(min(self._free_at - now, self.pause))
        self._free_at = max(now, self._free_at) + self.pause

    def _read(self, response):
        code = response.status_code
        if code != 200:
            return self._read_refusal(response, code)
        body = _read_body(response)
        if body is None:
            return Answer(Outcome.MALFORMED, reason="too long, or too slow")
        data = _parse(body)
        if data is None:
            return Answer(Outcome.MALFORMED, reason="no JSON")
        return Answer(Outcome.OK, data=data, headers=response.headers)

    def _read_refusal(self, response, code):
        """Say what a status other than 200 means."""
        if code in OUTCOMES:
            outcome = OUTCOMES[code]
        elif code < 400:
            outcome = Outcome.MALFORMED
        else:
            outcome = Outcome.REJECTED if code < 500 else Outcome.UNAVAILABLE
        pause = None
        # A register that is down for a while may say for how long, too.
        if code in (429, 503):
            pause = read_pause(response.headers.get("Retry-After"))
        return Answer(
            outcome,
            data=_parse(_read_body(response)),
            reason=f"HTTP {code}",
            pause=pause,
            headers=response.headers,
        )


def _parse(body):
    """Return the JSON of a body, None when there is none."""
    try:
        return json.loads(body) if body else None
    except ValueError:
        return None


def _read_body(response):
    """Return the body, or None when it is too long or drips too slowly."""
    give_up = time.monotonic() + PATIENCE
    body = bytearray()
    for chunk in response.iter_content(CHUNK):
        body += chunk
        if len(body) > MAX_BODY or time.monotonic() > give_up:
            return None
    return bytes(body)


def read_pause(text, now=None):
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
