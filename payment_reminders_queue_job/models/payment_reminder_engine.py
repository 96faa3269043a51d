"""Whether OCA's job queue works, and how slices of our work are put into it."""

import hashlib
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

#: Longer than this no job of ours was started: there is no runner.
PATIENCE = timedelta(minutes=60)
#: The place in ``payment.reminder.progress`` where it is noted that one was.
SEEN = "queue_job"
#: {(model, method): how often it is tried} of what a job may do.
JOBS = {
    ("payment.reminder.engine", "_knock"): 1,
    ("payment.reminder.case", "_job_refresh"): 3,
    ("payment.reminder.case", "_job_propose"): 3,
    ("payment.reminder", "_job_recheck"): 3,
    # What a dead sender left is for the recovery and for people, never for a repeat.
    ("payment.reminder", "_job_send"): 1,
}
WAITING = ("wait_dependencies", "pending", "enqueued", "started")


class PaymentReminderEngine(models.AbstractModel):
    """Puts slices of the scheduled actions into the job queue while a runner works.

    Each job says, as it begins, that there is a runner; where nothing else is to do, a
    scheduled action puts in a job that says just that. When nobody has said so for an
    hour the scheduled actions do the work themselves, as without this addon. Nothing
    is lost on either way: what a slice is about is looked at again when it is done.
    """

    _name = "payment.reminder.engine"
    _description = "Payment Reminder Engine"

    # -- is there a runner? ---------------------------------------------------------

    @api.model
    def _is_running(self):
        """Tell whether a job of ours was started within the last hour."""
        seen = self._read_seen()
        return bool(seen) and fields.Datetime.now() - seen <= PATIENCE

    @api.model
    def _read_seen(self):
        """Read when a runner last started a job of ours, or None."""
        rows = self.env.execute_query(
            SQL(
                # by the unique index on the name
                "SELECT date_finished FROM payment_reminder_progress WHERE name = %s",
                SEEN,
            )
        )
        return rows[0][0] if rows else None

    @api.model
    def _note_seen(self):
        self.env["payment.reminder.progress"]._note_end(SEEN)

    @api.model
    def _cron_knock(self):
        """Let the runner show that it is there."""
        self._put(self, "_knock")

    @api.model
    def _knock(self):
        self._note_seen()

    # -- slices ---------------------------------------------------------------------

    @api.model
    def _slice(self, records, method, size):
        """Put jobs about these records into the queue, so many records each.

        :param method: of the records, one of ``JOBS``
        """
        left = self._leave_out_waiting(records, method)
        for start in range(0, len(left), size):
            self._put(left[start : start + size], method)

    @api.model
    def _leave_out_waiting(self, records, method):
        """Return the records for which no job waits that would do this with them."""
        jobs = self._find_jobs(records._name, method)
        waiting = {record_id for job in jobs for record_id in job.records.ids}
        return records.filtered(lambda record: record.id not in waiting)

    @api.model
    def _put(self, records, method):
        """Put one job about these records into the queue."""
        ids = ",".join(map(str, records.ids)).encode()
        digest = hashlib.sha256(ids).hexdigest()
        job = records.with_delay(
            identity_key=f"{records._name}.{method}/{digest}",
            max_retries=JOBS[records._name, method],
        )
        getattr(job, method)()

    @api.model
    def _find_jobs(self, model=None, method=None):
        """Return the jobs of ours, or of one method, that are not done."""
        wanted = [(model, method)] if model else JOBS
        names = self.env["queue.job.function"]
        return (
            self.env["queue.job"]
            .sudo()
            .search(
                [
                    ("state", "in", WAITING),
                    (
                        "job_function_id.name",
                        "in",
                        [names.job_function_name(*job) for job in wanted],
                    ),
                ]
            )
        )
