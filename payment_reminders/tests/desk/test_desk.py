from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time

from ..sending.gateway_common import MOBILE, MOBILE_E164, GatewayCommon


class DeskCommon(GatewayCommon):
    #: What each step asks for.
    fee = 0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if cls.fee:
            cls.ladder.step_ids.filtered(lambda s: s.kind != "nudge").write(
                {"fee_policy": "amount", "fee_amount": cls.fee}
            )
        cls.move = cls.make_invoice(due=10, invoice_user_id=cls.rep.id)
        cls.reminder = cls.propose()
        cls.case = cls.reminder.case_id


class TestQueueDesk(DeskCommon):
    """Reading, checking and finding notices in the queue."""

    def test_the_message_is_read_before_it_is_approved(self):
        reminder = self.reminder.with_user(self.rep)
        self.assertEqual(reminder.preview_to, "ap@nordlys.example")
        self.assertEqual(reminder.preview_subject, f"Reminder {self.case.name}")
        self.assertIn("You owe", reminder.preview_body)
        self.assertFalse(reminder.delivery_ids)

    def test_the_preview_shows_the_deadline_that_it_will_get(self):
        self.reminder.step_id.mail_template_id.body_html = (
            "<p t-out='object._get_letter_deadline()'/>"
        )
        expected = self.reminder._get_expected_deadline()
        before = str(self.reminder.preview_body)
        self.reminder.with_user(self.manager).action_approve()
        with self.gateways(), freeze_time("2026-09-16 08:30:00"):
            self.assertEqual(self.reminder._dispatch(), {})
        self.assertEqual(self.reminder.deadline_date, expected)
        self.assertIn("September", before)

    def test_the_preview_of_a_sent_notice_is_what_was_sent(self):
        with self.gateways():
            self.send(self.reminder)
        self.reminder.step_id.mail_template_id.body_html = "<p>Something else</p>"
        self.reminder.invalidate_recordset()
        self.assertIn("You owe", self.reminder.preview_body)

    def test_a_text_that_cannot_be_filled_in_says_so(self):
        template = self.reminder.step_id.mail_template_id
        self.env.cr.execute(
            "UPDATE mail_template SET subject = %s WHERE id = %s",
            ['{"en_US": "{{ object.no_such_field }}"}', template.id],
        )
        template.invalidate_recordset()
        with self.assertLogs("odoo.addons.mail.models.mail_render_mixin"):
            self.assertIn("cannot be filled in", self.reminder.preview_error)

    def test_the_guard_is_asked_now_and_nothing_is_sent(self):
        self.ripen(self.reminder)
        with self.gateways():
            answer = self.reminder.with_user(self.rep).action_check()
            self.assertIn("Nothing stands", answer["params"]["message"])
            self.move.action_toggle_block_payment()
            answer = self.reminder.with_user(self.rep).action_check()
            self.assertIn("blocked for payment", answer["params"]["message"])
            self.assertEqual(self.mailed, [])
        self.assertEqual(self.reminder.state, "approved")
        self.assertEqual(self.reminder.blocker, "blocked")

    def test_snoozing_from_the_queue(self):
        self.reminder.with_user(self.rep).action_snooze("2026-10-01")
        self.assertEqual(str(self.case.snoozed_until), "2026-10-01")

    def test_big_and_first(self):
        Reminder = self.env["payment.reminder"]
        self.company.reminder_big_amount = 1000
        self.assertTrue(self.reminder.is_big and self.reminder.is_first)
        self.assertEqual(Reminder.search([("is_big", "=", True)]), self.reminder)
        self.assertEqual(Reminder.search([("is_first", "=", True)]), self.reminder)
        self.send(self.reminder)
        self.company.reminder_big_amount = 1001
        self.assertFalse(Reminder.search([("is_big", "=", True)]))
        self.assertEqual(Reminder.search([("is_big", "=", False)]), self.reminder)
        self.assertFalse(Reminder.search([("is_first", "=", True)]))
        self.reminder.invalidate_recordset()
        self.assertFalse(self.reminder.is_first)


class TestWithdraw(DeskCommon):
    """A reminder that was sent is withdrawn, and the customer is told."""

    fee = 50

    def withdraw(self, **vals):
        return (
            self.env["payment.reminder.hold.wizard"]
            .with_user(self.manager)
            .with_context(active_model="payment.reminder", active_ids=self.reminder.ids)
            .create({"action": "withdraw", "reason": "Our mistake", **vals})
            .action_confirm()
        )

    def test_it_takes_back_claim_and_step_and_tells_the_customer(self):
        with self.gateways():
            self.send(self.reminder)
            self.assertEqual(self.case.amount_fees, 50)
            self.withdraw()
            self.env["mail.mail"].search([("state", "=", "outgoing")]).send()
            self.assertEqual(self.mailed, ["ap@nordlys.example"] * 2)
        told = self.env["mail.mail"].search([], order="id desc", limit=1)
        self.assertIn("withdrawn", told.subject)
        self.assertTrue(self.reminder.withdrawn)
        self.assertEqual(self.reminder.withdrawn_by_id, self.manager)
        self.assertEqual(self.case.amount_fees, 0)
        self.assertFalse(self.case.item_ids.step_id)
        event = self.case.event_ids.filtered(lambda e: e.kind == "withdrawn")
        self.assertEqual(event.user_id, self.manager)

    def test_it_tells_by_sms_who_was_reminded_by_sms(self):
        self.customer.write({"email": False, "phone": MOBILE})
        with self.gateways():
            self.send(self.reminder)
            self.withdraw()
            self.env["sms.sms"].search([("state", "=", "outgoing")]).send()
            self.assertEqual((self.mailed, self.texted), ([], [MOBILE_E164] * 2))

    def test_it_may_be_done_in_silence(self):
        with self.gateways():
            self.send(self.reminder)
            self.withdraw(tell=False)
            self.env["mail.mail"].search([("state", "=", "outgoing")]).send()
            self.assertEqual(len(self.mailed), 1)

    def test_once_and_by_a_manager_with_a_reason(self):
        with self.assertRaisesRegex(UserError, "To approve"):
            self.withdraw()
        with self.gateways():
            self.send(self.reminder)
            with self.assertRaises(AccessError):
                self.reminder.with_user(self.rep).action_withdraw("I like them")
            with self.assertRaisesRegex(UserError, "why"):
                self.reminder.with_user(self.manager).action_withdraw()
            self.withdraw()
            with self.assertRaises(UserError):
                self.withdraw()
