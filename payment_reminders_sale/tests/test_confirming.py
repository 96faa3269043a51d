from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.fields import Command

from .order_common import OrderCommon


class TestConfirming(OrderCommon):
    """By setting a manager has to confirm the order of who does not pay."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.reminder_order_policy = "manager"
        cls.reach_final_notice()
        cls.order = cls.make_order()

    def assertStopped(self, work):
        with self.assertRaisesRegex(UserError, "final notice.*Only a manager"):
            work()
        self.env.invalidate_all()
        self.assertEqual(self.order.state, "draft")

    def test_it_is_said_that_a_manager_is_needed(self):
        self.assertIn("Only a manager can confirm", self.read_warning(self.order))

    def test_who_sells_cannot_confirm_it(self):
        """Neither by the button nor past it, whatever the context says."""
        own = self.order.with_user(self.seller)
        self.assertStopped(own.action_confirm)
        self.assertStopped(lambda: own.write({"state": "sale"}))
        self.assertStopped(
            lambda: own.with_context(reminder_is_paid=True).write({"state": "sale"})
        )
        self.assertStopped(
            lambda: own.create(
                {
                    "partner_id": self.customer.id,
                    "state": "sale",
                    "order_line": [Command.create({"product_id": self.product.id})],
                }
            )
        )
        other = self.make_customer("Other ApS", "other@other.example")
        disguised = self.make_order(other)
        disguised.with_user(self.seller).action_confirm()
        for name in ("partner_id", "partner_invoice_id"):
            self.assertStopped(
                lambda name=name: disguised.with_user(self.seller).write(
                    {name: self.customer.id}
                )
            )
        cancelled = self.make_order(state="cancel").with_user(self.seller)
        self.assertStopped(lambda: cancelled.write({"state": "sale"}))
        self.assertStopped(own.copy().action_confirm)

    def test_a_manager_confirms_it_and_that_is_kept(self):
        for user in (self.boss, self.chief):
            order = self.make_order()
            order.with_user(user).action_confirm()
            self.assertEqual(order.state, "sale")
            note = order.message_ids.filtered(lambda m: "all the same" in m.body)
            self.assertEqual(note.author_id, user.partner_id)
            self.assertIn("1,000.00", note.body)

    def test_a_payment_frees_it_at_once(self):
        self.assertStopped(self.order.with_user(self.seller).action_confirm)
        self.pay(self.move)
        self.order.with_user(self.seller).action_confirm()
        self.assertEqual(self.order.state, "sale")
        self.assertFalse(
            self.order.message_ids.filtered(lambda m: "all the same" in m.body)
        )

    def test_others_and_warnings_stop_nothing(self):
        other = self.make_customer("Other ApS", "other@other.example")
        order = self.make_order(other)
        order.with_user(self.seller).action_confirm()
        self.assertEqual(order.state, "sale")
        self.company.reminder_order_policy = "warn"
        self.order.with_user(self.seller).action_confirm()
        self.assertEqual(self.order.state, "sale")

    def test_one_of_many_is_named(self):
        other = self.make_customer("Other ApS", "other@other.example")
        orders = self.order | self.make_order(other)
        with self.assertRaisesRegex(UserError, self.order.name):
            orders.with_user(self.seller).action_confirm()

    def test_a_customer_who_signs_is_told_nothing(self):
        """It waits, signed, for a manager: who sells is told, once."""
        self.order.state = "sent"
        public = self.env.ref("base.public_user")
        by_customer = self.order.with_user(public).sudo()
        by_customer.signed_by = "Ida"
        by_customer._validate_order()
        by_customer._validate_order()
        self.assertEqual(self.order.state, "sent")
        [activity] = self.order.activity_ids
        self.assertEqual(activity.user_id, self.seller)
        self.assertIn("final notice", activity.note)
        self.order.with_user(self.boss).action_confirm()
        self.assertEqual(self.order.state, "sale")

    def test_what_is_paid_in_advance_is_no_risk(self):
        """A part of it is."""
        self.order.state = "sent"
        public = self.env.ref("base.public_user")
        sale = type(self.order)

        def is_paid(amount):
            def compute(orders):
                for order in orders:
                    order.amount_paid = amount

            return patch.object(sale, "_compute_amount_paid", compute)

        by_customer = self.order.with_user(public).sudo()
        with is_paid(50.0):
            self.env.invalidate_all()
            by_customer._validate_order()
            self.assertEqual(self.order.state, "sent")
        with is_paid(200.0):
            self.env.invalidate_all()
            by_customer._validate_order()
            self.assertEqual(self.order.state, "sale")
