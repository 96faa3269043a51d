from functools import partial

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..sending.gateway_common import GatewayCommon
from ..whole.speed_common import SpeedCommon


class TodoCommon(GatewayCommon):
    def get_rows(self, user=None, **wanted):
        """Return the rows that a user gets, of one kind of work if it is named."""
        self.env.flush_all()
        Todo = self.env["payment.reminder.todo"].with_user(user or self.manager)
        Todo.invalidate_model()
        return Todo.search([(name, "=", value) for name, value in wanted.items()])

    def get_work(self, user=None):
        return self.get_rows(user).mapped("work")


class TestTodo(TodoCommon):
    """One list of what waits for a person, each row with its document and its fix."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.move = cls.make_invoice(due=10, invoice_user_id=cls.rep.id)
        cls.reminder = cls.propose()
        cls.case = cls.reminder.case_id

    def test_a_notice_waits_until_it_is_approved(self):
        row = self.get_rows()
        self.assertEqual((row.work, row.reminder_id), ("approve", self.reminder))
        self.assertEqual(row.partner_id, self.customer)
        self.assertEqual(row.amount, self.reminder.amount_claim)
        self.assertEqual(str(row.date), "2026-09-15")
        self.assertEqual(row.text, f"Reminder 1, {self.reminder.leaves_text}")
        self.assertEqual(row.action_open()["res_id"], self.reminder.id)
        row.action_approve()
        self.assertEqual(self.reminder.state, "approved")
        self.assertFalse(self.get_rows())

    def test_a_rep_sees_own_customers_and_approves_nothing(self):
        other = self.make_customer("Andet ApS", "a@x.example")
        self.make_invoice(due=10, partner=other, invoice_user_id=self.manager.id)
        self.propose()
        self.assertEqual(len(self.get_rows()), 2)
        row = self.get_rows(self.rep)
        self.assertEqual(row.reminder_id, self.reminder)
        with self.assertRaises(AccessError):
            row.action_approve()

    def test_another_company_is_not_on_the_list(self):
        company = self.env["res.company"].create({"name": "Other"})
        self.assertTrue(self.get_rows())
        self.manager.company_ids |= company
        Todo = self.env["payment.reminder.todo"].with_user(self.manager)
        self.assertFalse(Todo.with_context(allowed_company_ids=company.ids).search([]))

    def test_a_question_waits_for_an_answer_and_its_notice_does_not_wait_too(self):
        query = self.env["payment.reminder.query"].create(
            {
                "case_id": self.case.id,
                "kind": "amount",
                "description": "That is\n too much",
            }
        )
        row = self.get_rows()
        self.assertEqual((row.work, row.query_id), ("question", query))
        self.assertEqual(row.text, "Wrong amount: “That is too much”")
        self.assertEqual(row.date_deadline, query.date_deadline)
        self.assertEqual(
            row.action_answer()["res_model"], "payment.reminder.answer.wizard"
        )
        query.action_close()
        row = self.get_rows()
        self.assertEqual((row.work, row.reminder_id), ("hold", self.reminder))

    def test_money_that_came_in_is_matched_from_the_list(self):
        self.reminder.with_user(self.manager).action_approve()
        self.make_bank_line(1000.0, "Nordlys ApS")
        self.reminder.with_user(self.manager).action_check()
        self.assertEqual(self.reminder.blocker, "unmatched_bank_line")
        row = self.get_rows()
        self.assertEqual((row.work, row.partner_id), ("money", self.customer))
        self.assertTrue(row.text.startswith("Bank line not matched: "), row.text)
        self.assertIn("1,000.00", row.text)
        self.assertEqual(row.action_match()["res_model"], "account.bank.statement.line")

    def make_bank_line(self, amount, name):
        return self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.company_data["default_journal_bank"].id,
                "date": fields.Date.today(),
                "payment_ref": f"{name} {self.move.name}",
                "partner_name": name,
                "amount": amount,
            }
        )

    def test_an_invoice_that_never_left_is_sent_from_the_list(self):
        self.company.reminder_require_invoice_sent = "always"
        self.move.is_move_sent = False
        self.ripen(self.reminder)
        with self.gateways():
            self.reminder._dispatch()
        row = self.get_rows()
        self.assertEqual((row.work, row.code), ("invoice", "invoice_not_sent"))
        self.assertEqual(row.text, f"Invoice never sent: {self.move.name}")

    def test_a_customer_without_an_address_is_opened(self):
        self.customer.email = False
        self.ripen(self.reminder)
        with self.gateways():
            self.reminder._dispatch()
        row = self.get_rows()
        self.assertEqual(row.work, "address")
        action = row.action_add_address()
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("res.partner", self.customer.id)
        )

    def test_a_hold_of_a_person_is_looked_at_and_one_that_ends_is_not(self):
        self.reminder.with_user(self.manager).action_hold("Calls first")
        row = self.get_rows()
        self.assertEqual((row.work, row.reminder_id), ("hold", self.reminder))
        self.assertIn("Calls first", row.text)
        self.reminder.with_user(self.manager).action_release()
        self.company.reminder_rep_days = 7
        self.reminder.with_user(self.rep).action_hold("I call")
        self.assertTrue(self.reminder.hold_end_date)
        self.assertFalse(self.get_rows())

    def test_what_is_snoozed_waits_for_nobody(self):
        self.case.with_user(self.manager).action_snooze("2026-10-01")
        self.assertFalse(self.get_rows())

    def test_a_plan_waits_for_a_decision(self):
        plan = self.env["payment.reminder.plan"].create({"case_id": self.case.id})
        rows = self.get_rows(work="plan")
        self.assertEqual(rows.plan_id, plan)
        plan.first_date = "2026-10-01"
        plan.with_user(self.manager).action_split()
        self.assertIn("3 instalments", self.get_rows(work="plan").text)
        plan.with_user(self.manager).action_approve()
        self.assertFalse(self.get_rows())

    def test_an_uncertain_notice_is_settled(self):
        self.ripen(self.reminder)
        sender = self.env["payment.reminder.sender"].sudo()
        sender._make_deliveries(self.reminder.sudo())
        self.reminder.sudo()._set_state("sending")
        self.reminder.delivery_ids.sudo().write({"state": "uncertain"})
        self.reminder.sudo()._set_state("uncertain", sent_date=fields.Datetime.now())
        row = self.get_rows()
        self.assertEqual(row.work, "uncertain")
        self.assertIn("ap@nordlys.example", row.text)
        row.action_settle_sent()
        self.assertEqual(self.reminder.state, "sent")

    def test_a_halt_is_one_row_however_much_it_holds(self):
        self.ripen(self.reminder)
        self.env["payment.reminder.halt"].sudo().create(
            {"company_id": self.company.id, "reason": "count", "figure": 9, "limit": 3}
        )
        with self.gateways():
            self.reminder._dispatch()
            self.assertEqual(self.mailed, [])
        row = self.get_rows()
        self.assertEqual(row.work, "halt")
        self.assertIn("9 reminders would leave today", row.text)
        self.assertFalse(self.get_rows(self.rep))
        row.action_release_halt()
        self.assertFalse(self.get_rows(work="halt"))

    def test_groups_come_in_the_order_of_the_work(self):
        self.env["payment.reminder.query"].create(
            {"case_id": self.case.id, "kind": "other"}
        )
        other = self.make_customer("Andet ApS", "a@x.example")
        self.make_invoice(due=10, partner=other)
        self.propose()
        Todo = self.env["payment.reminder.todo"].with_user(self.manager)
        self.env.flush_all()
        groups = Todo.web_read_group([], ["work"], ["__count"])["groups"]
        self.assertEqual([group["work"] for group in groups], ["approve", "question"])

    def test_what_is_not_used_is_no_link(self):
        Todo = self.env["payment.reminder.todo"].with_user(self.manager)
        self.assertEqual([link["name"] for link in Todo.get_links()], ["Queue"])
        self.reminder.step_id.channels = "email,letter"
        self.env["payment.reminder.query"].create({"case_id": self.case.id})
        links = {link["name"]: link for link in Todo.get_links()}
        self.assertEqual(list(links), ["Queue", "Letters to Print", "Questions"])
        self.assertEqual(links["Questions"]["count"], 1)
        for link in links.values():
            self.assertTrue(self.env.ref(link["action"]))


class TestTodoLetters(TodoCommon):
    def test_letters_are_printed(self):
        self.customer.write({"street": "Vej 1", "city": "Odense", "zip": "5000"})
        self.ladder.step_ids.write(
            {"channels": "letter", "channel_mode": "first_that_works"}
        )
        self.make_invoice(due=10)
        reminder = self.propose()
        self.ripen(reminder)
        with self.gateways():
            reminder._dispatch()
        self.assertTrue(reminder.to_print)
        row = self.get_rows()
        self.assertEqual((row.work, row.reminder_id), ("letter", reminder))
        self.assertIn("Letter", row.text)


@tagged("-standard", "payment_reminders_long")
class TestSpeedOfTodo(SpeedCommon):
    """Ten rows and two hundred take the same queries."""

    def test_rows(self):
        self.env["payment.reminder"]._cron_propose()
        self.case_questions = self.env["payment.reminder.query"].create(
            [{"case_id": case.id} for case in (self.few[:3] | self.many[:60])]
        )
        self.env["payment.reminder.plan"].create(
            [{"case_id": case.id} for case in (self.few[:2] | self.many[:40])]
        )
        self.env.flush_all()
        fields_read = {
            name: {"fields": {"display_name": {}}} if field.type == "many2one" else {}
            for name, field in self.env["payment.reminder.todo"]._fields.items()
            if name not in ("id", "create_uid", "write_uid")
        }
        self.assertSameCount(
            partial(self.read_rows, self.few, fields_read, 12),
            partial(self.read_rows, self.many, fields_read, 240),
        )

    def read_rows(self, cases, specification, count):
        Todo = self.env["payment.reminder.todo"].with_user(self.manager)
        found = Todo.web_search_read([("case_id", "in", cases.ids)], specification)
        self.assertEqual(found["length"], count)
