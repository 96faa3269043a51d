from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, freeze_time
from odoo.tools import mute_logger

from ...models.ladder.timeline import place_marks
from ..common import ReminderCommon
from ..tags import takes_long


class TestLadder(ReminderCommon):
    """Ladders refuse what cannot be climbed, and never change under a case."""

    def get_step(self, name, ladder=None):
        return (ladder or self.ladder).step_ids.filtered(lambda s: s.name == name)

    def make_steps(self, *steps):
        return self.env["payment.reminder.ladder"].create(
            {
                "name": "Mine",
                "company_id": self.company.id,
                "step_ids": [
                    Command.create({"name": f"Step {n}", "sequence": n, **step})
                    for n, step in enumerate(steps)
                ],
            }
        )

    # -- bad input --------------------------------------------------------------

    def test_no_steps(self):
        empty = self.make_steps()
        with self.assertRaisesRegex(ValidationError, "no step yet"):
            self.company.reminder_ladder_id = empty
        with self.assertRaisesRegex(ValidationError, "no step yet"):
            self.customer.reminder_ladder_id = empty

    def test_kinds_out_of_order(self):
        with self.assertRaisesRegex(ValidationError, "cannot come after"):
            self.make_steps(
                {"kind": "final_notice", "delay_days": 5}, {"delay_days": 20}
            )

    def test_days_out_of_order(self):
        with self.assertRaisesRegex(ValidationError, "would come on day 10"):
            self.make_steps({"delay_days": 10}, {"delay_days": 10})

    def test_negative_days(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(Exception) as refused:
            with self.env.cr.savepoint():
                self.make_steps({"delay_days": -1})
        self.assertIn("delay_not_negative", str(refused.exception))

    def test_nudge_after_the_due_date(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(Exception) as refused:
            with self.env.cr.savepoint():
                self.make_steps({"kind": "nudge", "delay_days": 2})
        self.assertIn("nudge_before_due", str(refused.exception))

    def test_channels(self):
        for channels, message in (
            ("pigeon", "pigeon"),
            (" , ", "needs channels"),
            ("email,email", "twice"),
        ):
            with self.assertRaisesRegex(ValidationError, message):
                self.make_steps({"channels": channels})

    def test_law(self):
        self.ladder.jurisdiction_id = False
        with self.assertRaises(ValidationError) as refused:
            self.ladder.jurisdiction_id = self.env[
                "payment.reminder.jurisdiction"
            ].search([("code", "=", "SE")])
        self.assertIn("breaks the law of Sweden", str(refused.exception))
        self.assertIn("1981:739", str(refused.exception), "it names the paragraph")

    def test_fee_empty_zero_or_amount(self):
        ladder = self.make_steps(
            {"delay_days": 1, "fee_amount": False},
            {"delay_days": 2, "fee_amount": 0.0},
            {"delay_days": 3, "fee_amount": 12.5},
            {"delay_days": 4},
        )
        self.assertEqual(
            ladder.step_ids.mapped("fee_policy"),
            ["statutory", "none", "amount", "statutory"],
        )

    # -- versions ---------------------------------------------------------------

    def open_case(self):
        move = self.make_invoice(due=10)
        self.refresh()
        return move.reminder_case_id

    def test_unused_ladder_keeps_its_version(self):
        self.get_step("Reminder 1").delay_days = 8
        self.assertEqual(self.ladder.version, 1)
        self.assertFalse(self.ladder.predecessor_ids)

    def test_cases_stay_on_what_they_started_with(self):
        case = self.open_case()
        self.get_step("Reminder 1").delay_days = 12
        kept = case.ladder_id
        self.assertEqual(kept.successor_id, self.ladder)
        self.assertEqual((kept.version, self.ladder.version), (1, 2))
        self.assertFalse(kept.active)
        self.assertEqual(self.get_step("Reminder 1", kept).delay_days, 7)
        self.assertEqual(self.propose().step_id.ladder_id, kept)

    def test_one_edit_is_one_version(self):
        self.open_case()
        self.ladder.write(
            {
                "spacing_days": 9,
                "step_ids": [
                    Command.update(step.id, {"hold_hours": 1})
                    for step in self.ladder.step_ids
                ],
            }
        )
        self.assertEqual(self.ladder.version, 2)
        self.assertEqual(len(self.ladder.predecessor_ids), 1)

    def test_new_cases_start_on_the_new_version(self):
        self.open_case()
        self.get_step("Reminder 1").hold_hours = 3
        other = self.make_invoice(due=9, partner=self.make_customer("B", "b@x.example"))
        self.refresh()
        self.assertEqual(other.reminder_case_id.ladder_id, self.ladder)

    @takes_long
    def test_moving_cases_keeps_their_place(self):
        case = self.open_case()
        self.send(self.propose())
        self.get_step("Reminder 2").delay_days = 20
        self.ladder.with_user(self.manager).action_move_cases()
        self.assertEqual(case.ladder_id, self.ladder)
        item = case.item_ids
        self.assertEqual(item.step_id, self.get_step("Reminder 1"))
        self.assertEqual(item.next_step_id, self.get_step("Reminder 2"))
        self.assertEqual(str(item.next_date), "2026-10-05")
        self.assertIn("configuration_changed", case.event_ids.mapped("kind"))

    def test_an_approval_is_of_one_version(self):
        """It holds while the case stays there, and ends when the case is moved."""
        case = self.open_case()
        reminder = self.propose()
        self.ripen(reminder)
        self.get_step("Reminder 1").deadline_days = 20
        self.assertEqual(reminder.approved_ladder_id, case.ladder_id)
        self.assertEqual(reminder._guard()[reminder], [])
        self.ladder.with_user(self.manager).action_move_cases()
        self.assertEqual(reminder.state, "cancelled")
        self.assertIn("new version", reminder.held_reason)
        again = self.propose()
        self.assertEqual(again.state, "proposed", "a person approves anew")
        self.assertEqual(again.step_id.ladder_id, self.ladder)

    @takes_long
    def test_moving_when_the_first_step_is_gone(self):
        """A notice keeps the step that it was sent on."""
        case = self.open_case()
        sent = self.propose()
        self.send(sent)
        self.ladder.step_ids.filtered(
            lambda s: s.name in ("Nudge", "Reminder 1")
        ).active = False
        self.ladder.with_user(self.manager).action_move_cases()
        self.assertEqual(sent.step_id.name, "Reminder 1")
        self.assertEqual(case.ladder_id, self.ladder)
        with freeze_time("2026-10-20 08:00:00"):
            self.assertEqual(self.propose().step_id, self.get_step("Reminder 2"))

    def test_reordering(self):
        self.open_case()
        last = self.get_step("Final notice")
        with self.assertRaises(ValidationError):
            last.sequence = -1

    def test_disabled_step_is_left_out(self):
        self.get_step("Reminder 1").active = False
        case = self.open_case()
        self.assertEqual(case.next_step_id.name, "Reminder 2")

    def test_ladder_in_use_is_not_deleted(self):
        self.open_case()
        with self.assertRaisesRegex(UserError, "stand on this ladder"):
            self.ladder.unlink()

    def test_default_ladder_is_not_archived(self):
        with self.assertRaisesRegex(UserError, "default of"):
            self.ladder.active = False

    # -- standing approval ------------------------------------------------------

    def test_standing_approval(self):
        self.ladder.with_user(self.manager).action_grant_standing_approval()
        self.make_invoice(due=10)
        reminder = self.propose()
        self.assertEqual(reminder.state, "approved")
        self.assertEqual(reminder.approved_by_id, self.manager)
        event = reminder.case_id.event_ids.filtered(lambda e: e.kind == "approved")
        self.assertTrue(event.payload["standing_approval"])
        self.assertEqual(event.payload["by"], self.manager.id)
        self.assertIn("hold_window", reminder._dispatch()[reminder])

    def test_standing_approval_revoked(self):
        ladder = self.ladder.with_user(self.manager)
        ladder.action_grant_standing_approval()
        ladder.action_revoke_standing_approval()
        self.make_invoice(due=10)
        self.assertEqual(self.propose().state, "proposed")

    def test_standing_approval_ends_with_a_new_version(self):
        self.ladder.with_user(self.manager).action_grant_standing_approval()
        self.open_case()
        self.get_step("Reminder 1").hold_hours = 1
        self.assertFalse(self.ladder.standing_approval_by_id)

    def test_standing_approval_of_somebody_who_is_no_manager_any_more(self):
        self.ladder.with_user(self.manager).action_grant_standing_approval()
        self.manager.sudo().group_ids = self.env.ref("base.group_user")
        self.make_invoice(due=10)
        self.assertEqual(self.propose().state, "proposed")

    def test_standing_approval_of_an_archived_manager(self):
        self.ladder.with_user(self.manager).action_grant_standing_approval()
        self.manager.sudo().active = False
        self.make_invoice(due=10)
        self.assertEqual(self.propose().state, "proposed")

    def test_rep_grants_nothing(self):
        ladder = self.ladder.with_user(self.rep)
        for act in (
            ladder.action_grant_standing_approval,
            ladder.action_revoke_standing_approval,
            ladder.action_move_cases,
        ):
            with self.assertRaises(AccessError):
                act()

    def test_approval_is_not_written_by_hand(self):
        """Only the button names a manager: nobody signs for somebody else."""
        other = self.make_user("boss", "payment_reminders.group_reminder_manager")
        ladder = self.ladder.with_user(self.manager)
        with self.assertRaisesRegex(AccessError, "button"):
            ladder.standing_approval_by_id = other
        with self.assertRaisesRegex(AccessError, "button"):
            ladder.create({"name": "Signed", "standing_approval_by_id": other.id})

    # -- whose ladder -----------------------------------------------------------

    def test_own_ladder_of_a_customer(self):
        self.customer.reminder_ladder_id = self.make_ladder(name="Theirs")
        self.assertEqual(self.open_case().ladder_id.name, "Theirs")

    @takes_long
    def test_ladder_of_another_company(self):
        company = self.setup_other_company(name="Second")["company"]
        foreign = self.make_ladder(company=company)
        with self.assertRaisesRegex(ValidationError, "another company"):
            self.company.reminder_ladder_id = foreign
        with self.assertRaisesRegex(ValidationError, "another company"):
            self.customer.reminder_ladder_id = foreign

    # -- what a change means ----------------------------------------------------

    def open_wizard(self, choice):
        """Fill in the dialog on the cases of earlier versions as a form does."""
        action = self.ladder.with_user(self.manager).action_open_move_wizard()
        form = Form(
            self.env[action["res_model"]]
            .with_user(self.manager)
            .with_context(**action["context"])
        )
        form.choice = choice
        return form.save()

    @takes_long
    def test_dialog_shows_whom_a_change_concerns(self):
        case = self.open_case()
        self.send(self.propose())
        self.get_step("Reminder 2").delay_days = 20
        wizard = self.open_wizard("move")
        self.assertEqual(wizard.line_ids.case_id, case)
        self.assertEqual(wizard.line_ids.now_step_id.name, "Reminder 2")
        planned = self.ladder._preview_move(case, restart=False)[case]
        wizard.action_confirm()
        self.assertEqual(case.ladder_id, self.ladder)
        self.assertEqual(
            (case.next_step_id.id, case.next_date), (planned.step_id, planned.date)
        )
        self.assertEqual(str(planned.date), "2026-10-05")

    def test_cases_can_be_kept(self):
        case = self.open_case()
        self.get_step("Reminder 2").delay_days = 20
        kept = case.ladder_id
        self.open_wizard("keep").action_confirm()
        self.assertEqual(case.ladder_id, kept)

    @takes_long
    def test_cases_can_be_restarted(self):
        """They get the first step again, with the days between two notices."""
        case = self.open_case()
        first = self.propose()
        self.send(first)
        self.get_step("Reminder 2").delay_days = 20
        planned = self.ladder._preview_move(case, restart=True)[case]
        self.open_wizard("restart").action_confirm()
        self.assertEqual(case.ladder_id, self.ladder)
        self.assertEqual(case.next_step_id, self.get_step("Reminder 1"))
        self.assertEqual(case.next_date, planned.date)
        self.assertEqual(str(case.next_date), "2026-09-22")
        with freeze_time("2026-09-22 08:00:00"):
            again = self.propose()
            self.assertEqual(again.step_id, self.get_step("Reminder 1"))
        with freeze_time("2026-09-23 09:00:00"):
            self.send(again)
            self.assertEqual(again.state, "sent")
        self.assertNotEqual(first.step_id, again.step_id)

    def test_a_change_asks_what_becomes_of_the_open_cases(self):
        """Until it was decided; the next change asks again."""
        case = self.open_case()
        self.assertEqual(self.ladder.undecided_case_count, 0)
        self.get_step("Reminder 2").delay_days = 20
        self.ladder.invalidate_recordset()
        self.assertEqual(self.ladder.undecided_case_count, 1)
        self.open_wizard("keep").action_confirm()
        self.ladder.invalidate_recordset()
        self.assertEqual(self.ladder.undecided_case_count, 0)
        self.assertEqual(self.ladder.earlier_case_count, 1)
        self.open_wizard("move").action_confirm()
        self.assertEqual(case.ladder_id, self.ladder)
        self.get_step("Reminder 2").delay_days = 25
        self.ladder.invalidate_recordset()
        self.assertEqual(self.ladder.undecided_case_count, 1)

    def test_dialog_shows_now_and_then_at_once(self):
        """Who keeps the version goes on as now."""
        self.open_case()
        self.get_step("Reminder 1").delay_days = 12
        action = self.ladder.with_user(self.manager).action_open_move_wizard()
        Wizard = self.env["payment.reminder.ladder.wizard"].with_user(self.manager)
        form = Form(Wizard.with_context(**action["context"]))
        with form.line_ids.edit(0) as line:
            self.assertEqual(line.then_step_id, line.now_step_id)
            self.assertEqual(line.then_date, line.now_date)
            now = line.now_date
        form.choice = "move"
        with form.line_ids.edit(0) as line:
            self.assertGreater(line.then_date, now)
        form.choice = "keep"
        with form.line_ids.edit(0) as line:
            self.assertEqual(line.then_date, now)

    def test_sample_lies_in_an_ordinary_week(self):
        """Whatever day it is: a Thursday, with nothing closed around it."""
        days = {
            "2026-09-15": "2026-09-17",
            "2026-11-29": "2026-12-03",  # a Sunday
            "2026-12-23": "2027-01-07",  # Christmas and New Year
            "2026-03-27": "2026-04-16",  # Easter
        }
        for today, due in days.items():
            with freeze_time(f"{today} 08:00:00"):
                self.ladder.invalidate_recordset()
                self.assertEqual(str(self.ladder.sample_date_due), due)

    def test_timeline_says_why_day_7_is_day_8(self):
        self.ladder.sample_date_due = "2026-09-01"
        rows = {row["name"]: row for row in self.ladder._get_timeline()}
        first = rows["Reminder 1"]
        self.assertEqual(first["day"], 8)
        self.assertIn("In the queue from day 7", " ".join(first["details"]))
        self.assertIn("24 hours", " ".join(first["details"]))
        self.get_step("Reminder 1").hold_hours = 0
        rows = {row["name"]: row for row in self.ladder._get_timeline()}
        self.assertEqual(rows["Reminder 1"]["day"], 7)
        self.assertNotIn("queue", " ".join(rows["Reminder 1"]["details"]))

    def test_timeline_of_a_sample_invoice(self):
        """Due on Tuesday 1 September: no week-end, a day in the queue each."""
        self.ladder.sample_date_due = "2026-09-01"
        rows = self.ladder._get_timeline()
        self.assertEqual(
            [(row["name"], row["day"]) for row in rows],
            [
                ("Nudge", 0),  # three days before is a Saturday
                ("Due date", 0),
                ("Reminder 1", 8),
                ("Reminder 2", 21),
                ("Final notice", 34),
            ],
        )
        self.assertIn("Fee", " ".join(rows[3]["details"]))
        self.assertIn("Reminder 2", self.ladder.timeline)

    def test_days_lie_on_the_line_true_to_scale(self):
        """From day -3 to day 34 are 37 days; what is near stands a level higher."""
        self.assertEqual(
            place_marks([-3, 0, 8, 21, 34, None]),
            [(0.0, 0), (8.1, 1), (29.7, 0), (64.9, 0), (100.0, 0)],
        )
        self.assertEqual(place_marks([0, 0, 0]), [(50.0, 0), (50.0, 1), (50.0, 2)])
        self.assertEqual(place_marks([]), [])

    def test_timeline_says_what_never_leaves(self):
        self.get_step("Nudge").delay_days = 0
        self.ladder.sample_date_due = "2026-09-01"
        last = self.ladder._get_timeline()[-1]
        self.assertEqual((last["kind"], last["name"]), ("never", "Nudge"))

    def test_form_follows_what_is_typed(self):
        with Form(self.ladder.with_user(self.manager)) as form:
            form.sample_date_due = "2026-09-01"
            before = form.timeline
            self.assertIn("9 Sep 2026", before)
            with form.step_ids.new() as step:
                step.name = "A third one"
                step.kind = "final_notice"
                step.delay_days = 30
                step.delay_from = "previous_step"
                step.sequence = 9
            self.assertNotEqual(form.timeline, before)
            self.assertIn("A third one", form.timeline)
