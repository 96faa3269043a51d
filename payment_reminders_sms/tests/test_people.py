"""SMS with which only a person can do something: they reach one, and flood nobody."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time

from odoo.addons.payment_reminders.tests.tags import takes_long
from odoo.addons.payment_reminders_sms.models.inbound_people import MOST_ASKED

from .common import SmsBridgeCommon

UNKNOWN = "+4540999999"


class TestPeople(SmsBridgeCommon):
    def setUp(self):
        super().setUp()
        self.notice = self.ripe()
        with self.gateways():
            self.notice._dispatch()
        self.case = self.notice.case_id
        self.todo = self.env["payment.reminder.todo"].with_user(self.manager)

    def get_work(self):
        self.env.flush_all()
        return self.todo.search([("work", "=", "sms")])

    def get_questions(self, user=None):
        """Return what a manager is asked about incoming SMS."""
        asked = [
            ("res_model", "=", "payment.reminder.inbound"),
            ("user_id", "=", (user or self.manager).id),
        ]
        return self.env["mail.activity"].sudo().search(asked, order="id")

    def link(self, row, partner):
        """Answer whose text it is; return the action that follows."""
        action = row.with_user(self.manager).action_link()
        wizard = self.env[action["res_model"]].with_user(self.manager)
        wizard = wizard.browse(action["res_id"])
        with Form(wizard) as form:
            form.partner_id = partner
        followed = wizard.action_link()
        self.env.invalidate_all()
        return followed

    def dismiss(self, rows, **vals):
        action = rows.with_user(self.manager).action_dismiss()
        wizard = self.env[action["res_model"]].with_user(self.manager)
        wizard = wizard.browse(action["res_id"])
        wizard.write({"reason": "wrong", **vals})
        wizard.action_dismiss()
        self.env.invalidate_all()

    @takes_long
    def test_a_text_of_nobody_reaches_the_managers_once_for_its_number(self):
        """Whatever shows no number, or one that nobody has."""
        for number in (UNKNOWN, "", "+46700000000"):
            row = self.write_to_us("Hej <b>du</b>", number=number, key=f"in{number}")
            self.assertEqual((row.state, row.outcome), ("done", "nobody"))
            self.assertTrue(row.is_open and row.is_asked)
        self.assertEqual(self.case.state, "active")
        for user in self.company._get_reminder_managers():
            self.assertEqual(len(self.get_questions(user)), 3)
        question = self.get_questions()[0]
        self.assertIn(UNKNOWN, question.summary)
        self.assertIn("Hej", question.note)
        self.assertIn("Link it to a customer", question.note)
        self.assertNotIn("<b>du", question.note)
        # A representative looks after customers, and this is nobody's yet.
        self.assertFalse(self.get_questions(self.rep))
        for number in range(5):
            self.write_to_us(f"again {number}", number=UNKNOWN, key=f"more{number}")
        self.assertEqual(len(self.get_questions()), 3)
        self.assertTrue(question.summary.endswith("(6)"))

    @takes_long
    def test_what_is_to_do_says_it_and_leads_there(self):
        self.write_to_us("I paid, Ann", number=UNKNOWN)
        self.write_to_us("Really", number=UNKNOWN, key="in2")
        [work] = self.get_work()
        self.assertEqual(work.text, f"{UNKNOWN}: “I paid, Ann” (2)")
        self.assertEqual(work.action_open()["res_model"], "payment.reminder.inbound")
        self.assertEqual(
            work.action_link_sms()["res_model"], "payment.reminder.inbound.link.wizard"
        )
        self.assertFalse(
            self.env["payment.reminder.todo"]
            .with_user(self.rep)
            .search([("work", "=", "sms")])
        )
        links = {link["name"]: link for link in self.todo.get_links()}
        self.assertEqual(links["Incoming SMS"]["count"], 2)
        # Beside the questions, and the rest in its order.
        works = self.todo._get_works()
        self.assertEqual(works[works.index("question") + 1], "sms")
        self.assertEqual(
            [row.sequence for row in self.todo.search([])],
            [works.index(row.work) for row in self.todo.search([])],
        )

    def test_linked_it_holds_the_case_as_if_the_number_had_been_known(self):
        row = self.write_to_us("I paid, Ann", number=UNKNOWN)
        other = self.write_to_us("Last Monday", number=UNKNOWN, key="in2")
        action = self.link(row, self.customer)
        self.assertEqual(action["res_id"], self.case.id)
        self.assertEqual(self.case.state, "frozen")
        query = self.case.query_ids
        self.assertEqual((query.source, query.state), ("sms", "open"))
        self.assertEqual(query.description, "I paid, Ann\n\nLast Monday")
        self.assertTrue(query.activity_ids)
        for text in row, other:
            self.assertEqual((text.outcome, text.is_open), ("linked", False))
            self.assertEqual(
                (text.case_id, text.partner_id), (self.case, self.customer)
            )
            self.assertEqual(text.settled_by_id, self.manager)
        self.assertFalse(self.get_questions() or self.get_work())
        self.assertIn(self.case.name, "".join(row.message_ids.mapped("body")))
        # What comes next from there needs nobody.
        again = self.write_to_us("Hello?", number=UNKNOWN, key="in3")
        self.assertEqual((again.outcome, again.case_id), ("answer", self.case))
        self.assertIn("Hello?", query.description)

    @takes_long
    def test_put_to_the_wrong_customer_it_is_put_to_another(self):
        other = self.make_customer("Sydlys ApS", "other@x.example")
        self.make_invoice(due=10, partner=other)
        self.refresh()
        row = self.write_to_us("I paid", number=UNKNOWN)
        self.link(row, other)
        self.link(row, self.customer)
        self.assertEqual((row.case_id, self.case.state), (self.case, "frozen"))
        again = self.write_to_us("Hello?", number=UNKNOWN, key="in2")
        self.assertEqual(again.case_id, self.case)

    def test_who_wants_no_sms_is_not_held(self):
        row = self.write_to_us("STOP", number=UNKNOWN)
        self.assertEqual(row.outcome, "nobody")
        self.link(row, self.customer)
        self.assertEqual((row.outcome, self.case.state), ("linked", "active"))
        self.assertFalse(self.case.query_ids)
        self.assertIn(UNKNOWN, self.case.activity_ids.summary)
        self.assertIn("take the number off", self.case.activity_ids.note)

    @takes_long
    def test_of_a_customer_who_owes_nothing_it_is_kept_with_the_contact(self):
        other = self.make_customer("Sydlys ApS", "other@x.example")
        row = self.write_to_us("When is it due?", number=UNKNOWN)
        self.link(row, other)
        self.assertEqual((row.outcome, row.case_id), ("linked", self.case.browse()))
        self.assertIn("When is it due?", other.message_ids[0].body)
        self.assertEqual(self.case.state, "active")
        # The dialog proposes whom it was the last time.
        again = self.write_to_us("Hello?", number=UNKNOWN, key="in2")
        self.assertEqual(again._guess_customer(), other)

    def test_whom_of_two_customers_it_is_of_a_person_says(self):
        other = self.make_customer("Sydlys ApS", phone="30112233")
        self.customer.phone = f"{self.customer.phone} / 30 11 22 33"
        self.make_invoice(due=10, partner=other)
        self.refresh()
        row = self.write_to_us("I paid", number="+4530112233")
        self.assertEqual((row.outcome, row.is_open), ("several", True))
        asked = self.case.activity_ids
        self.assertEqual(asked.summary, "Whose answer is it?")
        self.link(row, self.customer)
        self.assertEqual(self.case.state, "frozen")
        self.assertFalse(asked.exists())
        theirs = self.case.search([("partner_id", "=", other.id)])
        self.assertEqual(theirs.state, "active")
        self.assertFalse(theirs.activity_ids)

    @takes_long
    def test_dismissed_it_is_done_with_a_reason(self):
        rows = self.write_to_us("Buy now", number=UNKNOWN)
        rows |= self.write_to_us("Cheap!", number="+46700000000", key="in2")
        more = self.write_to_us("Buy more", number=UNKNOWN, key="in3")
        self.dismiss(rows, reason="spam", note="seen before")
        for row in rows | more:
            self.assertEqual((row.outcome, row.dismissal), ("dismissed", "spam"))
            self.assertFalse(row.is_open)
            self.assertIn("seen before", "".join(row.message_ids.mapped("body")))
        self.assertFalse(self.get_questions() or self.get_work())
        self.assertEqual(self.case.state, "active")
        # The next one is asked about again.
        again = self.write_to_us("Once more", number=UNKNOWN, key="in4")
        self.assertTrue(again.is_open and self.get_questions())
        with self.assertRaises(UserError):
            self.dismiss(again, reason="other", note="  ")
        self.dismiss(again, is_muted=True)
        muted = self.write_to_us("And more", number=UNKNOWN, key="in5")
        self.assertEqual((muted.outcome, muted.is_open), ("dismissed", False))
        # Until it is somebody's.
        self.customer.phone = UNKNOWN
        known = self.write_to_us("I paid", number=UNKNOWN, key="in6")
        self.assertEqual((known.outcome, self.case.state), ("answer", "frozen"))

    @takes_long
    def test_a_burst_of_spam_floods_nobody_and_none_of_it_is_lost(self):
        for number in range(MOST_ASKED + 5):
            self.inbound._take(
                self.company,
                "any",
                "message",
                f"in{number}",
                number=f"+4540{number:06}",
                text=f"Win {number}",
            )
        self.work()
        rows = self.inbound.search([], order="id")
        self.assertTrue(all(rows.mapped("is_open")))
        questions = self.get_questions()
        self.assertEqual(len(questions), MOST_ASKED)
        self.assertEqual(len(self.get_work()), MOST_ASKED)
        self.assertIn("(5)", questions[-1].note)
        # As they are settled, the next come up in their order.
        self.dismiss(rows[:3])
        self.assertEqual(len(self.get_questions()), MOST_ASKED)
        self.assertTrue(all(rows[3 : MOST_ASKED + 3].mapped("is_asked")))
        self.assertFalse(any(rows[MOST_ASKED + 3 :].mapped("is_asked")))
        self.dismiss(rows[3:])
        self.assertFalse(self.get_questions() or self.get_work())

    def test_one_that_cannot_be_worked_off_reaches_a_person_too(self):
        row = self.write_to_us("I paid", number=UNKNOWN)
        row.write({"state": "new", "is_open": False, "is_asked": False, "tries": 2})
        row.activity_ids.unlink()
        row._note_failure()
        self.assertEqual((row.state, row.is_open), ("failed", True))
        self.assertTrue(self.get_questions())
        self.link(row, self.customer)
        self.assertEqual((row.state, self.case.state), ("done", "frozen"))

    def test_who_decides(self):
        row = self.write_to_us("I paid", number=UNKNOWN)
        with self.assertRaises(AccessError):
            row.with_user(self.rep).action_link()
        with self.assertRaises(AccessError):
            row.with_user(self.rep)._link(self.customer)
        done = self.write_to_us("Hello", key="in2")
        self.assertEqual(done.outcome, "answer")
        with self.assertRaises(UserError):
            done.with_user(self.manager).action_dismiss()
        with self.assertRaises(UserError):
            done.with_user(self.manager).action_link()

    def test_what_waits_for_a_person_waits_on(self):
        row = self.write_to_us("I paid", number=UNKNOWN)
        self.env.cr.execute(
            "UPDATE payment_reminder_inbound SET create_date = '2025-01-01'"
        )
        self.env.invalidate_all()
        with freeze_time("2026-12-01 08:00:00"):
            self.inbound._gc_told()
            self.assertTrue(row.exists())
            self.dismiss(row)
            self.inbound._gc_told()
        self.assertFalse(row.exists())
