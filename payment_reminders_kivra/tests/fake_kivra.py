"""Kivra, as its documents describe it, on a port of loopback.

Runs in tests and in the demo; knows Python's own library only. ``delivered`` holds what
lies in mailboxes, ``posted`` the bytes of each content that came, ``misbehave`` makes
the next contents those of a bad day. With ``is_production`` the same content is
delivered once, as there; the sandbox delivers it again.
"""

import hashlib
import json
import sys
import time
from base64 import b64decode, b64encode
from pathlib import Path
from urllib.parse import parse_qs

# In the tests of the core, beside this addon; there may be no Odoo to import it from.
sys.path.append(str(Path(__file__).parents[2] / "payment_reminders" / "tests" / "http"))
from fake_server import JSON, BadDay, FakeHandler, FakeServer  # noqa: E402

CLIENT, SECRET, TENANT = "client-of-nobody", "secret-of-nobody", "tenant00000001"
COMPANY = "SE599999247101"
PERSON = "anna@exempel.example"
PAYABLE = ("invoice.reminder", "invoice.debtcollection")


def make_error(code, words="No", text=False):
    """Return the body of an error: one page shows numbers, another texts."""
    return json.dumps(
        {
            "code": str(code) if text else code,
            "short_message": words,
            "long_message": f"{words}, said Kivra",
        }
    )


BAD_DAYS = {
    "gone": BadDay(400, make_error(40032, "No such user"), JSON),
    "gone_as_text": BadDay(400, make_error(40032, "No such user", text=True), JSON),
    "bad_ocr": BadDay(400, make_error(40044, "Bad OCR"), JSON),
    "header_only": BadDay(400, headers=(("x-error-code", "40059"),)),
    "no_tenant": BadDay(404, make_error(40400, "No tenant"), JSON),
    "forbidden": BadDay(403, make_error(40300, "Not yours"), JSON),
    "too_large": BadDay(413, make_error(41300, "Too large"), JSON),
    "throttled": BadDay(
        429, make_error(42900, "Slow down"), JSON, (("Retry-After", "60"),)
    ),
    "broken": BadDay(500, "<html>Oops</html>"),
    "stored_then_broken": BadDay(500, "<html>Oops</html>", stores=True),
    "stored_then_cut": BadDay(0, stores=True),
    "cut": BadDay(0),
    "token_died": BadDay(401, make_error(40100, "Token"), JSON),
}


class FakeKivra(FakeServer):
    """``with FakeKivra() as fake: … fake.url``"""

    def __init__(self, port=0, is_production=True):
        super().__init__(port)
        self.is_production = is_production
        self.users = {COMPANY, PERSON}
        #: (receiver, content) of what lies in mailboxes, with ``pdfs`` read.
        self.delivered = []
        self.posted = []
        self.tokens = set()
        self.expires_in = 28800
        #: Called with each content before it is put into a mailbox; what it raises
        #: closes the connection, and nothing was taken.
        self.before_taking = None
        self.before_answer = None
        #: Called with each content that was put into a mailbox.
        self.after_taking = None
        self._seen = {}

    def clear(self):
        self.misbehave()
        self.users = {COMPANY, PERSON}
        self.before_answer = None
        for kept in (self.delivered, self.posted, self.calls, self._seen):
            kept.clear()

    @property
    def digests(self):
        return [hashlib.sha256(raw).hexdigest() for raw in self.posted]

    def make_token(self):
        token = f"token{len(self.tokens):06d}"
        self.tokens = self.tokens | {token}
        return token

    def find_fault(self, content, size):
        """Return the (status, code, words) of what is wrong with a content, or None."""
        receivers = [k for k in ("ssn", "email", "vat_number") if content.get(k)]
        parts = content.get("parts") or []
        if size > 1_000_000:
            return 413, 41300, "Too large"
        if len(receivers) != 1:
            return 400, 40024, "One receiver"
        if content[receivers[0]] not in self.users:
            return 400, 40032, "No such user"
        if not content.get("subject") or not content.get("generated_at") or not parts:
            return 400, 40001, "Missing"
        if not all(b64decode(part["data"]).startswith(b"%PDF") for part in parts):
            return 400, 40008, "No PDF"
        payment = content.get("payment_multiple_options")
        if content.get("type") in PAYABLE and not (payment and payment.get("payable")):
            return 400, 40026, "Not payable"
        for option in (payment or {}).get("options", ()):
            if not isinstance(option["amount"], str) or float(option["amount"]) < 1:
                return 400, 40059, "Amount"
            if len(option["reference"]) > 25:
                return 400, 40044, "Reference"
        return None

    def take(self, raw, content):
        """Put a content into a mailbox; return Kivra's number of it."""
        with self.lock:
            same = {k: v for k, v in content.items() if k != "generated_at"}
            digest = json.dumps(same, sort_keys=True)
            if self.is_production and digest in self._seen:
                return self._seen[digest]
            key = f"obj{len(self.delivered):012d}"
            self._seen[digest] = key
            self.delivered.append(
                {
                    **content,
                    "key": key,
                    # Of a clock that all processes share and no test moves.
                    "time": time.clock_gettime(time.CLOCK_MONOTONIC),
                    "pdfs": [b64decode(part["data"]) for part in content["parts"]],
                }
            )
            if self.after_taking:
                self.after_taking(content)
            return key


class _Handler(FakeHandler):
    def do_POST(self):
        fake = self.server
        raw = self.read_body()
        fake.calls.append((self.path, raw))
        if self.path == "/v1/auth":
            self._log_in(fake, raw)
            return
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in fake.tokens:
            self.answer(401, make_error(40100, "Token"))
        elif not self.path.startswith(f"/v2/tenant/{TENANT}/"):
            self.answer(404, make_error(40400, "No tenant"))
        elif "match/" in self.path:
            asked = json.loads(raw)["list"]
            known = {user.casefold() for user in fake.users}
            found = [one for one in asked if one.casefold() in known]
            self.answer(200, json.dumps({"list": found}))
        else:
            self._take(fake, raw)

    def _log_in(self, fake, raw):
        login = b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        form = parse_qs(raw.decode())
        if self.headers.get("Authorization") != f"Basic {login}":
            self.answer(401, make_error(40104, "Bad credentials"))
        elif form.get("grant_type") != ["client_credentials"]:
            self.answer(400, make_error(40001, "grant_type"))
        else:
            told = {"access_token": fake.make_token(), "expires_in": fake.expires_in}
            self.answer(200, json.dumps({**told, "token_type": "bearer"}))

    def _take(self, fake, raw):
        day = fake.next_day()
        if day and not day.stores:
            fake.posted.append(raw)
            self.answer_badly(day)
            return
        content = json.loads(raw)
        fake.posted.append(raw)
        fault = fake.find_fault(content, len(raw))
        if fault:
            status, code, words = fault
            self.answer(status, make_error(code, words))
            return
        try:
            if fake.before_taking:
                fake.before_taking(content)
        except Exception:
            self.answer(0)
            return
        key = fake.take(raw, content)
        if fake.before_answer:
            fake.before_answer()
        if day:
            self.answer_badly(day)
        else:
            found = (("kivra-objkey", key), ("location", f"/{key}"))
            self.answer(201, headers=found)


FakeKivra.handler = _Handler
FakeKivra.bad_days = BAD_DAYS
