"""What ``bench/jobs.py`` does inside Odoo."""

import os
import signal
import time
from collections import Counter

from freezegun import freeze_time

from . import seed
from .moment import NIGHT
from .work import prepare

METHOD = "_job_refresh"


def make(env, cases):
    """Make customers with an invoice each, and a company that follows them."""
    with freeze_time(NIGHT, tick=True):
        env["ir.cron"].search([]).active = False
        prepare(env.company)
        seed.populate(env, cases, NIGHT.date(), invoices=1)


class Night:
    def __init__(self, env, cases):
        self.env = env
        self.cases = cases
        self.start = now()

    def say(self, text):
        print(f"{now() - self.start:8.0f} s  {text}", flush=True)

    def call(self, model, method):
        getattr(self.env[model], method)()
        self.env.cr.commit()
        self.env.invalidate_all()

    def count_jobs(self):
        """Return {state: how many} of the jobs, as they are at this moment."""
        self.env.cr.rollback()
        self.env.cr.execute("SELECT state FROM queue_job")
        return Counter(state for (state,) in self.env.cr.fetchall())

    def wait(self, is_enough):
        while not is_enough(self.count_jobs()):
            time.sleep(0.5)

    def wait_for_all(self):
        self.wait(
            lambda jobs: not (jobs["pending"] + jobs["enqueued"] + jobs["started"])
        )


def now():
    return time.clock_gettime(time.CLOCK_MONOTONIC)


def work(env, cases, is_killed):
    with freeze_time(NIGHT, tick=True):
        night = Night(env, cases)
        night.call("payment.reminder.engine", "_cron_knock")
        night.wait_for_all()
        night.say("a runner is there")
        night.call("payment.reminder.case", "_cron_refresh")
        found = env["payment.reminder.case"].search_count([])
        night.say(f"{found:,} cases opened by the scheduled action")
        # Of every case: its next step comes a month later.
        env.cr.execute("UPDATE res_partner SET reminder_grace_days = 30")
        env.cr.execute("SELECT MAX(next_date) FROM payment_reminder_case")
        (before,) = env.cr.fetchone()
        env.cr.commit()
        night.call("payment.reminder.case", "_cron_refresh")
        night.say(f"cut into jobs: {dict(night.count_jobs())}")
        if is_killed:
            kill_one(night)
        night.wait_for_all()
        night.say(f"done: {dict(night.count_jobs())}")
        env.cr.execute(
            "SELECT COUNT(*) FROM payment_reminder_case WHERE next_date > %s", [before]
        )
        print(f"{env.cr.fetchone()[0]:,} of {cases:,} cases know of the change")


def kill_one(night):
    """Kill the process that does the jobs when a quarter of them is done."""
    total = sum(night.count_jobs().values())
    night.wait(lambda jobs: jobs["done"] >= total / 4 and jobs["started"])
    night.env.cr.execute(
        "SELECT worker_pid FROM queue_job WHERE state = 'started' LIMIT 1"
    )
    (pid,) = night.env.cr.fetchone()
    os.kill(pid, signal.SIGKILL)
    night.say(f"killed process {pid}: {dict(night.count_jobs())}")
