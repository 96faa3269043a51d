from psycopg2.errors import CheckViolation

from odoo.fields import Command
from odoo.tests import freeze_time
from odoo.tools import mute_logger

from ..sending.gateway_common import GatewayCommon
from ..tags import takes_long


class TestRepeat(GatewayCommon):
    """The last step once more: every so many days, so many times, without a fee."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.last = cls.ladder.step_ids[-1]
        cls.last.fee_amount = 50
        cls.ladder.write({"repeat_days": 20, "repeat_times": 2})

    def get_repeats(self, ladder=None):
        return (ladder or self.ladder).step_ids.filtered("is_repeat")

    def test_off_by_default(self):
        ladder = self.make_ladder()
        self.assertEqual(ladder.repeat_days, 0)
        self.assertFalse(self.get_repeats(ladder))
        for one in self.env["payment.reminder.ladder"].search([]) - self.ladder:
            self.assertFalse(self.get_repeats(one), one.name)

    def test_repeats_say_what_the_last_step_says_without_its_fee(self):
        first, second = self.get_repeats()
        self.assertEqual(first.name, "Final notice, repeat 1")
        self.assertEqual(second.name, "Final notice, repeat 2")
        for one in (first, second):
            self.assertEqual(one.mail_template_id, self.last.mail_template_id)
            self.assertEqual((one.kind, one.delay_days), ("final_notice", 20))
            self.assertEqual(one.fee_policy, "none")
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(CheckViolation),
            self.env.cr.savepoint(),
        ):
            first.fee_amount = 10
            first.flush_recordset()

    def test_repeats_follow_the_ladder(self):
        lineage = self.get_repeats()[0].lineage
        self.last.deadline_days = 21
        self.assertEqual(self.get_repeats().mapped("deadline_days"), [21, 21])
        self.ladder.repeat_times = 1
        self.assertEqual(self.get_repeats().lineage, lineage)
        self.ladder.write(
            {
                "step_ids": [
                    Command.create(
                        {
                            "name": "Very last",
                            "kind": "final_notice",
                            "delay_days": 5,
                            "delay_from": "previous_step",
                            "sequence": 50,
                        }
                    )
                ]
            }
        )
        self.assertEqual(self.get_repeats().name, "Very last, repeat 1")
        self.assertEqual(self.ladder._get_active_steps()[-1], self.get_repeats())
        self.ladder.repeat_days = 0
        self.assertFalse(self.get_repeats())

    def test_the_name_is_in_each_language(self):
        self.env["res.lang"]._activate_lang("da_DK")
        self.last.with_context(lang="da_DK").name = "Sidste varsel"
        name = self.get_repeats()[0].with_context(lang="da_DK").name
        self.assertTrue(name.startswith("Sidste varsel"), name)

    def test_a_case_keeps_to_the_ladder_without_repeats_that_it_started_on(self):
        self.ladder.repeat_days = 0
        move = self.make_invoice(due=10)
        self.refresh()
        self.ladder.repeat_days = 20
        case = move.reminder_case_id
        self.assertNotEqual(case.ladder_id, self.ladder)
        self.assertFalse(self.get_repeats(case.ladder_id))
        self.assertEqual(case.ladder_id.repeat_days, 0)
        self.ladder.action_move_cases()
        self.assertEqual(case.ladder_id, self.ladder)

    def test_the_change_is_in_the_trail(self):
        event = self.env["payment.reminder.event"].search(
            [("kind", "=", "configuration_changed")], order="id desc", limit=1
        )
        self.assertEqual(event.payload["change"], "repeat")
        self.assertEqual((event.payload["days"], event.payload["times"]), (20, 2))

    def test_the_timeline_shows_them(self):
        names = [row["name"] for row in self.ladder._get_timeline()]
        self.assertEqual(
            names[-2:], ["Final notice, repeat 1", "Final notice, repeat 2"]
        )

    @takes_long
    def test_asked_again_without_a_fee_and_then_a_person_decides(self):
        """From the first reminder to the end of the ladder, as the dates come."""
        move = self.make_invoice(due="2026-09-01")
        sent = []
        days = (
            "2026-09-15",
            "2026-09-29",
            "2026-10-13",
            "2026-11-03",
            "2026-11-24",
            "2026-12-15",
            "2027-01-12",
            "2027-02-16",
        )
        for day in days:
            with freeze_time(f"{day} 09:00:00"), self.gateways():
                if open_notices := self.propose():
                    self.send(open_notices)
                    sent += open_notices
        self.assertEqual(
            [one.step_id.name for one in sent],
            [
                "Reminder 1",
                "Reminder 2",
                "Final notice",
                "Final notice, repeat 1",
                "Final notice, repeat 2",
            ],
        )
        self.assertEqual({one.state for one in sent}, {"sent"})
        self.assertEqual([one.amount_fee for one in sent], [0, 100, 50, 0, 0])
        case = move.reminder_case_id
        self.assertEqual(case.amount_fees, 150)
        self.assertFalse(case.next_step_id)
        self.assertTrue(case.is_ladder_ended)
        self.assertIn(
            "The reminder ladder has ended", case.activity_ids.mapped("summary")
        )

    @takes_long
    def test_a_payment_ends_it_as_it_ends_everything(self):
        move = self.make_invoice(due="2026-08-01")
        move_case = None
        for day in ("2026-09-15", "2026-09-29", "2026-10-13"):
            with freeze_time(f"{day} 09:00:00"), self.gateways():
                self.send(self.propose())
        with freeze_time("2026-10-20 09:00:00"):
            move_case = move.reminder_case_id
            self.assertTrue(move_case.next_step_id.is_repeat)
            self.pay(move)
        with freeze_time("2026-11-10 09:00:00"):
            self.assertFalse(self.propose())
        self.assertEqual(move_case.state, "closed")
