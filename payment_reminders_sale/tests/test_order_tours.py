from odoo.fields import Command
from odoo.tests import HttpCase

from .order_common import OrderCommon


class TestOrderTours(OrderCommon, HttpCase):
    """An order is stopped and freed, in a browser."""

    def test_an_order_stopped_and_freed(self):
        self.company.reminder_order_policy = "manager"
        self.reach_final_notice()
        order = self.make_order()
        self.seller.write(
            {
                "password": "a-seller-password",
                "login": "a-seller",
                "group_ids": [Command.link(self.env.ref("base.group_user").id)],
            }
        )
        path = f"/odoo/action-sale.action_quotations_with_onboarding/{order.id}"
        self.start_tour(path, "payment_reminders_sale_stopped", login="a-seller")
        self.assertEqual(order.state, "draft")
        self.pay(self.move)
        self.start_tour(path, "payment_reminders_sale_freed", login="a-seller")
        self.assertEqual(order.state, "sale")
