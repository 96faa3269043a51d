"""Where a scheduled action stopped when its time was over: there it goes on."""

from collections.abc import Callable
from dataclasses import dataclass

from odoo import fields, models
from odoo.tools import SQL

from ...tools import transactions

#: So many records are worked off in one transaction.
BATCH = 500


@dataclass(frozen=True)
class Stage:
    """One part of the work of a scheduled action.

    :param key: its name, by which it is found again
    :param find: returns the records that this stage is about
    :param work: does it, for a batch of them
    :param size: of a batch
    """

    key: str
    find: Callable
    work: Callable
    size: int = BATCH


class PaymentReminderProgress(models.Model):
    """How far one of our scheduled actions has come.

    Odoo ends an action after a few seconds, or kills it, and starts it anew. Whoever
    begins at the first record each time never reaches the last one in a large company.
    What a round left undone is done by the next start; the round after it begins at
    the first record again.
    """

    _name = "payment.reminder.progress"
    _description = "Payment Reminder Progress"
    _rec_name = "name"
    _log_access = False

    name = fields.Char(required=True, readonly=True)
    stage = fields.Char(
        readonly=True, help="Which part of its work was under way. Empty: none."
    )
    position = fields.Integer(
        readonly=True, help="Id of the last record that was worked off."
    )
    date_started = fields.Datetime(
        readonly=True, help="When the round began that is not finished yet."
    )
    date_finished = fields.Datetime(readonly=True)

    _name_uniq = models.UniqueIndex("(name)", "An action has one place.")

    # -- the place ----------------------------------------------------------------

    def _read_place(self, name):
        """Return (stage, position, when its round began), empty between two rounds.

        :param name: of the action
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT stage, position, date_started
                  FROM payment_reminder_progress
                 WHERE name = %s AND stage IS NOT NULL
                """,
                name,
            )
        )
        return rows[0] if rows else (None, 0, None)

    def _note_place(self, name, stage, position):
        """Note how far an action has come, in a transaction of its own."""
        self._write_place(
            SQL(
                """
                INSERT INTO payment_reminder_progress AS p
                            (name, stage, position, date_started)
                     VALUES (%(name)s, %(stage)s, %(position)s, %(now)s)
                ON CONFLICT (name) DO UPDATE
                        SET stage = EXCLUDED.stage, position = EXCLUDED.position,
                            date_started = COALESCE(p.date_started,
                                                    EXCLUDED.date_started)
                """,
                name=name,
                stage=stage,
                position=position,
                now=fields.Datetime.now(),
            )
        )

    def _note_end(self, name):
        """Note that an action has come to the end of its round."""
        self._write_place(
            SQL(
                """
                INSERT INTO payment_reminder_progress
                            (name, position, date_finished)
                     VALUES (%(name)s, 0, %(now)s)
                ON CONFLICT (name) DO UPDATE
                        SET stage = NULL, position = 0, date_started = NULL,
                            date_finished = EXCLUDED.date_finished
                """,
                name=name,
                now=fields.Datetime.now(),
            )
        )

    def _write_place(self, query):
        # A reader that has begun before must not make this fail, nor be made to.
        transactions.run(self.env, lambda env: env.cr.execute(query))

    # -- the work -----------------------------------------------------------------

    def _work_through(self, name, stages):
        """Do the stages one after the other, from where the last start stopped.

        :param name: of the action
        :param stages: list of :class:`Stage`
        :return: whether the end was reached; else Odoo starts the action again soon
        """
        noted, position, _since = self._read_place(name)
        keys = [stage.key for stage in stages]
        first = keys.index(noted) if noted in keys else 0
        for index, stage in enumerate(stages[first:], first):
            begin_after = position if stage.key == noted else 0
            more = len(stages) - index - 1
            if not self._work_stage(name, stage, begin_after, more):
                return False
        seconds = transactions.report_progress(self.env, 0, 0)
        # Also of this round, if a stage of it took more than one batch.
        if noted or self._read_place(name)[0]:
            self._note_end(name)
        if noted and seconds > 0 and not self.env.context.get("ir_cron_progress_id"):
            # Started by a person or a program that wants all of it looked at.
            return self._work_through(name, stages)
        return True

    def _work_stage(self, name, stage, begin_after, more):
        """Do one stage; return whether there is time for what comes after it (hook).

        :param begin_after: id of the last record that was done before
        :param more: so many stages come after this one
        """
        found = stage.find()
        records = found.browse(sorted(filter(begin_after.__lt__, found.ids)))
        left = len(records)
        for start in range(0, len(records), stage.size):
            batch = records[start : start + stage.size]
            transactions.run_each(batch, stage.work)
            left -= len(batch)
            if left:
                # Also whoever is killed now goes on here.
                self._note_place(name, stage.key, batch.ids[-1])
            seconds = transactions.report_progress(self.env, len(batch), left + more)
            if seconds <= 0 and left + more:
                if not left:
                    self._note_place(name, stage.key, batch.ids[-1])
                return False
        return True
