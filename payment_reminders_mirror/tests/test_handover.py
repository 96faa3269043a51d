"""Invoices of other programs at a collection service: by hand, never by a bridge."""

from odoo.addons.payment_reminders.tests.handover.common import HandoverCommon

from .test_mirror import MirrorCommon


class TestHandover(MirrorCommon, HandoverCommon):
    def test_a_service_that_could_not_be_told_of_payments(self):
        self.take(self.row("1"), self.row("2", customer="78", name="B", email="b@b.nu"))
        items = (self.find("1") | self.find("2")).item_id
        before = self.handovers._find_obstacles(items)
        self.assertEqual(set(map(bool, before.values())), {False})
        words = self.env["payment.reminder.handover.word"]
        for provider, _label in words._get_providers():
            if provider != "manual":
                found = self.handovers._find_obstacles(items, provider)
                for item in items:
                    [(sentence, record)] = found[item]
                    self.assertIn("another program", sentence)
                    self.assertEqual(record, item.case_id)

    def test_by_hand(self):
        """A person tells them: what came in waits to be told, and it ends when paid."""
        self.take(self.row("1"))
        item = self.find("1").item_id
        record = self.handovers.with_user(self.manager)._hand_over(
            item, service_id=self.service.id
        )
        record._set_state("registered")
        self.assertEqual(record.display_name, "1")
        self.assertIn("csv:", record.key)
        self.assertFalse(self.propose().filtered("is_elsewhere"))
        # Once more it may not go, and the way leads somewhere.
        [(sentence, there)] = self.handovers._find_obstacles(item)[item]
        self.assertIn("1 is with", sentence)
        self.assertTrue(there)
        self.take(self.row("1", residual="400,00"))
        self.assertEqual(
            self.get_reports(record, "waiting"), [("payment", 600, "waiting")]
        )
        self.take(self.row("2", customer="78", name="Another", email="a@b.example"))
        self.assertEqual(
            self.get_reports(record, "waiting"), [("payment", 1000, "waiting")]
        )
        self.assertEqual(item.case_id.state, "closed")
        self.assertEqual(self.count_books(), self.before)
