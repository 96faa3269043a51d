"""GatewayAPI, as its documents describe it, on a port of loopback.

Runs in tests and in the demo; knows Python's own library only. ``sent`` holds what it
was given, ``sign_old`` and ``sign_new`` make what its webhooks bring, ``misbehave``
makes the next answers those of a bad day.
"""

import hashlib
import hmac
import json
import threading
from base64 import urlsafe_b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOST = "127.0.0.1"
TOKEN = "token-of-nobody"
SECRET = "secret-of-a-webhook"
JSON, HTML, TEXT = "application/json", "text/html", "text/plain"
#: {name: (status, content type, body, headers, whether it takes the message first)}
BAD_DAYS = {
    "unauthorised": (401, JSON, '{"detail": "No token"}', (), False),
    "forbidden": (403, JSON, '{"detail": "Wrong region"}', (), False),
    "no_credit": (403, JSON, '{"message": "Insufficient credit"}', (), False),
    "text_forbidden": (403, TEXT, "Forbidden", (), False),
    "bad_number": (
        422,
        JSON,
        '{"detail": [{"loc": ["body", "recipient"], "msg": "no number", "type": "v"}]}',
        (),
        False,
    ),
    "bad_sender": (
        422,
        JSON,
        '{"detail": [{"loc": ["body", "sender"], "msg": "too long", "type": "v"}]}',
        (),
        False,
    ),
    "throttled": (429, JSON, "{}", (("Retry-After", "30"),), False),
    "html": (503, HTML, "<html>Soon</html>", (), False),
    "stored_then_broken": (500, HTML, "<html>Oops</html>", (), True),
    "stored_then_cut": (0, "", "", (), True),
    "no_id": (202, JSON, "{}", (), True),
}


class FakeGatewayApi(ThreadingHTTPServer):
    """``with FakeGatewayApi() as fake: … fake.url``"""

    daemon_threads = True

    def __init__(self, port=0):
        super().__init__((HOST, port), _Handler)
        self.sent = []
        self.calls = []
        self.credit = 42.10
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

    def take(self, body):
        with self.lock:
            number = f"01HZ{len(self.sent):022d}"
            self.sent.append({**body, "msg_id": number})
            return {
                "msg_id": number,
                "recipient": body["recipient"],
                "reference": body.get("reference"),
            }

    # -- what its webhooks bring ------------------------------------------------

    @staticmethod
    def prepare_status(message, status, at="2026-09-15T08:01:00Z", event="ev1", **more):
        """Return the event of a message that was taken."""
        return {
            "event_id": event,
            "timestamp": at,
            "event_type": "message.status.sms",
            "event": {
                "msg_id": message["msg_id"],
                "recipient": message["recipient"],
                "reference": message["reference"],
                "status": status,
                "status_at": at,
                "error": None,
                **more,
            },
        }

    @staticmethod
    def prepare_text(number, text, id_=1000001):
        """Return an SMS that came in."""
        return {
            "id": id_,
            "msisdn": int(number.lstrip("+")),
            "receiver": 451204,
            "message": text,
            "senttime": 1789459200,
            "webhook_label": "reminders",
            "country_code": "DK",
            "country_prefix": 45,
        }

    @staticmethod
    def sign_new(data, secret=SECRET):
        """Return (body, headers) as the messaging API signs."""
        raw = json.dumps(data).encode()
        digest = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
        return raw, {"Content-Type": JSON, "Signature": f"v1={digest}"}

    @staticmethod
    def sign_old(data, secret=SECRET, algorithm="HS256", claims=None):
        """Return (body, headers) as the older webhooks sign."""
        head, said = (
            urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
            for part in ({"alg": algorithm, "typ": "JWT"}, claims or data)
        )
        signature = hmac.new(secret.encode(), f"{head}.{said}".encode(), hashlib.sha256)
        token = urlsafe_b64encode(signature.digest()).rstrip(b"=").decode()
        headers = {"Content-Type": JSON, "X-Gwapi-Signature": f"{head}.{said}.{token}"}
        return json.dumps(data).encode(), headers


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        """Keep quiet."""

    def do_GET(self):
        self._act(b"")

    def do_POST(self):
        self._act(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def _act(self, raw):
        fake = self.server
        fake.calls.append((self.command, self.path, raw))
        day = fake.next_day()
        if self.headers.get("Authorization") != f"Token {TOKEN}":
            self._answer(401, JSON, '{"detail": "No token"}')
        elif self.path == "/mobile/single" and self.command == "POST":
            body = json.loads(raw)
            if day and not day[4]:
                self._answer(*day[:4])
            elif not isinstance(body.get("recipient"), int) or not body.get("message"):
                self._answer(*BAD_DAYS["bad_number"][:4])
            else:
                told = fake.take(body)
                self._answer(*(day[:4] if day else (202, JSON, json.dumps(told))))
        elif day:
            self._answer(*day[:4])
        elif self.path == "/rest/me" and self.command == "GET":
            told = {"id": 1, "credit": fake.credit, "currency": "EUR"}
            self._answer(200, JSON, json.dumps(told))
        else:
            self._answer(404, JSON, "{}")

    def _answer(self, status, content_type, body, headers=()):
        if not status:
            self.close_connection = True
            return
        content = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
