"""What an office goes through, written down: the same story before and after a change?

    PR_SOAK_SEEDS=2 PR_SOAK_DAYS=50 STORY_DIR=/somewhere/before bin/test bench/story.py
    ... change the code ...
    PR_SOAK_SEEDS=2 PR_SOAK_DAYS=50 STORY_DIR=/somewhere/after bin/test bench/story.py
    diff -r /somewhere/before /somewhere/after

Plays the way of an invoice and two offices of the soak with a fixed seed, and writes
the trail, the messages and the activities of all cases to a file each. Ids of records
are numbered in the order in which they are first met; links and digests are masked.
"""

import json
import os
import re
from pathlib import Path

from odoo.tests import tagged

from odoo.addons.payment_reminders.tests.whole import test_soak, test_way

MASKS = [
    (re.compile(r"https?://[^\s\"'<>]*"), "URL"),
    (re.compile(r"<[^<>@\s]+@[^<>\s]+>"), "MESSAGE-ID"),
    (re.compile(r"\b[0-9a-f]{16,}\b"), "DIGEST"),
    (re.compile(r"data-oe-id=\\?\"\d+\\?\""), "data-oe-id"),
    (re.compile(r"\bid=\\?\"?\d+"), "id=N"),
]


def mask(text):
    for pattern, word in MASKS:
        text = pattern.sub(word, text or "")
    return text


class Namer:
    """Gives the records of each kind numbers of their own."""

    def __init__(self):
        self.seen = {}

    def name(self, key, value):
        if isinstance(value, dict):
            return {inner: self.name(inner, one) for inner, one in value.items()}
        if isinstance(value, list):
            return [self.name(key, one) for one in value]
        if isinstance(value, str):
            return mask(value)
        if isinstance(value, bool) or not isinstance(value, int):
            return value
        kind = re.sub(r"(_ids?|s)$", "", key)
        numbers = self.seen.setdefault(kind, {})
        return f"{kind} {numbers.setdefault(value, len(numbers))}"


def write_story(env, name):
    """Write the trail, messages and activities of all cases to a file."""
    env.flush_all()
    namer = Namer()

    def select(query):
        env.cr.execute(query)
        return env.cr.fetchall()

    story = {
        "events": [
            [namer.name("case", case or 0), kind, str(date), namer.name("", payload)]
            for case, kind, date, payload in select(
                "SELECT case_id, kind, date, payload::jsonb FROM payment_reminder_event"
                " ORDER BY id"
            )
        ],
        "messages": [
            [namer.name("case", case), kind, subject, mask(body)]
            for case, kind, subject, body in select(
                "SELECT res_id, message_type, subject, body FROM mail_message"
                " WHERE model = 'payment.reminder.case' ORDER BY id"
            )
        ],
        "activities": [
            [namer.name("case", case), summary, mask(note)]
            for case, summary, note in select(
                "SELECT res_id, summary, note FROM mail_activity"
                " WHERE res_model = 'payment.reminder.case' ORDER BY id"
            )
        ],
    }
    folder = Path(os.environ["STORY_DIR"])
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(story, indent=1, sort_keys=True, default=str)
    (folder / f"{name}.json").write_text(text, encoding="utf-8")


class TestWayStory(test_way.TestWay):
    def tearDown(self):
        write_story(self.env, self._testMethodName)
        super().tearDown()


@tagged("standard", "-payment_reminders_long")
class TestSoakStory(test_soak.TestLongSoak):
    def setUp(self):
        super().setUp()
        played = iter(range(100))

        class Office(test_soak.Office):
            def check_end(self):
                write_story(self.env, f"office_{next(played)}")
                super().check_end()

        self.patch(test_soak, "Office", Office)
