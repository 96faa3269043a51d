from odoo.tests import Form

from ..common import ReminderCommon
from ..tags import takes_long


class TestStepDefaults(ReminderCommon):
    """A step that somebody adds asks for what the law of its ladder gives."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        final = cls.ladder.step_ids.filtered(lambda s: s.kind == "final_notice")
        final.unlink()
        cls.ladder.step_ids.fee_policy = "none"
        cls.ladder.step_ids.deadline_days = 14

    def add_step(self, law, kind="reminder"):
        """Add a step in the form, as a person does; return it."""
        self.ladder.jurisdiction_id = law and self.env.ref(
            f"payment_reminders.jurisdiction_{law}"
        )
        before = self.ladder.step_ids
        with Form(self.ladder) as ladder, ladder.step_ids.new() as step:
            step.name = "New"
            step.sequence = -1 if kind == "nudge" else 90
            step.kind = kind
            step.delay_from = "due_date"
            step.delay_days = -9 if kind == "nudge" else 60
        return self.ladder.step_ids - before

    @takes_long
    def test_what_the_law_gives(self):
        for law, fee, interest in (
            ("dk", "statutory", True),
            ("se", "statutory", True),
            ("no", "statutory", True),
            ("fi", "statutory", True),
            ("de", "none", True),
            ("nl", "none", True),
            ("eu", "none", True),
            (False, "none", False),
        ):
            with self.subTest(law=law):
                step = self.add_step(law)
                self.assertEqual(
                    (step.fee_policy, step.charge_interest), (fee, interest)
                )
                step.unlink()

    def test_a_nudge_asks_for_nothing(self):
        step = self.add_step("dk", kind="nudge")
        self.assertEqual((step.fee_policy, step.charge_interest), ("none", False))

    def test_the_company_wants_neither(self):
        self.company.write(
            {"reminder_default_fee": "none", "reminder_default_interest": False}
        )
        step = self.add_step("dk")
        self.assertEqual((step.fee_policy, step.charge_interest), ("none", False))

    def test_a_step_that_is_there_keeps_what_was_chosen(self):
        self.ladder.jurisdiction_id = self.env.ref("payment_reminders.jurisdiction_dk")
        with Form(self.ladder) as ladder, ladder.step_ids.edit(2) as step:
            step.name = "Renamed"
            step.kind = "final_notice"
        step = self.ladder.step_ids.sorted("sequence")[2]
        self.assertEqual((step.fee_policy, step.charge_interest), ("none", False))
