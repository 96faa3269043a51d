from odoo.tests import tagged

from .common import ReminderCommon

MAIL = """\
From: {sender}
To: catchall@company.example
Subject: {subject}
Message-Id: <{number}@customer.example>
In-Reply-To: {reference}
{more}Content-Type: text/plain; charset=utf-8

{text}
"""


@tagged("post_install", "-at_install")
class TestReply(ReminderCommon):
    """Answers to a notice that went out, through Odoo's own mail gateway."""

    def setUp(self):
        super().setUp()
        self.make_invoice(due=10, invoice_user_id=self.rep.id)
        self.reminder = self.propose()
        self.send(self.reminder)
        self.assertEqual(self.reminder.state, "sent")
        self.case = self.reminder.case_id
        self.case.user_id = self.rep

    def receive(self, text="I never got the goods.", **values):
        values = {
            "sender": "AP <ap@nordlys.example>",
            "subject": "Re: Reminder",
            "reference": self.reminder.delivery_ids.message_id,
            "number": self.id() + text,
            "more": "",
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

    def test_a_machine_asks_nothing(self):
        for more in (
            "Auto-Submitted: auto-replied\n",
            "Precedence: bulk\n",
            "X-Autoreply: yes\n",
        ):
            self.receive(more=more, number=more[:9])
        self.receive(subject="Out of office: back on Monday")
        self.receive(sender="MAILER-DAEMON@nordlys.example", number="bounce")
        self.assertFalse(self.case.query_ids)
        self.assertFalse(self.get_activities())
        self.assertEqual(self.case.state, "active")

    def test_strangers_and_forgers_go_to_a_person(self):
        self.receive(sender="who@evil.example", number="1")
        self.receive(
            more="Authentication-Results: mx.company.example; dmarc=fail\n", number="2"
        )
        self.assertFalse(self.case.query_ids)
        self.assertEqual(self.case.state, "active")
        self.assertEqual(len(self.get_activities()), 2)
        self.assertEqual(self.get_activities().user_id, self.rep)

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
