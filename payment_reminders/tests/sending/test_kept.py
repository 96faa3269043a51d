from odoo.tests import freeze_time

from .gateway_common import GatewayCommon


class TestKept(GatewayCommon):
    """What is cleaned up in time, and what stays."""

    def clean(self, day):
        with freeze_time(day):
            done = self.env["mail.mail"]._gc_sent_to_customers()
            self.env["payment.reminder.desk.link"]._gc_old()
        self.env.invalidate_all()
        return done

    def test_the_mail_of_a_notice_goes_its_message_and_the_trail_stay(self):
        template = self.env.ref("payment_reminders.mail_template_reminder_1")
        self.ladder.step_ids.mail_template_id = template
        self.make_invoice(due=10)
        with self.gateways():
            reminder = self.propose()
            self.send(reminder)
            reminder.case_id._send_new_link()
        delivery = reminder.delivery_ids
        message, mail = delivery.mail_message_id, delivery.mail_mail_id
        files = self.env["payment.reminder.case.file"]
        before = files._describe_message(delivery)
        kinds = reminder.case_id.event_ids.mapped("kind")
        self.clean("2026-10-15 08:00:00")
        self.assertTrue(mail.exists(), "it may still be looked for")
        self.clean("2027-01-15 08:00:00")
        self.assertFalse(mail.exists())
        self.assertTrue(message.exists())
        self.assertEqual(files._describe_message(delivery), before)
        self.assertEqual(reminder.case_id.event_ids.mapped("kind"), kinds)
        self.assertTrue(reminder.preview_body)
        case = reminder.case_id
        left = self.env["mail.mail"].search([("model", "=", case._name)])
        self.assertFalse(left.filtered(lambda m: m.message_type == "email_outgoing"))

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
