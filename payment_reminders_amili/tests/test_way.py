"""Who reminds is chosen where reminders are created, once a service is switched on."""

from odoo.exceptions import UserError

from .common import AmiliCommon


class TestWay(AmiliCommon):
    def setUp(self):
        super().setUp()
        self.item = self.owe()

    def open(self, item=None):
        moves = (item or self.item).move_id
        wizards = self.env["payment.reminder.wizard"].with_user(self.manager)
        return wizards.browse(wizards._open(moves)["res_id"])

    def test_a_service_that_nobody_switched_on_is_not_offered(self):
        for vals in ({"amili_is_on": False}, {"amili_mode": "off"}):
            with self.subTest(**vals):
                kept = {name: self.company[name] for name in vals}
                self.company.sudo().write(vals)
                self.swede.reminder_way = "service"
                wizard = self.open()
                self.assertEqual((wizard.has_ways, wizard.way), (False, "ourselves"))
                self.company.sudo().write(kept)

    def test_it_is_offered_once_it_is_switched_on(self):
        wizard = self.open()
        self.assertEqual((wizard.has_ways, wizard.way), (True, "ourselves"))
        self.assertFalse(wizard.way_text)
        wizard.way = "amili"
        self.assertIn("decided by Amili", wizard.way_text)

    def test_it_is_offered_while_the_log_in_is_refused(self):
        """A bad day hides nothing: the dialog of the hand-over says what it is."""
        self.company.sudo().amili_problem = "no such key"
        self.assertTrue(self.open().has_ways)

    def test_the_way_of_a_customer(self):
        self.swede.reminder_way = "service"
        self.assertEqual(self.open().way, "amili")
        self.swede.reminder_way = "ourselves"
        self.hand_over(self.owe())
        self.assertEqual(self.open().way, "ourselves")

    def test_the_last_way_is_remembered(self):
        self.hand_over(self.owe())
        self.assertEqual(self.open().way, "amili")

    def test_from_there_to_the_hand_over(self):
        wizard = self.open()
        wizard.way = "amili"
        action = wizard.action_hand_over()
        dialog = self.env[action["res_model"]].browse(action["res_id"])
        dialog = dialog.with_user(self.manager)
        self.assertEqual((dialog.provider, dialog.start_with), ("amili", "reminder"))
        self.assertIn("decided by Amili", dialog.locked_text)
        dialog.action_hand_over()
        self.work()
        self.assertEqual(self.item.handover_id.state, "registered")

    def test_what_may_not_be_reminded_of_is_refused_in_words(self):
        """An open question, a plan, another currency: line by line, with a link."""
        asked, planned = self.item, self.owe(partner=self.make_swede("Ek AB"))
        foreign = self.owe(
            partner=self.make_swede("Al AB"), currency_id=self.currency.id
        )
        free = self.owe(partner=self.make_swede("Asp AB"))
        self.env["payment.reminder.query"].create({"case_id": asked.case_id.id})
        plan = self.env["payment.reminder.plan"].create({"case_id": planned.case_id.id})
        plan.with_user(self.manager).action_split()
        plan.with_user(self.manager).action_approve()
        items = asked + planned + foreign + free
        wizards = self.env["payment.reminder.handover.wizard"].with_user(self.manager)
        action = wizards._open(items.move_id, "amili")
        dialog = wizards.browse(action["res_id"])
        lines = {line.item_id: line for line in dialog.line_ids}
        for item in asked + planned + foreign:
            self.assertTrue(lines[item].reason)
            self.assertFalse(lines[item].is_chosen)
            self.assertTrue(lines[item].action_fix().get("res_id"))
        self.assertIn("question", lines[asked].reason)
        self.assertIn("plan", lines[planned].reason)
        self.assertIn("kronor", lines[foreign].reason)
        self.assertFalse(lines[free].reason)
        # Not by a call from outside either.
        lines[asked].is_chosen = True
        with self.assertRaises(UserError):
            dialog.action_hand_over()
        lines[asked].is_chosen = False
        dialog.action_hand_over()
        self.assertEqual(items.handover_id.item_id, free)
