"""Names, signatures and pauses, without Odoo's database."""

import re
from datetime import datetime, timedelta
from pathlib import Path

from odoo.tests import BaseCase, freeze_time

from ..rules import events, retrying, signing

MANUAL = Path(__file__).parents[1] / "readme" / "USAGE.md"
BODY = b'{"type": "ping"}'


def read_check():
    """Return the check that the manual gives to receivers."""
    code = re.search(r"```python\n(.*?)```", MANUAL.read_text(), re.DOTALL).group(1)
    space = {}
    exec(code, space)  # pylint: disable=exec-used
    return space["is_genuine"]


class TestSigning(BaseCase):
    def setUp(self):
        super().setUp()
        self.startPatcher(freeze_time("2026-09-15 08:00:00"))
        self.now = 1789459200
        self.secret = signing.make_secret()
        self.is_genuine = read_check()

    def sign(self, *keys, now=None, body=BODY):
        return signing.make_headers(
            keys or (self.secret,), "msg_1", now or self.now, body
        )

    def test_a_known_signature(self):
        # Worked out with openssl: printf 'msg_1.1789459200.{}' |
        # openssl dgst -sha256 -hmac 'abcdefghijklmnopqrstuvwx' -binary | base64
        secret = "whsec_YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4"
        self.assertEqual(
            signing.sign(secret, "msg_1", 1789459200, b"{}"),
            "v1,J9ybELEjOgsPGKjin5pVC0Nb+3m3x8Xoi3QY1+n023Y=",
        )

    def test_the_documented_check_knows_ours(self):
        self.assertTrue(self.is_genuine(self.secret, self.sign(), BODY))
        other = signing.make_secret()
        both = self.sign(self.secret, other)
        self.assertTrue(self.is_genuine(self.secret, both, BODY))
        self.assertTrue(self.is_genuine(other, both, BODY))

    def test_the_documented_check_knows_what_is_forged(self):
        self.assertFalse(self.is_genuine(signing.make_secret(), self.sign(), BODY))
        self.assertFalse(self.is_genuine(self.secret, self.sign(), BODY + b" "))
        for name, value in (
            ("webhook-id", "msg_2"),
            ("webhook-timestamp", str(self.now + 1)),
            ("webhook-signature", "v1,"),
            ("webhook-signature", ""),
        ):
            self.assertFalse(
                self.is_genuine(self.secret, {**self.sign(), name: value}, BODY), name
            )
        old = self.sign(now=self.now - 301)
        self.assertFalse(self.is_genuine(self.secret, old, BODY))

    def test_what_is_no_secret_is_refused(self):
        with self.assertRaises(ValueError):
            signing.sign("whsec_?", "msg_1", 1, b"")

    def test_secrets_differ_and_are_long(self):
        self.assertNotEqual(signing.make_secret(), signing.make_secret())
        self.assertGreaterEqual(len(signing.make_secret()), 6 + 32)


class TestEvents(BaseCase):
    def test_names(self):
        for kind, payload, event in (
            ("sent", {}, events.SENT),
            ("held", {"verdict": ["PAID"]}, events.HELD),
            ("frozen", {"reason": "query"}, events.QUESTION),
            ("frozen", {"reason": "manual"}, None),
            ("plan_changed", {"state": "broken"}, events.PROMISE_BROKEN),
            ("plan_changed", {"state": "kept"}, None),
            ("handover_registered", {}, events.HANDED_OVER),
            ("handover_queued", {}, None),
            ("closed", {"reason": "paid"}, events.PAID),
            ("closed", {"reason": "written_off"}, None),
            ("erased", {}, None),
        ):
            self.assertEqual(events.name_event(kind, payload), event, (kind, payload))

    def test_codes(self):
        self.assertEqual(
            events.read_codes({"verdict": ["PAID", "NO_EMAIL"]}), ["PAID", "NO_EMAIL"]
        )
        self.assertEqual(events.read_codes({"by": 2}), [events.BY_HAND])
        self.assertEqual(events.read_codes({}), [])


class TestRetrying(BaseCase):
    def test_pauses_grow_and_stay(self):
        minutes = [retrying.find_pause(n).total_seconds() / 60 for n in range(9)]
        self.assertEqual(minutes, [1, 1, 5, 15, 60, 180, 360, 360, 360])

    def test_a_receiver_may_ask_for_more(self):
        self.assertEqual(retrying.find_pause(1, 600), timedelta(minutes=10))
        self.assertEqual(retrying.find_pause(2, 10), timedelta(minutes=5))

    def test_a_week_is_waited_for(self):
        since = datetime(2026, 9, 15)
        self.assertFalse(retrying.is_given_up(since, since + timedelta(days=7)))
        self.assertTrue(retrying.is_given_up(since, since + timedelta(days=14)))
