"""Slices as jobs: by a runner that is played, and by two real ones."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import unittest
from importlib.util import find_spec
from pathlib import Path

from odoo.tests import tagged

from odoo.addons.payment_reminders.models.sending.sender import NOTICES_PER_BATCH
from odoo.addons.payment_reminders.tests.real.process import Child
from odoo.addons.payment_reminders.tests.real.real_common import RealCase
from odoo.addons.payment_reminders.tests.real.servers import free_port
from odoo.addons.payment_reminders.tests.tags import takes_long

ADDON = "payment_reminders_queue_job"
REAL = Path(__file__).parent / "real"
#: Two batches of notices.
MANY = 2 * NOTICES_PER_BATCH


@unittest.skipUnless(find_spec("odoo.addons.queue_job"), "there is no queue_job")
class JobsCase(RealCase):
    """The bridge is installed in a database of its own: nobody else has it."""

    channels = "email"

    @classmethod
    def start_child(cls):
        first = not cls.children
        child = Child(cls.database, cls.log, REAL, install=ADDON if first else None)
        cls.children.append(cls.stack.enter_context(child))
        return child

    def setUp(self):
        super().setUp()
        self.run_scene("switch_brake", floor=0)

    def stage_many(self, count=MANY):
        """Make customers whose notices are ready to be sent; return {name: notice}."""
        names = [self.name(f"-{number}") for number in range(count)]
        made = self.run_scene("stage", names=names, phone=False)
        return {name: customer["reminder"] for name, customer in made.items()}

    def read_states(self, notices):
        return self.run_scene("read_states", reminders=list(notices.values()))

    def list_jobs(self, *states):
        return [job for job in self.run_scene("list_jobs") if job[1] in states]

    def count_mails(self, notices):
        """Return {how many messages: how many customers got so many}."""
        found = {}
        for name in notices:
            got = len(self.mails_to(name))
            found[got] = found.get(got, 0) + 1
        return found

    def owe_many(self, **more):
        """Make 30 customers who owe, in slices of a dozen; return their names."""
        names = [self.name(f"-{number}") for number in range(30)]
        self.run_scene("owe", names=names, phone=False, **more)
        self.run_scene("cut_small", size=12)
        return names

    def count_open(self, names):
        return self.run_scene("count_open", names=names)


class TestRealJobs(JobsCase):
    purpose = "jobs"

    @takes_long
    def test_batches_are_jobs(self):
        notices = self.stage_many()
        self.run_scene("see_runner")
        self.run_scene("cron_send")
        jobs = [["_job_send", "pending", NOTICES_PER_BATCH]] * 2
        self.assertEqual(self.list_jobs("pending"), jobs)
        self.assertEqual(self.count_mails(notices), {0: MANY})
        # What waits for a job is put into no other.
        self.run_scene("cron_send")
        self.assertEqual(self.list_jobs("pending"), jobs)
        self.run_scene("carry_out")
        self.assertEqual(self.read_states(notices), {"sent": MANY})
        self.run_scene("cron_send")
        self.run_scene("carry_out")
        self.assertEqual(self.count_mails(notices), {1: MANY})


@tagged("-standard", "payment_reminders_long")
class TestMoreJobs(JobsCase):
    purpose = "more_jobs"

    def test_a_without_a_runner(self):
        """As without this addon, and managers are told."""
        count = NOTICES_PER_BATCH + 5
        notices = self.stage_many(count)
        self.run_scene("cron_send")
        self.assertEqual(self.read_states(notices), {"sent": count})
        self.assertEqual(self.count_mails(notices), {1: count})
        self.assertEqual(self.run_scene("list_jobs"), [])
        self.assertIn("queue_job", self.run_scene("list_problems"))
        # Somebody is there: it is told by the job that the knocking puts in.
        self.run_scene("knock")
        self.run_scene("knock")
        self.assertEqual(self.list_jobs("pending"), [["_knock", "pending", 0]])
        self.run_scene("carry_out")
        self.assertNotIn("queue_job", self.run_scene("list_problems"))

    def test_few_are_no_job(self):
        notices = self.stage_many(3)
        self.run_scene("see_runner")
        self.run_scene("cron_send")
        self.assertEqual(self.list_jobs("pending"), [])
        self.assertEqual(self.read_states(notices), {"sent": 3})

    def test_the_brake_sees_the_whole_run(self):
        """A batch at a time it would never brake."""
        notices = self.stage_many()
        self.run_scene("switch_brake", floor=MANY - 10)
        self.run_scene("see_runner")
        self.run_scene("cron_send")
        self.run_scene("carry_out")
        self.assertEqual(self.run_scene("count_halts"), 1)
        self.assertEqual(self.count_mails(notices), {0: MANY})

    def test_fallback(self):
        """The runner died: after an hour the scheduled action sends by itself."""
        notices = self.stage_many()
        self.run_scene("see_runner")
        self.run_scene("cron_send")
        self.go_to(0, hour=11)
        self.run_scene("cron_send")
        self.assertEqual(self.count_mails(notices), {0: MANY})
        self.go_to(0, hour=12)
        self.assertIn("queue_job", self.run_scene("list_problems"))
        self.run_scene("cron_send")
        self.assertEqual(self.count_mails(notices), {1: MANY})
        # It comes back, and finds the jobs of before: nothing is left to do.
        self.run_scene("carry_out")
        self.assertEqual(self.count_mails(notices), {1: MANY})
        self.assertEqual(self.read_states(notices), {"sent": MANY})

    def test_cases_are_sliced(self):
        names = self.owe_many()
        self.run_scene("run_nightly")
        self.assertEqual(self.count_open(names), 30)
        self.run_scene("note_something")
        self.run_scene("see_runner")
        self.run_scene("run_nightly")
        methods = [job[0] for job in self.list_jobs("pending")]
        self.assertGreaterEqual(methods.count("_job_refresh"), 3)
        self.assertGreaterEqual(methods.count("_job_recheck"), 3)
        self.run_scene("carry_out")
        self.assertEqual(self.list_jobs("pending", "failed"), [])
        self.assertEqual(self.count_open(names), 30)

    def test_proposals_are_sliced(self):
        names = self.owe_many(days=0)
        self.run_scene("run_nightly")
        self.assertEqual(self.count_open(names), 0)
        self.go_to(14)
        self.run_scene("see_runner")
        self.run_scene("run_nightly")
        self.assertIn(["_job_propose", "pending", 12], self.list_jobs("pending"))
        self.assertEqual(self.count_open(names), 0)
        self.run_scene("carry_out")
        self.assertEqual(self.count_open(names), 30)
        # A second round finds nothing to do.
        self.run_scene("run_nightly")
        self.run_scene("carry_out")
        self.assertEqual(self.count_open(names), 30)


@tagged("-standard", "payment_reminders_long")
class TestTwoRunners(JobsCase):
    purpose = "runners"

    def start_runner(self, stack, number):
        """Start an Odoo with a runner, on a port of its own."""
        port = free_port()
        log = stack.enter_context(open(f"{self.log}.{number}", "ab"))
        process = subprocess.Popen(
            [
                *(sys.executable, "-W", "ignore", str(REAL / "runner.py")),
                *(str(self.now), "server", "-d", self.database),
                *(f"--db-filter=^{self.database}$", f"--http-port={port}"),
                *("--load=base,rpc,web,queue_job", "--max-cron-threads=0"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, "ODOO_QUEUE_JOB_CHANNELS": "root:2"},
        )
        stack.callback(process.wait)
        stack.callback(process.kill)
        self.wait(lambda: _listens(port), 60)
        return process

    def wait(self, is_done, seconds):
        end = time.clock_gettime(time.CLOCK_MONOTONIC) + seconds
        while not is_done():
            if time.clock_gettime(time.CLOCK_MONOTONIC) > end:
                self.fail(f"not within {seconds} s: {self.run_scene('list_jobs')}")
            time.sleep(0.2)

    def has_waiting(self):
        return bool(self.list_jobs("pending", "enqueued", "started"))

    def test_one_is_killed(self):
        """What it was sending is sent by the other, or asked about: never twice."""
        notices = self.stage_many()
        self.smtp.before_taking = lambda _recipients: time.sleep(0.3)
        with contextlib.ExitStack() as stack:
            runners = [self.start_runner(stack, number) for number in range(2)]
            self.run_scene("knock")
            self.wait(lambda: not self.has_waiting(), 60)
            self.run_scene("cron_send")
            self.wait(lambda: len(self.smtp.mails) >= 10, 60)
            worker = self.run_scene("read_worker")
            self.assertIn(worker, [runner.pid for runner in runners])
            os.kill(worker, signal.SIGKILL)
            time.sleep(12)  # until then a job might just have begun
            self.run_scene("knock")
            self.wait(lambda: not self.has_waiting(), 120)
            # What the dead one had claimed is let go, and sent by the other one.
            self.smtp.before_taking = None
            for hour in (11, 12):
                self.go_to(0, hour=hour)
                self.run_scene("cron_send")
                self.wait(lambda: not self.has_waiting(), 60)
        states = self.read_states(notices)
        others = self.run_scene("list_others", reminders=list(notices.values()))
        self.assertEqual(others, [], states)
        # As many as it had in hand.
        self.assertLessEqual(states.get("uncertain", 0), 2)
        self.assertGreaterEqual(states["sent"], MANY - 2)
        mails = self.count_mails(notices)
        self.assertEqual(set(mails) - {0, 1}, set())
        self.assertLessEqual(mails.get(0, 0), states.get("uncertain", 0))

    def test_z_uninstalled_with_jobs(self):
        """They are cancelled, and the scheduled actions go on alone."""
        notices = self.stage_many()
        self.run_scene("see_runner")
        self.run_scene("cron_send")
        self.assertEqual(len(self.list_jobs("pending")), 2)
        self.run_scene("uninstall_engine")
        child = self.stack.enter_context(Child(self.database, self.log))
        self.assertEqual(self.count_mails(notices), {0: MANY})
        self.run_scene("cron_send", child=child)
        self.assertEqual(self.count_mails(notices), {1: MANY})


def _listens(port):
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    return False
