from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common import ReminderCommon


@tagged("post_install", "-at_install")
class TestCallList(ReminderCommon):
    """Whom to call today, and what follows from how a call ends."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.phone = "+45 20 12 34 56"
        cls.move = cls.make_invoice(due=10)
        cls.refresh()
        cls.case = cls.move.reminder_case_id
        cls.today = cls.company._get_reminder_today()

    def find(self):
        return self.env["payment.reminder.case"].search([("is_to_call", "=", True)])

    def plan_call(self, days=0):
        self.case.activity_schedule(
            "mail.mail_activity_data_call",
            date_deadline=fields.Date.context_today(self.case) + timedelta(days=days),
            user_id=self.env.uid,
        )

    def get_results(self):
        events = self.case.event_ids.filtered(lambda event: event.kind == "called")
        return [event.payload["result"] for event in events.sorted("seq")]

    # -- who is on it ------------------------------------------------------------------

    def test_a_call_that_is_planned_for_today(self):
        self.assertNotIn(self.case, self.find())
        self.plan_call(days=2)
        self.assertNotIn(self.case, self.find())
        self.plan_call()
        self.assertIn(self.case, self.find())
        self.assertTrue(self.case.is_to_call)

    def test_to_do_leads_to_it_when_somebody_is_to_be_called(self):
        Todo = self.env["payment.reminder.todo"].with_user(self.manager)
        self.assertNotIn("To Call Today", [link["name"] for link in Todo.get_links()])
        self.plan_call()
        links = {link["name"]: link["count"] for link in Todo.get_links()}
        self.assertEqual(links["To Call Today"], 1)

    def test_a_promise_that_was_broken_and_the_end_of_the_ladder(self):
        plan = self.env["payment.reminder.plan"].create(
            {
                "case_id": self.case.id,
                "kind": "promise",
                "instalment_ids": [
                    fields.Command.create(
                        {"date_due": self.today - timedelta(days=2), "amount": 1000}
                    )
                ],
            }
        )
        plan.sudo().state = "broken"
        self.assertIn(self.case, self.find())
        self.assertIn("Broken", self.case.last_promise)
        plan.instalment_ids.date_due = self.today - timedelta(days=90)
        self.assertNotIn(self.case, self.find())
        self.case.sudo().is_ladder_ended = True
        self.assertIn(self.case, self.find())

    def test_who_waits_for_an_answer_or_is_closed_is_not_on_it(self):
        self.plan_call()
        query = self.env["payment.reminder.query"].create({"case_id": self.case.id})
        self.assertNotIn(self.case, self.find())
        query.action_close()
        self.assertIn(self.case, self.find())
        self.pay(self.move)
        self.refresh()
        self.assertNotIn(self.case, self.find())

    # -- how a call ends ---------------------------------------------------------------

    def test_promised(self):
        self.plan_call()
        action = self.case.action_call_promised()
        dialog = self.env[action["res_model"]].with_context(**action["context"])
        dialog.create({"day": self.today + timedelta(days=3)}).action_promise()
        self.assertEqual(self.case.plan_ids.state, "active")
        self.assertEqual(self.get_results(), ["promised"])
        self.assertNotIn(self.case, self.find())
        self.assertIn("Active", self.case.last_promise)
        self.assertIn("Promised to pay", self.case.last_contact)

    def test_a_question_holds_the_case(self):
        self.plan_call()
        action = self.case.action_call_question()
        dialog = self.env[action["res_model"]].with_context(**action["context"])
        dialog.create({"kind": "delivery", "description": "No goods"}).action_note()
        self.assertEqual(self.case.state, "frozen")
        self.assertEqual(self.case.query_ids.description, "No goods")
        self.assertEqual(self.get_results(), ["question"])
        self.assertNotIn(self.case, self.find())

    def test_not_reached_comes_again_on_the_next_working_day(self):
        self.plan_call()
        self.case.action_call_missed()
        self.assertNotIn(self.case, self.find())
        self.assertEqual(self.get_results(), ["missed"])
        activity = self.case.activity_ids
        self.assertEqual(len(activity), 1, "the call of today is done")
        self.assertGreater(activity.date_deadline, self.today)
        self.assertLess(activity.date_deadline.weekday(), 5)
        self.assertIn("Not reached", self.case.last_contact)

    def test_a_wrong_number_is_neither_called_nor_texted(self):
        facts = self.env["payment.reminder.facts"]
        self.assertTrue(facts._read_recipients(self.case)[self.case.id]["sms"])
        self.case.action_call_wrong_number()
        self.assertFalse(self.case.contact_phone)
        self.assertEqual(self.get_results(), ["wrong_number"])
        self.customer.invalidate_recordset()
        self.assertFalse(facts._read_recipients(self.case)[self.case.id]["sms"])
        self.assertTrue(facts._read_recipients(self.case)[self.case.id]["email"])
        self.assertEqual(self.customer.phone, "+45 20 12 34 56")
        for same in ("20123456", "+4520123456", "20 12 34 56"):
            self.customer.phone = same
            self.case.invalidate_recordset()
            self.assertFalse(self.case.contact_phone, same)
        self.customer.phone = "+45 20 65 43 21"
        self.case.invalidate_recordset()
        self.assertEqual(self.case.contact_phone, "+45 20 65 43 21")

    def test_the_number_of_a_contact_comes_first(self):
        self.customer.reminder_contact_id = self.env["res.partner"].create(
            {"name": "Ida", "phone": "+45 30 00 00 00", "parent_id": self.customer.id}
        )
        self.case.invalidate_recordset()
        self.assertEqual(self.case.contact_phone, "+45 30 00 00 00")
        self.case.action_call_wrong_number()
        self.assertEqual(self.case.contact_phone, "+45 20 12 34 56")

    # -- who may -----------------------------------------------------------------------

    def test_a_rep_notes_calls_of_own_customers(self):
        rep = self.make_user("caller", "payment_reminders.group_reminder_user")
        own = self.case.with_user(rep)
        for act in (own.action_call_missed, own.action_call_wrong_number):
            with self.assertRaises(AccessError):
                act()
        self.case.user_id = rep
        own.action_call_missed()
        action = own.action_call_question()
        dialog = self.env[action["res_model"]].with_user(rep)
        dialog.with_context(**action["context"]).create({}).action_note()
        self.assertEqual(self.get_results(), ["missed", "question"])
        self.assertEqual(self.case.event_ids.user_id & rep, rep)

    def test_the_list_takes_few_queries(self):
        self.make_debtors(6)
        self.refresh()
        cases = self.env["payment.reminder.case"].search([])
        names = ["contact_phone", "last_promise", "last_contact", "amount_claim"]
        counts = []
        for some in (cases[:1], cases):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some.read(names)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2)
