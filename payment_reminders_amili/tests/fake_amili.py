"""Amili, as its documents describe it, on a port of loopback.

Runs in tests and in the demo; knows Python's own library, and cryptography for the
log-in.

``cases`` holds what it was given: {case id: as ``GET /cases/{id}`` answers}.
``set_state`` lets a case live on, ``misbehave`` makes the next answers to a path those
of a bad day, ``calls`` notes what was asked, and when. From elsewhere ``PUT /case``
with {invoice_number, state, …} sets a case, ``PUT /key`` with {public_pem} registers a
key, and ``dump`` and ``load`` keep what it knows.
"""

import hashlib
import json
import re
import secrets
import sys
import time
from base64 import urlsafe_b64decode
from collections import deque
from contextlib import suppress
from email.parser import BytesParser
from email.utils import formatdate
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

# In the tests of the core, beside this addon; there may be no Odoo to import it from.
sys.path.append(str(Path(__file__).parents[2] / "payment_reminders" / "tests" / "http"))
from fake_server import HTML, JSON, BadDay, FakeHandler, FakeServer  # noqa: E402

API_CODE = "demo-code-of-nobody"
ACCOUNT = {"_id": "65f0c0ffee0000000000a001", "name": "Konto", "is_active": True}
CREDITOR = {
    "_id": "65f0c0ffee0000000000b001",
    "name": "Fiktiva Bolaget AB",
    "account": ACCOUNT["_id"],
    "payout_bankgiro": "991-2346",
    "is_active": True,
}
SLEEPING_CREDITOR = {
    **CREDITOR,
    "_id": "65f0c0ffee0000000000b002",
    "name": "Vilande Bolaget AB",
    "is_active": False,
}
#: What :meth:`FakeAmili.dump` keeps.
KEPT = (
    "keys",
    "cases",
    "registrations",
    "payments",
    "creditings",
    "cancellations",
    "media",
    "_counter",
)
NEEDED = ("account", "creditor", "first_action", "currency", "customer", "debts")
NEEDED_OF_ADDRESS = ("address_line_1", "zip_code", "city")
NEEDED_OF_DEBT = ("invoice_number", "debt_description", "invoice_date")


def make_error(status, message, **details):
    """Return the body of an error as it is documented."""
    error = {"code": status, "message": message, "details": details}
    return {"_status": "ERR", "_error": error}


BAD_DAYS = {
    "unauthorised": BadDay(401, make_error(401, "token"), JSON),
    "forbidden": BadDay(403, make_error(403, "no"), JSON),
    "throttled": BadDay(429, make_error(429, "slow down"), JSON),
    "throttled_seconds": BadDay(
        429, make_error(429, "slow down"), JSON, (("Retry-After", "120"),)
    ),
    "server_error": BadDay(500, "<html>Oops</html>"),
    "maintenance": BadDay(503, "<html>Soon</html>", HTML, (("Retry-After", "600"),)),
    "html": BadDay(200, "<html>Welcome</html>"),
    "empty": BadDay(200, "", JSON),
    "half": BadDay(200, '{"_id": "66aa', JSON),
    "stored_then_cut": BadDay(201, "{", JSON, stores=True, cut=True),
    "stored_then_broken": BadDay(500, "<html>Oops</html>", stores=True),
    "stored_then_html": BadDay(201, "<html>Thanks</html>", stores=True),
    "not_stored_then_cut": BadDay(201, "{", JSON, cut=True),
    "refused": BadDay(
        422,
        make_error(422, "Insertion failure", **{"customer.id_number": "bad check"}),
        JSON,
    ),
}


class FakeAmili(FakeServer):
    """``with FakeAmili() as fake: … fake.url``

    :param limits: (calls, seconds) each; beyond one of them 429
    :param clock: seconds by which limits are kept
    :param now: seconds since 1970
    """

    def __init__(
        self, port=0, limits=((100, 60), (10, 1)), clock=time.monotonic, now=None
    ):
        super().__init__(port)
        self.now = now or (lambda: time.time())
        self.limits = limits
        self.clock = clock
        #: {api code: PEM of the public key that was registered with it}
        self.keys = {}
        #: {token: calls that it is still good for}
        self.tokens = {}
        self.token_lasts = 10**9
        self.accounts = [dict(ACCOUNT)]
        self.creditors = [dict(CREDITOR), dict(SLEEPING_CREDITOR)]
        self.cases = {}
        self.registrations = {}
        self.payments = []
        self.creditings = []
        self.cancellations = []
        self.media = []
        #: (moment, method, path, body) of each call.
        self.calls = []
        #: What the next payments and cancellations answer, beside "completed".
        self.warn = ""
        #: Called with method and path before anything is done.
        self.before = None
        #: Called with method and path when it is done, before the answer leaves.
        self.after = None
        #: Called when something was told from outside.
        self.changed = None
        #: Cases come, and go, while pages are read: called with the number of the page.
        self.turn_page = None
        self._counter = 0

    # -- for tests and the demo ---------------------------------------------------

    def get_date(self):
        """Return the present moment as its answers write it."""
        return formatdate(self.now(), usegmt=True)

    def dump(self):
        """Return all that it knows, for :meth:`load` of another one."""
        with self.lock:
            return json.dumps({name: getattr(self, name) for name in KEPT})

    def load(self, text):
        """Know what another one knew."""
        for name, value in json.loads(text).items():
            setattr(self, name, value)

    def know(self, public_pem, api_code=API_CODE):
        """Register a public key, as Amili does when a customer sends one."""
        self.keys[api_code] = public_pem

    def misbehave(self, path, *days, method=None):
        """Make the next answers to paths that begin so these; a name is of BAD_DAYS."""
        with self.lock:
            self._bad.extend(
                (path, method, BAD_DAYS[day] if isinstance(day, str) else day)
                for day in days
            )

    def behave(self):
        """Have no more bad days, and forget what was asked."""
        with self.lock:
            self._bad.clear()
            self.calls.clear()

    def forget_tokens(self):
        """Let every token die."""
        with self.lock:
            self.tokens.clear()

    def count(self, method, path):
        """Return how many calls went to paths that begin so."""
        return len(
            [1 for _at, m, p, _b in self.calls if m == method and p.startswith(path)]
        )

    def find(self, invoice_number):
        """Return the cases of an invoice."""
        return [
            case
            for case in self.cases.values()
            if case["debt"]["invoice_number"] == invoice_number
        ]

    def set_state(self, invoice_number, state, status=None, **more):
        """Let the cases of an invoice be in a state from now on.

        :param more: keys of the case; ``capital``, ``costs`` and ``interest`` are what
            is left of it
        """
        now = self.get_date()
        for case in self.find(invoice_number):
            case["state"], case["latest_state_date"] = state, now
            case["status"] = status or state
            case["state_history"].append({"state": state, "state_date": now})
            for name in ("capital", "costs", "interest"):
                if name in more:
                    case[f"local_remaining_{name}_amount"] = more.pop(name)
            case["total_remaining_capital_amount"] = case[
                "local_remaining_capital_amount"
            ]
            case.update(more)

    # -- what it does ---------------------------------------------------------------

    def make_id(self):
        with self.lock:
            self._counter += 1
            return f"66aa{self._counter:020x}"

    def take_bad_day(self, method, path):
        with self.lock:
            for row in self._bad:
                prefix, only, day = row
                if path.startswith(prefix) and only in (None, method):
                    self._bad.remove(row)
                    return day
        return None

    def note(self, method, path, body):
        """Note a call; tell whether it is one too many."""
        with self.lock:
            now = self.clock()
            self.calls.append((now, method, path, body))
            recent = deque(at for at, *_rest in self.calls)
            return any(
                len([1 for at in recent if at > now - seconds]) > calls
                for calls, seconds in self.limits
            )

    def log_in(self, token):
        """Return a new access token, or None when the JWT is not good."""
        with suppress(ValueError, KeyError, InvalidSignature, TypeError):
            head, claims, signature = token.split(".")
            header = json.loads(_decode(head))
            said = json.loads(_decode(claims))
            key = serialization.load_pem_public_key(
                self.keys[said["api_code"]].encode()
            )
            raw = _decode(signature)
            if header != {"alg": "ES256", "typ": "JWT"} or len(raw) != 64:
                return None
            der = utils.encode_dss_signature(
                int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
            )
            key.verify(der, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
            if not 0 < said["exp"] - self.now() <= 600:
                return None
            made = secrets.token_hex(16)
            self.tokens[made] = self.token_lasts
            return made
        return None

    def use_token(self, token):
        with self.lock:
            if self.tokens.get(token, 0) <= 0:
                return False
            self.tokens[token] -= 1
            return True

    def register(self, told):
        """Make one case a debt; return (status, body)."""
        faults = self._find_faults(told)
        if faults:
            return 422, make_error(422, "Insertion failure", **faults)
        cases, references = [], []
        for debt in told["debts"]:
            case = self._make_case(told, debt)
            cases.append(case["_id"])
            references.append(f"2026{int(case['_id'][-8:], 16):010}")
        made = {
            "_id": self.make_id(),
            "_status": "OK",
            "_etag": "0f3c",
            "_created": self.get_date(),
            "_cases": cases,
            "_ocr_numbers": [self.make_id() for _each in cases],
            "_ocr_numbers_ocr": references,
        }
        self.registrations[made["_id"]] = made
        return 201, made

    def _find_faults(self, told):
        faults = {name: "required field" for name in NEEDED if not told.get(name)}
        if faults:
            return faults
        if told["currency"] != "SEK":
            faults["currency"] = "unallowed value"
        creditor = [c for c in self.creditors if c["_id"] == told["creditor"]]
        if not creditor or not creditor[0]["is_active"]:
            faults["creditor"] = "is not active"
        if told["first_action"] not in ("reminder", "debt_collection"):
            faults["first_action"] = "unallowed value"
        customer = told["customer"]
        address = customer.get("address") or {}
        for name in NEEDED_OF_ADDRESS:
            if not address.get(name):
                faults[f"customer.address.{name}"] = "required field"
        if not re.fullmatch(r"\d{10}|\d{12}", customer.get("id_number", "")):
            faults["customer.id_number"] = "has no valid form"
        for debt in told["debts"]:
            for name in NEEDED_OF_DEBT:
                if not debt.get(name):
                    faults[f"debts.{name}"] = "required field"
            if not debt.get("capital_to_claim", 0) > 0:
                faults["debts.capital_to_claim"] = "min value is 0"
        return faults

    def _make_case(self, told, debt):
        now = self.get_date()
        capital = debt["capital_to_claim"]
        fees = debt.get("fees_already_claimed") or {}
        case = {
            "_id": self.make_id(),
            "_etag": "1b7a",
            "_created": now,
            "_updated": now,
            "creditor": told["creditor"],
            "currency": told["currency"],
            "state": "initializing",
            "status": "initialized",
            "latest_state_date": now,
            "state_history": [{"state": "initializing", "state_date": now}],
            "closed": False,
            "customer_number": told["customer"].get("customer_number"),
            "debt": {
                "invoice_number": debt["invoice_number"],
                "debt_reference": debt.get("debt_reference"),
                "capital_to_claim": capital,
                "initial_capital": capital,
            },
            "local_remaining_capital_amount": capital,
            "local_remaining_costs_amount": sum(
                fee.get("amount", 0) for fee in fees.values()
            ),
            "local_remaining_interest_amount": 0.0,
            "total_remaining_capital_amount": capital,
        }
        with self.lock:
            self.cases[case["_id"]] = case
        return case

    def settle(self, told, kept, kind):
        """Take a payment, a credit note or an end of case; return (status, body)."""
        case = self.cases.get(told.get("case") or "")
        if case is None and told.get("invoice_number"):
            found = self.find(told["invoice_number"])
            case = found[0] if found else None
        if case is None:
            return 422, make_error(422, "Insertion failure", case="does not exist")
        made = {**told, "_id": self.make_id(), "_status": "OK", "status": "completed"}
        if self.warn:
            made["status"] = self.warn
            made["status_reason_locale"] = "Ärendet har en annan valutadag."
        kept.append(made)
        if made["status"] == "error":
            return 201, made
        if kind == "cancellation":
            made["_cancellation_status"] = made["status"]
            if made["status"] == "completed":
                case["closed"] = True
        else:
            left = case["local_remaining_capital_amount"] - told["amount"]
            case["local_remaining_capital_amount"] = max(left, 0)
            case["total_remaining_capital_amount"] = max(left, 0)
            made["_payment_status"] = "completed"
            made["settled_amount"] = told["amount"]
        return 201, made


class _Handler(FakeHandler):
    server: FakeAmili

    def do_GET(self):
        self._answer(b"")

    def do_POST(self):
        self._answer(self.read_body())

    def do_PUT(self):
        told = json.loads(self.read_body())
        if self.path == "/key":
            self.server.know(**told)
        else:
            self.server.set_state(**told)
        if self.server.changed:
            self.server.changed()
        self._send(200, {})

    def _answer(self, body):
        url = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        server = self.server
        if server.before:
            server.before(self.command, url.path)
        is_too_much = server.note(self.command, url.path, body)
        day = server.take_bad_day(self.command, url.path)
        if day is None and is_too_much:
            day = BAD_DAYS["throttled"]
        answer = 500, {}
        if day is None or day.stores:
            answer = self._do(url.path, query, body)
        if server.after:
            server.after(self.command, url.path)
        if server.changed and self.command == "POST":
            server.changed()
        if day:
            self._send(day.status, day.body, day.content_type, day.headers, day.cut)
        else:
            self._send(*answer)

    def _send(self, status, body, content_type=JSON, headers=(), cut=False):
        content = body if isinstance(body, str) else json.dumps(body)
        closing = (("Connection", "close"), *headers)
        self.answer(status, content, content_type, closing, cut)
        self.close_connection = True

    def _do(self, path, query, body):
        """Return (status, body) of a call."""
        server = self.server
        token = self.headers.get("X-API-Key") or ""
        if path == "/authenticates/api-code":
            made = server.log_in(token)
            if not made:
                return 401, make_error(401, "not authenticated")
            return 200, {"access_token": made, "_status": "OK"}
        if not server.use_token(token):
            return 401, make_error(401, "token is not valid")
        name, _slash, rest = path.strip("/").partition("/")
        if self.command == "POST":
            return self._store(name, rest, body)
        lists = {
            "accounts": server.accounts,
            "creditors": server.creditors,
            "cases": list(server.cases.values()),
            "creditor--payments": server.payments,
            "creditor--creditings": server.creditings,
            "creditor--cancellations": server.cancellations,
            "case--registrations": list(server.registrations.values()),
        }
        if name not in lists:
            return 404, make_error(404, "no such resource")
        if rest:
            found = [row for row in lists[name] if row["_id"] == rest]
            if not found:
                return 404, make_error(404, "not found")
            return 200, _project(found[0], query)
        return self._list(lists[name], query)

    def _list(self, rows, query):
        try:
            size = int(query.get("max_results", 25))
            page = int(query.get("page", 1))
            where = json.loads(query.get("where", "{}"))
        except ValueError:
            return 400, make_error(400, "bad query")
        if not 1 <= size <= 100:
            return 400, make_error(400, "max_results")
        if self.server.turn_page:
            self.server.turn_page(page)
        found = [row for row in rows if _matches(row, where)]
        if query.get("sort") in ("_id", "-_id"):
            found.sort(key=lambda row: row["_id"], reverse=query["sort"][0] == "-")
        shown = found[(page - 1) * size : page * size]
        return 200, {
            "_items": [_project(row, query) for row in shown],
            "_meta": {"page": page, "max_results": size, "total": len(found)},
        }

    def _store(self, name, rest, body):
        server = self.server
        if name == "media--upload":
            return self._take_media(rest, body)
        try:
            told = json.loads(body)
        except ValueError:
            return 400, make_error(400, "no JSON")
        with server.lock:
            if name == "case--registrations":
                return server.register(told)
            if name == "creditor--payments":
                return server.settle(told, server.payments, "payment")
            if name == "creditor--creditings":
                return server.settle(told, server.creditings, "crediting")
            if name == "creditor--cancellations":
                return server.settle(told, server.cancellations, "cancellation")
        return 404, make_error(404, "no such resource")

    def _take_media(self, case_id, body):
        if case_id not in self.server.cases:
            return 404, make_error(404, "not found")
        kind = self.headers["Content-Type"]
        message = BytesParser().parsebytes(
            b"Content-Type: %s\r\n\r\n" % kind.encode() + body
        )
        parts = {
            part.get_param("name", header="content-disposition"): part.get_payload(
                decode=True
            )
            for part in message.get_payload()
        }
        self.server.media.append(
            {
                "case": case_id,
                "domain": parts["domain"].decode(),
                "dotted_path": parts["dotted_path"].decode(),
                "size": len(parts["file"]),
                "digest": hashlib.sha256(parts["file"]).hexdigest(),
            }
        )
        return 201, {"url": f"{self.server.url}/signed?signature=of-nobody"}


FakeAmili.handler = _Handler


def _decode(text):
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _get(row, dotted):
    for name in dotted.split("."):
        row = row.get(name) if isinstance(row, dict) else None
    return row


def _matches(row, where):
    for name, wanted in where.items():
        value = _get(row, name)
        if isinstance(wanted, dict):
            if "$in" in wanted and value not in wanted["$in"]:
                return False
            if "$ne" in wanted and value == wanted["$ne"]:
                return False
            if "$gt" in wanted and not str(value) > wanted["$gt"]:
                return False
        elif value != wanted:
            return False
    return True


def _project(row, query):
    """Return a row with those parts alone that were asked for."""
    wanted = json.loads(query.get("projection", "{}"))
    if not wanted:
        return row
    made = {name: row[name] for name in ("_id", "_etag") if name in row}
    for dotted in wanted:
        value, target = _get(row, dotted), made
        *parents, last = dotted.split(".")
        for name in parents:
            target = target.setdefault(name, {})
        if value is not None:
            target[last] = value
    return made
