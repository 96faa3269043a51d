"""GatewayAPI, as its documents describe it, on a port of loopback.

Runs in tests and in the demo; knows Python's own library only. ``sent`` holds what it
was given, ``sign_old`` and ``sign_new`` make what its webhooks bring, ``misbehave``
makes the next answers those of a bad day.
"""

import hashlib
import hmac
import json
import sys
from base64 import urlsafe_b64encode
from pathlib import Path

# In the tests of the core, beside this addon; there may be no Odoo to import it from.
sys.path.append(str(Path(__file__).parents[2] / "payment_reminders" / "tests" / "http"))
from fake_server import JSON, TEXT, BadDay, FakeHandler, FakeServer  # noqa: E402

TOKEN = "token-of-nobody"
SECRET = "secret-of-a-webhook"
BAD_DAYS = {
    "unauthorised": BadDay(401, '{"detail": "No token"}', JSON),
    "forbidden": BadDay(403, '{"detail": "Wrong region"}', JSON),
    "no_credit": BadDay(403, '{"message": "Insufficient credit"}', JSON),
    "text_forbidden": BadDay(403, "Forbidden", TEXT),
    "bad_number": BadDay(
        422,
        '{"detail": [{"loc": ["body", "recipient"], "msg": "no number", "type": "v"}]}',
        JSON,
    ),
    "bad_sender": BadDay(
        422,
        '{"detail": [{"loc": ["body", "sender"], "msg": "too long", "type": "v"}]}',
        JSON,
    ),
    "throttled": BadDay(429, "{}", JSON, (("Retry-After", "30"),)),
    "html": BadDay(503, "<html>Soon</html>"),
    "stored_then_broken": BadDay(500, "<html>Oops</html>", stores=True),
    "stored_then_cut": BadDay(0, stores=True),
    "no_id": BadDay(202, "{}", JSON, stores=True),
}


class FakeGatewayApi(FakeServer):
    """``with FakeGatewayApi() as fake: … fake.url``"""

    def __init__(self, port=0):
        super().__init__(port)
        self.sent = []
        self.credit = 42.10

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


class _Handler(FakeHandler):
    def do_GET(self):
        self._act(b"")

    def do_POST(self):
        self._act(self.read_body())

    def _act(self, raw):
        fake = self.server
        fake.calls.append((self.command, self.path, raw))
        day = fake.next_day()
        if self.headers.get("Authorization") != f"Token {TOKEN}":
            self.answer(401, '{"detail": "No token"}')
        elif self.path == "/mobile/single" and self.command == "POST":
            body = json.loads(raw)
            if day and not day.stores:
                self.answer_badly(day)
            elif not isinstance(body.get("recipient"), int) or not body.get("message"):
                self.answer_badly(BAD_DAYS["bad_number"])
            else:
                told = fake.take(body)
                if day:
                    self.answer_badly(day)
                else:
                    self.answer(202, json.dumps(told))
        elif day:
            self.answer_badly(day)
        elif self.path == "/rest/me" and self.command == "GET":
            told = {"id": 1, "credit": fake.credit, "currency": "EUR"}
            self.answer(200, json.dumps(told))
        else:
            self.answer(404, "{}")


FakeGatewayApi.handler = _Handler
FakeGatewayApi.bad_days = BAD_DAYS
