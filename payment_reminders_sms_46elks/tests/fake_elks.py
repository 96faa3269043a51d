"""46elks, as its documents describe it, on a port of loopback.

Runs in tests and in the demo; knows Python's own library only. ``sent`` holds what it
was given, ``report`` and ``text_in`` let it call back, ``misbehave`` makes the next
answers those of a bad day.
"""

import json
import threading
from base64 import b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlencode
from urllib.request import Request, urlopen

HOST = "127.0.0.1"
USER, PASSWORD = "u-of-nobody", "p-of-nobody"
#: A message costs so many ten-thousandths for each part of it.
COST = 3500
#: {name: (status, content type, body, whether it takes the message first)}; a status of
#: 0 closes the connection without an answer.
BAD_DAYS = {
    "no_credit": (403, "text/plain", "Not enough credits", False),
    "forbidden": (403, "text/plain", "Access denied", False),
    "unauthorised": (401, "text/plain", "API access requires Basic HTTP", False),
    "bad_number": (400, "text/plain", 'Invalid "to" number', False),
    "bad_sender": (400, "text/plain", 'Invalid "from" value', False),
    "throttled": (429, "text/plain", "Slow down", False),
    "html": (500, "text/html", "<html>Oops</html>", False),
    "stored_then_broken": (500, "text/html", "<html>Oops</html>", True),
    "stored_then_cut": (0, "", "", True),
    "cut": (0, "", "", False),
    "empty": (200, "application/json", "", True),
    "no_id": (200, "application/json", "{}", True),
}


class FakeElks(ThreadingHTTPServer):
    """``with FakeElks() as fake: … fake.url``"""

    daemon_threads = True

    def __init__(self, port=0):
        super().__init__((HOST, port), _Handler)
        self.sent = []
        self.calls = []
        self.balance = 421000
        #: Called before an answer leaves.
        self.before_answer = None
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
        return f"http://{HOST}:{self.server_address[1]}/a1"

    def misbehave(self, *days):
        self._bad = list(days)

    def next_day(self):
        return BAD_DAYS[self._bad.pop(0)] if self._bad else None

    def take(self, form):
        """Take a message; return how it is answered."""
        with self.lock:
            parts = -(-len(form["message"]) // 160)
            message = {
                "id": f"s{len(self.sent):031x}",
                "status": "created",
                "direction": "outgoing",
                "from": form["from"],
                "to": form["to"],
                "message": form["message"],
                "parts": parts,
                "cost": COST * parts,
                "created": "2026-09-15T08:00:00.000000",
            }
            self.sent.append({**message, **form})
            self.balance -= message["cost"]
            return message

    def prepare_report(self, message, status, at="2026-09-15T08:01:00.000000"):
        """Return (address, form) of a delivery report of a message that was taken."""
        form = {"id": message["id"], "status": status}
        if status == "delivered":
            form["delivered"] = at
        return message["whendelivered"], form

    @staticmethod
    def prepare_text(number, text, id_="sin0001", to="+46766861234"):
        """Return the form of an SMS that came in."""
        return {
            "direction": "incoming",
            "id": id_,
            "from": number,
            "to": to,
            "message": text,
            "created": "2026-09-15T08:05:00.000000",
        }

    @staticmethod
    def call(url, form):
        """Call back, as the demo needs it; return (status, body)."""
        request = Request(url, urlencode(form).encode(), method="POST")
        with urlopen(request, timeout=10) as answer:  # noqa: S310 (loopback)
            return answer.status, answer.read()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        """Keep quiet."""

    def do_GET(self):
        self._act("")

    def do_POST(self):
        self._act(
            self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        )

    def _act(self, body):
        fake = self.server
        fake.calls.append((self.command, self.path, body))
        login = b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        form = dict(parse_qsl(body))
        day = fake.next_day()
        if self.headers.get("Authorization") != f"Basic {login}":
            self._answer(401, "text/plain", "API access requires Basic HTTP")
        elif self.path == "/a1/me" and self.command == "GET" and not day:
            told = {"currency": "SEK", "balance": fake.balance, "id": "u1"}
            self._answer(200, "application/json", json.dumps(told))
        elif self.path == "/a1/sms" and self.command == "POST":
            self._take(fake, form, day)
        elif day:
            self._answer(*day[:3])
        else:
            self._answer(404, "text/plain", "Not found")

    def _take(self, fake, form, day):
        if day and not day[3]:
            self._answer(*day[:3])
            return
        missing = [name for name in ("from", "to", "message") if not form.get(name)]
        if missing:
            self._answer(400, "text/plain", f'Missing "{missing[0]}"')
            return
        if not form["to"].startswith("+"):
            self._answer(400, "text/plain", 'Invalid "to" number')
            return
        message = fake.take(form)
        if fake.before_answer:
            fake.before_answer(fake.sent[-1])
        self._answer(
            *(day[:3] if day else (200, "application/json", json.dumps(message)))
        )

    def _answer(self, status, content_type, body):
        if not status:
            self.close_connection = True
            return
        content = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
