"""The calls that Amili documents (docs.amili.se), and what their answers mean."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timezone
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from typing import Any

from odoo.addons.payment_reminders.http import (
    MAX_PAUSE,
    PAUSE,
    Answer,
    Door,
    Outcome,
    Pace,
    Patience,
)

from .body import make_body, make_date
from .token import make_token

#: Calls and seconds: Amili allows 100 a minute and 10 a second for each key.
LIMITS = ((90, 60), (8, 1))
#: Rows of a page, as many as there may be.
PAGE = 100
#: No list that is asked for has more pages.
PAGES = 1000
#: What a case is read for; more is not asked for.
PROJECTION = (
    "creditor",
    "closed",
    "state",
    "status",
    "customer_status",
    "latest_state_date",
    "debt.invoice_number",
    "debt.debt_reference",
    "debt.capital_to_claim",
    "debt.initial_capital",
    "local_remaining_capital_amount",
    "local_remaining_costs_amount",
    "local_remaining_interest_amount",
    "total_remaining_capital_amount",
    "_updated",
)
#: What reading an answer raises that is not as documented.
NONSENSE = (
    AttributeError,
    IndexError,
    KeyError,
    TypeError,
    ValueError,
    InvalidOperation,
)


@dataclass(frozen=True)
class Heard:
    """What came of a call.

    :param outcome: of the call
    :param reason: in words, without secrets
    :param pause: seconds that Amili wants to rest
    :param faults: {field: why} of what was refused
    """

    outcome: Outcome
    reason: str = ""
    pause: int | None = None
    faults: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        """Whether there is what was asked for."""
        return bool(self.outcome == Outcome.OK)


@dataclass(frozen=True)
class Case:
    """A case as Amili tells of it. What it does not say is None."""

    id: str
    invoice_number: str
    creditor: str
    reference: str
    state: str
    status: str
    is_closed: bool
    since: datetime | None
    initial: Decimal | None
    capital: Decimal | None
    costs: Decimal | None
    interest: Decimal | None


@dataclass(frozen=True)
class Registered:
    """The case that was made, and the reference with which the debtor pays there."""

    case: str
    ocr: str
    registration: str


@dataclass(frozen=True)
class Told:
    """What became of a payment, a credit note or an end of case.

    :param status: "completed", "warning" or "error"
    :param reason: why it is not simply completed, in Amili's words
    """

    id: str
    status: str
    reason: str


class Amili:
    """Speaks for one company. Threads may share it.

    :param door: :class:`Door` to the service
    :param api_code: what Amili gave for the public key
    :param private_pem: the key, as PEM
    :param now: seconds since 1970; ``clock``: monotonic ones
    """

    def __init__(
        self,
        door: Door,
        api_code: str,
        private_pem: bytes,
        algorithm: str = "ES256",
        *,
        now: Callable[[], float] | None = None,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self.door = door
        self.api_code = api_code
        self.algorithm = algorithm
        self._private_pem = private_pem
        self._now = now or (lambda: time.time())
        self._clock = clock or (lambda: time.monotonic())
        self._token = ""
        self._rests_until = 0.0
        self._refusals = 0
        door.secrets.add(api_code)

    @classmethod
    def make(
        cls,
        url: str,
        api_code: str,
        private_pem: bytes,
        algorithm: str = "ES256",
        limits: Sequence[tuple[int, float]] = LIMITS,
    ) -> Amili:
        """Return one with a door that keeps to Amili's limits."""
        door = Door(url, pace=Pace(*limits), decimals=True)
        return cls(door, api_code, private_pem, algorithm)

    def is_free(self) -> bool:
        """Tell whether it may be asked now, without anybody waiting for a turn."""
        rests = self._rests_until > self._clock()
        return not rests and (not self.door.pace or self.door.pace.is_free())

    # -- log-in -----------------------------------------------------------------

    def log_in(self) -> Heard:
        """Get a new token; whoever tests a set-up begins here."""
        self._token = ""
        try:
            signed = make_token(
                self.api_code, self._private_pem, self._now(), self.algorithm
            )
        except (ValueError, TypeError) as error:
            return Heard(Outcome.AUTH, self.door.mask(error))
        answer = self.door.get("/authenticates/api-code", headers={"X-API-Key": signed})
        answer = self._note_pause(answer)
        if answer.outcome in (Outcome.REJECTED, Outcome.NOT_FOUND, Outcome.GONE):
            # It does not know the code, or not in this form.
            return replace(self._hear(answer), outcome=Outcome.AUTH)
        if answer.outcome != Outcome.OK:
            return self._hear(answer)
        try:
            self._token = str(answer.data.get("access_token") or answer.data["token"])
        except NONSENSE:
            return Heard(Outcome.MALFORMED, "no token in the answer")
        self.door.secrets.add(self._token)
        return Heard(Outcome.OK)

    def _call(
        self,
        call: Callable[..., Answer],
        path: str,
        **more: Any,
    ) -> Answer:
        """Make a call with a token; get another, once, when that one has died.

        A call that was refused for its token was not carried out.
        """
        rest = self._rests_until - self._clock()
        if rest > 0:
            # Nobody else asks either before the service wants to be asked again.
            return Answer(Outcome.THROTTLED, reason="resting", pause=int(rest) + 1)
        is_new = not self._token
        for _attempt in range(2):
            if not self._token:
                heard = self.log_in()
                if not heard.is_good:
                    return _answer_of(heard)
            answer = call(path, headers={"X-API-Key": self._token, **_JSON}, **more)
            if answer.status != 401 or is_new:
                break
            self._token, is_new = "", True
        return self._note_pause(answer)

    def _note_pause(self, answer: Answer) -> Answer:
        """Rest after "too many calls": as long as was said, else longer each time."""
        if answer.outcome != Outcome.THROTTLED:
            if answer.outcome == Outcome.OK:
                self._refusals = 0
            return answer
        pause = answer.pause
        if pause is None:
            pause = min(PAUSE * 2 ** min(self._refusals, 10), MAX_PAUSE)
        self._refusals += 1
        self._rests_until = self._clock() + pause
        return replace(answer, pause=pause)

    def _ask(
        self, path: str, patience: Patience | None = None, **params: Any
    ) -> Answer:
        return self._call(self.door.get, path, params=params, patience=patience)

    def _send(self, path: str, body: bytes) -> Answer:
        return self._call(self.door.send, path, data=body)

    def _hear(self, answer: Answer) -> Heard:
        """Return what an answer came to, with Amili's own reason."""
        message, faults = _read_error(answer.data)
        reason = self.door.mask(message or answer.reason)[:500]
        faults = {key: self.door.mask(text) for key, text in faults.items()}
        return Heard(answer.outcome, reason, answer.pause, faults)

    # -- setting up -------------------------------------------------------------

    def list_accounts(self) -> tuple[Heard, list[dict[str, Any]]]:
        """Return the accounts that the key may use."""
        return self._list_all("/accounts")

    def list_creditors(self) -> tuple[Heard, list[dict[str, Any]]]:
        """Return the creditors that the key may use, whether they are active or not."""
        return self._list_all("/creditors")

    def _list_all(self, path: str) -> tuple[Heard, list[dict[str, Any]]]:
        rows: dict[str, dict[str, Any]] = {}
        for heard, page in self._iterate(path, {}):
            if not heard.is_good:
                return heard, []
            rows.update({str(row["_id"]): row for row in page})
        return Heard(Outcome.OK), list(rows.values())

    def _iterate(
        self, path: str, where: Mapping[str, Any], projection: Sequence[str] = ()
    ) -> Iterator[tuple[Heard, list[dict[str, Any]]]]:
        """Yield page after page, in the order of their ids, to the last that came full.

        New rows come at the end. Where one goes away meanwhile, that of a page to come
        moves up and is not seen: nothing is known of it then, no more.
        """
        seen: set[str] = set()
        for page in range(1, PAGES + 1):
            answer = self._ask(
                path,
                **_make_query(
                    where, projection, max_results=PAGE, sort="_id", page=page
                ),
            )
            if answer.outcome != Outcome.OK:
                yield self._hear(answer), []
                return
            try:
                rows = [dict(row) for row in answer.data["_items"]]
                ids = {str(row["_id"]) for row in rows}
            except NONSENSE:
                yield Heard(Outcome.MALFORMED, "a page that is none"), []
                return
            yield Heard(Outcome.OK), rows
            # A service that knows no pages would give the first for ever.
            if len(rows) < PAGE or ids <= seen:
                return
            seen |= ids

    # -- cases ------------------------------------------------------------------

    def find(self, creditor: str, invoice_number: str) -> tuple[Heard, list[Case]]:
        """Return the cases of an invoice, whatever became of them."""
        where = {"creditor": creditor, "debt.invoice_number": invoice_number}
        cases: list[Case] = []
        for heard, rows in self._iterate("/cases", where, PROJECTION):
            if not heard.is_good:
                return heard, []
            try:
                cases += map(read_case, rows)
            except NONSENSE:
                return Heard(Outcome.MALFORMED, "a case that is none"), []
        # What was not filtered there is filtered here: another invoice's case is worse
        # than none.
        return Heard(Outcome.OK), [
            case for case in cases if case.invoice_number == invoice_number
        ]

    def read(  # pylint: disable=method-required-super
        self, case_id: str, patience: Patience | None = None
    ) -> tuple[Heard, Case | None]:
        """Return where one case stands.

        :param patience: instead of the door's own
        """
        query = _make_query({}, PROJECTION)
        answer = self._ask(f"/cases/{case_id}", patience, **query)
        if answer.outcome != Outcome.OK:
            return self._hear(answer), None
        try:
            case = read_case(answer.data)
        except NONSENSE:
            return Heard(Outcome.MALFORMED, "a case that is none"), None
        if case.id != case_id:
            return Heard(Outcome.MALFORMED, "another case"), None
        return Heard(Outcome.OK), case

    def iterate_open(self, creditor: str) -> Iterator[tuple[Heard, list[Case]]]:
        """Yield the open cases of a creditor, a hundred a call.

        Of a case that is not among them nothing is known: it may have been closed. The
        last one that is yielded may be what went wrong.
        """
        where = {"creditor": creditor, "closed": {"$ne": True}}
        for heard, rows in self._iterate("/cases", where, PROJECTION):
            if not heard.is_good:
                yield heard, []
                return
            cases = []
            for row in rows:
                # One that cannot be read hides no other.
                with suppress(*NONSENSE):
                    cases.append(read_case(row))
            yield heard, cases

    def register(self, body: bytes) -> tuple[Heard, Registered | None]:
        """Register a debt. Look first whether it is there: nothing makes this safe to
        repeat.

        :param body: of :func:`make_body`
        """
        answer = self._send("/case--registrations", body)
        if answer.outcome != Outcome.OK:
            return self._hear(answer), None
        made = _read_registered(answer.data)
        if made is None and (made_id := _read_id(answer.data)):
            again = self._ask(f"/case--registrations/{made_id}")
            made = _read_registered(again.data) if again.data else None
        if made is None:
            return Heard(Outcome.UNCERTAIN, "no case in the answer"), None
        return Heard(Outcome.OK), made

    # -- money, and the end -----------------------------------------------------

    def pay(
        self, creditor: str, case: str, amount: Decimal, day: date, reference: str
    ) -> tuple[Heard, Told | None]:
        """Tell of a payment that reached the creditor.

        :param reference: ours, by which :meth:`find_told` knows it again
        """
        return self._tell(
            "/creditor--payments",
            {
                "creditor": creditor,
                "case": case,
                "amount": amount,
                "currency": "SEK",
                "bank_transaction_date": make_date(day),
                "origin": "creditor_system",
                "creditor_payment_reference": reference,
            },
        )

    def credit(
        self, creditor: str, case: str, amount: Decimal, number: str, reference: str
    ) -> tuple[Heard, Told | None]:
        """Tell of a credit note.

        :param number: of the credit note
        """
        return self._tell(
            "/creditor--creditings",
            {
                "creditor": creditor,
                "case": case,
                "amount": amount,
                "currency": "SEK",
                "credit_invoice": number,
                "creditor_reference": reference,
                "origin": "creditor_system",
            },
        )

    def end(self, creditor: str, case: str) -> tuple[Heard, Told | None]:
        """Ask for the end of a case."""
        return self._tell(
            "/creditor--cancellations",
            {"creditor": creditor, "case": case, "origin": "creditor_system"},
        )

    def was_ended(self, case: str) -> tuple[Heard, bool]:
        """Return whether the end of a case was asked for."""
        for heard, rows in self._iterate("/creditor--cancellations", {"case": case}):
            if not heard.is_good:
                return heard, False
            if any(row.get("case") == case for row in rows):
                return heard, True
        return Heard(Outcome.OK), False

    def find_told(
        self, path: str, case: str, reference: str
    ) -> tuple[Heard, Told | None]:
        """Return what was told with a reference of ours, None when it was not.

        :param path: "/creditor--payments" or "/creditor--creditings"
        """
        for heard, rows in self._iterate(path, {"case": case}):
            if not heard.is_good:
                return heard, None
            for row in rows:
                names = ("creditor_payment_reference", "creditor_reference")
                if row.get("case") == case and reference in map(row.get, names):
                    return Heard(Outcome.OK), _read_told(row)
        return Heard(Outcome.OK), None

    def _tell(self, path: str, values: Mapping[str, Any]) -> tuple[Heard, Told | None]:
        answer = self._send(path, make_body(values))
        if answer.outcome != Outcome.OK:
            return self._hear(answer), None
        try:
            return Heard(Outcome.OK), _read_told(answer.data)
        except NONSENSE:
            return Heard(Outcome.UNCERTAIN, "the answer made no sense"), None

    def upload(self, case: str, name: str, content: bytes) -> Heard:
        """Add the original invoice to a case. Its address there is not kept: whoever
        has it may read it.
        """
        answer = self._call(
            lambda path, headers, **more: self.door.send(
                path, headers={"X-API-Key": headers["X-API-Key"]}, **more
            ),
            f"/media--upload/{case}",
            data={"domain": "cases", "dotted_path": "original_invoice"},
            files={"file": (name, content, "application/pdf")},
        )
        return self._hear(answer)


_JSON = {"Content-Type": "application/json"}


def _answer_of(heard: Heard) -> Answer:
    return Answer(heard.outcome, reason=heard.reason, pause=heard.pause)


def _make_query(
    where: Mapping[str, Any], projection: Sequence[str], **more: Any
) -> dict[str, Any]:
    """Return the query of a list, as Python-Eve reads it."""
    query = dict(more)
    if where:
        query["where"] = json.dumps(where, sort_keys=True)
    if projection:
        query["projection"] = json.dumps(dict.fromkeys(projection, 1))
    return query


def read_case(row: Any) -> Case:
    """Return what is said of one case.

    :raises Exception: one of ``NONSENSE``, when it is no case
    """
    debt = row.get("debt") or {}
    left = {
        name: _read_amount(row.get(f"local_remaining_{name}_amount"))
        for name in ("capital", "costs", "interest")
    }
    if left["capital"] is None:
        left["capital"] = _read_amount(row.get("total_remaining_capital_amount"))
    initial = _read_amount(debt.get("initial_capital"))
    if initial is None:
        initial = _read_amount(debt.get("capital_to_claim"))
    return Case(
        id=str(row["_id"]),
        invoice_number=str(debt.get("invoice_number") or ""),
        creditor=str(row.get("creditor") or ""),
        reference=str(debt.get("debt_reference") or ""),
        state=_read_word(row.get("state")),
        status=_read_word(row.get("status")),
        # A flag, or the day on which it was.
        is_closed=bool(row.get("closed")),
        since=_read_moment(row.get("latest_state_date")),
        initial=initial,
        **left,
    )


def _read_word(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError("no word")
    return value.strip()


def _read_amount(value: Any) -> Decimal | None:
    if value is None:
        return None
    if isinstance(value, bool):
        raise TypeError("no amount")
    amount = Decimal(str(value))
    if not amount.is_finite():
        raise ValueError("no amount")
    return amount


def _read_moment(value: Any) -> datetime | None:
    """Return a moment of RFC 1123, UTC without zone; None of what is none."""
    if not isinstance(value, str):
        return None
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        return moment
    return moment.astimezone(timezone.utc).replace(tzinfo=None)


def _read_id(data: Any) -> str:
    return str(data.get("_id") or "") if isinstance(data, dict) else ""


def _read_registered(data: Any) -> Registered | None:
    try:
        cases = [str(case) for case in data["_cases"] if case]
        # One debt is one case; two would be a case that nobody follows.
        [case] = cases
        references = data.get("_ocr_numbers_ocr") or [""]
        return Registered(case, str(references[0] or ""), _read_id(data))
    except NONSENSE:
        return None


def _read_told(row: Any) -> Told:
    status = row.get("status") or row.get("_cancellation_status")
    status = status or row["_payment_status"]
    reason = row.get("status_reason_locale") or row.get("status_reason") or ""
    return Told(str(row["_id"]), str(status), str(reason))


def _read_error(data: Any) -> tuple[str, dict[str, str]]:
    """Return the words of an error, and {field: why}."""
    error = data.get("_error") if isinstance(data, dict) else None
    if not isinstance(error, dict):
        return "", {}
    details = error.get("details")
    faults = dict(_flatten(details)) if isinstance(details, dict) else {}
    message = str(error.get("message") or "")
    said = "; ".join(f"{name}: {why}" for name, why in faults.items())
    return " – ".join(filter(None, (message, said))), faults


def _flatten(details: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for name, why in details.items():
        path = f"{before}.{name}" if before else str(name)
        if isinstance(why, dict):
            yield from _flatten(why, path)
        elif isinstance(why, list):
            yield path, ", ".join(map(str, why))
        else:
            yield path, str(why)
