from datetime import timedelta
from io import BytesIO

from odoo import fields
from odoo.exceptions import AccessError, ConcurrencyError, UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from ..tags import takes_long
from .portal_common import PortalCommon

PDF = b"%PDF-1.7 proof"


@tagged("post_install", "-at_install")
class TestQuestions(PortalCommon):
    """A question stops everything at once, and a person answers it."""

    def ask(self, files=None, csrf=True, **form):
        form = {"access_token": self.token, "kind": "other", **form}
        return self.post(f"{self.case.id}/ask", form, files, csrf)

    def answer(self, query, user=None, **vals):
        wizard = (
            self.env["payment.reminder.answer.wizard"]
            .with_user(user or self.manager)
            .create({"query_id": query.id, "answer": "We have looked.", **vals})
        )
        return wizard.action_answer()

    def get_page(self):
        return self.get(self.case.id, self.token).text

    # -- asking -----------------------------------------------------------------

    def test_the_chatter_names_the_customer(self):
        self.ask(description="Where are the goods?")
        self.post(
            f"{self.case.id}/promise",
            {
                "access_token": self.token,
                "day": fields.Date.add(fields.Date.today(), days=3),
            },
        )
        messages = self.case.query_ids.message_ids | self.case.plan_ids.message_ids
        self.assertTrue(self.case.plan_ids)
        self.assertTrue(messages)
        self.assertEqual(messages.author_id, self.customer)

    def test_nobody_signs_for_another_by_a_context(self):
        query = self.env["payment.reminder.query"].create({"case_id": self.case.id})
        other = query.with_context(reminder_visitor=self.stranger.id)
        other._message_log(body="Hello")
        self.assertNotIn(self.stranger, query.message_ids.author_id)

    def test_asking_freezes_and_calls_the_responsible(self):
        self.case.user_id = self.rep
        before = self.find_mails()
        answer = self.ask(
            {"files": ("../proof.exe", BytesIO(PDF), "text/html")},
            kind="delivery",
            description="Box 3 is <b>missing</b> {{ object.env }}",
        )
        self.assertEqual(answer.status_code, 303)
        self.assertTrue(
            answer.headers["Location"].startswith(f"/my/reminders/{self.case.id}?")
        )
        query = self.case.query_ids
        self.assertEqual((query.kind, query.state), ("delivery", "open"))
        self.assertEqual(self.case.state, "frozen")
        file = query.attachment_ids
        self.assertEqual((file.name, file.mimetype), ("proof.pdf", "application/pdf"))
        self.assertFalse(file.public)
        self.assertEqual(query.activity_ids.user_id, self.rep)
        # three banking days from a Tuesday
        self.assertEqual(str(query.date_deadline), "2026-09-18")
        self.assertEqual(query.activity_ids.date_deadline, query.date_deadline)
        page = self.get_page()
        self.assertIn("Thank you, we have got your message", page)
        self.assertIn("Box 3 is &lt;b&gt;missing&lt;/b&gt; {{ object.env }}", page)
        self.assertNotIn("dispute", page.lower())
        self.assertEqual(self.find_mails(), before)
        reminder = self.propose().filtered(lambda r: r.case_id == self.case)
        self.assertNotIn("proposed", reminder.mapped("state"))

    def test_of_two_questions_at_once_neither_is_lost(self):
        """The second begins again when the first is stored."""
        self.assertFalse(self.case._get_open_freezes())
        self.env.cr.execute(
            "INSERT INTO payment_reminder_freeze (case_id, reason, date_start)"
            " VALUES (%s, 'query', now())",
            [self.case.id],
        )
        with (
            self.assertRaises(ConcurrencyError),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.case._freeze("query")

    @takes_long
    def test_what_cannot_be_taken_is_said(self):
        for form, word in (
            ({"kind": "x"}, "choose what it is about"),
            ({"kind": "other"}, "in a few words"),
            ({"kind": "paid", "paid_date": "2026-12-01"}, "not after today"),
            ({"kind": "paid", "paid_amount": "nan"}, "amount that you paid"),
        ):
            page = self.ask(**form)
            self.assertEqual(page.status_code, 200)
            self.assertIn(word, page.text)
        page = self.ask(
            {"files": ("a.png", BytesIO(b"<svg/>"), "image/png")}, description="x"
        )
        self.assertIn("neither a picture nor a PDF", page.text)
        self.assertFalse(self.case.query_ids)
        self.assertEqual(self.case.state, "active")

    def test_a_question_names_own_invoices_only(self):
        other = self.other_case.item_ids
        self.ask(description="x", item=[self.case.item_ids.id, other.id, "x"])
        self.assertEqual(self.case.query_ids.move_ids, self.move)

    def test_without_a_session_number_nothing_is_taken(self):
        self.assertEqual(self.ask(csrf=False, description="x").status_code, 400)
        self.assertFalse(self.case.query_ids)

    # -- answering --------------------------------------------------------------

    def test_not_agreed_gives_grace(self):
        self.ask(description="Too much")
        query, before = self.case.query_ids, self.find_mails()
        self.answer(query, outcome="not_agreed", answer="As ordered <i>on</i> 3 May.")
        self.assertEqual(query.state, "closed")
        self.assertEqual(self.case.state, "active")
        self.assertEqual(str(self.case.snoozed_until), "2026-09-22")
        mail = self.find_mails() - before
        self.assertIn("ap@nordlys.example", mail.email_to)
        self.assertIn("As ordered &lt;i&gt;on&lt;/i&gt; 3 May.", mail.body_html)
        page = self.get_page()
        self.assertIn("As ordered &lt;i&gt;on&lt;/i&gt; 3 May.", page)
        self.assertIn("Settled", page)
        self.assertIn("We send you no reminder before", page)
        self.assertIn("09/22/2026", page)

    def test_agreed_drafts_a_credit_note(self):
        self.ask(kind="amount", description="Too much")
        self.answer(self.case.query_ids, user=self.env.user, outcome="agreed")
        note = self.move.reversal_move_ids
        self.assertEqual(note.state, "draft")
        self.assertEqual(self.move.amount_residual, 1000)
        reasons = self.case._get_open_freezes().mapped("reason")
        self.assertEqual(reasons, ["credit_note"])

    def test_agreed_needs_who_may_draft(self):
        self.ask(kind="amount", description="Too much")
        with self.assertRaisesRegex(UserError, "bookkeeper"):
            self.answer(self.case.query_ids, outcome="agreed")

    def test_more_time_and_paid(self):
        self.ask(kind="time")
        with self.assertRaises(UserError):
            self.answer(
                self.case.query_ids, outcome="more_time", date_until="2026-09-15"
            )
        self.answer(self.case.query_ids, outcome="more_time", date_until="2026-10-30")
        self.assertEqual(str(self.case.snoozed_until), "2026-10-30")
        self.assertEqual(self.case.state, "active")
        self.ask(description="Paid at the counter")
        self.answer(self.case.query_ids[0], outcome="paid")
        reasons = self.case._get_open_freezes().mapped("reason")
        self.assertEqual(reasons, ["unmatched_money"])

    def test_an_answer_alone_keeps_the_hold(self):
        self.case.user_id = self.rep
        self.ask(description="Which order?")
        query = self.case.query_ids
        with self.assertRaises(AccessError):
            self.answer(query, user=self.rep, outcome="not_agreed")
        with self.assertRaises(UserError):
            self.answer(query, user=self.rep, answer=" ")
        self.answer(query, user=self.rep)
        self.assertEqual((query.state, self.case.state), ("answered", "frozen"))

    def test_the_dialog_opens_no_question_of_others(self):
        self.case.user_id = self.manager
        self.ask(description="For the manager alone")
        wizard = self.env["payment.reminder.answer.wizard"].with_user(self.rep)
        with self.assertRaises(AccessError):
            wizard.create({"query_id": self.case.query_ids.id}).read(["description"])

    def test_one_of_two_questions_keeps_the_hold(self):
        self.ask(description="One")
        self.ask(description="Two")
        self.answer(self.case.query_ids[0], outcome="not_agreed")
        self.assertEqual(self.case.state, "frozen")

    def test_wrong_recipient_stops_mail_to_the_address(self):
        self.ask(
            kind="recipient",
            recipient_name="Right\r\nBcc: x",
            recipient_email="right@x.example",
        )
        query = self.case.query_ids
        self.assertEqual(query.recipient_name, "Right Bcc: x")
        self.assertEqual(query.stopped_addresses, "ap@nordlys.example")
        self.assertFalse(self.case._get_customer_contact()[1])
        self.answer(query, outcome="agreed")
        self.assertTurnedAway(self.get(self.case.id, self.token))
        self.assertEqual(self.case.state, "frozen")
        self.customer.email = "right@x.example"
        self.assertEqual(self.case._get_customer_contact()[1], "right@x.example")

    # -- I have paid ------------------------------------------------------------

    def say_paid(self, amount="1000", day="2026-09-14"):
        self.ask(kind="paid", paid_amount=amount, paid_date=day)
        return self.case.query_ids[0]

    def test_who_is_told_reads_until_when_money_is_waited_for(self):
        told = []
        model = type(self.env["payment.reminder.query"])
        tell = model._tell_responsible

        def note(queries):
            told.extend(queries.mapped("paid_wait_until"))
            return tell(queries)

        self.patch(model, "_tell_responsible", note)
        query = self.say_paid()
        self.assertEqual(told, [query.paid_wait_until])
        self.assertTrue(told[0])

    def test_paid_and_found(self):
        query = self.say_paid()
        self.assertEqual(self.case.state, "frozen")
        self.assertEqual(str(query.paid_wait_until), "2026-09-22")
        before = self.find_mails()
        self.pay(self.move)
        self.assertEqual((query.state, query.outcome), ("closed", "paid"))
        self.assertEqual(self.case.state, "closed")
        mail = self.find_mails() - before
        self.assertIn("your payment has arrived", mail.subject)

    def test_paid_and_not_found(self):
        query = self.say_paid("400")
        before = self.find_mails()
        with freeze_time(fields.Datetime.now() + timedelta(days=8)):
            self.refresh()
            self.refresh()
        self.assertEqual((query.state, query.paid_finding), ("open", "not_found"))
        self.assertEqual(self.case.state, "frozen")
        mail = self.find_mails() - before
        self.assertEqual(len(mail), 1, "told once")
        self.assertIn("cannot find your payment", mail.subject)
        self.assertEqual(len(query.activity_ids), 2)

    def test_a_part_that_was_stated_is_found(self):
        query = self.say_paid("400")
        self.pay(self.move, amount=300)
        self.assertEqual(query.paid_finding, "waiting")
        self.pay(self.move, amount=100)
        self.assertEqual(query.paid_finding, "found")
        reasons = self.case._get_open_freezes().mapped("reason")
        self.assertEqual(reasons, ["partial_payment"])

    def test_a_bank_line_calls_a_person(self):
        query = self.say_paid("400")
        self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.company_data["default_journal_bank"].id,
                "date": "2026-09-15",
                "payment_ref": "Transfer",
                "amount": 400,
            }
        )
        self.refresh()
        self.assertEqual((query.state, query.paid_finding), ("open", "unmatched"))
        self.assertTrue(
            query.activity_ids.filtered(lambda a: "Match" in (a.summary or ""))
        )

    @takes_long
    def test_a_bank_line_of_a_branch_calls_a_person(self):
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id}
        )
        self.env.user.company_ids |= branch
        bank = self.company_data["default_journal_bank"]
        journal = self.env["account.journal"].create(
            {
                "name": "Bank of the branch",
                "type": "bank",
                "code": "BRB",
                "company_id": branch.id,
                "default_account_id": bank.default_account_id.id,
                "suspense_account_id": bank.suspense_account_id.id,
            }
        )
        query = self.say_paid("400")
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": journal.id,
                "date": "2026-09-15",
                "payment_ref": "Transfer",
                "amount": 400,
            }
        )
        self.assertEqual(line.company_id, branch)
        self.refresh()
        self.assertEqual(query.paid_finding, "unmatched")
