"""The scheduled action of the core with a service that answers over real HTTP."""

import json
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import freeze_time

from odoo.addons.payment_reminders.tests.tags import takes_long

from ..wire import client
from .common import AmiliCommon


class TestWorking(AmiliCommon):
    """At most once, nothing lost, and in words whatever went wrong."""

    def setUp(self):
        super().setUp()
        # The clock stands still: what rests would rest for ever.
        self.company._get_amili()._rests_until = 0
        self.item = self.owe()

    def work_later(self, **later):
        self.company._get_amili()._rests_until = 0
        with freeze_time(fields.Datetime.now() + timedelta(**later)):
            self.work()

    def test_it_looks_once_and_registers_once(self):
        self.hand_over(self.item)
        self.work()
        self.work_later(hours=1)
        self.assertEqual(self.fake.count("GET", "/cases"), 1)
        self.assertEqual(self.fake.count("POST", "/case--registrations"), 1)

    def test_what_is_wrong_with_a_debt_is_said_field_by_field(self):
        """Refused by the service's own rules, not by a script of the test."""
        record = self.hand_over(self.item)
        creditor = self.fake.creditors[0]
        creditor["is_active"] = False
        self.work()
        creditor["is_active"] = True
        self.assertEqual(record.state, "refused")
        self.assertIn("creditor: is not active", record.state_label)
        self.assertIn("creditor: is not active", record.activity_ids.note)
        self.assertTrue(self.propose())

    def test_too_many_calls(self):
        """As long as it says; and without a word from it, longer each time."""
        record = self.hand_over(self.item)
        self.fake.misbehave("/cases", "throttled_seconds")
        self.work()
        self.assertEqual((record.state, record.problem), ("queued", "throttled"))
        self.assertEqual(
            record.rests_until, fields.Datetime.now() + timedelta(seconds=120)
        )
        asked = len(self.fake.calls)
        self.work()
        self.assertEqual(len(self.fake.calls), asked)
        self.fake.misbehave("/cases", "throttled")
        self.work_later(minutes=3)
        self.assertEqual((record.state, record.problem), ("queued", "throttled"))
        self.work_later(hours=2)
        self.assertEqual((record.state, record.problem), ("registered", False))

    def test_a_lost_answer(self):
        record = self.hand_over(self.item)
        self.fake.misbehave("/case--registrations", "not_stored_then_cut")
        self.work()
        self.assertEqual(record.state_label, "Collection: uncertain")
        self.assertEqual(len(record.activity_ids), 1)
        with self.assertRaises(UserError):
            record.with_user(self.manager).action_end("mistake")
        # Somebody finds it there, or gives it to them by hand.
        self.fake.register(json.loads(record.amili_body))
        self.work_later(hours=3)
        self.assertEqual(record.state, "registered")
        self.assertFalse(record.activity_ids or record.amili_body)

    @takes_long
    def test_a_second_page_that_changed(self):
        """Who is on no page is asked for alone: nothing is known by absence."""
        self.patch(client, "PAGE", 10)
        records = self.hand_over(self.item + self.owe_many(24))
        self.work()
        cases = sorted(self.fake.cases)

        def turn(page):
            if page == 2:
                # One of the first page goes away: the eleventh moves up unseen.
                self.fake.cases[cases[0]]["closed"] = True

        self.fake.turn_page = turn
        self.addCleanup(setattr, self.fake, "turn_page", None)
        self.fake.calls.clear()
        self.work_later(days=1)
        states = records.grouped("state")
        self.assertEqual({s: len(r) for s, r in states.items()}, {"registered": 25})
        # All of them were read, the one that moved alone.
        asked = fields.Datetime.now() + timedelta(hours=1)
        self.assertTrue(all(r.good_at > asked for r in records))
        self.assertEqual(self.fake.count("GET", "/cases/"), 1)
        self.work_later(days=2)
        self.assertEqual(
            records.filtered(lambda r: r.external_id == cases[0]).state, "closed"
        )

    @takes_long
    def test_one_that_ended_while_a_page_was_read(self):
        records = self.hand_over(self.owe_many(25))
        self.work()
        ended = records[3]

        def turn(_page):
            ended.with_user(self.manager).action_set_state("paid", "They rang.")
            self.fake.turn_page = None

        self.fake.turn_page = turn
        self.addCleanup(setattr, self.fake, "turn_page", None)
        self.work_later(days=1)
        self.assertEqual(ended.state, "paid")
        self.assertEqual(set((records - ended).mapped("state")), {"registered"})
        asked = fields.Datetime.now() + timedelta(hours=1)
        self.assertTrue(all(r.good_at > asked for r in records - ended))

    def test_a_payment_when_the_service_is_down(self):
        record = self.hand_over(self.item)
        self.work()
        self.fake.misbehave("/creditor--payments", "maintenance")
        self.pay(record.move_id, 400.0)
        self.work()
        self.assertEqual(record.report_ids.mapped("state"), ["waiting"])
        self.work_later(hours=1)
        self.work_later(hours=2)
        self.assertEqual(record.report_ids.mapped("state"), ["told"])
        self.assertEqual([row["amount"] for row in self.fake.payments], [400])

    def test_what_is_taken_back_for_good_is_a_matter_of_a_person(self):
        record = self.hand_over(self.item)
        self.work()
        self.pay(record.move_id, 400.0)
        self.work()
        record.item_id.move_line_id.remove_move_reconcile()
        self.work_later(hours=2)
        kinds = record.report_ids.sorted("id").mapped(lambda r: (r.kind, r.state))
        self.assertEqual(kinds, [("payment", "told"), ("reversal", "failed")])
        self.assertIn("taken back", record.activity_ids.mapped("summary")[0])
        self.assertEqual(len(self.fake.payments), 1)

    def test_a_credit_note_when_the_service_is_down_is_a_draft(self):
        record = self.hand_over(self.item)
        self.work()
        self.fake.misbehave("/cases", *["server_error"] * 3)
        move = record.move_id
        dialog = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"journal_id": move.journal_id.id})
        )
        self.assertIn("Visma Amili", dialog.reminder_effect)
        dialog.reverse_moves(is_modify=True)
        refund = move.reversal_move_ids
        self.assertEqual((refund.state, record.state), ("draft", "ending"))
        self.assertIn("Post the credit note", record.activity_ids.mapped("summary")[0])
        # When it is back it ends by itself, and the draft may be posted.
        self.fake.behave()
        self.work_later(hours=8)
        self.assertEqual(record.state, "cancelled")
        refund.action_post()
        self.assertEqual(refund.state, "posted")

    def test_a_credit_note_ends_the_case_and_credits_in_one_step(self):
        record = self.hand_over(self.item)
        self.work()
        move = record.move_id
        dialog = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"journal_id": move.journal_id.id})
        )
        dialog.reverse_moves(is_modify=True)
        self.assertEqual((record.state, record.end_reason), ("cancelled", "credited"))
        self.assertEqual(move.reversal_move_ids.state, "posted")
        self.assertTrue(all(case["closed"] for case in self.fake.cases.values()))

    def test_a_credit_note_that_is_told(self):
        record = self.hand_over(self.item)
        self.work()
        move = record.move_id
        dialog = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create(
                {"journal_id": move.journal_id.id, "reminder_handover_choice": "tell"}
            )
        )
        dialog.reverse_moves(is_modify=True)
        self.work()
        [told] = self.fake.creditings
        self.assertEqual(told["amount"], 12500)
        self.assertEqual(told["credit_invoice"], move.reversal_move_ids.name)

    def test_the_trail_holds_together(self):
        record = self.hand_over(self.item)
        self.work()
        self.pay(record.move_id, 400.0)
        self.work()
        record.with_user(self.manager).action_end("agreed")
        self.work()
        case = record.case_id
        kinds = [k for k in case.event_ids.sorted("seq").mapped("kind")]
        self.assertEqual(
            [kind for kind in kinds if kind.startswith("handover")],
            [
                "handover_queued",
                "handover_state",
                "handover_registered",
                "handover_report",
                "handover_report",
                "handover_state",
                "handover_ended",
            ],
        )
        self.assertFalse(self.env["payment.reminder.event"]._find_broken(case))
