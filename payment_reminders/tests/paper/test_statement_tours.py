import unittest

from odoo.tests import HttpCase, tagged

from ..common import ReminderCommon


@tagged("-standard", "payment_reminders_long")
class TestStatementTours(ReminderCommon, HttpCase):
    """A statement of account: sent from a case, and found on the customer's page."""

    browser_size = "1366x768"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if cls.env["ir.actions.report"].get_wkhtmltopdf_state() == "install":
            raise unittest.SkipTest("wkhtmltopdf is not installed")
        cls.manager.password = "manager-password"
        cls.move = cls.make_invoice(due=10)
        cls.make_invoice(due=-20, amount=250)
        cls.refresh()
        cls.case = cls.move.reminder_case_id

    def test_it_is_sent_from_a_case(self):
        self.start_tour(
            f"/odoo/action-payment_reminders.payment_reminder_case_action/{self.case.id}",
            "payment_reminders_statement_sent",
            login="manager",
        )
        [message] = self.case.message_ids.filtered("attachment_ids")
        self.assertTrue(message.attachment_ids.raw.startswith(b"%PDF"))
        self.assertIn(self.customer, message.partner_ids)

    def test_it_is_on_the_page_of_the_customer(self):
        token = self.case._portal_ensure_token()
        self.browser_size = "390x844"
        self.start_tour(
            f"/my/reminders/{self.case.id}?access_token={token}",
            "payment_reminders_statement_page",
        )
