"""The e-mail as it goes over the wire: two parts, a page for any screen, headers."""

import base64
from email import message_from_string, policy

from odoo.tests import TransactionCase, tagged

from ...tools.mail_texts import to_plain_text
from ..tags import takes_long
from .gateway_common import GatewayCommon


@tagged("post_install", "-at_install")
class TestMailLook(GatewayCommon):
    def send_one(self, **step):
        """Send one e-mail; return it as the mail server got it."""
        texts = self.env.ref("payment_reminders.mail_template_reminder_1")
        self.ladder.step_ids.write({"mail_template_id": texts.id, **step})
        self.reminder = self.ripe()
        with self.gateways():
            self.assertEqual(self.reminder._dispatch(), {})
            message = self.emails[-1]["message"]
        return message_from_string(message, policy=policy.default)

    def test_two_parts_that_say_the_same(self):
        mail = self.send_one()
        alternative = next(
            part for part in mail.walk() if part.get_content_subtype() == "alternative"
        )
        kinds = [p.get_content_type() for p in alternative.iter_parts()]
        self.assertEqual(kinds, ["text/plain", "text/html"], "the best part is last")
        text, page = (p.get_content() for p in alternative.iter_parts())
        name = self.reminder.line_ids.name
        for part in (name, "1,000.00", self.reminder._get_pay_url().split("?")[0]):
            self.assertIn(part, text)
            self.assertIn(part, page)
        self.assertNotIn("<", text)
        self.assertIn('name="color-scheme" content="light dark"', page)
        self.assertIn('name="viewport"', page)
        self.assertEqual(page.count("<body"), 1)

    def test_machines_do_not_answer(self):
        mail = self.send_one()
        self.assertEqual(mail["Auto-Submitted"], "auto-generated")
        self.assertEqual(mail["X-Auto-Response-Suppress"], "OOF, AutoReply")

    def test_nothing_is_attached_unless_the_step_says_so(self):
        self.assertFalse(list(self.send_one().iter_attachments()))

    @takes_long
    def test_invoice_that_was_made_is_attached(self):
        texts = self.env.ref("payment_reminders.mail_template_reminder_1")
        self.ladder.step_ids.write(
            {"mail_template_id": texts.id, "attach_invoices": True}
        )
        move = self.make_invoice(due=10)
        self.env["ir.attachment"].create(
            {
                "name": "INV.pdf",
                "datas": base64.b64encode(b"%PDF-1.4 an invoice"),
                "res_model": "account.move",
                "res_id": move.id,
                "res_field": "invoice_pdf_report_file",
                "mimetype": "application/pdf",
            }
        )
        move.invalidate_recordset()
        self.assertTrue(move.invoice_pdf_report_id)
        self.make_invoice(due=10)  # its PDF was never made
        reminder = self.propose()
        self.ripen(reminder)
        with self.gateways():
            self.assertEqual(reminder._dispatch(), {})
            mail = message_from_string(
                self.emails[-1]["message"], policy=policy.default
            )
        names = [part.get_filename() for part in mail.iter_attachments()]
        self.assertEqual(names, ["INV.pdf"])
        self.assertTrue(move.invoice_pdf_report_id.exists())

    def test_step_and_hand_attach_the_same(self):
        """An invoice that the notice asks nothing for does not come along."""
        moves = self.make_invoice(due=10) | self.make_invoice(due=10)
        papers = self.env["ir.attachment"].create(
            [
                {
                    "name": f"{move.id}.pdf",
                    "raw": b"%PDF-1.4",
                    "res_model": "account.move",
                    "res_id": move.id,
                    "res_field": "invoice_pdf_report_file",
                    "mimetype": "application/pdf",
                }
                for move in moves
            ]
        )
        moves.invalidate_recordset()
        reminder = self.propose().sudo()
        self.assertFalse(reminder._get_attachments())
        reminder.line_ids.filtered(lambda li: li.move_id == moves[1]).write(
            {"amount_residual": 0}
        )
        reminder.attach_invoices = True
        self.assertEqual(reminder._get_attachments(), papers[0])
        reminder.attach_invoices = False
        self.ladder.step_ids.attach_invoices = True
        self.assertEqual(reminder._get_attachments(), papers[0])


@tagged("post_install", "-at_install")
class TestPlainText(TransactionCase):
    def test_a_row_of_a_table_is_a_line(self):
        self.assertEqual(
            to_plain_text(
                "<p>Hello\n <b>you</b>,</p><table><thead><tr><th>A</th><th>B</th>"
                "<th>C</th></tr></thead><tbody><tr><td>x<div>dated y</div></td><td>1"
                "</td><td> </td></tr><tr><td>Total</td><td>5</td></tr></tbody></table>"
                "<p>One<br/>two</p>"
            ),
            "Hello you,\n\nA | B | C\nx, dated y: 1\nTotal: 5\n\nOne\ntwo\n",
        )

    def test_links(self):
        for link, text in (
            ('<a href="https://x.example/1">Pay</a>', "Pay: https://x.example/1"),
            ('<a href="https://x.example/">https://x.example</a>', "https://x.example"),
            ('<a href="tel:+45">+4 5</a>', "+4 5"),
        ):
            self.assertEqual(to_plain_text(f"<p>{link}</p>"), text + "\n")

    def test_nothing_to_say(self):
        for body in ("", " ", None, "<div></div>"):
            self.assertFalse(to_plain_text(body).strip())
