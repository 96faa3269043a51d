from odoo.exceptions import AccessError, UserError

from ..tags import takes_long
from .paying_common import PayingCommon


class TestIgnoredLine(PayingCommon):
    """A bank line that fits holds a notice until it is matched or ignored."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager.group_ids += cls.env.ref("account.group_account_invoice")

    def open_bank_lines(self, user=None):
        """Return the bank lines that the button on the notice opens, as it does."""
        reminder = self.reminder.with_user(user or self.manager)
        self.assertTrue(reminder.is_held_by_bank_line)
        action = reminder.action_open_bank_lines()
        lines = (
            self.env[action["res_model"]]
            .with_user(user or self.manager)
            .with_context(**action["context"])
        )
        lines.get_view(action["views"][0][0], "list")
        return lines.search(action["domain"])

    def test_ignoring_lets_the_notice_go(self):
        bank_line = self.make_bank_line(1000.0)
        self.assertStopped("unmatched_bank_line")
        opened = self.open_bank_lines()
        self.assertEqual(opened, bank_line)
        self.assertFalse(opened.reminder_ignored)
        opened.action_reminder_ignore()
        self.assertEqual(self.reminder.state, "approved", "it is back at once")
        self.assertFalse(self.reminder.is_held_by_bank_line)
        event = self.case.event_ids.filtered(lambda e: e.kind == "bank_line_ignored")
        self.assertEqual(event.user_id, self.manager)
        self.assertEqual(event.payload["bank_lines"], bank_line.ids)
        self.assertEqual(self.reminder._dispatch(), {})
        self.assertEqual(self.reminder.state, "sent")

    def test_ignoring_is_taken_back(self):
        bank_line = self.make_bank_line(1000.0)
        other = self.make_bank_line(3, partner_id=self.customer.id)
        self.assertStopped("unmatched_bank_line")
        self.open_bank_lines().browse(bank_line.id).action_reminder_ignore()
        self.assertEqual(self.reminder.state, "held", "the other one still holds it")
        opened = self.open_bank_lines()
        self.assertEqual(opened, bank_line | other, "the ignored one is there too")
        self.assertEqual(opened.filtered("reminder_ignored"), bank_line)
        opened.filtered(lambda line: line == other).action_reminder_ignore()
        self.assertEqual(self.reminder.state, "approved")
        opened.invalidate_recordset(["reminder_ignored"])
        opened.filtered("reminder_ignored").action_reminder_heed()
        self.assertFalse(self.case.ignored_line_ids)
        self.assertStopped("unmatched_bank_line")
        self.assertIn("bank_line_heeded", self.case.event_ids.mapped("kind"))

    @takes_long
    def test_ignored_for_one_case_alone(self):
        other = self.make_customer("Other", "other@x.example")
        self.make_invoice(due=10, partner=other)
        self.propose()
        notice = self.env["payment.reminder"].search([("partner_id", "=", other.id)])
        self.ripen(notice)
        self.make_bank_line(1000.0)
        self.assertStopped("unmatched_bank_line")
        self.open_bank_lines().action_reminder_ignore()
        self.assertEqual(notice._dispatch(), {notice: ["unmatched_bank_line"]})
        self.assertEqual(notice.state, "held")

    def test_only_a_manager_ignores(self):
        self.case.user_id = self.rep
        self.rep.group_ids += self.env.ref("account.group_account_invoice")
        self.make_bank_line(1000.0)
        self.assertStopped("unmatched_bank_line")
        opened = self.open_bank_lines(self.rep)
        for act in (opened.action_reminder_ignore, opened.action_reminder_heed):
            with self.assertRaises(AccessError):
                act()
        self.assertFalse(self.case.ignored_line_ids)

    def test_a_bank_line_is_ignored_for_a_case(self):
        bank_line = self.make_bank_line(1000.0)
        with self.assertRaisesRegex(UserError, "from the reminder"):
            bank_line.with_user(self.manager).action_reminder_ignore()

    def test_ignored_line_goes_with_a_merged_customer(self):
        self.make_bank_line(1000.0)
        self.assertStopped("unmatched_bank_line")
        self.open_bank_lines().action_reminder_ignore()
        older = self.make_customer("Older", "older@x.example")
        ignored = self.case.ignored_line_ids
        survivor = self.make_invoice(due=20, partner=older)
        self.refresh()
        survivor = survivor.reminder_case_id
        self.case.sudo()._hand_over_to(survivor.sudo())
        self.assertEqual(survivor.ignored_line_ids, ignored)
