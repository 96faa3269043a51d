"""What a child process does with the job queue, beside what the core's does.

See ``payment_reminders/tests/real``.
"""

from odoo.addons.payment_reminders.models.case import opening
from odoo.addons.payment_reminders.models.notice import proposing
from odoo.addons.payment_reminders.tests.real.scenes import *  # noqa: F403
from odoo.addons.queue_job.job import Job


def knock(env):
    """Run the scheduled action that asks whether somebody is there."""
    env["payment.reminder.engine"]._cron_knock()


def see_runner(env):
    """Note that a runner was seen at this moment."""
    env["payment.reminder.engine"]._note_seen()


def cut_small(env, size):
    """Let a slice of cases be so many."""
    opening.CASES_PER_BATCH = proposing.CASES_PER_BATCH = size


def switch_brake(env, floor):
    """Let the brake look at every run of so many notices or more; 0: never."""
    env.company.write(
        {"reminder_brake": bool(floor), "reminder_brake_floor": floor or 1}
    )


def run_nightly(env):
    """Follow the books and propose, as the night does."""
    env["payment.reminder.case"]._cron_refresh()
    env["payment.reminder"]._cron_propose()


def note_something(env):
    """Write something on every customer, so that the night reads every case."""
    env["res.partner"].search([]).write({"ref": "Seen"})


def count_open(env, names):
    """Return how many notices of these customers wait."""
    return env["payment.reminder"].search_count(
        [("state", "=", "proposed"), ("partner_id.name", "in", names)]
    )


def list_jobs(env):
    """Return [method, state, number of records] of each job, in their order."""
    return [
        [job.method_name, job.state, len(job.records)]
        for job in env["queue.job"].search([], order="id")
    ]


def read_worker(env):
    """Return the process that carries out a batch that is sent, or None."""
    job = env["queue.job"].search(
        [("method_name", "=", "_job_send"), ("state", "=", "started")], limit=1
    )
    return job.worker_pid or None


def carry_out(env):
    """Do what a runner does with the jobs that wait, one after the other."""
    for record in env["queue.job"].search([("state", "=", "pending")], order="id"):
        job = Job.load(env, record.uuid)
        job.set_started()
        job.store()
        env.cr.commit()
        job.perform()
        job.set_done()
        job.store()
        env.cr.commit()


def count_halts(env):
    return env["payment.reminder.halt"].search_count([])


def read_states(env, reminders):
    """Return {state: how many of these notices}."""
    found = {}
    for reminder in env["payment.reminder"].browse(reminders):
        found[reminder.state] = found.get(reminder.state, 0) + 1
    return found


def list_others(env, reminders):
    """Return what is in the way of those that are neither sent nor uncertain."""
    return [
        [reminder.state, reminder.verdict, reminder.held_reason]
        for reminder in env["payment.reminder"].browse(reminders)
        if reminder.state not in ("sent", "uncertain")
    ]


def list_problems(env):
    """Return the codes of what a manager is told to mend."""
    manager = env["res.users"].search([("login", "=", "real_manager")])
    problems = env["res.company"].with_user(manager).get_reminder_health()
    return [problem["code"] for problem in problems]


def uninstall_engine(env):
    env["ir.module.module"].search(
        [("name", "=", "payment_reminders_queue_job")]
    ).button_immediate_uninstall()
