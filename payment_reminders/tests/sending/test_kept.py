from odoo.tests import freeze_time

from .gateway_common import GatewayCommon


class TestKept(GatewayCommon):
    """What is cleaned up in time, and what stays."""

    def clean(self, day):
        with freeze_time(day):
            done = self.env["mail.mail"]._gc_letters_to_customers()
            self.env["payment.reminder.desk.link"]._gc_old()
        self.env.invalidate_all()
        return done

    def test_a_letter_goes_its_message_and_the_proof_of_a_notice_stay(self):
        self.make_invoice(due=10)
        with self.gateways():
            reminder = self.propose()
            self.send(reminder)
            case = reminder.case_id
            case._send_new_link()
            self.env["mail.mail"].process_email_queue()
        proof = reminder.delivery_ids.mail_mail_id
        letters = self.env["mail.mail"].search(
            [("model", "=", case._name), ("message_type", "=", "email_outgoing")]
        )
        letter = letters - proof
        self.assertEqual((letter.state, proof.state), ("sent", "sent"))
        message = letter.mail_message_id
        kinds = case.event_ids.mapped("kind")
        self.clean("2026-10-15 08:00:00")
        self.assertTrue(letter.exists(), "it may still be looked for")
        self.assertEqual(self.clean("2027-01-15 08:00:00"), (1, False))
        self.assertFalse(letter.exists())
        self.assertIn("href", message.body)
        self.assertTrue(proof.exists())
        self.assertEqual(case.event_ids.mapped("kind"), kinds)

    def test_what_has_not_left_stays(self):
        reminder = self.ripe()
        mail = self.env["mail.mail"].create(
            {
                "model": reminder.case_id._name,
                "res_id": reminder.case_id.id,
                "message_type": "email_outgoing",
                "body_html": "x",
                "state": "exception",
            }
        )
        self.clean("2027-01-15 08:00:00")
        self.assertTrue(mail.exists())

    def test_a_link_of_the_heads_up_goes_a_month_after_its_end(self):
        reminder = self.ripe()
        link = (
            self.env["payment.reminder.desk.link"]
            .sudo()
            .create({"reminder_id": reminder.id, "user_id": self.manager.id})
        )
        self.clean("2026-10-15 08:00:00")
        self.assertTrue(link.exists())
        self.clean("2026-10-25 08:00:00")
        self.assertFalse(link.exists())
