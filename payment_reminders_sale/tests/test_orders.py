from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, freeze_time

from .order_common import OrderCommon


class TestOrders(OrderCommon):
    """What whoever writes an order is told of a customer who does not pay."""

    # -- the final notice -----------------------------------------------------------

    def test_the_final_notice_warns(self):
        self.reach_final_notice()
        order = self.make_order()
        warning = self.read_warning(order)
        for word in ("Nordlys ApS", "final notice", "Sep 10", self.move.name):
            self.assertIn(word, warning)
        self.assertIn(f"1,000.00\N{NO-BREAK SPACE}{self.currency.name}", warning)
        self.assertNotIn("manager", warning)

    def test_a_final_notice_that_was_really_sent(self):
        for day in ("2026-09-15", "2026-10-13", "2026-11-17"):
            with freeze_time(f"{day} 08:00:00"):
                self.send(self.propose())
                if self.item.step_id.kind == "final_notice":
                    break
        self.assertEqual(self.item.step_id.kind, "final_notice")
        self.assertIn("final notice", self.read_warning(self.make_order()))

    def test_whom_somebody_called_after_it_is_at_the_final_notice_still(self):
        self.reach_final_notice()
        self.item.sudo().step_id = self.env["payment.reminder.step"].create(
            {
                "ladder_id": self.item.step_id.ladder_id.id,
                "kind": "call",
                "name": "Call",
                "sequence": 99,
                "delay_from": "previous_step",
            }
        )
        self.item.sudo().last_sent_date = "2026-09-14"
        warning = self.read_warning(self.make_order())
        self.assertIn("final notice", warning)
        self.assertNotIn("Sep 14", warning, "that is the day of the call")

    def test_it_is_said_while_the_order_is_written(self):
        self.reach_final_notice()
        with Form(self.env["sale.order"].with_user(self.seller)) as form:
            form.partner_id = self.customer
            self.assertIn("final notice", form.reminder_warning)
        other = self.make_customer("Other ApS", "other@other.example")
        with Form(self.env["sale.order"].with_user(self.seller)) as form:
            form.partner_id = other
            self.assertFalse(form.reminder_warning)

    def test_look_alikes_are_not_warned_of(self):
        """A reminder, no notice at all, another customer, a quotation that is over."""
        order = self.make_order()
        self.assertFalse(self.read_warning(order))
        self.item.sudo().step_id = self.ladder.step_ids[1]
        self.assertFalse(self.read_warning(order))
        self.reach_final_notice()
        self.assertTrue(self.read_warning(order))
        other = self.make_customer("Other ApS", "other@other.example")
        self.make_invoice(due=40, partner=other)
        self.refresh()
        self.assertFalse(self.read_warning(self.make_order(other)))
        order.with_user(self.boss).action_confirm()
        self.assertFalse(self.read_warning(order))

    def test_nothing_is_said_where_the_company_wants_nothing(self):
        self.reach_final_notice()
        self.company.reminder_order_policy = "none"
        self.assertFalse(self.read_warning(self.make_order()))

    # -- paid -----------------------------------------------------------------------

    def test_a_payment_frees_it_at_once(self):
        """No night passes, and nothing is written on the order."""
        self.reach_final_notice()
        order = self.make_order()
        self.pay(self.move, amount=400)
        self.assertIn("600.00", self.read_warning(order))
        self.pay(self.move)
        self.assertFalse(self.read_warning(order))

    def test_what_is_too_little_for_a_notice_stops_nothing(self):
        """A rest of rounding or of a bank's charges."""
        self.reach_final_notice()
        order = self.make_order()
        self.pay(self.move, amount=999.5)
        self.assertFalse(self.read_warning(order))
        self.company.reminder_chase_trifles = True
        self.assertIn("0.50", self.read_warning(order))

    def test_what_was_written_off_stops_nothing(self):
        self.reach_final_notice()
        order = self.make_order()
        self.item.sudo()._drop()
        self.assertFalse(self.read_warning(order))

    def test_money_that_is_matched_with_nothing_frees_it(self):
        self.reach_final_notice()
        order = self.make_order()
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.customer.id,
                "amount": 1000.0,
            }
        )
        self.assertTrue(self.read_warning(order))
        payment.action_post()
        self.assertFalse(self.read_warning(order))

    def test_a_credit_note_frees_it(self):
        self.reach_final_notice()
        order = self.make_order()
        self.move._reverse_moves(cancel=True)
        self.assertFalse(self.read_warning(order))

    # -- promises -------------------------------------------------------------------

    def test_a_broken_promise_warns_until_it_is_paid(self):
        self.break_promise()
        order = self.make_order()
        warning = self.read_warning(order)
        self.assertIn("broke the promise to pay by Sep 12", warning)
        self.pay(self.move)
        self.assertFalse(self.read_warning(order))

    def test_who_keeps_to_a_new_promise_is_free(self):
        self.break_promise()
        self.reach_final_notice()
        order = self.make_order()
        self.assertTrue(self.read_warning(order))
        self.break_promise(state="active").instalment_ids.date_due = "2026-09-30"
        self.assertFalse(self.read_warning(order))

    def test_a_promise_that_is_kept_or_asked_for_is_none_that_was_broken(self):
        for state in ("kept", "proposed", "cancelled"):
            self.break_promise(state=state)
        self.assertFalse(self.read_warning(self.make_order()))

    # -- whose ----------------------------------------------------------------------

    def test_a_contact_and_who_is_to_pay(self):
        self.reach_final_notice()
        contact = self.make_customer(
            "Ida", "ida@x.example", parent_id=self.customer.id, is_company=False
        )
        self.assertTrue(self.read_warning(self.make_order(contact)))
        other = self.make_customer("Other ApS", "other@other.example")
        order = self.make_order(other)
        self.assertFalse(self.read_warning(order))
        order.partner_invoice_id = contact
        self.assertTrue(self.read_warning(order))

    def test_each_company_for_itself(self):
        self.reach_final_notice()
        other = self.setup_other_company()["company"]
        self.seller.company_ids = [Command.link(other.id)]
        order = self.make_order()
        seller = self.seller.with_context(
            allowed_company_ids=[other.id, self.company.id]
        )
        self.assertTrue(order.with_user(seller).with_company(other).reminder_warning)
        elsewhere = (
            self.env["sale.order"]
            .sudo()
            .with_company(other)
            .create({"partner_id": self.customer.id, "company_id": other.id})
        )
        self.assertFalse(self.read_warning(elsewhere.sudo()))

    def test_amounts_of_another_currency_go_by_its_code(self):
        self.setup_other_currency("EUR", rates=[("2026-01-01", 0.5)])
        euro = self.env.ref("base.EUR")
        move = self.make_invoice(due=40, amount=70, currency_id=euro.id)
        self.refresh()
        self.reach_final_notice(move.reminder_case_id.item_ids)
        warning = self.read_warning(self.make_order())
        self.assertIn("70.00\N{NO-BREAK SPACE}EUR", warning)

    # -- who may see what -------------------------------------------------------------

    def test_who_has_no_right_on_cases_sees_the_sentence_alone(self):
        self.reach_final_notice()
        order = self.make_order()
        self.assertTrue(self.read_warning(order, self.seller))
        own = order.with_user(self.seller)
        self.assertFalse(own.reminder_case_id)
        with self.assertRaises(AccessError):
            own.action_open_reminder_case()
        with self.assertRaises(AccessError):
            own.env["payment.reminder.case"].browse(self.case.id).read(["name"])

    def test_who_may_opens_the_case(self):
        self.reach_final_notice()
        order = self.make_order().with_user(self.chief)
        self.assertEqual(order.reminder_case_id, self.case)
        action = order.action_open_reminder_case()
        self.assertEqual(
            (action["res_model"], action["res_id"]), (self.case._name, self.case.id)
        )

    def test_a_rep_opens_own_cases_alone(self):
        self.reach_final_notice()
        rep = self.make_user(
            "a-rep",
            "sales_team.group_sale_salesman_all_leads",
            "payment_reminders.group_reminder_user",
        )
        order = self.make_order()
        self.assertFalse(order.with_user(rep).reminder_case_id)
        self.case.user_id = rep
        self.env.invalidate_all()
        self.assertEqual(order.with_user(rep).reminder_case_id, self.case)

    def test_the_customer_does_not_read_it(self):
        self.reach_final_notice()
        order = self.make_order(state="sent")
        visitor = self.make_user("a-visitor", "base.group_portal")
        visitor.partner_id.parent_id = self.customer
        order.message_subscribe(visitor.partner_id.ids)
        self.env.flush_all()
        with self.assertRaises(AccessError):
            order.with_user(visitor).read(["reminder_warning"])

    # -- many -----------------------------------------------------------------------

    def test_many_orders_take_as_many_queries_as_few(self):
        counts = []
        for count in (5, 40):
            partners = self.make_debtors(count)
            self.refresh()
            items = self.env["payment.reminder.item"].search(
                [("partner_id", "in", partners.ids)]
            )
            self.reach_final_notice(items)
            orders = (
                self.env["sale.order"]
                .sudo()
                .create([{"partner_id": partner.id} for partner in partners])
            )
            self.env.flush_all()
            for _time in range(2):
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                orders.mapped("reminder_warning")
            counts.append(self.env.cr.sql_log_count - before)
            self.assertTrue(all(orders.mapped("reminder_warning")))
        self.assertLessEqual(counts[1], counts[0], counts)
