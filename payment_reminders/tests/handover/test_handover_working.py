from datetime import timedelta
from decimal import Decimal

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import freeze_time

from odoo.addons.payment_reminders.rules.handover import (
    Answer,
    Outcome,
    Reading,
)

from .common import HandoverCommon


class Desk:
    """A service of these tests: it answers what the test says, and counts."""

    def __init__(self):
        self.answers = {}
        self.asked = []

    def answer(self, name, default):
        self.asked.append(name)
        answer = self.answers.get(name, default)
        if isinstance(answer, list):
            answer = answer.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


class TestHandoverWorking(HandoverCommon):
    """The scheduled action hands over at most once, and loses nothing."""

    def setUp(self):
        super().setUp()
        self.desk = desk = Desk()
        kind = type(self.handovers)
        done = Answer(Outcome.DONE, external_id="C-1", payer_reference="777")
        for name, default in (
            ("register", done),
            ("find", None),
            ("read", Answer(Outcome.UNAVAILABLE)),
            ("report", Answer(Outcome.DONE)),
            ("end", Answer(Outcome.DONE)),
        ):
            self.patch(
                kind,
                f"_provider_{name}",
                lambda _self, *args, name=name, default=default: desk.answer(
                    name, default
                ),
            )
        self.patch(kind, "_provider_capabilities", lambda _self: {"find", "read"})
        self.patch(kind, "_is_by_hand", lambda _self: False)
        self.move = self.make_invoice(due=40)
        self.refresh()

    def work(self):
        self.handovers._cron_handover()

    def test_registered(self):
        record = self.hand_over(self.move, "queued")
        self.work()
        self.assertEqual(
            (record.state, record.external_id, record.payer_reference),
            ("registered", "C-1", "777"),
        )
        # It looks whether it is there before it is handed over, and never again.
        self.assertEqual(self.desk.asked, ["find", "register"])
        self.work()
        self.assertEqual(self.desk.asked.count("register"), 1)

    def test_found_there_already(self):
        record = self.hand_over(self.move, "queued")
        self.desk.answers["find"] = "C-9"
        self.work()
        self.assertEqual((record.state, record.external_id), ("registered", "C-9"))
        self.assertNotIn("register", self.desk.asked)

    def test_refused(self):
        record = self.hand_over(self.move, "queued")
        self.desk.answers["register"] = Answer(Outcome.REFUSED, "No such street.")
        self.work()
        self.assertEqual(record.state, "refused")
        self.assertEqual(record.state_label, "Not taken: No such street.")
        self.assertIn("No such street", record.activity_ids.note)
        self.assertTrue(self.propose())

    def test_not_reached_is_tried_again_later(self):
        record = self.hand_over(self.move, "queued")
        self.desk.answers["register"] = [
            Answer(Outcome.UNAVAILABLE),
            Answer(Outcome.UNAVAILABLE, retry_after=120),
            Answer(Outcome.DONE),
        ]
        self.work()
        self.assertEqual((record.state, record.problem), ("queued", "unavailable"))
        self.work()
        self.assertEqual(self.desk.asked.count("register"), 1)
        with freeze_time(fields.Datetime.now() + timedelta(hours=1)):
            self.work()
            self.assertEqual(record.problem, "throttled")
            self.assertEqual(
                record.rests_until, fields.Datetime.now() + timedelta(minutes=2)
            )
        with freeze_time(fields.Datetime.now() + timedelta(hours=2)):
            self.work()
        self.assertEqual(record.state, "registered")
        self.assertFalse(record.problem)

    def test_a_lost_answer_is_uncertain_and_looked_for(self):
        record = self.hand_over(self.move, "queued")
        self.desk.answers["register"] = ConnectionError("cut")
        self.work()
        self.assertEqual(record.state, "uncertain")
        self.assertEqual(record.state_label, "Collection: uncertain")
        self.assertEqual(len(record.activity_ids), 1)
        for hours in (1, 2, 3, 9):
            with freeze_time(fields.Datetime.now() + timedelta(hours=hours)):
                self.work()
        # Whatever is not found: only a person sends it anew.
        self.assertEqual(record.state, "uncertain")
        self.assertEqual(self.desk.asked.count("register"), 1)
        self.desk.answers["find"] = "C-5"
        with freeze_time(fields.Datetime.now() + timedelta(hours=20)):
            self.work()
        self.assertEqual((record.state, record.external_id), ("registered", "C-5"))
        self.assertFalse(record.activity_ids)

    def test_a_person_settles_what_is_uncertain(self):
        record = self.hand_over(self.move, "queued")
        self.desk.answers["register"] = [
            Answer(Outcome.UNCERTAIN),
            Answer(Outcome.DONE, external_id="C-2"),
        ]
        self.work()
        with self.assertRaises(UserError):
            record.with_user(self.manager).action_end("mistake")
        record.with_user(self.manager).action_is_not_there()
        self.assertEqual(record.state, "queued")
        self.work()
        self.assertEqual((record.state, record.external_id), ("registered", "C-2"))

    def test_what_stopped_on_its_way_is_uncertain(self):
        record = self.hand_over(self.move, "queued")
        record._set_state("sending")
        self.work()
        self.assertEqual(record.state, "sending")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE payment_reminder_handover SET write_date = %s WHERE id = %s",
            [fields.Datetime.now() - timedelta(hours=1), record.id],
        )
        record.invalidate_recordset()
        self.work()
        self.assertEqual(record.state, "uncertain")
        self.assertNotIn("register", self.desk.asked)

    def test_what_changed_since_it_was_confirmed_does_not_leave(self):
        record = self.hand_over(self.move, "queued")
        query = self.env["payment.reminder.query"].create(
            {"case_id": self.move.reminder_case_id.id}
        )
        self.work()
        self.assertEqual((record.state, record.problem), ("queued", "missing"))
        self.assertTrue(record.reason)
        self.assertFalse(self.desk.asked)
        query.action_close()
        self.move.reminder_case_id._release()
        with freeze_time(fields.Datetime.now() + timedelta(hours=1)):
            self.work()
        # It is taken up by itself.
        self.assertEqual(record.state, "registered")

    def test_read(self):
        record = self.hand_over(self.move)
        self.env["payment.reminder.handover.word"].create(
            {"provider": "manual", "raw_state": "inkasso", "state": "collection"}
        )
        # By hand nothing is read by itself: a person asks for it.
        self.desk.answers["read"] = Reading(
            "inkasso",
            "aktiv",
            left={"capital": Decimal(900), "costs": Decimal(180)},
        )
        record.with_user(self.manager).action_read_now()
        self.assertEqual((record.state, record.raw_status), ("collection", "aktiv"))
        self.assertEqual((record.remaining_capital, record.remaining_costs), (900, 180))
        self.assertEqual(record.good_at, fields.Datetime.now())
        record.with_user(self.manager).action_read_now()
        self.assertEqual(self.desk.asked.count("read"), 1)
        self.desk.answers["read"] = Reading("något nytt")
        with freeze_time(fields.Datetime.now() + timedelta(minutes=5)):
            record.action_read_now()
        self.assertEqual(record.state_label, "“något nytt”")

    def test_end(self):
        record = self.hand_over(self.move)
        self.desk.answers["end"] = [
            Answer(Outcome.UNCERTAIN),
            Answer(Outcome.DONE, "It ended with a remark."),
        ]
        record.with_user(self.manager).action_end("paid")
        self.assertEqual(record.state, "ending")
        self.work()
        self.assertEqual(record.state, "end_uncertain")
        with freeze_time(fields.Datetime.now() + timedelta(hours=9)):
            self.work()
        self.assertEqual(
            (record.state, record.reason), ("cancelled", "It ended with a remark.")
        )

    def test_money_is_told_once(self):
        record = self.hand_over(self.move)
        self.pay(self.move, 400.0)
        self.desk.answers["report"] = [
            Answer(Outcome.UNAVAILABLE),
            Answer(Outcome.DONE),
        ]
        self.work()
        self.assertEqual(self.get_reports(record), [("payment", 400.0, "waiting")])
        with freeze_time(fields.Datetime.now() + timedelta(hours=1)):
            self.work()
            self.work()
        self.assertEqual(self.get_reports(record), [("payment", 400.0, "told")])
        self.assertEqual(self.desk.asked.count("report"), 2)

    def test_a_lost_answer_to_a_report_is_for_a_person(self):
        record = self.hand_over(self.move)
        self.pay(self.move, 400.0)
        self.desk.answers["report"] = ConnectionError("cut")
        self.work()
        self.work()
        self.assertEqual(self.get_reports(record), [("payment", 400.0, "uncertain")])
        self.assertEqual(self.desk.asked.count("report"), 1)
        self.assertEqual(len(record.activity_ids), 1)
        record.report_ids.with_user(self.manager).action_tell_again()
        self.desk.answers = {}
        self.work()
        self.assertEqual(self.get_reports(record), [("payment", 400.0, "told")])

    def test_a_copy_of_a_database_speaks_to_nobody(self):
        record = self.hand_over(self.move, "queued")
        self.env["ir.config_parameter"].set_param("database.is_neutralized", "true")
        self.env.flush_all()
        self.work()
        self.assertEqual(record.state, "queued")
        self.assertFalse(self.desk.asked)
