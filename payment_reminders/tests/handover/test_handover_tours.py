from odoo.tests import HttpCase, tagged

from .common import HandoverCommon


@tagged("-standard", "payment_reminders_long")
class TestHandoverTours(HandoverCommon, HttpCase):
    """What people do with a collection service, clicked through in a browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.chief = cls.make_user(
            "chief",
            "account.group_account_manager",
            "payment_reminders.group_reminder_manager",
        )
        cls.chief.password = "chief-password"

    def play(self, tour, move=None):
        place = f"account.move/{move.id}" if move else "overdue-invoices"
        tour = f"payment_reminders_handover_{tour}"
        self.start_tour(f"/odoo/{place}", tour, login="chief")
        self.env.invalidate_all()

    def test_many_at_once(self):
        moves = self.env["account.move"].union(
            *(self.make_invoice(due=40 + number) for number in range(3))
        )
        self.play("many")
        self.assertEqual(len(self.get_item(moves).handover_id), 3)

    def test_one_invoice(self):
        move = self.make_invoice(due=40)
        self.refresh()
        self.play("one", move)
        self.assertEqual(self.get_item(move).handover_id.user_id, self.chief)

    def test_status(self):
        move = self.make_invoice(due=40)
        self.refresh()
        record = self.hand_over(move)
        self.play("status", move)
        self.assertEqual(record.state, "legal")

    def test_end(self):
        move = self.make_invoice(due=40)
        self.refresh()
        record = self.hand_over(move)
        self.play("end", move)
        self.assertEqual((record.state, record.end_reason), ("cancelled", "paid"))

    def test_credit_note(self):
        move = self.make_invoice(due=40)
        self.refresh()
        record = self.hand_over(move)
        self.play("credit", move)
        self.assertEqual((record.state, record.end_reason), ("cancelled", "credited"))
        self.assertEqual(move.payment_state, "reversed")

    def test_write_off(self):
        move = self.make_invoice(due=40)
        self.refresh()
        record = self.hand_over(move)
        self.play("loss", move)
        self.assertEqual(record.state, "registered")
        self.assertEqual(
            self.get_reports(record),
            [("payment", 900.0, "waiting"), ("write_off", 100.0, "not_told")],
        )
