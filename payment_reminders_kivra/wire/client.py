"""The calls that Kivra documents (developer.kivra.com), and what is answered."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from odoo.addons.payment_reminders.http import UNDER_LOCKS, Answer, Door, Outcome

#: {how a receiver is named: where Kivra says who of them it reaches}
MATCHES = {
    "vat": "companymatch/vatnr",
    "email": "usermatch/verified_email",
    "ssn": "usermatch/ssn",
}
#: So many receivers are asked about at once; a list may have 10 MB.
PER_MATCH = 5000
#: A token is given up so many seconds before its end.
MARGIN = 60
#: Codes by which the receiver is not to be reached there, or not any more.
GONE = ("40032", "40024", "40009")
#: Codes by which Kivra does not know us, or our tenant.
LOGIN = ("40100", "40104", "40300", "40400")


@dataclass(frozen=True)
class Matched:
    """Who of those that were asked about can be reached in Kivra today."""

    outcome: Outcome
    found: frozenset[str] = frozenset()
    reason: str = ""


@dataclass(frozen=True)
class Delivered:
    """What came of one content.

    :param key: Kivra's own number of it
    :param code: of a refusal, five digits
    :param is_gone: whether it is the receiver who cannot be reached
    """

    outcome: Outcome
    key: str = ""
    code: str = ""
    reason: str = ""
    is_gone: bool = False


class Kivra:
    """Speaks for one tenant. Threads share its token.

    :param clock: monotonic seconds
    """

    def __init__(
        self,
        door: Door,
        client_id: str,
        client_secret: str,
        tenant: str,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self.door = door
        self.login = (client_id, client_secret)
        door.secrets.update(filter(None, self.login))
        self.tenant = quote(tenant, safe="")
        self._clock = clock or (lambda: time.monotonic())
        self._token = ""
        self._ends = 0.0
        self._lock = threading.Lock()

    @classmethod
    def make(cls, url: str, client_id: str, client_secret: str, tenant: str) -> Kivra:
        return cls(Door(url), client_id, client_secret, tenant)

    # -- the token --------------------------------------------------------------

    def log_in(self, anew: bool = False) -> Answer:
        """Get a token, unless there is one; ask for another one with ``anew``."""
        with self._lock:
            if self._token and not anew and self._clock() < self._ends:
                return Answer(Outcome.OK)
            answer = self.door.post(
                "/v1/auth",
                auth=self.login,
                data={"grant_type": "client_credentials"},
                patience=UNDER_LOCKS,
            )
            told = answer.data if isinstance(answer.data, dict) else {}
            self._token = ""
            if answer.outcome != Outcome.OK:
                return answer
            token, lasts = told.get("access_token"), told.get("expires_in")
            if not token or not isinstance(lasts, int):
                return Answer(Outcome.MALFORMED, reason="no token")
            self._token = str(token)
            self._ends = self._clock() + lasts - MARGIN
            self.door.secrets.add(self._token)
            return answer

    def _call(self, make: Callable[[dict[str, str]], Answer]) -> Answer:
        """Make a call with a token, and once more with a new one if it is refused.

        What was refused for its token was not taken.
        """
        logged_in = self.log_in()
        if logged_in.outcome != Outcome.OK:
            return _before(logged_in)
        answer = make({"Authorization": f"Bearer {self._token}"})
        if answer.status != 401:
            return answer
        logged_in = self.log_in(anew=True)
        if logged_in.outcome != Outcome.OK:
            return _before(logged_in)
        return make({"Authorization": f"Bearer {self._token}"})

    # -- calls ------------------------------------------------------------------

    def match(self, kind: str, addresses: Sequence[str]) -> Matched:
        """Ask who of some receivers can be reached today, in one call.

        Who is not among them may be a customer of Kivra all the same, a dormant one.

        :param kind: "vat", "email" or "ssn"
        """
        found: set[str] = set()
        path = f"/v2/tenant/{self.tenant}/{MATCHES[kind]}"
        wanted = {address.casefold(): address for address in addresses}
        for start in range(0, len(addresses), PER_MATCH):
            some = list(addresses[start : start + PER_MATCH])
            answer = self._ask(path, some)
            if answer.outcome != Outcome.OK:
                code, reason = _read_error(answer)
                return Matched(_judge(answer, code), reason=reason)
            told = answer.data.get("list") if isinstance(answer.data, dict) else None
            if not isinstance(told, list):
                return Matched(Outcome.MALFORMED, reason="no list")
            found.update(
                wanted[text]
                for text in (str(one).casefold() for one in told)
                if text in wanted
            )
        return Matched(Outcome.OK, frozenset(found))

    def _ask(self, path: str, addresses: list[str]) -> Answer:
        return self._call(
            lambda headers: self.door.post(
                path, json={"list": addresses}, headers=headers
            )
        )

    def send(self, body: bytes) -> Delivered:
        """Hand one content over.

        In production Kivra delivers the same bytes once, however often they come.
        """
        answer = self._call(
            lambda headers: self.door.send(
                f"/v2/tenant/{self.tenant}/content",
                data=body,
                headers={**headers, "Content-Type": "application/json"},
                patience=UNDER_LOCKS,
            )
        )
        if answer.outcome == Outcome.OK:
            headers = answer.headers or {}
            return Delivered(Outcome.OK, key=str(headers.get("kivra-objkey") or ""))
        code, reason = _read_error(answer)
        return Delivered(
            _judge(answer, code), code=code, reason=reason, is_gone=code in GONE
        )


def _before(answer: Answer) -> Answer:
    """Return why a call was not made: whatever that was, nothing has left."""
    if answer.outcome in (Outcome.AUTH, Outcome.THROTTLED, Outcome.UNAVAILABLE):
        return answer
    is_refused = answer.outcome in (Outcome.REJECTED, Outcome.NOT_FOUND, Outcome.GONE)
    outcome = Outcome.AUTH if is_refused else Outcome.UNAVAILABLE
    return Answer(outcome, data=answer.data, reason=answer.reason)


def _judge(answer: Answer, code: str) -> Outcome:
    """Return what a refusal means, by Kivra's own code where it has one."""
    if code in LOGIN:
        return Outcome.AUTH
    if code == "42900":
        return Outcome.THROTTLED
    if answer.outcome in (Outcome.NOT_FOUND, Outcome.GONE):
        return Outcome.REJECTED
    return answer.outcome


def _read_error(answer: Answer) -> tuple[str, str]:
    """Return (code, words) of a refusal; codes come as numbers and as texts."""
    told: dict[str, Any] = answer.data if isinstance(answer.data, dict) else {}
    headers = answer.headers or {}
    code = str(told.get("code") or headers.get("x-error-code") or "").strip()
    words = told.get("long_message") or told.get("short_message") or answer.reason
    return code[:5], f"{words} ({code[:5]})" if code else str(words)
