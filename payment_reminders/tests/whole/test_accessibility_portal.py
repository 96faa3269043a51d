from odoo.tests import tagged

from ..customer.portal_common import PortalCommon
from ..sending.gateway_common import GatewayCommon
from ..tags import takes_long
from .accessibility_common import AccessibilityCommon


@tagged("post_install", "-at_install")
class PagesCommon(AccessibilityCommon, GatewayCommon, PortalCommon):
    """Every page of the customer's, for who does not see well or has no mouse."""

    def check(self, more="", token=None, case=None, **params):
        case = case or self.case
        token = token or case._portal_ensure_token()
        query = "&".join(f"{key}={value}" for key, value in params.items())
        self.assertAccessible(
            f"/my/reminders/{case.id}{more}?access_token={token}&{query}"
        )


class TestCustomerPagesAccessible(PagesCommon):
    @takes_long
    def test_what_is_open(self):
        self.ladder.step_ids.write({"charge_interest": True})
        customer = self.make_customer("Old Debts ApS", "old@x.example")
        move = self.make_invoice(due="2025-12-01", partner=customer)
        self.make_invoice(due=-20, partner=customer)
        notice = self.propose().filtered(lambda r: r.partner_id == customer)
        with self.gateways():
            self.send(notice)
        case = move.reminder_case_id
        self.assertTrue(case._get_interest_statement())
        self.check(case=case)


@tagged("-standard", "payment_reminders_long")
class TestMorePagesAccessible(PagesCommon):
    def test_question_and_plan(self):
        self.env["payment.reminder.query"].create(
            {"case_id": self.case.id, "kind": "amount", "description": "Too much"}
        )
        plan = self.env["payment.reminder.plan"].create(
            {
                "case_id": self.case.id,
                "first_date": "2026-10-01",
                "instalment_count": 3,
            }
        )
        plan.action_split()
        plan.action_approve()
        self.pay(self.move, 400)
        self.refresh()
        self.assertEqual(plan.instalment_ids[0].state, "paid")
        plan.instalment_ids[1].sudo().state = "missed"
        self.check()

    def test_asking(self):
        self.check("/ask")

    def test_having_paid(self):
        self.check("/ask", kind="paid")

    def test_wanting_the_invoice(self):
        self.check("/ask", kind="invoice")

    def test_giving_a_number(self):
        self.make_invoice(due=12)
        self.refresh()
        self.check("/ask", kind="reference")

    def test_more_time(self):
        self.check("/plan", count=3)

    def test_paying(self):
        self.check("/pay")

    def test_wrong_link(self):
        self.check(token="wrong")

    def test_list(self):
        user = self.make_user("visitor", "base.group_portal")
        user.sudo().password = "visitor"
        user.sudo().partner_id.parent_id = self.customer
        self.assertAccessible("/my/reminders", login="visitor")
