"""Handing over in processes that commit, race each other, and are killed."""

import contextlib
import os
import tempfile
import threading
from pathlib import Path

from odoo import tools
from odoo.tests import BaseCase, tagged

from odoo.addons.payment_reminders.tests.real.database import Scratch
from odoo.addons.payment_reminders.tests.real.process import Child

from .fake_amili import ACCOUNT, API_CODE, CREDITOR, FakeAmili

#: Where a process is killed: (call, before or after the service has done it).
POINTS = (
    ("GET", "/cases", "before"),
    ("GET", "/cases", "after"),
    ("POST", "/case--registrations", "before"),
    ("POST", "/case--registrations", "after"),
)


@tagged("post_install", "-at_install")
class RealCommon(BaseCase):
    """A database of its own, processes with Odoo on it, and Amili."""

    children_count = 1

    def setUp(self):
        super().setUp()
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        database = stack.enter_context(Scratch(tools.config, "amili"))
        self.fake = stack.enter_context(FakeAmili(limits=()))
        self.children = [
            stack.enter_context(
                Child(
                    database,
                    str(self.folder / f"odoo{number}.log"),
                    folder=Path(__file__).parent / "real",
                )
            )
            for number in range(self.children_count)
        ]
        self.child = self.children[0]
        self.fake.know(
            self.child.call(
                "set_up",
                url=self.fake.url,
                api_code=API_CODE,
                account=ACCOUNT["_id"],
                creditor=CREDITOR["_id"],
            )
        )
        self.aim = None
        self.fake.before = lambda *call: self.see(*call, "before")
        self.fake.after = lambda *call: self.see(*call, "after")

    def see(self, method, path, moment):
        """Kill who asks, where the test aims at."""
        if self.aim and (method, path, moment) == self.aim:
            self.aim = None
            os.kill(int((self.folder / "pid").read_text()), 9)

    def work(self):
        """Run the scheduled action in a process of its own; return how it ended."""
        return self.child.call_apart("work", pid_file=str(self.folder / "pid"))

    def look(self, ids):
        return self.child.call("look", ids=ids)

    def assertNoneDoubledNorLost(self, made):
        """Each invoice has one case there, and knows it; the trail holds together."""
        seen = self.look([record_id for record_id, _number in made])
        for _record_id, number in made:
            state, external = seen[number]
            there = [case["_id"] for case in self.fake.find(number)]
            self.assertEqual((number, state), (number, "registered"))
            self.assertEqual((number, there), (number, [external]))
        self.assertEqual(self.child.call("count_broken"), 0)

    def kill_at(self, point):
        """Hand three over, with a process killed at a point, and go on after it."""
        made = self.child.call("hand_over", count=3)
        ids = [record_id for record_id, _number in made]
        self.aim = point
        self.assertEqual(self.work(), -9)
        # Whoever was on its way is left alone for a while, the others go on.
        self.assertEqual(self.work(), 0)
        self.child.call("let_time_pass")
        self.assertEqual(self.work(), 0)
        self.child.call("let_time_pass")
        self.assertEqual(self.work(), 0)
        seen = self.look(ids)
        stuck = [i for i, number in made if seen[number][0] == "uncertain"]
        was_stored = point[1:] == ("/case--registrations", "after")
        # What never arrived is not sent again but by a person.
        self.assertEqual(len(stuck), 0 if was_stored else 1)
        if stuck:
            self.child.call("say_it_is_not_there", ids=stuck)
            self.assertEqual(self.work(), 0)
        self.assertNoneDoubledNorLost(made)


class TestRealKilled(RealCommon):
    def test_killed_at_each_point(self):
        for point in POINTS:
            with self.subTest(point=point):
                self.kill_at(point)


class TestRealRace(RealCommon):
    children_count = 2

    def test_two_workers(self):
        made = self.child.call("hand_over", count=6)
        meeting = threading.Barrier(2)

        def run(child):
            meeting.wait()
            child.call("work")

        threads = [
            threading.Thread(target=run, args=(child,)) for child in self.children
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        self.child.call("let_time_pass")
        self.work()
        self.assertNoneDoubledNorLost(made)
        self.assertEqual(self.fake.count("POST", "/case--registrations"), 6)


@tagged("-standard", "payment_reminders_long")
class TestMoreKills(RealCommon):
    def test_twenty_times_at_each_point(self):
        for point in POINTS:
            for attempt in range(20):
                with self.subTest(point=point, attempt=attempt):
                    self.kill_at(point)
