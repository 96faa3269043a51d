import smtplib
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import freeze_time
from odoo.tools import file_open, mute_logger

from ..sending.gateway_common import MOBILE, GatewayCommon
from ..sending.test_channels import QUIET


class TestNoWayRound(GatewayCommon):
    """Nothing leaves twice, and nothing leaves but through the guard."""

    def get_mail(self, reminder):
        return reminder.delivery_ids.mail_mail_id.sudo()

    # -- Odoo's own queues ------------------------------------------------------

    def try_everything_on_mail(self, mail):
        Mail = self.env["mail.mail"].sudo()
        with self.mail_server():
            mail.write({"state": "outgoing"})
            mail.send()
            mail.write({"state": "outgoing"})
            mail.send(auto_commit=False, raise_exception=True)
            mail.write({"state": "outgoing"})
            mail.send_after_commit()
            mail.write({"state": "exception"})
            mail.action_retry()
            mail.write({"state": "cancel"})
            mail.mark_outgoing()
            Mail.process_email_queue()
            Mail.process_email_queue(email_ids=mail.ids)
            self.assertEqual(self.mailed, [])

    def test_mail_of_a_sent_notice(self):
        reminder = self.ripe()
        with self.gateways():
            reminder._dispatch()
            self.assertEqual(len(self.mailed), 1)
        self.try_everything_on_mail(self.get_mail(reminder))
        self.assertEqual(reminder.state, "sent")

    def test_mail_of_a_failed_notice(self):
        reminder = self.ripe()
        refused = smtplib.SMTPRecipientsRefused({"ap@nordlys.example": (550, b"no")})
        with mute_logger(*QUIET), self.mail_server(refused):
            reminder._dispatch()
        self.try_everything_on_mail(self.get_mail(reminder))

    def test_mail_of_a_prepared_notice(self):
        """Rendered, committed, and then the process dies."""
        reminder = self.ripe()
        self.env["payment.reminder.sender"].sudo()._prepare(reminder.sudo(), "ticket")
        mail = self.get_mail(reminder)
        self.assertTrue(mail)
        with self.mail_server():
            self.env["mail.mail"].sudo().process_email_queue()
            self.assertEqual(self.mailed, [])
        self.try_everything_on_mail(mail)

    def test_copy_of_a_mail(self):
        """Somebody duplicates the e-mail in Odoo's list of mails and sends that."""
        reminder = self.ripe()
        with self.gateways():
            reminder._dispatch()
        copy = self.get_mail(reminder).copy()
        self.assertNotEqual(copy.mail_message_id, reminder.delivery_ids.mail_message_id)
        self.try_everything_on_mail(copy)

    def test_other_mail_goes_on(self):
        reminder = self.ripe()
        self.env["payment.reminder.sender"].sudo()._prepare(reminder.sudo(), "ticket")
        other = self.env["mail.mail"].create(
            {"email_to": "friend@x.example", "subject": "Hi", "body_html": "Hi"}
        )
        with self.mail_server():
            (other | self.get_mail(reminder)).send()
            self.assertEqual(self.mailed, ["friend@x.example"])

    def test_sms(self):
        self.customer.write({"email": False, "phone": MOBILE})
        reminder = self.ripe()
        with self.sms_gateway():
            reminder._dispatch()
            self.assertEqual(len(self.texted), 1)
        sms = reminder.delivery_ids._get_sms()
        sms |= sms.copy({"uuid": "0" * 32})
        cron = self.env.ref("sms.ir_cron_sms_scheduler_action")
        with self.sms_gateway():
            for again in (sms.send, sms._send, cron.sudo().method_direct_trigger):
                sms.write({"state": "outgoing", "to_delete": False})
                with self.enter_registry_test_mode():
                    again()
            sms.write({"state": "error"})
            sms.resend_failed()
            self.assertEqual(self.texted, [])

    def test_other_sms_goes_on(self):
        self.customer.write({"email": False, "phone": MOBILE})
        reminder = self.ripe()
        self.env["payment.reminder.sender"].sudo()._prepare(reminder.sudo(), "ticket")
        other = self.env["sms.sms"].create({"number": "+4520999999", "body": "Hi"})
        with self.sms_gateway():
            (other | reminder.delivery_ids._get_sms()).send()
            self.assertEqual(self.texted, ["+4520999999"])

    # -- twice ------------------------------------------------------------------

    def test_sending_again_does_nothing(self):
        reminder = self.ripe()
        with self.gateways():
            for _again in range(3):
                reminder._dispatch()
                self.env["payment.reminder"]._cron_send()
                self.propose()
            self.assertEqual(len(self.mailed), 1)

    def test_same_step_is_never_sent_again(self):
        """Not even when somebody makes the same notice once more."""
        reminder = self.ripe()
        reminder._dispatch()
        twin = (
            self.env["payment.reminder"]
            .sudo()
            .create(
                {
                    "case_id": reminder.case_id.id,
                    "company_id": self.company.id,
                    "partner_id": self.customer.id,
                    "currency_id": self.currency.id,
                    "step_id": reminder.step_id.id,
                    "hold_until": fields.Datetime.now() - timedelta(hours=1),
                    "line_ids": [
                        fields.Command.create(
                            {
                                "item_id": line.item_id.id,
                                "step_id": line.step_id.id,
                                "amount_residual": line.amount_residual,
                            }
                        )
                        for line in reminder.line_ids
                    ],
                }
            )
        )
        twin._approve(self.manager)
        with freeze_time("2026-10-20 08:00:00"), self.gateways():
            self.assertIn("already_sent", twin._dispatch()[twin])
            self.assertEqual(self.mailed, [])

    def test_delivery_key_is_unique(self):
        reminder = self.ripe()
        reminder._dispatch()
        delivery = reminder.delivery_ids
        with mute_logger("odoo.sql_db"), self.assertRaises(Exception) as refused:
            with self.env.cr.savepoint():
                delivery.sudo().copy({"key": delivery.key})
        self.assertIn("key_uniq", str(refused.exception))

    # -- unknown outcome --------------------------------------------------------

    def make_uncertain(self):
        reminder = self.ripe()
        gone = smtplib.SMTPServerDisconnected("Connection unexpectedly closed")
        with mute_logger(*QUIET), self.mail_server(gone, "DATA"):
            reminder._dispatch()
        self.assertEqual(reminder.state, "uncertain")
        self.assertEqual(reminder.delivery_ids.state, "uncertain")
        with self.gateways():
            self.propose()
            self.env["payment.reminder"]._cron_send()
            reminder._dispatch()
            self.assertEqual(self.mailed, [], "never sent again by itself")
        self.assertFalse(reminder.case_id.item_ids.step_id)
        self.assertFalse(reminder.case_id.reminder_ids - reminder)
        for known in ("E-mail", "ap@nordlys.example", "2026", "settle it"):
            self.assertIn(known, reminder.held_reason)
        return reminder

    def test_settled_as_sent(self):
        reminder = self.make_uncertain()
        with self.gateways():
            reminder.with_user(self.manager).action_settle_sent()
            self.assertEqual(self.mailed, [])
        self.assertEqual(reminder.state, "sent")
        self.assertEqual(reminder.case_id.item_ids.step_id, reminder.step_id)
        event = reminder.case_id.event_ids.filtered(lambda e: e.kind == "sent")
        self.assertTrue(event.payload["settled"])
        self.assertEqual(event.user_id, self.manager)
        for again in (reminder.action_settle_sent, reminder.action_settle_not_sent):
            with self.assertRaisesRegex(UserError, "Sent"):
                again()

    def test_settled_as_not_sent(self):
        reminder = self.make_uncertain()
        reminder.with_user(self.manager).action_settle_not_sent()
        self.assertEqual(reminder.state, "cancelled")
        self.assertFalse(reminder.case_id.item_ids.step_id)
        self.assertIn("settled", reminder.case_id.event_ids.mapped("kind"))
        again = self.propose()
        self.assertEqual(again.state, "proposed", "a person approves anew")
        self.ripen(again)
        with self.gateways():
            self.assertEqual(again._dispatch(), {})
            self.assertEqual(self.mailed, ["ap@nordlys.example"])
        self.assertEqual(again.state, "sent")

    def test_payment_while_uncertain(self):
        reminder = self.make_uncertain()
        self.pay(reminder.move_ids)
        self.assertEqual(reminder.state, "uncertain", "the question stays open")
        reminder.with_user(self.manager).action_settle_sent()
        self.assertEqual(reminder.state, "sent")
        self.assertEqual(reminder.case_id.state, "closed")
        self.assertEqual(reminder.case_id.amount_claim, 0)

    def test_process_died_on_the_wire(self):
        reminder = self.ripe()
        self.env["payment.reminder.sender"].sudo()._prepare(reminder.sudo(), "ticket")
        self.assertEqual(reminder.state, "sending")
        delivery = reminder.delivery_ids
        self.assertTrue(delivery._compare_and_set("pending", "sending"))
        self.assertFalse(delivery._compare_and_set("pending", "sending"))
        with freeze_time("2026-09-15 08:10:00"), self.gateways():
            self.env["payment.reminder"]._cron_send()
            self.assertEqual(reminder.state, "sending", "it may still be at it")
        with freeze_time("2026-09-15 08:30:00"), self.gateways():
            self.env["payment.reminder"]._cron_send()
            self.assertEqual(self.mailed, [])
        self.assertEqual(reminder.state, "uncertain")

    def test_process_died_before_the_wire(self):
        reminder = self.ripe()
        self.env["payment.reminder.sender"].sudo()._prepare(reminder.sudo(), "ticket")
        with freeze_time("2026-09-15 08:30:00"), self.gateways():
            self.env["payment.reminder"]._cron_send()
            self.env["payment.reminder"]._cron_send()
            self.assertEqual(self.mailed, ["ap@nordlys.example"])
        self.assertEqual(reminder.state, "sent")

    # -- copies of a database ---------------------------------------------------

    def test_neutralized_database(self):
        reminder = self.ripe()
        self.env["ir.config_parameter"].set_param("database.is_neutralized", "true")
        with self.gateways():
            self.assertEqual(reminder._dispatch(), {reminder: ["neutralized"]})
            self.assertEqual(self.mailed, [])
        self.assertEqual(reminder.state, "held")

    def test_neutralizing(self):
        reminder = self.ripe()
        with file_open("payment_reminders/data/neutralize.sql") as script:
            self.env.flush_all()
            self.env.cr.execute(script.read())
            self.env.invalidate_all()
        self.assertEqual(reminder.state, "held")
        for name in ("refresh", "propose", "send", "company_status", "plans"):
            cron = self.env.ref(f"payment_reminders.ir_cron_{name}").sudo()
            self.assertFalse(cron.active, name)
        with self.gateways():
            self.propose()
            self.env["payment.reminder"]._cron_send()
            self.assertEqual(reminder.state, "held")
            self.assertEqual(self.mailed, [])
