"""Sweden: "värdefulla datamängder" of Bolagsverket. Client credentials."""

import time
from uuid import uuid4

from odoo.addons.payment_reminders.rules.insolvency import Status, classify, gravest

from .base import NONSENSE, Register, not_there, read_date
from .door import Answer, Outcome

SCOPE = "vardefulla-datamangder:read"
PATH = "/vardefulla-datamangder/v1/organisationer"
UNKNOWN_NUMBER = "ORGANISATION_FINNS_EJ"
#: One of the official examples leaves a letter out.
PROCEDURES = (
    "pagaendeAvvecklingsEllerOmstruktureringsforfarande",
    "pagandeAvvecklingsEllerOmstruktureringsforfarande",
)
#: A token that ends within so many seconds is not used any more.
MARGIN = 30


class Bolagsverket(Register):
    """One number a question; the token is asked for once a run.

    :param token_door: the :class:`Door` to where tokens come from, with the login
    """

    code, country = "bolagsverket", "SE"
    source = "Bolagsverket, värdefulla datamängder"
    per_minute = 60
    probe_number = "2021005489"

    def __init__(self, door, token_door):
        super().__init__(door)
        self.token_door = token_door
        self._token = None
        self._token_ends = 0.0

    def look_up(self, numbers):
        # EXTENDS Register
        [number] = numbers
        answer = self._ask(number)
        if answer.outcome == Outcome.AUTH and self._token:
            # It may have been taken back before its time: one new one, once.
            self._token = None
            answer = self._ask(number)
        return self.read_one(
            number, not_there(answer), lambda data: self._read(number, data)
        )

    def _ask(self, number):
        refusal = self._provide_token()
        if refusal:
            return refusal
        return self.door.post(
            PATH,
            json={"identitetsbeteckning": number},
            headers={
                "Authorization": f"Bearer {self._token}",
                "X-Request-Id": str(uuid4()),
            },
        )

    def _provide_token(self):
        """Get a token if there is none; return the answer that refused it, or None."""
        if self._token and time.monotonic() < self._token_ends:
            return None
        answer = not_there(
            self.token_door.post(
                "/oauth2/token",
                data={"grant_type": "client_credentials", "scope": SCOPE},
            )
        )
        if answer.outcome == Outcome.REJECTED:
            # 400 is how OAuth says that it does not know the client.
            return Answer(Outcome.AUTH, reason=answer.reason)
        if answer.outcome != Outcome.OK:
            return answer
        try:
            lasts = int(answer.data.get("expires_in", 300))
            self._token = str(answer.data["access_token"])
        except NONSENSE:
            return Answer(Outcome.MALFORMED, reason="no token in the answer")
        self._token_ends = time.monotonic() + max(lasts - MARGIN, 1)
        return None

    def _read(self, number, data):
        readings = [self._read_one(number, each) for each in data["organisationer"]]
        order = list(Status)
        return min(readings, key=lambda reading: order.index(reading.status))

    def _read_one(self, number, organisation):
        struck_off = organisation.get("avregistreradOrganisation")
        reason = organisation.get("avregistreringsorsak")
        key = next((key for key in PROCEDURES if key in organisation), None)
        procedures = organisation[key] if key else None
        for block in (struck_off, reason, procedures):
            fault = (block or {}).get("fel")
            if fault and fault.get("typ") == UNKNOWN_NUMBER:
                return self.missing(number)
            if fault:
                # A source that is down has said nothing: neither this nor that.
                raise ValueError("part of the answer is missing")
        if not key:
            raise KeyError(PROCEDURES[0])
        found = self._read_struck_off(struck_off or {}, reason or {})
        if not found:
            rows = (procedures or {}).get(f"{key}Lista") or []
            found = gravest(
                "SE", [(row["kod"], read_date(row.get("fromDatum"))) for row in rows]
            )
        if not found:
            return self.reading(number, "aktiv")
        status, word, since = found
        return self.reading(number, word, since, status=status)

    def _read_struck_off(self, struck_off, reason):
        """Return status, word and day of an organisation that was struck off."""
        day = read_date(struck_off.get("avregistreringsdatum"))
        word = reason.get("kod") or ""
        if not day and not word:
            return None
        if classify("SE", word) == Status.UNKNOWN:
            text = reason.get("klartext") or ""
            word = " ".join(filter(None, ("avregistrerad", word, text)))
        return classify("SE", word), word, day
