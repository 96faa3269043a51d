from odoo.tests import freeze_time

from ..sending.gateway_common import GatewayCommon
from ..tags import takes_long


class TestUndo(GatewayCommon):
    """A notice that was sent is taken back: nothing of what it did is left."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.move = cls.make_invoice(due=10)
        with cls().gateways():
            cls.first = cls.propose()
            cls.send(cls.first)
        cls.case = cls.first.case_id
        cls.item = cls.case.item_ids

    def send_second(self):
        with freeze_time("2026-09-28 08:00:00"), self.gateways():
            second = self.propose()
            self.send(second)
        self.assertEqual(second.state, "sent")
        return second

    def place(self):
        return (self.item.step_id.name, str(self.item.last_sent_date or ""))

    def test_first_notice(self):
        self.assertEqual(self.place(), ("Reminder 1", "2026-09-15"))
        left = self.first._undo_sent("withdrawn", "Sent by mistake")
        self.assertEqual(left, self.first)
        self.assertEqual(self.place(), (False, ""))
        self.assertTrue(self.first.withdrawn)
        self.assertEqual(self.first.withdrawn_reason, "Sent by mistake")
        self.assertEqual(self.case.next_step_id.name, "Reminder 1")
        self.assertEqual(str(self.case.next_date), "2026-09-15")
        self.assertEqual(self.case.reminder_count, 0)

    def test_the_same_notice_leaves_again(self):
        self.first._undo_sent("withdrawn", "Sent by mistake")
        with freeze_time("2026-09-16 08:00:00"), self.gateways():
            again = self.propose()
            self.send(again)
            self.assertEqual(self.mailed, ["ap@nordlys.example"])
        self.assertEqual(again.state, "sent")
        self.assertEqual(len((self.first | again).delivery_ids), 2)
        messages = (self.first | again).delivery_ids.mapped("message_id")
        self.assertEqual(len(set(messages)), 2)
        self.assertEqual(self.place(), ("Reminder 1", "2026-09-16"))

    def test_second_notice_bears_a_fee(self):
        second = self.send_second()
        fee = self.case.claim_line_ids
        self.assertEqual(fee.mapped("amount"), [100])
        self.assertEqual(self.place(), ("Reminder 2", "2026-09-28"))
        second._undo_sent("withdrawn", "Sent by mistake")
        self.assertEqual(self.place(), ("Reminder 1", "2026-09-15"))
        self.assertEqual(self.case.amount_fees, 0)
        self.assertEqual(fee.reversed_by_ids.note, "Sent by mistake")
        event = self.case.event_ids.sudo().filtered(lambda e: e.kind == "withdrawn")
        self.assertEqual(event.payload["claim_lines"], fee.reversed_by_ids.ids)
        self.assertNotIn("mistake", str(event.payload))

    def test_earlier_notice_leaves_the_later_one_alone(self):
        second = self.send_second()
        self.assertFalse(self.first._undo_sent("withdrawn", "Sent by mistake"))
        self.assertEqual(self.place(), ("Reminder 2", "2026-09-28"))
        self.assertEqual(self.case.amount_fees, 100)
        second._undo_sent("withdrawn", "Sent by mistake")
        self.assertEqual(self.place(), (False, ""))

    def test_proposal_on_top_of_it_is_cancelled(self):
        with freeze_time("2026-09-28 08:00:00"):
            second = self.propose()
            self.first._undo_sent("withdrawn", "Sent by mistake")
            self.assertEqual(second.state, "cancelled")
            self.assertIn("Sent by mistake", second.cancel_reason)
            self.assertEqual(self.propose().step_id.name, "Reminder 1")

    def test_once_only(self):
        second = self.send_second()
        second._undo_sent("withdrawn", "Sent by mistake")
        self.assertFalse(second._undo_sent("withdrawn", "Again"))
        self.assertEqual(len(self.case.claim_line_ids), 2)
        self.assertEqual(second.withdrawn_reason, "Sent by mistake")

    def test_closed_case_stays_settled(self):
        second = self.send_second()
        with freeze_time("2026-09-29 08:00:00"):
            self.pay(self.move)
            self.assertEqual(self.case.state, "closed")
            before = self.case.claim_line_ids
            self.assertFalse(second._undo_sent("withdrawn", "Sent by mistake"))
        self.assertEqual(self.case.claim_line_ids, before)
        self.assertEqual(self.place(), ("Reminder 2", "2026-09-28"))
        self.assertTrue(second.withdrawn)


class TestUndoInterest(GatewayCommon):
    """Interest that a notice claimed in vain is claimed by the next one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.use_danish_law(charge_interest=True)
        cls.make_invoice(due="2026-03-02", amount=10000)

    def send_on(self, day):
        with freeze_time(f"{day} 08:00:00"), self.gateways():
            reminder = self.propose()
            self.send(reminder)
        self.assertGreater(reminder.amount_interest, 0)
        return reminder

    @takes_long
    def test_of_the_last_notice(self):
        first = self.send_on("2026-03-16")
        second = self.send_on("2026-04-14")
        item = second.item_ids
        claimed = item.interest_claimed
        with freeze_time("2026-04-14 12:00:00"):
            second._undo_sent("bounced", "It did not arrive")
        self.assertAlmostEqual(item.interest_claimed, first.amount_interest, places=2)
        self.assertEqual(second.case_id.amount_interest, first.amount_interest)
        third = self.send_on("2026-04-15")
        self.assertGreater(third.amount_interest, second.amount_interest)
        self.assertGreater(item.interest_claimed, claimed)

    @takes_long
    def test_of_the_notice_before_the_last(self):
        first = self.send_on("2026-03-16")
        second = self.send_on("2026-04-14")
        case = second.case_id
        with freeze_time("2026-04-14 12:00:00"):
            first._undo_sent("bounced", "It did not arrive")
        self.assertAlmostEqual(case.amount_interest, second.amount_interest, places=2)
        third = self.send_on("2026-05-12")
        self.assertAlmostEqual(
            case.amount_interest,
            sum(third.line_ids.mapped("amount_interest")),
            places=2,
        )

    @takes_long
    def test_of_both_notices(self):
        """Whichever is taken back first, and at once: nothing is claimed twice."""
        first = self.send_on("2026-03-16")
        second = self.send_on("2026-04-14")
        item = second.item_ids
        for turns in ([first, second], [second, first], [first | second]):
            savepoint = self.env.cr.savepoint()
            with self.subTest(turns=turns), freeze_time("2026-04-14 12:00:00"):
                for notices in turns:
                    notices._undo_sent("withdrawn", "Sent by mistake")
                self.assertAlmostEqual(item.interest_claimed, 0, places=2)
                self.assertEqual(second.case_id.amount_interest, 0)
            savepoint.close(rollback=True)
            self.env.invalidate_all()

    @takes_long
    def test_of_the_notice_before_the_last_and_of_the_next(self):
        """What was taken back in between is claimed by the next, and only once."""
        first = self.send_on("2026-03-16")
        self.send_on("2026-04-14")
        with freeze_time("2026-04-14 12:00:00"):
            first._undo_sent("withdrawn", "Sent by mistake")
        item = first.item_ids
        claimed = item.interest_claimed
        third = self.send_on("2026-05-12")
        with freeze_time("2026-05-12 12:00:00"):
            third._undo_sent("withdrawn", "Sent by mistake")
        self.assertAlmostEqual(item.interest_claimed, claimed, places=2)
        self.assertAlmostEqual(third.case_id.amount_interest, claimed, places=2)

    def test_while_the_next_is_on_its_way(self):
        """What is withdrawn after the figures were made is not claimed by them."""
        first = self.send_on("2026-03-16")
        with freeze_time("2026-04-14 08:00:00"), self.gateways():
            second = self.propose()
            self.ripen(second)
            self.env["payment.reminder.sender"].sudo()._claim(second.sudo(), "ticket")
            first._undo_sent("withdrawn", "Sent by mistake")
            second.sudo().delivery_ids._set_sent()
            self.env["payment.reminder.paperwork"].sudo()._finish(second.sudo())
        self.assertAlmostEqual(
            second.item_ids.interest_claimed, second.amount_interest, places=2
        )
        self.assertEqual(second.case_id.amount_interest, second.amount_interest)
