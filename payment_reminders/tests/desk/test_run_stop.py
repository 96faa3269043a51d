from odoo.tests import tagged

from ..sending.gateway_common import GatewayCommon
from ..tags import takes_long
from ..whole.speed_common import MANY, SpeedCommon

#: What was claimed when somebody stopped the run leaves with its batch.
BATCH = 20


class RunCommon(GatewayCommon, SpeedCommon):
    """A run of hundreds is stopped while its messages leave."""

    def setUp(self):
        super().setUp()
        self.company.reminder_brake_floor = 1000
        dialog = self.env["payment.reminder.wizard"].with_user(self.manager)
        dialog = dialog.browse(
            self.many.with_user(self.manager).action_open_reminder_wizard()["res_id"]
        )
        dialog.write({"skip_window": True, "window_note": "I know them"})
        self.run_id = dialog.action_send()["res_id"]
        self.bulk = self.env["payment.reminder.run"].browse(self.run_id)

    def work(self, stop_at):
        """Let the run work, and stop it when so many messages were handed over."""
        with self.gateways():
            session = self.testing_smtp_session
            send = session.send_message

            def stop_and_send(*args, **kwargs):
                if len(self.mailed) == stop_at:
                    self.bulk.with_user(self.manager).action_stop()
                return send(*args, **kwargs)

            session.send_message = stop_and_send
            self.env["payment.reminder.run"]._cron_run()
            self.env["payment.reminder"]._cron_send()
            sent = len(self.mailed)
        self.env.invalidate_all()
        return sent


class TestRunStop(RunCommon):
    @takes_long
    def test_nothing_more_leaves_than_what_is_on_its_way(self):
        self.assertEqual(self.work(stop_at=25), 2 * BATCH)
        self.assertEqual(
            (self.bulk.state, self.bulk.count_sent, self.bulk.count_stopped),
            ("stopped", 2 * BATCH, MANY - 2 * BATCH),
        )
        self.assertEqual(self.bulk.stopped_by_id, self.manager)
        held = self.bulk.reminder_ids.filtered(lambda r: r.state == "held")
        self.assertEqual(held.held_by_id, self.manager)
        self.assertIn("The run was stopped", held[0].held_reason)
        self.assertEqual(
            len(held.case_id.event_ids.filtered(lambda e: e.kind == "held")),
            MANY - 2 * BATCH,
        )


@tagged("-standard", "payment_reminders_long")
class TestRunProgress(RunCommon):
    def test_what_was_held_goes_on_when_it_is_released(self):
        self.work(stop_at=0)
        held = self.bulk.reminder_ids.filtered(lambda r: r.state == "held")
        held[:3].with_user(self.manager).action_release()
        with self.gateways():
            self.env["payment.reminder"]._cron_send()
            self.assertEqual(len(self.mailed), 3)

    def test_progress_is_seen_while_it_goes_on(self):
        self.assertEqual(self.bulk.progress, 0)
        seen = []
        with self.gateways():
            session = self.testing_smtp_session
            send = session.send_message

            def look_and_send(*args, **kwargs):
                if len(self.mailed) % 10 == 0:
                    self.bulk.invalidate_recordset()
                    seen.append(round(self.bulk.progress))
                return send(*args, **kwargs)

            session.send_message = look_and_send
            self.env["payment.reminder.run"]._cron_run()
        self.assertEqual(seen, sorted(seen))
        # Once a batch.
        self.assertEqual(len(set(seen)), 5)
        self.assertEqual((seen[0], self.bulk.progress), (50, 100))
