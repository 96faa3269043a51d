import unittest

from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tests.common import get_db_name

from odoo.addons.payment_reminders.tests.common import ReminderCommon


class OrderCommon(ReminderCommon):
    """A customer who owes 1,000 since long, and people who sell.

    Where Sales is not installed these are skipped: ``test_real_orders.py`` runs them in
    a database of their own.
    """

    @classmethod
    def setUpClass(cls):
        if (
            "reminder_order_policy"
            not in Registry(get_db_name())["res.company"]._fields
        ):
            raise unittest.SkipTest("Sales is not installed here")
        super().setUpClass()
        cls.move = cls.make_invoice(due=40)
        cls.refresh()
        cls.case = cls.move.reminder_case_id
        cls.item = cls.case.item_ids
        cls.final = cls.ladder.step_ids.filtered(lambda s: s.kind == "final_notice")
        cls.seller = cls.make_user("a-seller", "sales_team.group_sale_salesman")
        cls.boss = cls.make_user("a-boss", "sales_team.group_sale_manager")
        cls.chief = cls.make_user(
            "a-chief",
            "sales_team.group_sale_salesman_all_leads",
            "payment_reminders.group_reminder_manager",
        )
        cls.product = (
            cls.env["product.product"]
            .sudo()
            .create(
                {
                    "name": "Sail",
                    "type": "service",
                    "list_price": 200.0,
                    "taxes_id": False,
                }
            )
        )

    @classmethod
    def make_order(cls, partner=None, user=None, **vals):
        return (
            cls.env["sale.order"]
            .sudo()
            .create(
                {
                    "partner_id": (partner or cls.customer).id,
                    "user_id": (user or cls.seller).id,
                    "company_id": cls.company.id,
                    "order_line": [Command.create({"product_id": cls.product.id})],
                    **vals,
                }
            )
        )

    @classmethod
    def reach_final_notice(cls, items=None):
        """Let the final notice of these due items have left on 10 September."""
        (items or cls.item).sudo().write(
            {"step_id": cls.final.id, "last_sent_date": "2026-09-10"}
        )

    def break_promise(self, amount=1000.0, state="broken"):
        return (
            self.env["payment.reminder.plan"]
            .sudo()
            .create(
                {
                    "case_id": self.case.id,
                    "kind": "promise",
                    "state": state,
                    "item_ids": [Command.set(self.item.ids)],
                    "instalment_ids": [
                        Command.create({"date_due": "2026-09-12", "amount": amount})
                    ],
                }
            )
        )

    def read_warning(self, order, user=None):
        """Read what somebody sees who opens the order now."""
        self.env.flush_all()
        self.env.invalidate_all()
        return order.with_user(user or self.seller).reminder_warning
