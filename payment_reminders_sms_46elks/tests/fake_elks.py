"""46elks, as its documents describe it, on a port of loopback.

Runs in tests and in the demo; knows Python's own library only. ``sent`` holds what it
was given, ``report`` and ``text_in`` let it call back, ``misbehave`` makes the next
answers those of a bad day.
"""

import json
import sys
from base64 import b64encode
from pathlib import Path
from urllib.parse import parse_qsl, urlencode
from urllib.request import Request, urlopen

# In the tests of the core, beside this addon; there may be no Odoo to import it from.
sys.path.append(str(Path(__file__).parents[2] / "payment_reminders" / "tests" / "http"))
from fake_server import JSON, TEXT, BadDay, FakeHandler, FakeServer  # noqa: E402

USER, PASSWORD = "u-of-nobody", "p-of-nobody"
#: A message costs so many ten-thousandths for each part of it.
COST = 3500
BAD_DAYS = {
    "no_credit": BadDay(403, "Not enough credits", TEXT),
    "forbidden": BadDay(403, "Access denied", TEXT),
    "unauthorised": BadDay(401, "API access requires Basic HTTP", TEXT),
    "bad_number": BadDay(400, 'Invalid "to" number', TEXT),
    "bad_sender": BadDay(400, 'Invalid "from" value', TEXT),
    "throttled": BadDay(429, "Slow down", TEXT),
    "html": BadDay(500, "<html>Oops</html>"),
    "stored_then_broken": BadDay(500, "<html>Oops</html>", stores=True),
    "stored_then_cut": BadDay(0, stores=True),
    "cut": BadDay(0),
    "empty": BadDay(200, "", JSON, stores=True),
    "no_id": BadDay(200, "{}", JSON, stores=True),
}


class FakeElks(FakeServer):
    """``with FakeElks() as fake: … fake.url``"""

    path = "/a1"

    def __init__(self, port=0):
        super().__init__(port)
        self.sent = []
        self.balance = 421000
        #: Tells whether an SMS can go to a number.
        self.is_number = lambda number: number.startswith("+")
        #: Called before an answer leaves.
        self.before_answer = None

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


class _Handler(FakeHandler):
    def do_GET(self):
        self._act("")

    def do_POST(self):
        self._act(self.read_body().decode())

    def _act(self, body):
        fake = self.server
        fake.calls.append((self.command, self.path, body))
        login = b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        form = dict(parse_qsl(body))
        day = fake.next_day()
        if self.headers.get("Authorization") != f"Basic {login}":
            self.answer(401, "API access requires Basic HTTP", TEXT)
        elif self.path == "/a1/me" and self.command == "GET" and not day:
            told = {"currency": "SEK", "balance": fake.balance, "id": "u1"}
            self.answer(200, json.dumps(told))
        elif self.path == "/a1/sms" and self.command == "POST":
            self._take(fake, form, day)
        elif day:
            self.answer_badly(day)
        else:
            self.answer(404, "Not found", TEXT)

    def _take(self, fake, form, day):
        if day and not day.stores:
            self.answer_badly(day)
            return
        missing = [name for name in ("from", "to", "message") if not form.get(name)]
        if missing:
            self.answer(400, f'Missing "{missing[0]}"', TEXT)
            return
        if not fake.is_number(form["to"]):
            self.answer(400, 'Invalid "to" number', TEXT)
            return
        message = fake.take(form)
        if fake.before_answer:
            fake.before_answer(fake.sent[-1])
        if day:
            self.answer_badly(day)
        else:
            self.answer(200, json.dumps(message))


FakeElks.handler = _Handler
FakeElks.bad_days = BAD_DAYS
