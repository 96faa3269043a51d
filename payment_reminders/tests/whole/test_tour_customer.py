from odoo.fields import Command
from odoo.tests import tagged

from ..customer.portal_common import PortalCommon


@tagged("-standard", "payment_reminders_long")
class TestCustomerTour(PortalCommon):
    """A customer without a login, on a phone: ask, agree on a plan, pay."""

    browser_size = "390x844"

    def open(self, tour):
        self.start_tour(f"/my/reminders/{self.case.id}?access_token={self.token}", tour)

    def make_demo_provider(self):
        providers = self.env["payment.provider"].sudo()
        demo = providers.search([("code", "=", "demo")], limit=1)
        if not demo:
            self.skipTest("payment_demo is not installed")
        provider = demo.copy({"company_id": self.company.id})
        provider.write({"state": "test", "is_published": True})
        provider.journal_id = self.company_data["default_journal_bank"]
        provider.payment_method_ids.active = True
        return provider

    def test_ask_agree_pay(self):
        self.make_demo_provider()
        self.open("payment_reminder_customer_asks")
        query = self.case.query_ids
        self.assertEqual(query.attachment_ids.mimetype, "application/pdf")
        self.assertEqual(self.case.state, "frozen")
        wizard = self.env["payment.reminder.answer.wizard"].create(
            {
                "query_id": query.id,
                "outcome": "not_agreed",
                "answer": "It was in the second parcel.",
                "attachment_ids": [Command.create({"name": "delivery.pdf"})],
            }
        )
        wizard.action_answer()
        self.assertEqual(self.case.state, "active")
        self.open("payment_reminder_customer_proposes")
        plan = self.case.plan_ids
        self.assertEqual(plan.instalment_ids.mapped("amount"), [250.0] * 4)
        plan.with_user(self.manager).action_approve()
        self.open("payment_reminder_customer_pays")
        self.assertEqual(plan.instalment_ids[0].state, "paid")
        self.assertEqual(self.case.amount_principal, 750)

    def test_answers_that_solve_themselves(self):
        self.customer.invoice_edi_format_store = "none"
        self.open("payment_reminder_customer_wants_invoice")
        self.assertEqual(self.case.query_ids.state, "closed")
        self.open("payment_reminder_customer_gives_number")
        self.assertEqual(self.move.ref, "PO 4500012345")
        self.assertEqual(self.case.state, "active")
        sent = self.move.message_ids.filtered("attachment_ids")
        self.assertEqual(len(sent), 2)
        self.assertEqual(sent.notified_partner_ids, self.customer)
