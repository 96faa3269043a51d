from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time

from ..tags import takes_long
from .invoice_sent_common import InvoiceSentCommon


class TestInvoiceSent(InvoiceSentCommon):
    """A step with a fee goes out only for an invoice that reached the customer."""

    def get_notification(self):
        return self.env["mail.notification"].search(
            [
                ("mail_message_id.model", "=", "account.move"),
                ("mail_message_id.res_id", "=", self.move.id),
                ("res_partner_id", "=", self.customer.id),
            ],
            order="id",
        )

    @takes_long
    def test_sent_again_first(self):
        with freeze_time("2026-09-15 08:00:00"):
            first = self.start(sent=False)
        with freeze_time("2026-09-28 08:00:00"):
            reminder = self.climb_from(first)
            self.assertEqual(reminder._dispatch(), {reminder: ["invoice_not_sent"]})
            self.assertEqual(reminder.state, "held")
            self.assertTrue(reminder.is_held_by_invoice)
            self.assertIn("never sent", reminder.held_reason)
            self.send_invoice(reminder)
            self.assertTrue(self.move.is_move_sent)
            self.propose()
            self.assertEqual(reminder.verdict, ["invoice_not_sent"])
            self.assertIn("10/08/2026", reminder.held_reason)
        with freeze_time("2026-10-07 08:00:00"):
            self.propose()
            self.assertEqual(reminder.state, "held")
        with freeze_time("2026-10-08 08:00:00"), self.gateways():
            self.propose()
            self.assertEqual(reminder.state, "approved")
            self.assertEqual(reminder._dispatch(), {})
        self.assertEqual(reminder.state, "sent")

    def make_sent(self, due):
        """Make an invoice that Odoo sends by e-mail today."""
        move = self.make_invoice(due=due, sent=False)
        action = move.action_send_and_print()
        wizard = self.env[action["res_model"]].with_context(**action["context"])
        with self.mail_server():
            wizard.create({"sending_methods": ["email"]}).action_send_and_print()
            self.env["mail.mail"].process_email_queue()
        return move

    def test_of_two_invoices_the_late_one_is_named(self):
        self.company.reminder_require_invoice_sent = "always"
        with freeze_time("2026-09-01 08:00:00"):
            in_time = self.make_sent("2026-09-05")
        with freeze_time("2026-09-06 08:00:00"):
            late = self.make_sent("2026-09-05")
        with freeze_time("2026-09-15 08:00:00"):
            reminder = self.propose()
            self.ripen(reminder)
            self.assertEqual(reminder._dispatch(), {reminder: ["invoice_not_sent"]})
            self.assertIn(f"{late.name} reached the customer", reminder.held_reason)
            self.assertIn("09/16/2026", reminder.held_reason)
            self.assertNotIn(in_time.name, reminder.held_reason)

    @takes_long
    def test_the_dialog_says_until_when_a_late_one_waits(self):
        self.company.reminder_require_invoice_sent = "always"
        with freeze_time("2026-09-14 08:00:00"):
            late = self.make_sent("2026-09-05")
            self.refresh()
            dialog = self.env["payment.reminder.wizard"].with_user(self.manager)
            row = dialog.browse(dialog._open(late)["res_id"]).line_ids
            self.assertEqual((row.row_group, row.codes), ("later", "invoice_not_sent"))
            self.assertIn("09/24/2026", row.obstacle)

    @takes_long
    def test_bounced(self):
        with freeze_time("2026-09-01 08:00:00"):
            self.move = self.make_sent("2026-09-05")
        with freeze_time("2026-09-15 08:00:00"), self.gateways():
            first = self.propose()
            self.send(first)
        # As Odoo's mail gateway notes a message that came back.
        self.get_notification().sudo().notification_status = "bounce"
        with freeze_time("2026-09-28 08:00:00"):
            reminder = self.climb_from(first)
            self.assertEqual(reminder._dispatch(), {reminder: ["invoice_not_sent"]})
            self.assertIn("came back", reminder.held_reason)
            self.send_invoice(reminder)
        with freeze_time("2026-10-09 08:00:00"), self.gateways():
            self.propose()
            self.assertEqual(reminder._dispatch(), {})

    @takes_long
    def test_sent_another_way(self):
        with freeze_time("2026-09-15 08:00:00"):
            first = self.start(sent=False)
        with freeze_time("2026-09-28 08:00:00"), self.gateways():
            reminder = self.climb_from(first)
            reminder._dispatch()
            with self.assertRaises(AccessError):
                reminder.with_user(self.rep).action_vouch_for_invoices()
            reminder.with_user(self.manager).action_vouch_for_invoices()
            self.assertEqual(reminder.state, "approved")
            event = reminder.case_id.event_ids.filtered(
                lambda e: e.kind == "invoice_vouched"
            )
            self.assertEqual(event.user_id, self.manager)
            self.assertFalse(self.move.is_move_sent, "the books stay as they are")
            self.assertEqual(reminder._dispatch(), {})
            with self.assertRaisesRegex(UserError, "was sent"):
                reminder.action_send_invoices()

    def test_what_the_company_asks_for(self):
        with freeze_time("2026-09-15 08:00:00"):
            self.company.reminder_require_invoice_sent = "always"
            self.move = self.make_invoice(due=10, sent=False)
            first = self.propose()
            self.ripen(first)
            self.assertEqual(first._guard(), {first: ["invoice_not_sent"]})
            self.company.reminder_require_invoice_sent = "fee"
            with self.gateways():
                self.assertEqual(first._dispatch(), {})
        with freeze_time("2026-09-28 08:00:00"):
            reminder = self.climb_from(first)
            self.assertEqual(reminder._guard(), {reminder: ["invoice_not_sent"]})
            self.company.reminder_require_invoice_sent = "never"
            self.assertEqual(reminder._guard(), {reminder: []})
