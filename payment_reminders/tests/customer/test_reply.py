import time

from odoo.tests import freeze_time, tagged

from odoo.addons.mail.tests.common import MockEmail

from ...rules import customer_input
from ..common import ReminderCommon

MAIL = """\
From: {sender}
To: {to}
Subject: {subject}
Message-Id: <{number}@customer.example>
In-Reply-To: {reference}
{more}
{text}
"""


YOUR_INVOICE = "Your invoice"
CHECKED = "Checked"


@tagged("post_install", "-at_install")
class TestReply(MockEmail, ReminderCommon):
    """Answers to a notice that went out, through Odoo's own mail gateway."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        domain = cls.env["mail.alias.domain"].create({"name": "answers.example"})
        cls.company.alias_domain_id = domain
        cls.catchall = domain.catchall_email
        cls.make_invoice(due=10, invoice_user_id=cls.rep.id)
        cls.reminder = cls.propose()
        cls.send(cls.reminder)
        assert cls.reminder.state == "sent"
        cls.case = cls.reminder.case_id
        cls.case.user_id = cls.rep

    def receive(self, text="I never got the goods.", **values):
        values = {
            "sender": "AP <ap@nordlys.example>",
            "subject": "Re: Reminder",
            "reference": self.reminder.delivery_ids.message_id,
            "number": self.id() + text,
            "more": "",
            "to": "catchall@company.example",
            **values,
        }
        self.env["mail.thread"].message_process(None, MAIL.format(text=text, **values))

    def get_activities(self):
        return self.case.activity_ids | self.case.query_ids.activity_ids

    def test_an_answer_opens_a_question(self):
        self.receive()
        query = self.case.query_ids
        self.assertEqual((query.source, query.state), ("email", "open"))
        self.assertIn("I never got the goods.", query.description)
        self.assertEqual(self.case.state, "frozen")
        self.assertEqual(self.get_activities().user_id, self.rep)
        self.receive("And the lamp is broken.")
        self.assertEqual(self.case.query_ids, query, "one question, two letters")
        self.assertIn("lamp", query.description)

    def test_all_mails_of_a_case_are_one_conversation(self):
        """Other than the Message-Ids: a report that brings the headers of a mail back
        must not name the mails before it."""
        self.receive()
        self.case.query_ids._answer("It was in the second parcel.", "not_agreed")
        self.reminder.with_user(self.manager).action_withdraw("A mistake")
        mails = self.env["mail.mail"].search(
            [
                "|",
                ("reminder_delivery_id", "in", self.reminder.delivery_ids.ids),
                ("create_date", ">=", self.reminder.create_date),
            ]
        )
        to_customer = mails.filtered(lambda m: "nordlys" in (m.email_to or ""))
        self.assertEqual(len(to_customer), 3)
        [reference] = set(to_customer.mapped("references"))
        self.assertNotIn(reference, mails.mapped("message_id"))
        self.assertRegex(reference, r"^<[0-9a-f]{16}\.reminder-case@thread\..+>$")
        other = self.make_customer("Sydlys ApS", "ap@sydlys.example")
        self.make_invoice(due=10, partner=other)
        notice = self.propose().filtered(lambda r: r.partner_id == other)
        self.send(notice)
        self.assertNotEqual(notice.delivery_ids.mail_mail_id.references, reference)

    def test_an_answer_to_our_answer_opens_the_question_again(self):
        self.receive()
        query = self.case.query_ids
        query._answer("It was in the second parcel.", "not_agreed")
        self.assertEqual((query.state, self.case.state), ("closed", "active"))
        ours = self.env["mail.mail"].search(
            [("model", "=", self.case._name), ("res_id", "=", self.case.id)],
            order="id desc",
            limit=1,
        )
        self.receive("No, it was not.", reference=ours.message_id)
        self.assertEqual(self.case.state, "frozen")
        self.assertEqual(len(self.case.query_ids), 2)

    def test_a_machine_asks_nothing(self):
        for more in (
            "Auto-Submitted: auto-replied\n",
            "X-Auto-Response-Suppress: All\nX-MS-Exchange-Inbox-Rules-Loop: a@b\n",
            "X-Autoreply: yes\n",
        ):
            self.receive(more=more, number=more[:9])
        self.receive(subject="Out of office: back on Monday")
        self.assertFalse(self.case.query_ids)
        self.assertFalse(self.get_activities())
        self.assertEqual(self.case.state, "active")

    def test_a_mail_server_that_says_nothing_clear_is_asked_about(self):
        self.receive(sender="MAILER-DAEMON@nordlys.example")
        self.assertLeftToAPerson()
        self.assertIn("Did it arrive?", self.get_activities().summary)

    def test_an_answer_through_a_shared_mailbox(self):
        self.receive(more="List-Id: <books.company.example>\nPrecedence: list\n")
        self.assertEqual(self.case.query_ids.state, "open")
        self.assertEqual(self.case.state, "frozen")

    def test_what_a_system_of_the_customer_passes_on_is_read_by_a_person(self):
        for number, more in enumerate(
            (
                "Precedence: bulk\n",
                "Auto-Submitted: auto-generated\nX-Auto-Response-Suppress: All\n",
            )
        ):
            self.receive("Ann has disputed this invoice.", more=more, number=number)
            self.assertLeftToAPerson()
            self.assertIn("mark of a system", self.get_activities().note)
            self.get_activities().unlink()

    def test_a_complaint_whose_subject_begins_like_an_absence_note(self):
        self.receive(subject="Fraværsregistrering: faktura er bestridt")
        self.assertEqual(self.case.state, "frozen")

    def test_no_mark_of_a_system_drops_what_a_customer_says(self):
        """tests/rules/test_reply.py has them all."""
        for number, more in enumerate(
            (
                "Precedence: junk\n",
                "Return-Path: <>\n",
                "X-Auto-Response-Suppress: OOF, AutoReply\n",
                "Auto-Submitted: auto-notified; owner=x\n",
            )
        ):
            with self.subTest(more):
                self.receive("Ann disputes it.", more=more, number=f"mark{number}")
                self.assertLeftToAPerson()
                self.get_activities().unlink()
        self.customer.email = "noreply@nordlys.example"
        self.receive("Ann disputes it.", sender="noreply@nordlys.example", number="n")
        self.assertLeftToAPerson()

    def test_an_absence_note_freezes_nothing(self):
        for number, subject in enumerate(
            (
                "Odpowiedź automatyczna: Przypomnienie",
                "[EXTERNAL] Automaattinen vastaus: Muistutus",
                "Ekstern: Respuesta automática: Recordatorio",
                "{Extern} Automātiskā atbilde: Atgādinājums",
                "(Extern) Abwesenheitsnotiz",
                "Nieobecność",
                "På ferie",
            )
        ):
            with self.subTest(subject):
                self.receive(subject=subject, number=f"away{number}")
                self.assertFalse(self.case.query_ids)
                self.assertEqual(self.case.state, "active")
        # What a person may have begun so is shown to one.
        self.assertLessEqual(len(self.get_activities()), 1)

    def test_a_flood_is_one_activity(self):
        for number in range(5):
            self.receive(sender=f"who{number}@evil.example", number=f"flood{number}")
        self.assertLeftToAPerson()
        activity = self.get_activities()
        self.assertIn("(5)", activity.summary)
        self.assertIn("who0@evil.example", activity.note)
        self.assertIn("who4@evil.example", activity.note)
        activity.unlink()
        for number in range(4):
            self.receive(f"Part {number}", number=f"more{number}")
        self.assertEqual(len(self.case.query_ids), 1)
        self.assertIn("Part 3", self.case.query_ids.description)
        self.assertIn("(4)", self.get_activities().summary)

    def test_twelve_megabytes_cost_little(self):
        begin = time.process_time()
        text = customer_input.clean_text("\u202eno money " * 1_000_000)
        self.assertLess(time.process_time() - begin, 0.3)
        self.assertEqual(len(text), customer_input.MAX_TEXT)
        self.receive("I dispute it. " * 200_000, number="long")
        self.assertEqual(self.case.state, "frozen")
        self.assertIn("dispute", self.case.query_ids.description)

    def assertLeftToAPerson(self):
        """Nothing is put on hold by itself, and the responsible is told."""
        self.assertFalse(self.case.query_ids)
        self.assertEqual(self.case.state, "active")
        self.assertEqual(len(self.get_activities()), 1)
        self.assertEqual(self.get_activities().user_id, self.rep)

    def test_a_stranger_who_knows_the_number_of_the_message(self):
        self.receive(sender="who@evil.example")
        self.assertLeftToAPerson()
        self.assertIn("no address of the customer", self.get_activities().note)

    def test_a_sender_whom_our_mail_server_calls_forged(self):
        for number, results in enumerate(
            (
                "mx.company.example; dmarc=fail",
                "mx.company.example; spf=fail; dkim=none",
                # What the forger wrote below counts for nothing.
                "mx.company.example; spf=fail\n"
                "Authentication-Results: evil.example; spf=pass; dkim=pass",
            )
        ):
            with self.subTest(results=results):
                self.get_activities().unlink()
                self.receive(more=f"Authentication-Results: {results}\n", number=number)
                self.assertLeftToAPerson()
                self.assertIn("denies it", self.get_activities().note)

    def test_a_known_sender_who_answers_nothing_of_ours(self):
        for reference in ("", "<made-up@evil.example>"):
            with self.subTest(reference=reference), self.mock_mail_gateway():
                self.get_activities().unlink()
                self.receive(
                    reference=reference,
                    number=f"new{reference[1:5]}",
                    to=self.catchall,
                )
                self.assertLeftToAPerson()
                self.assertIn("did not answer", self.get_activities().note)
                self.assertIn("goods", self.case.message_ids[:1].body)
                refusals = self._new_mails.filtered(
                    lambda mail: "ap@nordlys" in (mail.email_to or "")
                )
                self.assertFalse(refusals, "no letter of refusal")

    def test_a_stranger_who_answers_nothing_of_ours(self):
        with self.mock_mail_gateway():
            self.receive(sender="who@evil.example", reference="", to=self.catchall)
        self.assertFalse(self.get_activities())
        self.assertNotIn("goods", "".join(self.case.message_ids.mapped("body")))

    def test_the_number_of_an_internal_note_is_no_answer(self):
        said = "He never pays."
        note = self.case.message_post(body=said, subtype_xmlid="mail.mt_note")
        self.receive(reference=note.message_id)
        self.assertLeftToAPerson()

    def test_receipts_and_bounces_ask_nothing(self):
        for number, kind in enumerate(("delivery-status", "disposition-notification")):
            self.receive(
                more=f"Content-Type: multipart/report; report-type={kind}; "
                'boundary="b"\n',
                text=f"--b\n\nIt was read.\n--b\nContent-Type: message/{kind}\n\n"
                "Reporting-UA: x\n\nFinal-Recipient: rfc822; ap@nordlys.example\n"
                "Action: relayed\n--b--\n",
                number=number,
            )
        self.assertFalse(self.case.query_ids)
        self.assertFalse(self.get_activities())
        self.assertEqual(self.case.state, "active")

    def test_a_colleague_is_no_customer(self):
        self.receive(sender=self.rep.email)
        self.assertFalse(self.case.query_ids)
        self.assertFalse(self.get_activities())

    def test_a_closed_case_stays_closed(self):
        self.case.with_user(self.manager).action_close("manual")
        self.receive()
        self.assertEqual(self.case.state, "closed")
        self.assertFalse(self.case.query_ids)
        self.assertEqual(len(self.get_activities()), 1)

    def test_an_answer_by_sms(self):
        self.case._receive_sms("+4520123456", "who is this")
        self.assertFalse(self.case.query_ids)
        self.reminder.delivery_ids[0].sudo().copy(
            {"channel": "sms", "recipient": "+4520123456", "key": "sms"}
        )
        self.case._receive_sms("+4520123456", "I paid")
        self.assertEqual(self.case.query_ids.source, "sms")
        self.assertEqual(self.case.state, "frozen")

    # -- answers to the invoice's own mail ------------------------------------------

    def mail_invoice(self):
        """Mail the invoice as its dialog does; return the Message-Id."""
        move = self.case.move_ids
        said = "Your invoice"
        with self.mock_mail_gateway():
            message = move.message_post(
                body=said,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                partner_ids=move.partner_id.ids,
            )
        return message.message_id

    def test_an_answer_to_the_invoice_is_one_to_the_reminder(self):
        self.receive("The amount is wrong.", reference=self.mail_invoice())
        self.assertIn("The amount is wrong.", self.case.query_ids.description)
        self.assertEqual(self.case.state, "frozen")
        self.assertEqual(self.get_activities().user_id, self.rep)

    def test_an_answer_to_an_invoice_that_is_not_due_yet(self):
        """What is asked then must be answered before a reminder goes."""
        other = self.make_customer("Sydlys ApS", "ap@sydlys.example")
        move = self.make_invoice(due=-20, partner=other, invoice_user_id=self.rep.id)
        self.refresh()
        self.assertFalse(move.reminder_case_id)
        with self.mock_mail_gateway():
            message = move.message_post(
                body=YOUR_INVOICE,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                partner_ids=other.ids,
            )
        answer = {"reference": message.message_id, "sender": "ap@sydlys.example"}
        away = "Auto-Submitted: auto-replied\n"
        self.receive("I am away.", **answer, number="away", more=away)
        self.receive("Hello", **{**answer, "sender": "x@evil.example"}, number="evil")
        self.receive(subject="Out of office", **answer, number="ooo")
        self.assertFalse(move.reminder_case_id, "nobody answered")
        self.receive("Half of it is missing.", **answer)
        move.invalidate_recordset()
        case = move.reminder_case_id
        self.assertEqual((case.partner_id, case.state), (other, "frozen"))
        self.assertIn("Half of it", case.query_ids.description)
        with freeze_time("2026-10-20 08:00:00"):
            notices = self.propose().filtered(lambda r: r.case_id == case)
            self.assertFalse(notices.filtered(lambda r: r.state != "held"))
        self.assertEqual(case.state, "frozen")

    def comment(self, move, partner, text):
        """Write on Odoo's page of an invoice, as a customer who has its link does."""
        visitor = move.with_user(self.env.ref("base.public_user")).sudo()
        with self.mock_mail_gateway():
            visitor.message_post(
                body=text,
                author_id=partner.id,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )

    def test_a_word_on_the_page_of_the_invoice_is_an_answer(self):
        """The mail of the invoice leads there."""
        move = self.case.move_ids
        stranger = self.make_customer("Stranger", "x@stranger.example")
        self.comment(move, stranger, "I want it all.")
        self.assertFalse(self.case.query_ids)
        move.message_post(
            body=CHECKED, message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.assertFalse(self.case.query_ids, "a colleague asks nothing")
        self.comment(move, self.customer, "Half of it is missing.")
        self.assertEqual(self.case.query_ids.description, "Half of it is missing.")
        self.assertEqual(self.case.state, "frozen")
        other = self.make_customer("Sydlys ApS", "ap@sydlys.example")
        early = self.make_invoice(due=-20, partner=other)
        self.comment(early, other, "What is this?")
        early.invalidate_recordset()
        self.assertEqual(early.reminder_case_id.state, "frozen")
        bill = self.make_invoice(due=-20, partner=other, move_type="in_invoice")
        self.comment(bill, other, "What is this?")
        bill.invalidate_recordset()
        self.assertFalse(bill.reminder_case_id)

    def test_of_an_answer_to_an_invoice_that_nobody_chases_nothing_follows(self):
        other = self.make_customer("Sydlys ApS", "ap@sydlys.example")
        other.reminder_excluded = True
        move = self.make_invoice(due=-20, partner=other)
        message = move.message_post(
            body=YOUR_INVOICE,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=other.ids,
        )
        self.receive(
            "Half of it is missing.",
            reference=message.message_id,
            sender="ap@sydlys.example",
        )
        self.assertFalse(move.reminder_case_id)

    # -- what is done at once (more in test_solved.py) ------------------------------

    def find_invoice_mails(self):
        return self.case.move_ids.message_ids.filtered("attachment_ids")

    def test_who_wants_the_invoice_gets_it_by_e_mail(self):
        self.customer.invoice_edi_format_store = "none"
        with self.mock_mail_gateway():
            self.receive(
                "Hi,\n\ncould you please send me the invoice again?\n\nRegards\nAnn"
                "\n\nOn Tue, 15 Sep 2026, Books wrote:\n> You owe us 1000.",
                number="again",
            )
        query = self.case.query_ids
        self.assertEqual((query.kind, query.state), ("invoice", "closed"))
        self.assertEqual(query.source, "email")
        self.assertEqual(self.find_invoice_mails().notified_partner_ids, self.customer)
        self.assertEqual(str(self.case.snoozed_until), "2026-09-22")
        self.assertEqual(self.case.state, "active")
        self.assertFalse(self.get_activities())

    def test_a_number_by_e_mail_is_put_on_the_invoice(self):
        self.customer.invoice_edi_format_store = "none"
        reference = self.mail_invoice()
        with self.mock_mail_gateway():
            self.receive("Our PO number is 4500012345.", reference=reference)
        self.assertEqual(self.case.move_ids.ref, "4500012345")
        self.assertEqual(self.case.query_ids.state, "closed")

    def test_what_is_not_wholly_understood_is_read_by_a_person(self):
        """tests/rules/test_wishes.py has them all."""
        number = self.case.move_ids.name
        for place, (text, more) in enumerate(
            (
                ("Please send the invoice. It is wrong.", {}),
                ("Please send invoice INV/2026/99999.", {}),
                (f"Our PO number is {number}.", {}),
                ("Please send the invoice to bob@evil.example.", {}),
            )
        ):
            with self.subTest(text), self.mock_mail_gateway():
                self.receive(text, number=f"unclear{place}", **more)
                query = self.case.query_ids
                self.assertEqual(query.state, "open")
                self.assertFalse(self.find_invoice_mails())
                self.assertFalse(self.case.move_ids.ref)
                query._answer("See below.", "not_agreed")
                query.sudo().unlink()
                self.case.sudo().snoozed_until = False

    def test_a_stranger_or_a_system_that_wants_the_invoice_gets_nothing(self):
        text = "Please send me the invoice."
        for number, values in enumerate(
            (
                {"sender": "who@evil.example"},
                {"more": "Authentication-Results: mx; dmarc=fail\n"},
                {"more": "Precedence: bulk\n"},
                {"reference": "", "to": self.catchall},
            )
        ):
            with self.subTest(values), self.mock_mail_gateway():
                self.receive(text, number=f"no{number}", **values)
                self.assertFalse(self.find_invoice_mails())
                self.assertFalse(self.case.query_ids)

    def test_a_stranger_who_answers_the_invoice_is_told(self):
        self.receive(
            "It is wrong.", reference=self.mail_invoice(), sender="x@stranger.example"
        )
        self.assertFalse(self.case.query_ids)
        self.assertEqual(self.case.state, "active")
        self.assertEqual(len(self.get_activities()), 1)

    def test_a_machine_that_answers_the_invoice_is_no_answer(self):
        self.receive(
            "I am away.",
            reference=self.mail_invoice(),
            more="Auto-Submitted: auto-replied\n",
        )
        self.assertFalse(self.get_activities())
        self.assertEqual(self.case.state, "active")

    def test_an_answer_to_an_invoice_without_an_open_case_is_odoos(self):
        self.pay(self.case.move_ids)
        before = self.get_activities()
        self.receive("Thank you.", reference=self.mail_invoice())
        self.assertFalse(self.case.query_ids)
        self.assertEqual(self.get_activities(), before)

    def test_the_second_address_of_a_contact_is_the_customers_too(self):
        self.customer.email = "ap@nordlys.example; boss@nordlys.example"
        self.receive("It is wrong.", sender="Boss <boss@nordlys.example>")
        self.assertEqual(self.case.state, "frozen")

    def test_who_is_blacklisted_or_archived_is_reminded(self):
        """See docs/decisions/11-who-writes-to-whom.md."""
        other = self.make_customer("Two", "two@x.example")
        self.env["mail.blacklist"]._add("two@x.example")
        self.make_invoice(due=10, partner=other)
        other.active = False
        reminder = self.propose().filtered(lambda r: r.partner_id == other)
        self.send(reminder)
        self.assertEqual(reminder.state, "sent")
        self.assertEqual(reminder.delivery_ids.recipient, "two@x.example")
