import base64

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time

from ..sending.gateway_common import MOBILE, MOBILE_E164, GatewayCommon


class ByHandCommon(GatewayCommon):
    """A manager who opens the dialog that creates reminders."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.move = cls.make_invoice(due=10, invoice_user_id=cls.rep.id)
        cls.refresh()
        cls.case = cls.move.reminder_case_id

    def open_dialog(self, records, **vals):
        """Open the dialog as the manager, who has no right to read invoices."""
        action = records.with_user(self.manager).action_open_reminder_wizard()
        dialog = self.env[action["res_model"]].browse(action["res_id"])
        dialog = dialog.with_user(self.manager)
        if vals.get("skip_window"):
            vals.setdefault("window_note", "I know them")
        dialog.write(vals)
        return dialog

    def get_run(self):
        return self.env["payment.reminder.run"].search([], limit=1)


class TestByHand(ByHandCommon):
    """One reminder, created by a manager from an invoice or a case."""

    # -- what the dialog shows --------------------------------------------------

    def test_the_dialog_shows_what_is_due(self):
        dialog = self.open_dialog(self.move)
        row = dialog.line_ids
        self.assertEqual(row.name, self.move.name)
        self.assertEqual((row.days, row.amount), (10, 1000.0))
        self.assertEqual(row.step_id.name, "Reminder 1")
        self.assertTrue(row.selected)
        self.assertFalse(row.obstacle)
        self.assertEqual(dialog.next_text, "Reminder 1 is due now.")
        self.assertEqual(
            dialog.summary,
            "1 reminder about 1 invoice: "
            f"1,000.00\N{NO-BREAK SPACE}{self.currency.name}.",
        )
        self.assertEqual((row.goes_to, row.row_group), ("ap@nordlys.example", "ready"))
        self.assertEqual(
            row.total_text, f"1,000.00\N{NO-BREAK SPACE}{self.currency.name}"
        )

    def test_what_fell_due_since_the_last_night_is_there(self):
        fresh = self.make_invoice(due=9, partner=self.make_customer("B", "b@x.example"))
        dialog = self.open_dialog(fresh)
        self.assertTrue(dialog.can_propose)

    def test_what_is_in_the_queue_stays_there(self):
        self.propose()
        dialog = self.open_dialog(self.move)
        self.assertEqual(dialog.line_ids.obstacle, "In the queue already.")
        with self.assertRaisesRegex(UserError, "No reminder can be created"):
            dialog.action_propose()

    def test_what_is_not_due_is_not_offered(self):
        later = self.make_invoice(
            due="2026-12-01", partner=self.make_customer("B", "b@x.example")
        )
        dialog = self.open_dialog(later)
        self.assertFalse(dialog.can_propose)
        self.assertFalse(dialog.line_ids.selected)
        self.assertIn("Not due", dialog.line_ids.obstacle)
        for act in (dialog.action_propose, dialog.action_send):
            with self.assertRaises(UserError):
                act()

    def test_only_a_manager_opens_it(self):
        for records in (self.move, self.case):
            with self.assertRaises(AccessError):
                records.with_user(self.rep).action_open_reminder_wizard()

    # -- what becomes of it -----------------------------------------------------

    def test_into_the_queue(self):
        action = self.open_dialog(self.case).action_propose()
        reminder = self.case.reminder_ids
        self.assertEqual(action["res_id"], reminder.id)
        self.assertEqual(reminder.state, "proposed")
        event = self.case.event_ids.filtered(lambda e: e.kind == "by_hand")
        self.assertEqual(event.user_id, self.manager)
        self.assertEqual(self.get_run().state, "done")

    def test_approved_and_waiting_for_its_window(self):
        with self.gateways():
            self.open_dialog(self.move).action_send()
            self.assertEqual(self.mailed, [])
        reminder = self.case.reminder_ids
        self.assertEqual(reminder.state, "approved")
        self.assertEqual(reminder.approved_by_id, self.manager)
        self.assertEqual(self.get_run().count_waiting, 1)

    def test_sent_at_once(self):
        with self.gateways():
            self.open_dialog(self.move, skip_window=True).action_send()
            self.assertEqual(self.mailed, ["ap@nordlys.example"])
        self.assertEqual(self.case.reminder_ids.state, "sent")
        self.assertEqual(self.get_run().count_sent, 1)

    def test_what_waits_in_the_queue_is_approved_and_sent(self):
        reminder = self.propose()
        with self.gateways():
            self.open_dialog(self.move, skip_window=True).action_send()
        self.assertEqual(reminder.state, "sent")
        self.assertEqual(self.case.reminder_ids, reminder)

    def test_a_paid_invoice_is_left_out(self):
        dialog = self.open_dialog(self.move, skip_window=True)
        self.pay(self.move)
        with self.gateways(), self.assertRaises(UserError):
            dialog.action_send()
        self.assertFalse(self.case.reminder_ids)

    # -- this once --------------------------------------------------------------

    def test_channel_of_this_once(self):
        self.customer.phone = MOBILE
        with self.gateways():
            self.open_dialog(self.move, channel="sms", skip_window=True).action_send()
            self.assertEqual((self.mailed, self.texted), ([], [MOBILE_E164]))
        self.assertEqual(self.case.reminder_ids.channel_summary, "SMS")

    def test_personal_words_stand_above_the_text(self):
        with self.gateways():
            self.open_dialog(
                self.move, personal_text="We spoke <today>.", skip_window=True
            ).action_send()
        body = self.case.reminder_ids.delivery_ids.mail_mail_id.body_html
        self.assertLess(body.index("We spoke &lt;today&gt;."), body.index("You owe"))

    def test_the_invoice_goes_with_it(self):
        paper = self.env["ir.attachment"].create(
            {
                "name": "invoice.pdf",
                "raw": base64.b64decode("JVBERi0xLjQK"),
                "res_model": "account.move",
                "res_id": self.move.id,
                "res_field": "invoice_pdf_report_file",
                "mimetype": "application/pdf",
            }
        )
        self.move.invalidate_recordset()
        self.assertEqual(self.move.invoice_pdf_report_id, paper)
        with self.gateways():
            self.open_dialog(
                self.move, attach_invoices=True, skip_window=True
            ).action_send()
        mail = self.case.reminder_ids.delivery_ids.mail_mail_id
        self.assertEqual(mail.attachment_ids, paper)
        self.assertEqual(self.case.reminder_ids.state, "sent")

    def test_fee_dropped(self):
        self.ladder.step_ids.filtered(lambda s: s.kind != "nudge").write(
            {"fee_policy": "amount", "fee_amount": 100}
        )
        dialog = self.open_dialog(self.move, fee_choice="none")
        with self.assertRaisesRegex(UserError, "why the fee"):
            dialog.action_propose()
        dialog.fee_note = "Our fault"
        dialog.action_propose()
        self.assertEqual(self.case.reminder_ids.amount_fee, 0)

    # -- overriding -------------------------------------------------------------

    def test_a_snooze_is_overridden_for_a_reason(self):
        self.case.action_snooze("2026-10-01")
        dialog = self.open_dialog(self.move, skip_window=True)
        self.assertFalse(dialog.can_propose)
        self.assertTrue(dialog.can_override)
        dialog.is_override = True
        with self.assertRaisesRegex(UserError, "why you override"):
            dialog.action_send()
        dialog.override_note = "They asked for it"
        dialog.line_ids.selected = True
        with self.gateways():
            dialog.action_send()
            self.assertEqual(self.mailed, ["ap@nordlys.example"])
        reminder = self.case.reminder_ids
        self.assertEqual(reminder.override_by_id, self.manager)
        event = self.case.event_ids.filtered(lambda e: e.kind == "overridden")
        self.assertEqual(event.payload["codes"], ["snoozed"])
        self.assertEqual(event.note, "They asked for it")

    def test_spacing_is_never_overridden(self):
        self.send(self.propose())
        with freeze_time("2026-09-16 08:00:00"):
            self.refresh()
            dialog = self.open_dialog(
                self.move, is_override=True, override_note="I want it"
            )
            dialog.line_ids.selected = True
            with self.assertRaises(UserError):
                dialog.action_send()
        for code in ("spacing", "paid", "partial_payment", "open_query"):
            with self.assertRaisesRegex(UserError, "cannot be overridden"):
                self.case.reminder_ids.with_user(self.manager)._override([code], "No")

    def test_an_override_passes_nothing_else(self):
        self.case.action_snooze("2026-10-01")
        dialog = self.open_dialog(
            self.move, is_override=True, override_note="Yes", skip_window=True
        )
        dialog.line_ids.selected = True
        dialog.action_propose()
        reminder = self.case.reminder_ids
        self.ripen(reminder)
        self.move.action_toggle_block_payment()
        with self.gateways():
            self.assertEqual(reminder._dispatch(), {reminder: ["blocked"]})
            self.assertEqual(self.mailed, [])


class TestRun(ByHandCommon):
    """Many reminders at once, in the background."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.others = cls.env["account.move"].union(
            *(
                cls.make_invoice(
                    due=10 + number,
                    partner=cls.make_customer(f"C{number}", f"c{number}@x.example"),
                )
                for number in range(7)
            )
        )
        cls.refresh()
        cls.cases = (cls.move | cls.others).mapped("reminder_case_id")

    def test_everything_that_is_due_from_the_queue(self):
        Reminder = self.env["payment.reminder"].with_user(self.manager)
        action = Reminder.action_create_reminders()
        dialog = Reminder.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(dialog.line_ids.case_id, self.cases)
        self.assertIn("8 reminders", dialog.summary)

    def test_many_go_on_in_the_background(self):
        self.others[0].reminder_case_id.action_hold("Wait")
        dialog = self.open_dialog(self.cases, skip_window=True)
        self.assertIn("1 left out", dialog.summary)
        action = dialog.action_send()
        run = self.get_run()
        self.assertEqual((action["res_model"], action["res_id"]), (run._name, run.id))
        self.assertEqual((run.state, run.count_left, run.progress), ("running", 7, 0))
        self.assertFalse(self.cases.reminder_ids)
        with self.gateways():
            self.env["payment.reminder.run"]._cron_run()
            self.assertEqual(len(self.mailed), 7)
        run.invalidate_recordset()
        self.assertEqual((run.state, run.count_sent, run.progress), ("done", 7, 100))

    def test_what_is_paid_meanwhile_is_left_out_and_says_why(self):
        self.open_dialog(self.cases, skip_window=True).action_send()
        self.pay(self.move)
        self.others[0].reminder_case_id.action_hold("Wait")
        with self.gateways():
            self.env["payment.reminder.run"]._cron_run()
            self.assertEqual(len(self.mailed), 6)
        run = self.get_run()
        self.assertEqual((run.count_sent, run.count_skipped), (6, 2))
        notes = run.line_ids.filtered(lambda line: line.state == "skipped")
        self.assertIn("Closed: Paid.", notes.mapped("note"))

    def test_the_brake_looks_at_the_whole_run_before_its_first_message(self):
        self.company.reminder_brake_floor = 3
        self.open_dialog(self.cases, skip_window=True).action_send()
        with self.gateways():
            self.env["payment.reminder.run"]._cron_run()
            self.assertLessEqual(set(self.mailed), {self.manager.email})
        self.assertEqual(self.get_run().count_sent, 0)

    def test_it_is_stopped(self):
        self.open_dialog(self.cases, skip_window=True).action_send()
        run = self.get_run()
        with self.assertRaises(AccessError):
            run.with_user(self.rep).action_stop()
        run.with_user(self.manager).action_stop()
        with self.gateways():
            self.env["payment.reminder.run"]._cron_run()
            self.assertEqual(self.mailed, [])
        self.assertEqual((run.state, run.count_left), ("stopped", 8))
        self.assertFalse(self.cases.reminder_ids)

    def test_who_is_no_manager_any_more_sends_nothing(self):
        self.open_dialog(self.cases, skip_window=True).action_send()
        self.manager.write(
            {
                "group_ids": [
                    fields.Command.set(
                        [self.env.ref("payment_reminders.group_reminder_user").id]
                    )
                ]
            }
        )
        with self.gateways(), self.assertLogs("odoo.addons.payment_reminders"):
            self.env["payment.reminder.run"]._cron_run()
            self.assertEqual(self.mailed, [])
        self.assertNotIn("approved", self.cases.reminder_ids.mapped("state"))

    def test_only_one_kind(self):
        dialog = self.open_dialog(self.cases, kind="final_notice")
        self.assertFalse(dialog.can_propose)
        self.assertEqual(
            set(dialog.line_ids.mapped("obstacle")),
            {"Another kind of step is due."},
        )

    def test_the_choice_is_remembered(self):
        self.open_dialog(self.move, channel="email", skip_window=True).action_propose()
        dialog = self.open_dialog(self.others)
        self.assertEqual((dialog.channel, dialog.skip_window), ("email", True))

    def test_unticked_rows_are_left_alone(self):
        dialog = self.open_dialog(self.cases)
        keep = dialog.line_ids.filtered(lambda line: line.case_id == self.case)
        (dialog.line_ids - keep).selected = False
        dialog.action_propose()
        self.assertEqual(self.cases.reminder_ids.case_id, self.case)
