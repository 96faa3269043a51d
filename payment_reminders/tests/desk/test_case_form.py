from datetime import timedelta

from lxml import etree

from odoo import fields
from odoo.tests import Form, tagged

from ..common import ReminderCommon


@tagged("post_install", "-at_install")
class TestCaseForm(ReminderCommon):
    """What somebody who calls a debtor sees of the case."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.move = cls.make_invoice(due=10)
        cls.refresh()
        cls.case = cls.move.reminder_case_id

    # -- whom to call ---------------------------------------------------------------

    def test_the_contact_who_gets_the_notices(self):
        self.customer.phone = "+45 70 10 20 30"
        self.assertEqual(self.case.contact_phone, "+45 70 10 20 30")
        self.assertEqual(self.case.contact_email, self.customer.email)
        self.assertFalse(self.case.contact_id)
        ida = self.env["res.partner"].create(
            {
                "name": "Ida",
                "phone": "+45 20 11 22 33",
                "email": "ida@x.example",
                "parent_id": self.customer.id,
            }
        )
        self.customer.reminder_contact_id = ida
        self.case.invalidate_recordset()
        self.assertEqual(self.case.contact_id, ida)
        self.assertEqual(self.case.contact_phone, "+45 20 11 22 33")
        self.assertEqual(self.case.contact_email, "ida@x.example")

    def test_a_contact_without_a_number_has_that_of_the_company(self):
        self.customer.phone = "+45 70 10 20 30"
        self.customer.reminder_contact_id = self.env["res.partner"].create(
            {"name": "Ida", "parent_id": self.customer.id}
        )
        self.assertEqual(self.case.contact_phone, "+45 70 10 20 30")

    # -- how this customer pays ------------------------------------------------------

    def test_the_habit_is_days_late_and_promises(self):
        self.assertFalse(self.case.payment_habit)
        today = fields.Date.today()
        for due, paid in ((40, 30), (60, 40)):
            old = self.make_invoice(due=due)
            self.pay(old, payment_date=today - timedelta(days=paid))
        self.case.invalidate_recordset()
        self.assertIn("15 days late", self.case.payment_habit)
        self.env["payment.reminder.plan"].create(
            {"case_id": self.case.id, "kind": "promise"}
        ).sudo().state = "kept"
        self.case.invalidate_recordset()
        self.assertIn("1 kept, 0 broken", self.case.payment_habit)

    def test_one_day_is_no_days(self):
        old = self.make_invoice(due=20)
        self.pay(old, payment_date=fields.Date.today() - timedelta(days=19))
        self.assertIn("Pays 1 day late", self.case.payment_habit)

    def test_a_credit_note_is_no_habit(self):
        self.make_invoice(due=40)._reverse_moves(cancel=True)
        self.assertFalse(self.case.payment_habit)

    def test_who_pays_early_pays_on_time(self):
        old = self.make_invoice(due=20)
        self.pay(old, payment_date=fields.Date.today() - timedelta(days=25))
        self.assertIn("on time", self.case.payment_habit)

    def test_habits_of_many_cases_are_one_query(self):
        for customer in self.make_debtors(6):
            self.assertTrue(customer)
        self.refresh()
        cases = self.env["payment.reminder.case"].search([])
        self.env.flush_all()
        counts = []
        for some in (cases[:1], cases):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some._read_delays()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)

    # -- tabs ------------------------------------------------------------------------

    def test_what_is_paid_leaves_the_list(self):
        paid = self.make_invoice(due=12)
        self.refresh()
        self.pay(paid)
        self.refresh()
        self.assertEqual(self.case.open_item_ids.move_id, self.move)
        self.assertEqual(self.case.settled_item_ids.move_id, paid)

    def test_three_tabs_and_what_holds_something(self):
        view = self.env["payment.reminder.case"].get_view(
            self.env.ref("payment_reminders.payment_reminder_case_view_form").id
        )
        pages = etree.fromstring(view["arch"]).findall(".//page")
        always = [page.get("string") for page in pages if not page.get("invisible")]
        self.assertEqual(always, ["Invoices", "Sent", "Ledger"])

    def test_a_question_on_the_phone_is_noted_from_the_case(self):
        action = self.case.action_call_question()
        form = Form(self.env[action["res_model"]].with_context(**action["context"]))
        form.description = "The crane was late"
        form.save().action_note()
        query = self.case.query_ids
        self.assertEqual(query.case_id, self.case)
        self.assertEqual(query.source, "staff")
        self.assertEqual(self.case.state, "frozen")

    # -- the customer's own chatter ----------------------------------------------------

    def test_each_notice_leaves_a_line_on_the_customer(self):
        before = self.env["mail.mail"].search_count([])
        self.send(self.propose())
        notes = self.customer.message_ids.filtered(
            lambda m: "Reminder 1 sent by" in (m.body or "")
        )
        self.assertEqual(len(notes), 1)
        self.assertIn(self.case.name, notes.body)
        self.assertNotIn(self.customer.email, notes.body)
        self.assertFalse(notes.notified_partner_ids)
        sent = self.env["payment.reminder.delivery"].search_count([])
        self.assertLessEqual(self.env["mail.mail"].search_count([]) - before, sent)

    # -- plans -------------------------------------------------------------------------

    def test_a_new_plan_has_a_first_date(self):
        plan = self.env["payment.reminder.plan"].create({"case_id": self.case.id})
        self.assertGreater(plan.first_date, fields.Date.today())
        plan.action_split()
        self.assertEqual(plan.instalment_ids[0].date_due, plan.first_date)
