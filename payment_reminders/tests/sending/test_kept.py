from odoo.tests import freeze_time

from ..tags import takes_long
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

    # -- what a company keeps no longer ---------------------------------------------

    def forget(self, day):
        with freeze_time(day):
            done = self.env["payment.reminder.delivery"]._gc_texts()
        self.env.invalidate_all()
        return done

    def send_one(self):
        move = self.make_invoice(due=10)
        with self.gateways():
            reminder = self.propose()
            self.send(reminder)
        self.assertEqual(reminder.state, "sent")
        return reminder, move

    def test_facts_are_kept_once(self):
        """In the trail, when a notice went out."""
        reminder, _move = self.send_one()
        self.assertFalse(reminder.sudo().facts)
        self.assertFalse(reminder.delivery_ids.sudo().facts)
        [event] = reminder.case_id.event_ids.filtered(lambda e: e.kind == "sent")
        self.assertEqual(event.payload["facts"]["items"][0]["residual"], "1000.00")

    @takes_long
    def test_texts_are_kept_for_ever_by_default(self):
        reminder, move = self.send_one()
        self.pay(move)
        self.assertEqual(self.forget("2056-01-15 08:00:00"), (0, False))
        self.assertTrue(reminder.delivery_ids.mail_mail_id)

    @takes_long
    def test_texts_go_after_the_months_of_the_company(self):
        self.company.reminder_keep_months = 6
        reminder, move = self.send_one()
        delivery = reminder.delivery_ids
        case = reminder.case_id
        self.assertEqual(self.forget("2027-06-15 08:00:00"), (0, False), "it is open")
        self.pay(move)
        self.assertEqual(case.state, "closed")
        message = delivery.mail_message_id
        self.assertIn("You owe", message.body)
        self.assertEqual(self.forget("2027-03-01 08:00:00"), (0, False))
        self.assertEqual(self.forget("2027-03-20 08:00:00"), (1, False))
        self.assertFalse(delivery.mail_mail_id)
        self.assertIn("not kept any longer", message.body)
        self.assertEqual(str(delivery.date_forgotten), "2027-03-20")
        self.assertEqual(delivery.recipient, "ap@nordlys.example", "whom it went to")
        self.assertFalse(self.env["payment.reminder.event"]._find_broken(case))
        self.assertIn("not kept", reminder.preview_body)
        self.assertEqual(self.forget("2027-03-21 08:00:00"), (0, False), "once")
