"""Kivra, as its documents describe it, on a port of loopback.

Runs in tests and in the demo; knows Python's own library only. ``delivered`` holds what
lies in mailboxes, ``posted`` the bytes of each content that came, ``misbehave`` makes
the next contents those of a bad day. With ``is_production`` the same content is
delivered once, as there; the sandbox delivers it again.
"""

import hashlib
import json
import threading
from base64 import b64decode, b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

HOST = "127.0.0.1"
CLIENT, SECRET, TENANT = "client-of-nobody", "secret-of-nobody", "tenant00000001"
COMPANY = "SE599999247101"
PERSON = "anna@exempel.example"
JSON = "application/json"
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


#: {name: (status, body, headers, whether it takes the content first)}; a status of 0
#: closes the connection without an answer.
BAD_DAYS = {
    "gone": (400, make_error(40032, "No such user"), (), False),
    "gone_as_text": (400, make_error(40032, "No such user", text=True), (), False),
    "bad_ocr": (400, make_error(40044, "Bad OCR"), (), False),
    "header_only": (400, "", (("x-error-code", "40059"),), False),
    "no_tenant": (404, make_error(40400, "No tenant"), (), False),
    "forbidden": (403, make_error(40300, "Not yours"), (), False),
    "too_large": (413, make_error(41300, "Too large"), (), False),
    "throttled": (429, make_error(42900, "Slow down"), (("Retry-After", "60"),), False),
    "broken": (500, "<html>Oops</html>", (), False),
    "stored_then_broken": (500, "<html>Oops</html>", (), True),
    "stored_then_cut": (0, "", (), True),
    "cut": (0, "", (), False),
    "token_died": (401, make_error(40100, "Token"), (), False),
}


class FakeKivra(ThreadingHTTPServer):
    """``with FakeKivra() as fake: … fake.url``"""

    daemon_threads = True

    def __init__(self, port=0, is_production=True):
        super().__init__((HOST, port), _Handler)
        self.is_production = is_production
        self.users = {COMPANY, PERSON}
        #: (receiver, content) of what lies in mailboxes, with ``pdfs`` read.
        self.delivered = []
        self.posted = []
        self.calls = []
        self.tokens = set()
        self.expires_in = 28800
        self.before_answer = None
        self._seen = {}
        self._bad = []
        self.lock = threading.RLock()

    def handle_error(self, request, client_address):
        """Say nothing of clients that hang up: they are meant to."""

    def __enter__(self):
        threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    @property
    def url(self):
        return f"http://{HOST}:{self.server_address[1]}"

    def misbehave(self, *days):
        self._bad = list(days)

    def next_day(self):
        return BAD_DAYS[self._bad.pop(0)] if self._bad else None

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
                    "pdfs": [b64decode(part["data"]) for part in content["parts"]],
                }
            )
            return key


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        """Keep quiet."""

    def do_POST(self):
        fake = self.server
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fake.calls.append((self.path, raw))
        if self.path == "/v1/auth":
            self._log_in(fake, raw)
            return
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in fake.tokens:
            self._answer(401, make_error(40100, "Token"))
        elif not self.path.startswith(f"/v2/tenant/{TENANT}/"):
            self._answer(404, make_error(40400, "No tenant"))
        elif "match/" in self.path:
            asked = json.loads(raw)["list"]
            known = {user.casefold() for user in fake.users}
            found = [one for one in asked if one.casefold() in known]
            self._answer(200, json.dumps({"list": found}))
        else:
            self._take(fake, raw)

    def _log_in(self, fake, raw):
        login = b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        form = parse_qs(raw.decode())
        if self.headers.get("Authorization") != f"Basic {login}":
            self._answer(401, make_error(40104, "Bad credentials"))
        elif form.get("grant_type") != ["client_credentials"]:
            self._answer(400, make_error(40001, "grant_type"))
        else:
            told = {"access_token": fake.make_token(), "expires_in": fake.expires_in}
            self._answer(200, json.dumps({**told, "token_type": "bearer"}))

    def _take(self, fake, raw):
        day = fake.next_day()
        if day and not day[3]:
            fake.posted.append(raw)
            self._answer(*day[:3])
            return
        content = json.loads(raw)
        fake.posted.append(raw)
        fault = fake.find_fault(content, len(raw))
        if fault:
            status, code, words = fault
            self._answer(status, make_error(code, words))
            return
        key = fake.take(raw, content)
        if fake.before_answer:
            fake.before_answer()
        if day:
            self._answer(*day[:3])
        else:
            self._answer(201, "", (("kivra-objkey", key), ("location", f"/{key}")))

    def _answer(self, status, body, headers=()):
        if not status:
            self.close_connection = True
            return
        content = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", JSON if body[:1] in "{[" else "text/html")
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
