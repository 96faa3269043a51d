"""A copy of a database sends nothing; without this addon records stay readable."""

from pathlib import Path

from odoo.addons.payment_reminders.tests.tags import takes_long

from .common import AmiliCommon

SQL = Path(__file__).parents[1] / "data" / "neutralize.sql"


class TestLeaving(AmiliCommon):
    @takes_long
    def test_a_copy_hands_nothing_over(self):
        there = self.register()
        waiting = self.hand_over(self.owe())
        self.env.flush_all()
        self.env.cr.execute(SQL.read_text(encoding="utf-8"))
        self.env.invalidate_all()
        self.fake.calls.clear()
        company = self.company.sudo()
        self.assertEqual((company.amili_mode, company.amili_is_on), ("test", False))
        self.assertFalse(company.amili_api_code or company.amili_private_key)
        self.work()
        # Even where nothing marks it as a copy.
        self.assertFalse(self.fake.calls)
        self.assertEqual((waiting.state, there.state), ("refused", "registered"))
        self.assertFalse(waiting.item_id.handover_id)
        self.assertIn("copy of a database", waiting.state_label)

    def test_a_copy_that_is_marked_asks_nobody(self):
        self.register()
        self.hand_over(self.owe())
        self.env["ir.config_parameter"].sudo().set_param(
            "database.is_neutralized", "True"
        )
        self.fake.calls.clear()
        self.work()
        self.assertFalse(self.fake.calls)

    def test_without_this_addon_a_person_tells_who_has_it(self):
        record = self.register()
        number = record.external_id
        selection = (
            self.env["ir.model.fields.selection"]
            .sudo()
            .search(
                [
                    ("field_id.model", "=", "payment.reminder.handover"),
                    ("field_id.name", "=", "provider"),
                    ("value", "=", "amili"),
                ]
            )
        )
        self.assertEqual(len(selection), 1)
        selection._process_ondelete()
        self.env.invalidate_all()
        self.assertEqual(record.provider, "manual")
        self.assertEqual(record.state_label, "Sent to Visma Amili")
        self.assertEqual((record.external_id, record.state), (number, "registered"))
        record.with_user(self.manager).action_set_state("paid", "They said so.")
        self.assertEqual(record.state, "paid")
