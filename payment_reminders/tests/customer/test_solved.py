"""Answers that need no person: a number for the invoice, the invoice once more."""

from datetime import timedelta

from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import MockEmail

from ...models.customer import by_itself
from ...rules import self_solving
from ...rules.verdict import Code
from .portal_common import PortalCommon

DAY = "2026-09-22"


@tagged("post_install", "-at_install")
class TestSolved(MockEmail, PortalCommon):
    """The invoice goes out at once; the case pauses for days, and goes on by itself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Nothing here is about electronic invoices, which would want an address.
        cls.customer.invoice_edi_format_store = "none"
        cls.item = cls.case.item_ids

    def ask(self, kind, case=None, **form):
        """Send the form as the page does; return the answer, and what was mailed."""
        form = {"access_token": self.token, "kind": kind, **form}
        with self.mock_mail_gateway():
            answer = self.post(f"{(case or self.case).id}/ask", form)
        return answer

    def get_page(self):
        return self.get(self.case.id, self.token).text

    def find_invoice_mails(self, move=None):
        move = move or self.move
        return move.message_ids.filtered(lambda m: m.attachment_ids)

    def assertSentOnce(self, move=None):
        [message] = self.find_invoice_mails(move)
        self.assertEqual(message.notified_partner_ids, self.customer)
        self.assertTrue(message.attachment_ids)

    def assertLeftToAPerson(self, obstacle):
        """Nothing was sent, a question is open, and somebody is called."""
        query = self.case.query_ids.sorted("id")[-1:]
        self.assertEqual((query.state, query.obstacle), ("open", obstacle))
        self.assertEqual(self.case.state, "frozen")
        self.assertTrue(query.activity_ids)
        self.assertFalse(query.solved_until)

    # -- what is done at once -----------------------------------------------------

    def test_the_invoice_is_sent_and_the_case_pauses(self):
        self.send(self.propose().filtered(lambda r: r.case_id == self.case))
        step, before = self.item.step_id, self.item.last_sent_date
        stranger = self.make_customer("Reader", "reader@other.example")
        self.move.message_subscribe(stranger.ids)
        answer = self.ask("invoice")
        self.assertEqual(answer.status_code, 303)
        self.assertSentOnce()
        query = self.case.query_ids
        self.assertEqual((query.kind, query.state), ("invoice", "closed"))
        self.assertFalse(query.activity_ids, "nobody has to do anything")
        self.assertEqual(str(query.solved_until), DAY)
        self.assertEqual(str(self.case.snoozed_until), DAY)
        self.assertEqual(self.case.state, "active")
        self.assertIn("was sent", "".join(self.case.message_ids.mapped("body")))
        self.assertEqual(
            self.case.event_ids.filtered(lambda e: e.kind == "solved").user_id,
            self.env.ref("base.public_user"),
        )
        page = self.get_page()
        self.assertIn("We have sent the invoice to the e-mail address", page)
        self.assertNotIn("ap@nordlys.example", page)
        # Later than the pause: the next step comes where it was, and not before.
        with freeze_time("2026-09-21 08:00:00"):
            self.refresh()
            self.assertEqual(str(self.case.snoozed_until), DAY)
        with freeze_time("2026-09-22 08:00:00"):
            self.refresh()
            self.assertFalse(self.case.snoozed_until)
            self.assertEqual(str(query.date_pause_over), DAY)
            self.assertIn("is over", "".join(self.case.message_ids.mapped("body")))
            kinds = self.case.event_ids.mapped("kind")
            self.assertEqual(kinds.count("pause_over"), 1)
            self.assertEqual(
                (self.item.step_id, self.item.last_sent_date), (step, before)
            )
            self.refresh()
            self.assertEqual(self.case.event_ids.mapped("kind").count("pause_over"), 1)
        # The ladder goes on after the deadline of the last reminder, however the pause.
        self.assertGreaterEqual(
            self.case.next_date, self.case._get_page_reminder().deadline_date
        )

    def test_a_number_is_put_on_the_invoice_and_no_amount_moves(self):
        def read():
            self.env.flush_all()
            self.env.invalidate_all()
            lines = self.move.line_ids.sorted("id")
            return (
                self.move.amount_total,
                self.move.amount_residual,
                self.move.state,
                self.move.payment_reference,
                self.move.invoice_date_due,
                [
                    (
                        x.balance,
                        x.amount_currency,
                        x.amount_residual,
                        x.account_id.id,
                        x.date_maturity,
                    )
                    for x in lines
                ],
            )

        with self.mock_mail_gateway():
            self.move._send_to_customer(self.customer)
        old = self.move.invoice_pdf_report_id
        self.assertTrue(old)
        before = read()
        answer = self.ask("reference", reference=" PO 4500012345\u202e ")
        self.assertEqual(answer.status_code, 303)
        self.assertEqual(self.move.ref, "PO 4500012345")
        self.assertEqual(read(), before)
        self.assertEqual(len(self.find_invoice_mails()), 2)
        self.assertNotEqual(self.move.invoice_pdf_report_id, old, "printed anew")
        self.assertTrue(old.exists(), "what went out first is kept")
        query = self.case.query_ids
        self.assertEqual((query.state, query.reference), ("closed", "PO 4500012345"))
        self.assertEqual(str(self.case.snoozed_until), DAY)
        self.assertIn("PO 4500012345", self.get_page())
        self.assertNotIn(
            "4500012345", str(self.case.event_ids.mapped("payload")), "no text in it"
        )
        # The same number once more is no other one.
        self.ask("reference", reference="po 4500012345")
        self.assertEqual(len(self.find_invoice_mails()), 3)
        self.assertEqual(self.move.ref, "PO 4500012345")

    def test_the_company_sets_the_days_and_a_later_snooze_stays(self):
        self.company.reminder_solved_days = 3
        self.ask("invoice")
        self.assertEqual(str(self.case.snoozed_until), "2026-09-18")
        self.case.with_user(self.manager).action_snooze("2026-10-20")
        self.ask("invoice")
        self.assertEqual(str(self.case.snoozed_until), "2026-10-20")
        # The way out: whoever releases ends the pause.
        self.case.with_user(self.manager).action_release("They called")
        self.assertFalse(self.case.snoozed_until)

    def test_a_notice_that_is_about_to_leave_waits(self):
        notice = self.propose().filtered(lambda r: r.case_id == self.case)
        self.ripen(notice)
        self.assertEqual(notice._guard(), {notice: []})
        self.ask("invoice")
        notice.invalidate_recordset()
        self.assertEqual(notice._guard()[notice], [Code.SNOOZED])
        notice._dispatch()
        self.assertNotEqual(notice.state, "sent")
        with freeze_time("2026-09-22 08:00:00"):
            self.refresh()
            self.assertNotIn(Code.SNOOZED, notice._guard()[notice])

    def test_who_asks_again_and_again_gets_a_person(self):
        for _time in range(self_solving.MAX_TIMES):
            self.ask("invoice")
        self.assertEqual(self.case.state, "active")
        self.ask("invoice")
        self.assertEqual(len(self.find_invoice_mails()), self_solving.MAX_TIMES)
        self.assertLeftToAPerson("often")

    def test_an_electronic_invoice_that_cannot_be_made_is_left_out(self):
        """As for a Danish company without a VAT number."""
        self.customer.invoice_edi_format_store = False
        self.customer.vat = False
        self.assertNotEqual(self.customer.invoice_edi_format, "none")
        self.ask("invoice")
        self.assertSentOnce()
        self.assertEqual(self.case.query_ids.state, "closed")

    # -- what a person looks at -------------------------------------------------------

    def test_what_stands_in_the_way_of_a_number(self):
        def lock():
            self.move.inalterable_hash = "x"

        def take():
            self.move.ref = "Their PO 1"

        def lose():
            self.customer.email = False

        for obstacle, make, number in (
            ("unclear", lambda: None, "INV/2026/99999"),
            ("unclear", lambda: None, "Anna"),
            ("unclear", lambda: None, "=cmd|1234"),
            ("taken", take, "PO-1234"),
            ("locked", lock, "PO-1234"),
            ("no_address", lose, "PO-1234"),
        ):
            with self.subTest(obstacle, number=number), self.env.cr.savepoint() as save:
                make()
                ref = self.move.ref
                self.assertEqual(
                    self.ask("reference", reference=number).status_code, 303
                )
                self.assertLeftToAPerson(obstacle)
                self.assertEqual(self.move.ref, ref)
                self.assertFalse(self.find_invoice_mails())
                self.assertIn("we have got your message", self.get_page())
                save.rollback()
                self.env.invalidate_all()

    def test_an_address_that_is_not_theirs_gets_nothing(self):
        """Of several addresses of one contact each must be known to work."""
        self.customer.email = "ap@nordlys.example; wrong@nordlys.example"
        self.env["payment.reminder.query"].create(
            {
                "case_id": self.other_case.id,
                "state": "closed",
                "stopped_addresses": "wrong@nordlys.example",
            }
        ).case_id = self.case
        self.ask("invoice")
        self.assertFalse(self.find_invoice_mails())
        self.assertLeftToAPerson("no_address")

    def test_what_cannot_be_sent_is_left_to_a_person_whole(self):
        """A report that fails leaves no number behind, and no text in the log."""
        self.env.ref("account.account_invoices").is_invoice_report = False
        with self.assertLogs(by_itself.__name__, "WARNING") as logs:
            self.ask("reference", reference="PO-1234")
        self.assertFalse(self.move.ref)
        self.assertFalse(self.find_invoice_mails())
        self.assertLeftToAPerson("failed")
        self.assertNotIn("PO-1234", str(logs.output))
        self.assertNotIn("Nordlys", str(logs.output))

    # -- what is not theirs ------------------------------------------------------------

    def test_an_invoice_of_somebody_else_is_as_one_that_is_none(self):
        foreign = self.other_case.item_ids.id
        said = set()
        for kind in ("invoice", "reference"):
            for number in (foreign, 999_999, 0, "x", -1):
                answer = self.ask(kind, item=number, reference="PO-1234")
                self.assertEqual(answer.status_code, 200)
                self.assertIn("Please choose one invoice.", answer.text)
                self.assertNotIn(self.other.name, answer.text)
                said.add((kind, len(answer.text.replace(str(number), ""))))
            answer = self.ask(kind, item=[self.item.id, foreign], reference="PO-1234")
            self.assertIn("Please choose one invoice.", answer.text)
        self.assertFalse(self.case.query_ids)
        self.assertFalse(self.other.ref or self.move.ref)
        self.assertFalse(self.find_invoice_mails(self.other))

    def test_a_number_of_somebody_elses_says_nothing(self):
        """Whether there is such an invoice makes no difference."""
        seen = []
        for number in (self.other.name, "INV/2026/99998"):
            self.ask("reference", reference=number)
            query = self.case.query_ids
            seen.append((query.state, query.obstacle, query.reference == number))
            query.write({"state": "closed"})
            query.case_id = self.other_case
        self.assertEqual(seen[0], seen[1])
        self.assertFalse(self.move.ref)

    def test_what_is_missing_is_said(self):
        self.make_invoice(due=12)
        self.refresh()
        for kind, form, word in (
            ("reference", {"item": self.item.id}, "type the number"),
            ("reference", {"reference": "PO-1234"}, "choose one invoice"),
        ):
            answer = self.ask(kind, **form)
            self.assertIn(word, answer.text)
        self.assertFalse(self.case.query_ids)
        # Of several, those that are ticked; none ticked: all of them.
        self.ask("invoice", item=self.item.id)
        self.assertSentOnce()
        self.assertEqual(self.case.query_ids.move_ids, self.move)

    def test_forms_of_wishes(self):
        for kind, words in (
            ("invoice", "Send me the invoice"),
            ("reference", "Your purchase-order or reference number"),
        ):
            page = self.get(self.case.id, self.token, "/ask", kind=kind).text
            self.assertIn(words, page)
            self.assertNotIn("Tell us more", page)
        self.assertNotIn(
            "reminder_kind_invoice", self.get(self.case.id, self.token, "/ask").text
        )

    def test_nobody_sends_an_invoice_by_creating_a_question(self):
        vals = {
            "case_id": self.case.id,
            "kind": "reference",
            "source": "page",
            "reference": "PO-1234",
            "item_ids": [fields.Command.set(self.item.ids)],
        }
        Query = self.env["payment.reminder.query"].with_user(self.manager)
        for marker in (True, 1, "x", [], {}):
            Query.with_context(reminder_asked_by=marker).create(vals)
        self.assertFalse(self.move.ref)
        self.assertFalse(self.find_invoice_mails())

    def test_a_setting_out_of_its_limits_is_refused(self):
        for days in (0, 61):
            with (
                self.assertRaises(CheckViolation),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.company.reminder_solved_days = days
                self.env.flush_all()

    def test_a_pause_ends_though_the_case_is_paid_meanwhile(self):
        self.ask("invoice")
        self.pay(self.move)
        self.assertEqual(self.case.state, "closed")
        with freeze_time(fields.Datetime.now() + timedelta(days=8)):
            self.refresh()
        self.assertEqual(self.case.state, "closed")
