"""Handing over in processes that commit, race each other, and are killed.

Each point once, and the race, are in ``bin/test --all``; ``bench/handover_kills.py``
kills twenty times at each of them.
"""

import contextlib
import os
import tempfile
import threading
from collections import Counter
from pathlib import Path

from odoo import tools
from odoo.tests import BaseCase, tagged

from odoo.addons.payment_reminders.tests.real.database import Scratch
from odoo.addons.payment_reminders.tests.real.process import Child

from .fake_amili import ACCOUNT, API_CODE, CREDITOR, FakeAmili

#: Where a process is killed that hands over: the call at which the service kills it
#: (before or after it has done what was asked), or a step of ours (before or after).
POINTS = (
    ("intent", "after"),
    ("GET /cases", "before"),
    ("GET /cases", "after"),
    ("POST /case--registrations", "before"),
    ("POST /case--registrations", "after"),
    ("note", "before"),
    ("note", "after"),
)
#: What a person has to say of one that was killed there: it never arrived.
NEVER_ARRIVED = POINTS[:4]
#: Where one is killed that tells of a payment.
TELLING = (
    ("GET /creditor--payments", "before"),
    ("POST /creditor--payments", "before"),
    ("POST /creditor--payments", "after"),
    ("told", "before"),
)
#: Where one is killed that ends a case.
ENDING = (
    ("POST /creditor--cancellations", "before"),
    ("POST /creditor--cancellations", "after"),
    ("ended", "before"),
)
#: Steps of ours at which a process kills itself.
OWN_STEPS = ("intent", "note", "told", "ended")


class RealCommon(BaseCase):
    """A database of its own, processes with Odoo on it, and Amili."""

    children_count = 1

    def setUp(self):
        super().setUp()
        self.stack = stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        self.database = stack.enter_context(Scratch(tools.config, "amili"))
        self.fake = stack.enter_context(FakeAmili(limits=()))
        self.children = [
            stack.enter_context(self.make_child(number))
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
        self.figures = Counter()
        self.fake.before = lambda *call: self.see(*call, "before")
        self.fake.after = lambda *call: self.see(*call, "after")

    def make_child(self, number):
        return Child(
            self.database,
            str(self.folder / f"odoo{number}.log"),
            folder=Path(__file__).parent / "real",
        )

    def see(self, method, path, moment):
        """Kill who asks, where the test aims at."""
        if self.aim and (f"{method} {path}", moment) == self.aim:
            self.aim = None
            os.kill(int((self.folder / "pid").read_text()), 9)
            if moment == "before":
                # What was asked is lost with who asked it.
                raise ConnectionAbortedError

    def work(self, point=None):
        """Run the scheduled action in a process of its own; return how it ended.

        :param point: (call or step, moment) at which that process is killed
        """
        step = moment = None
        if point and point[0] in OWN_STEPS:
            step, moment = point
        else:
            self.aim = point
        pid_file = str(self.folder / "pid")
        return self.child.call_apart(
            "work", pid_file=pid_file, step=step, moment=moment
        )

    def kill(self, point):
        """Let a process be killed at a point, and the others go on after it."""
        self.assertEqual((point, self.work(point)), (point, -9))
        self.figures["kills"] += 1
        # Whoever was on its way is left alone for a while, the others go on.
        self.assertEqual(self.work(), 0)
        for _round in range(2):
            self.child.call("let_time_pass")
            self.assertEqual(self.work(), 0)

    def look(self, made):
        ids = [record_id for record_id, _number in made]
        return self.child.call("look", ids=ids)

    def judge(self, made):
        """Count what was doubled or lost; each invoice has one case, and knows it."""
        seen = self.look(made)
        for _record_id, number in made:
            row = seen[number]
            there = [case["_id"] for case in self.fake.find(number)]
            self.figures["hand-overs"] += 1
            self.figures["doubled"] += len(there) > 1
            self.figures["lost"] += row["state"] != "registered" or not there
            self.assertEqual((number, there), (number, [row["external_id"]]))
            self.assertEqual((number, row["state"]), (number, "registered"))
        self.assertEqual(self.child.call("count_broken"), 0)

    def kill_a_hand_over(self, point):
        """Hand three over, with a process killed at a point, and go on after it."""
        made = self.child.call("hand_over", count=3)
        self.kill(point)
        seen = self.look(made)
        stuck = [i for i, number in made if seen[number]["state"] == "uncertain"]
        # What never arrived is not sent again but by a person.
        self.assertEqual((point, len(stuck)), (point, int(point in NEVER_ARRIVED)))
        if stuck:
            self.child.call("say_it_is_not_there", ids=stuck)
            self.assertEqual(self.work(), 0)
        self.judge(made)
        return made

    def kill_a_report(self, made, point):
        """Tell of a payment of each, with a process killed at a point."""
        ids = [record_id for record_id, _number in made]
        before = len(self.fake.payments)
        self.child.call("pay", ids=ids, amount=100.0)
        self.kill(point)
        # Asked again by a person, it looks first.
        self.child.call("tell_again", ids=ids)
        self.assertEqual(self.work(), 0)
        told = Counter(row["case"] for row in self.fake.payments[before:])
        self.figures["payments"] += len(ids)
        self.figures["payments doubled"] += sum(n > 1 for n in told.values())
        self.figures["payments lost"] += len(ids) - len(told)
        self.assertEqual((point, sorted(told.values())), (point, [1] * len(ids)))

    def kill_an_end(self, point):
        """End three, with a process killed at a point."""
        made = self.child.call("hand_over", count=3)
        self.assertEqual(self.work(), 0)
        ids = [record_id for record_id, _number in made]
        self.child.call("end", ids=ids)
        self.kill(point)
        seen = self.look(made)
        self.assertEqual({row["state"] for row in seen.values()}, {"cancelled"})
        self.figures["ends"] += len(ids)
        for _record_id, number in made:
            [case] = self.fake.find(number)
            self.assertTrue(case["closed"])


@tagged("post_install", "-at_install", "-standard", "payment_reminders_long")
class TestRealKilled(RealCommon):
    def test_killed_at_each_point(self):
        for point in POINTS:
            with self.subTest(point=point):
                made = self.kill_a_hand_over(point)
        for point in TELLING:
            with self.subTest(point=point):
                self.kill_a_report(made, point)
        for point in ENDING:
            with self.subTest(point=point):
                self.kill_an_end(point)


@tagged("post_install", "-at_install", "-standard", "payment_reminders_long")
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
        self.assertEqual(self.work(), 0)
        self.judge(made)
        self.assertEqual(self.fake.count("POST", "/case--registrations"), 6)


@tagged("post_install", "-at_install", "-standard", "payment_reminders_long")
class TestRealUninstall(RealCommon):
    def test_records_stay_readable(self):
        made = self.child.call("hand_over", count=2)
        self.assertEqual(self.work(), 0)
        before = self.look(made)
        self.assertEqual(self.child.call_apart("uninstall"), 0)
        with self.make_child("without") as child:
            ids = [record_id for record_id, _number in made]
            after = child.call("look", ids=ids)
            self.assertEqual(after, before)
            for row in after.values():
                self.assertEqual(row["label"], "Sent to Visma Amili")
            self.assertEqual(child.call("count_broken"), 0)
            # Whoever has them is told by hand from now on.
            child.call("pay", ids=ids, amount=100.0)
            child.call("end", ids=ids)
            states = {row["state"] for row in child.call("look", ids=ids).values()}
            self.assertEqual(states, {"cancelled"})
