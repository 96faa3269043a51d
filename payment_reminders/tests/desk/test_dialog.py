from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from ..tags import takes_long
from .test_by_hand import ByHandCommon


class DialogCommon(ByHandCommon):
    """The dialog says what would happen, and that happens."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager.tz = "Europe/Copenhagen"

    def debtor(self, name, **vals):
        """Return the overdue invoice of another customer."""
        partner = self.make_customer(name, f"{name.lower()}@x.example")
        return self.make_invoice(**{"due": 10, "partner": partner, **vals})

    def row(self, dialog, move):
        return dialog.line_ids.filtered(lambda line: line.move_id == move)


class TestDialog(DialogCommon):
    def test_what_was_posted_since_the_last_night_is_overdue_too(self):
        self.refresh()
        late = self.debtor("Late")
        action = (
            self.env["payment.reminder"]
            .with_user(self.manager)
            .action_create_reminders()
        )
        dialog = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(dialog.line_ids.move_id, self.move | late)

    def test_the_step_is_that_of_the_message_though_no_night_has_run(self):
        move = self.debtor("Young", due=-2)
        self.refresh()
        with freeze_time(fields.Datetime.now() + timedelta(days=20)):
            dialog = self.open_dialog(move)
            self.assertEqual(dialog.line_ids.step_id.name, "Reminder 1")
            self.assertIn("You owe", dialog.preview_body)

    # -- the guard is asked on opening ------------------------------------------------

    @takes_long
    def test_what_only_the_guard_knows_is_in_the_way_at_once(self):
        self.company.reminder_require_invoice_sent = "always"
        unsent = self.debtor("Unsent", sent=False)
        blocked = self.debtor("Blocked")
        blocked.action_toggle_block_payment()
        nowhere = self.debtor("Nowhere")
        nowhere.partner_id.email = False
        later = self.debtor("Later", due="2026-12-01")
        moves = self.move | unsent | blocked | nowhere | later
        self.refresh()
        before = self.env["payment.reminder"].search_count([])
        events = self.env["payment.reminder.event"].search_count([])
        dialog = self.open_dialog(moves)
        self.assertEqual(self.env["payment.reminder"].search_count([]), before)
        self.assertEqual(self.env["payment.reminder.event"].search_count([]), events)
        found = {line.move_id: (line.row_group, line.codes) for line in dialog.line_ids}
        self.assertEqual(
            found,
            {
                self.move: ("ready", ""),
                unsent: ("needs", "invoice_not_sent"),
                blocked: ("needs", "blocked"),
                nowhere: ("needs", "no_recipient"),
                later: ("later", "no_case"),
            },
        )
        self.assertEqual(
            self.row(dialog, nowhere).obstacle,
            "No usable address: add an address to the customer",
        )
        self.assertEqual(
            dialog.line_ids.filtered("selected").move_id,
            self.move,
            "no other is ticked",
        )
        self.assertEqual(
            (dialog.ready_text, dialog.needs_text, dialog.later_text),
            ("Ready (1)", "Needs you (3)", "Not yet (1)"),
        )
        self.assertIn("4 left out.", dialog.summary)
        with self.gateways():
            dialog.write({"skip_window": True, "window_note": "I know them"})
            dialog.action_send()
            self.assertEqual(self.mailed, ["ap@nordlys.example"])
        run = self.get_run()
        self.assertEqual((run.count_sent, run.count_skipped), (1, 4))
        self.assertEqual(run.result_text, "1 sent, 4 left out")

    def test_each_row_that_needs_a_person_has_the_button_that_helps(self):
        self.manager.group_ids += self.env.ref("account.group_account_invoice")
        self.company.reminder_require_invoice_sent = "always"
        unsent = self.debtor("Unsent", sent=False)
        nowhere = self.debtor("Nowhere")
        nowhere.partner_id.email = False
        self.refresh()
        dialog = self.open_dialog(self.move | unsent | nowhere)
        self.assertFalse(self.row(dialog, self.move).fix)
        self.assertEqual(self.row(dialog, unsent).fix["label"], "Send Invoice")
        row = self.row(dialog, nowhere)
        self.assertEqual(row.fix["label"], "Add Address")
        action = row.action_fix()
        self.assertEqual(
            (action["res_model"], action["res_id"]),
            ("res.partner", nowhere.partner_id.id),
        )
        nowhere.partner_id.email = "here@x.example"
        dialog._ask_again()
        self.assertEqual(row.row_group, "ready")
        self.assertFalse(row.fix)

    def test_what_is_read_is_what_is_sent(self):
        dialog = self.open_dialog(self.move)
        row = dialog.line_ids
        # The law that allows it is another test's.
        row.sudo().write({"fee": 100.0, "total": 1100.0})
        code = f"\N{NO-BREAK SPACE}{self.currency.name}"
        self.assertEqual(
            (row.fee_text, row.total_text), (f"100.00{code}", f"1,100.00{code}")
        )
        self.assertEqual(dialog.preview_name, "Nordlys ApS")
        self.assertEqual(dialog.preview_to, "ap@nordlys.example")
        self.assertIn("You owe", dialog.preview_body)
        dialog.write({"fee_choice": "none", "fee_note": "Ours"})
        self.assertEqual((row.fee_text, row.total_text), (False, f"1,000.00{code}"))
        dialog.write({"fee_choice": "full", "personal_text": "We spoke."})
        row.action_preview()
        self.assertIn("We spoke.", dialog.preview_body)
        dialog.action_propose()
        self.assertEqual(self.case.reminder_ids.amount_claim, 1000)
        self.assertEqual(self.case.reminder_ids.personal_text, "We spoke.")

    def test_several_invoices_of_a_customer_are_one_message(self):
        second = self.make_invoice(due=12)
        self.refresh()
        dialog = self.open_dialog(self.move | second)
        self.assertIn("1 reminder about 2 invoices", dialog.summary)
        self.assertEqual(
            sorted(dialog.line_ids.mapped("total")),
            [0.0, 2000.0],
            "its sum stands once",
        )

    # -- when it leaves -------------------------------------------------------------

    def test_it_says_when_it_leaves(self):
        dialog = self.open_dialog(self.move)
        self.assertEqual(dialog.leaves_text, "Leaves Wed, Sep 16 10:00 AM.")
        self.assertEqual(dialog.send_text, "Approve: leaves Wed, Sep 16 10:00 AM")
        self.assertTrue(dialog.has_window)
        dialog.skip_window = True
        with self.assertRaisesRegex(UserError, "Say why it does not wait"):
            dialog.action_send()
        dialog.window_note = "I know them"
        self.assertEqual(dialog.leaves_text, "Leaves within minutes.")
        self.assertEqual(dialog.send_text, "Approve and Send Now")
        with self.gateways():
            dialog.action_send()
            self.assertEqual(len(self.mailed), 1)
        event = self.case.event_ids.filtered(lambda e: e.kind == "window_waived")
        self.assertEqual((event.user_id, event.note), (self.manager, "I know them"))

    @takes_long
    def test_on_a_sunday_what_is_ripe_on_monday_is_approved(self):
        with freeze_time("2026-09-20 10:00:00"):
            fresh = self.debtor("Sunday", due="2026-09-10")
            self.refresh()
            self.assertEqual(str(fresh.reminder_case_id.next_date), "2026-09-21")
            dialog = self.open_dialog(fresh)
            self.assertEqual(dialog.line_ids.row_group, "ready")
            self.assertEqual(
                dialog.leaves_text,
                "Sunday: nothing leaves before Mon, Sep 21 8:00 AM. "
                "Leaves Mon, Sep 21 12:00 PM.",
            )
            dialog.write({"skip_window": True, "window_note": "Mine"})
            with self.gateways():
                dialog.action_send()
                self.env["payment.reminder"]._cron_send()
                self.assertEqual(self.mailed, [])
            reminder = fresh.reminder_case_id.reminder_ids.with_user(self.manager)
            self.assertEqual(reminder.leaves_text, "Mon, Sep 21 8:00 AM")
        with freeze_time("2026-09-21 06:00:00"), self.gateways():
            self.env["payment.reminder"]._cron_send()
            self.assertEqual(self.mailed, ["sunday@x.example"])

    def test_everything_overdue_is_shown_although_nothing_is_due(self):
        self.send(self.propose())
        with freeze_time("2026-09-16 08:00:00"):
            self.refresh()
            action = (
                self.env["payment.reminder"]
                .with_user(self.manager)
                .action_create_reminders()
            )
            dialog = self.env[action["res_model"]].browse(action["res_id"])
            self.assertEqual(dialog.line_ids.row_group, "later")
            self.assertIn("Not before", dialog.line_ids.obstacle)
            self.assertFalse(dialog.can_propose)

    def test_who_works_alone_waits_for_nobody(self):
        self.env.cr.execute(
            "UPDATE res_users SET active = FALSE WHERE NOT share AND id != %s",
            [self.manager.id],
        )
        self.env.invalidate_all()
        dialog = self.open_dialog(self.move)
        self.assertFalse(dialog.has_window)
        self.assertEqual(dialog.send_text, "Approve and Send Now")
        with self.gateways():
            dialog.action_send()
            self.assertEqual(len(self.mailed), 1)

    def test_the_button_is_there_when_there_is_something_to_send(self):
        self.assertTrue(self.case.can_remind)
        self.assertTrue(self.move.reminder_can_create)
        fresh = self.debtor("Fresh", due=9)
        self.assertTrue(fresh.reminder_can_create, "no night has passed since")
        self.assertFalse(self.debtor("Soon", due=-3).reminder_can_create)
        self.send(self.propose().filtered(lambda r: r.case_id == self.case))
        with freeze_time("2026-09-16 08:00:00"):
            self.refresh()
            self.case.invalidate_recordset()
            self.assertFalse(self.case.can_remind)
            self.assertFalse(self.move.reminder_can_create)

    # -- many, and taken back ---------------------------------------------------------

    def test_a_run_is_taken_back(self):
        others = self.debtor("Two") | self.debtor("Three")
        self.refresh()
        self.open_dialog(self.move | others).action_send()
        run = self.get_run()
        self.assertEqual(run.result_text, "3 approved (not sent yet)")
        self.assertTrue(run.can_undo)
        run.with_user(self.manager).action_undo()
        self.assertEqual(set(run.reminder_ids.mapped("state")), {"proposed"})
        run.invalidate_recordset()
        self.assertEqual(run.result_text, "3 to approve")
        self.assertFalse(run.can_undo, "nothing is left to take back")

    def test_what_went_into_the_queue_goes_out_of_it(self):
        self.open_dialog(self.move).action_propose()
        run = self.get_run()
        run.with_user(self.manager).action_undo()
        self.assertEqual(self.case.reminder_ids.state, "cancelled")
        self.assertFalse(run.with_user(self.manager).can_undo)

    @takes_long
    def test_a_run_that_nobody_takes_up_says_so(self):
        moves = self.move
        for number in range(6):
            moves |= self.debtor(f"N{number}")
        self.refresh()
        self.open_dialog(moves).action_send()
        run = self.get_run()
        # Odoo dates records by the clock of the database.
        self.env.cr.execute(
            "UPDATE payment_reminder_run SET create_date = %s WHERE id = %s",
            [fields.Datetime.now(), run.id],
        )
        run.invalidate_recordset()
        self.assertFalse(run.waits_for_scheduler)
        with freeze_time("2026-09-15 08:00:31"):
            run.invalidate_recordset()
            self.assertTrue(run.waits_for_scheduler)
        with self.gateways():
            self.env["payment.reminder.run"]._cron_run()
        with freeze_time("2026-09-15 08:05:00"):
            run.invalidate_recordset()
            self.assertFalse(run.waits_for_scheduler)


@tagged("-standard", "payment_reminders_long")
class TestLongDialog(DialogCommon):
    def test_two_hundred_rows_take_no_more_queries_than_ten(self):
        customers = self.make_debtors(200)
        self.refresh()
        moves = self.env["account.move"].search(
            [("partner_id", "in", customers.ids), ("move_type", "=", "out_invoice")]
        )

        def count(some):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            dialog = self.open_dialog(some)
            dialog.line_ids.mapped("obstacle")
            self.assertTrue(dialog.summary)
            return self.env.cr.sql_log_count - before

        count(moves[:2])
        few = count(moves[:10])
        self.assertLessEqual(count(moves), few + 6)
