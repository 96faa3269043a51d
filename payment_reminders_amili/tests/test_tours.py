"""What people do with Amili, clicked through in a browser, with Amili on loopback."""

from odoo.tests import HttpCase, tagged

from .common import AmiliCommon


class ToursCommon(AmiliCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.chief = cls.make_user(
            "chief",
            "base.group_system",
            "account.group_account_manager",
            "payment_reminders.group_reminder_manager",
        )
        cls.chief.password = "chief-password"

    def play(self, tour, move=None):
        place = f"account.move/{move.id}" if move else "overdue-invoices"
        self.start_tour(
            f"/odoo/{place}", f"payment_reminders_amili_{tour}", login="chief"
        )
        self.env.invalidate_all()


@tagged("-standard", "payment_reminders_long")
class TestActivationTour(ToursCommon):
    @classmethod
    def set_up_amili(cls):
        """Nobody has set it up yet."""

    def test_activation(self):
        """From the dialog of the first hand-over, with days between key and code."""
        item = self.owe()
        self.play("activation_key", item.move_id)
        self.assertEqual(self.company.amili_terms_accepted_by_id, self.chief)
        self.fake.know(self.company._get_amili_public_key())
        self.play("activation_rest", item.move_id)
        self.assertFalse(self.company._get_amili_obstacle())
        self.assertEqual(self.company.amili_default_description, "Konsultarvode")
        self.assertFalse(self.find_reasons(item))


@tagged("-standard", "payment_reminders_long")
class TestTours(ToursCommon):
    def test_many_at_once(self):
        items = self.owe() + self.owe()
        lacking = self.owe(partner=self.make_swede("Ek AB", street=False))
        self.play("many")
        self.assertEqual(items.handover_id.mapped("state"), ["queued"] * 2)
        self.assertFalse(lacking.handover_id)
        self.work()
        self.assertEqual(items.handover_id.mapped("state"), ["registered"] * 2)

    def test_one_invoice(self):
        self.company.amili_as_default = True
        item = self.owe()
        self.play("one", item.move_id)
        self.work()
        self.assertEqual(item.handover_id.state, "registered")
        self.assertEqual(len(self.fake.cases), 1)

    def test_status(self):
        record = self.register()
        self.fake.set_state(
            record.move_id.name, "debt_collection", "debt_collection_active", costs=240
        )
        record.checked_at = False
        self.play("status", record.move_id)
        self.assertEqual(record.state, "collection")

    def test_end(self):
        record = self.register()
        self.play("end", record.move_id)
        self.assertEqual((record.state, record.end_reason), ("cancelled", "paid"))
        self.assertEqual(len(self.fake.cancellations), 1)

    def test_credit_note(self):
        record = self.register()
        self.play("credit", record.move_id)
        self.assertEqual((record.state, record.end_reason), ("cancelled", "credited"))
        self.assertEqual(record.move_id.payment_state, "reversed")

    def test_write_off(self):
        record = self.hand_over(self.owe(1000.0))
        self.work()
        self.play("loss", record.move_id)
        self.assertEqual(record.state, "registered")
        self.work()
        self.assertEqual([row["amount"] for row in self.fake.payments], [900])
