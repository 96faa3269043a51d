"""Sweden: "värdefulla datamängder" of Bolagsverket. Client credentials."""

import re
import time
from uuid import uuid4

from odoo.addons.payment_reminders.http import Answer, Outcome
from odoo.addons.payment_reminders.rules.insolvency import Status, classify, gravest

from .base import (
    NONSENSE,
    NotSaid,
    Register,
    Unreadable,
    not_there,
    read_date,
    spell,
    take,
)

SCOPE = "vardefulla-datamangder:read"
PATH = "/vardefulla-datamangder/v1/organisationer"
UNKNOWN_NUMBER = "ORGANISATION_FINNS_EJ"
#: The block of proceedings under way, however it is spelled: one of the official
#: examples leaves a letter out, and others may put the accents back.
PROCEDURES = re.compile(r"pag\w{,4}nde\w*(avveckl|omstrukt|rekonstr|likvid|konkurs)\w*")
#: What a block has beside the list of them.
BESIDE = ("dataproducent", "fel")
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
        readings = []
        for organisation in data["organisationer"]:
            named = organisation.get("organisationsidentitet") or {}
            digits = re.sub(r"\D", "", str(named.get("identitetsbeteckning", number)))
            if not digits.endswith(number):
                raise NotSaid("another organisation")
            readings.append(self.understand(number, self._read_one, organisation))
        order = list(Status)
        return min(readings, key=lambda reading: order.index(reading.status))

    def _read_one(self, number, organisation):
        blocks = [
            value
            for key, value in organisation.items()
            if PROCEDURES.fullmatch(spell(key))
        ]
        if not blocks:
            raise Unreadable("pagaendeAvvecklingsEllerOmstruktureringsforfarande")
        faults = []
        struck_off = _look_for_fault(
            take(organisation, "avregistreradOrganisation", dict), faults
        )
        reason = _look_for_fault(
            take(organisation, "avregistreringsorsak", dict), faults
        )
        rows = [
            row
            for block in blocks
            for row in self._list_rows(_look_for_fault(block, faults))
        ]
        # What one source says is not taken back by another that is silent.
        found = self._read_struck_off(struck_off, reason) or gravest("SE", rows)
        if found:
            status, word, since = found
            return self.reading(number, word, since, status=status)
        if UNKNOWN_NUMBER in faults:
            return self.missing(number)
        if faults:
            # A source that is down has said nothing: neither this nor that.
            raise NotSaid("part of the answer is missing")
        return self.reading(number, "aktiv")

    def _list_rows(self, block):
        """Return code and day of the proceedings of a block.

        :param block: dict, None of null
        """
        if block is None:
            return []
        lists = [value for key, value in block.items() if spell(key).endswith("lista")]
        rest = [
            value
            for key, value in block.items()
            if key not in BESIDE and not spell(key).endswith("lista")
        ]
        is_known = all(each is None or isinstance(each, list) for each in lists)
        if not lists or not is_known or any(each is not None for each in rest):
            raise Unreadable("pagaendeAvvecklingsEllerOmstruktureringsforfarandeLista")
        return [
            (row["kod"], read_date(row.get("fromDatum")))
            for each in lists
            for row in each or []
        ]

    def _read_struck_off(self, struck_off, reason):
        """Return status, word and day of an organisation that was struck off.

        :param struck_off: dict, None of null
        :param reason: the same
        """
        day, word, text = None, "", ""
        if struck_off is not None:
            day = read_date(take(struck_off, "avregistreringsdatum", str))
        if reason is not None:
            word = take(reason, "kod", str) or ""
            text = reason.get("klartext") or ""
        if not day and not word and not text:
            return None
        if classify("SE", word) == Status.UNKNOWN:
            word = " ".join(filter(None, ("avregistrerad", word, text)))
        return classify("SE", word), word, day


def _look_for_fault(block, faults):
    """Return a block, and None of one that is a fault, which is added to ``faults``."""
    if block is None:
        return None
    if not isinstance(block, dict):
        raise Unreadable("block")
    fault = block.get("fel")
    if fault is None:
        return block
    faults.append(take(fault, "typ", str) or "")
    return None
