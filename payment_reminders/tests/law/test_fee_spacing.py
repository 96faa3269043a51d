from decimal import Decimal

from odoo import fields
from odoo.tests import freeze_time

from ..common import ReminderCommon


class TestFeeSpacing(ReminderCommon):
    """Fees keep the distance of the law by the days on which notices really left."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dkk = cls.use_danish_law()

    def test_a_letter_that_left_too_close_leaves_its_fee_off(self):
        """What was scheduled with room may leave late after another letter."""
        self.ladder.spacing_days = 1
        move = self.make_invoice(due=10, currency_id=self.dkk.id)
        self.ladder.step_ids.filtered(
            lambda s: s.kind != "nudge"
        ).fee_policy = "statutory"
        first = self.propose()
        self.send(first)
        self.assertEqual(first.amount_fee, 100)
        case = move.reminder_case_id
        with freeze_time("2026-09-24 08:00:00"):
            # As a person does who does not want to wait.
            second = self.env["payment.reminder.figures"]._compute(
                [(case, case.next_step_id, [(case.item_ids, Decimal(1000))])],
                {self.company: fields.Date.today()},
            )[0]
        self.assertEqual((second.fee, second.remarks), (0, ("fee:spacing",)))
