from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from ...models.handover import handing
from .common import HandoverCommon


class TestHandoverDialogs(HandoverCommon):
    """What people confirm before something is handed over, ended, credited."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.chief = cls.make_user(
            "chief",
            "account.group_account_user",
            "payment_reminders.group_reminder_manager",
        )

    def open_dialog(self, moves):
        action = moves.with_user(self.chief).action_open_handover_wizard()
        return (
            self.env[action["res_model"]].with_user(self.chief).browse(action["res_id"])
        )

    def confirm(self, moves):
        dialog = self.open_dialog(moves)
        with Form(dialog) as form:
            form.service_id = self.service
        action = dialog.action_hand_over()
        return self.get_item(moves).handover_id, action

    # -- handing over -----------------------------------------------------------------

    def test_confirm(self):
        self.customer.write({"street": "Havnegade 9", "city": "Skagen", "vat": False})
        self.customer.company_registry = "90810111"
        move = self.make_invoice(due=40)
        dialog = self.open_dialog(move)
        line = dialog.line_ids
        self.assertIn("Havnegade 9", line.address)
        self.assertEqual(line.number, "90810111")
        self.assertEqual((line.amount, line.description), (1000.0, "Work"))
        self.assertTrue(line.is_chosen)
        self.assertFalse(line.reason)
        self.assertIn("1 of 1", dialog.summary)
        record, action = self.confirm(move)
        self.assertEqual(record.state, "registered")
        self.assertEqual(record.user_id, self.chief)
        self.assertEqual(record.description, "Work")
        self.assertEqual(record.date_registered, fields.Datetime.now())
        self.assertEqual(action["res_id"], record.id)
        move.invalidate_recordset()
        self.assertEqual(move.reminder_handover_label, "Sent to Nordic Collect")
        self.assertEqual(
            self.env["account.move"].search(
                [("reminder_handover_state", "=", "registered")]
            ),
            move,
        )
        # The next dialog remembers the way.
        other = self.make_invoice(due=40)
        self.assertEqual(self.open_dialog(other).service_id, self.service)

    def test_from_the_case(self):
        moves = self.make_invoice(due=40) | self.make_invoice(due=30)
        self.refresh()
        case = moves.reminder_case_id
        action = case.with_user(self.manager).action_open_handover_wizard()
        dialog = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(dialog.line_ids.item_id.move_id, moves)

    def test_what_may_not_be_reminded_of_is_not_handed_over(self):
        """Each says why, and where it is mended; what may go goes."""
        excluded, held, free = (self.make_invoice(due=40) for _ in range(3))
        excluded.reminder_excluded = True
        dialog = None
        self.refresh()
        held.with_user(self.chief).action_hold_reminders("2026-10-15", "Promised")
        moves = held | free
        dialog = self.open_dialog(moves)
        by_move = {line.item_id.move_id: line for line in dialog.line_ids}
        self.assertFalse(by_move[free].reason)
        self.assertIn(held.name, by_move[held].reason)
        self.assertFalse(by_move[held].is_chosen)
        self.assertEqual(by_move[held].action_fix()["res_model"], "account.move")
        dialog.service_id = self.service
        dialog.action_hand_over()
        self.assertTrue(self.get_item(free).handover_id)
        self.assertFalse(self.get_item(held).handover_id)

    def test_an_open_question_is_in_the_way(self):
        move = self.make_invoice(due=40)
        self.refresh()
        case = move.reminder_case_id
        query = self.env["payment.reminder.query"].create({"case_id": case.id})
        dialog = self.open_dialog(move)
        self.assertTrue(dialog.line_ids.reason)
        with self.assertRaises(UserError):
            dialog.action_hand_over()
        # Nor by a call from outside.
        dialog.line_ids.is_chosen = True
        with self.assertRaises(UserError):
            dialog.action_hand_over()
        query.action_close()
        case.with_user(self.chief).action_release()
        dialog.action_check_again()
        self.assertFalse(dialog.line_ids.reason)

    def test_money_at_the_bank_that_may_be_its_payment(self):
        move = self.make_invoice(due=40)
        self.refresh()
        self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.company_data["default_journal_bank"].id,
                "payment_ref": move.name,
                "amount": 1000.0,
                "date": fields.Date.today(),
            }
        )
        self.assertTrue(self.open_dialog(move).line_ids.reason)

    def test_what_is_there_already(self):
        move = self.make_invoice(due=40)
        self.refresh()
        self.hand_over(move)
        line = self.open_dialog(move).line_ids
        self.assertIn("Nordic Collect", line.reason)
        self.assertEqual(line.action_fix()["res_model"], "payment.reminder.handover")

    def test_a_manager_who_keeps_no_books(self):
        """Whoever hands over need not have the right to read invoices."""
        move = self.make_invoice(due=40)
        self.refresh()
        case = move.reminder_case_id
        self.env.invalidate_all()
        action = case.with_user(self.manager).action_open_handover_wizard()
        dialog = self.env[action["res_model"]].with_user(self.manager)
        dialog = dialog.browse(action["res_id"])
        dialog.service_id = self.service
        self.env.flush_all()
        self.env.invalidate_all()
        dialog.action_hand_over()
        self.assertEqual(self.get_item(move).handover_id.user_id, self.manager)

    def test_many_are_counted_by_state(self):
        self.make_debtors(5)
        self.refresh()
        items = self.env["payment.reminder.item"].search([])
        self.patch(handing, "PAGE", 2)
        few = self.handovers._hand_over(items[:2])._after_confirm()
        self.assertFalse(few["context"])
        many = self.handovers._hand_over(items[2:])._after_confirm()
        self.assertEqual(many["context"], {"group_by": ["state"]})

    def test_what_a_service_has_is_in_no_reminder(self):
        """Beside it the other invoices of the customer are ready, with their sum."""
        given = self.make_invoice(due=40, amount=700.0)
        ours = self.make_invoice(due=30, amount=300.0)
        self.refresh()
        self.hand_over(given)
        wizards = self.env["payment.reminder.wizard"].with_user(self.chief)
        wizard = wizards.browse(wizards._open(given | ours)["res_id"])
        rows = {row.move_id: row for row in wizard.line_ids}
        self.assertEqual(rows[ours].row_group, "ready")
        self.assertEqual(rows[ours].total, 300.0)
        self.assertEqual(rows[given].row_group, "later")
        self.assertFalse(rows[given].selected)
        self.assertIn("ollection", rows[given].obstacle)
        self.assertIn("1 reminder about 1 invoice", wizard.summary)

    def test_what_is_not_due_yet(self):
        move = self.make_invoice(due=-2)
        self.refresh()
        self.assertIn("not overdue", self.open_dialog(move).line_ids.reason)

    def test_who_may(self):
        move = self.make_invoice(due=40)
        self.refresh()
        with self.assertRaises(AccessError):
            move.reminder_case_id.with_user(self.rep).action_open_handover_wizard()

    # -- what a person says ----------------------------------------------------------

    def test_state_and_end(self):
        move = self.make_invoice(due=40)
        self.refresh()
        record = self.hand_over(move).with_user(self.manager)
        action = record.action_open_state_wizard()
        with Form(
            self.env[action["res_model"]]
            .with_user(self.manager)
            .with_context(**action["context"])
        ) as form:
            form.state = "legal"
            form.note = "Their letter of today"
            form.payer_reference = "12345"
        form.record.action_confirm()
        self.assertEqual((record.state, record.payer_reference), ("legal", "12345"))
        action = record.action_open_end_wizard()
        with Form(
            self.env[action["res_model"]]
            .with_user(self.manager)
            .with_context(**action["context"])
        ) as form:
            form.reason = "agreed"
        told = form.record.action_confirm()
        self.assertIn("Ended", told["params"]["message"])
        self.assertEqual((record.state, record.end_reason), ("cancelled", "agreed"))

    # -- crediting ---------------------------------------------------------------------

    def credit(self, move, choice, is_modify=True):
        dialog = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create(
                {
                    "journal_id": move.journal_id.id,
                    "reminder_handover_choice": choice,
                }
            )
        )
        self.assertIn("Nordic Collect", dialog.reminder_effect)
        self.assertTrue(dialog.has_reminder_handover)
        dialog.reverse_moves(is_modify)
        return move.reversal_move_ids

    def test_crediting_ends_the_case_and_credits_in_one_step(self):
        move = self.make_invoice(due=40)
        self.refresh()
        record = self.hand_over(move)
        refund = self.credit(move, "end")
        self.assertEqual((record.state, record.end_reason), ("cancelled", "credited"))
        self.assertEqual(refund.state, "posted")
        self.assertEqual(move.payment_state, "reversed")
        self.assertEqual(move.reminder_case_id.state, "closed")

    def test_crediting_tells_the_service(self):
        move = self.make_invoice(due=40)
        self.refresh()
        record = self.hand_over(move)
        self.credit(move, "tell")
        self.assertEqual(record.state, "registered")
        self.assertEqual(self.get_reports(record), [("credit", 1000.0, "waiting")])

    def test_only_a_draft(self):
        move = self.make_invoice(due=40)
        self.refresh()
        record = self.hand_over(move)
        refund = self.credit(move, "draft")
        self.assertEqual((record.state, refund.state), ("registered", "draft"))

    def test_nobody_is_stuck_while_it_is_uncertain(self):
        move = self.make_invoice(due=40)
        self.refresh()
        record = self.hand_over(move, "queued")
        record._set_state("sending")
        record._set_state("uncertain")
        refund = self.credit(move, "end")
        self.assertEqual(refund.state, "draft")
        self.assertEqual(len(record.activity_ids), 2)

    # -- writing off -------------------------------------------------------------------

    def write_off(self, move, choice):
        dialog = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create(
                {
                    "amount": 900.0,
                    "payment_difference_handling": "reconcile",
                    "writeoff_account_id": self.company_data[
                        "default_account_expense"
                    ].id,
                    "reminder_handover_choice": choice,
                }
            )
        )
        self.assertTrue(dialog.has_reminder_handover)
        self.assertIn("1 of these is with Nordic Collect", dialog.reminder_effect)
        dialog._create_payments()

    def test_a_loss_ends_the_case(self):
        move = self.make_invoice(due=40)
        self.refresh()
        record = self.hand_over(move)
        self.write_off(move, "end")
        self.assertEqual(
            (record.state, record.end_reason), ("cancelled", "written_off")
        )
        self.assertEqual(move.reminder_case_id.state, "closed")

    def test_a_loss_is_left_there(self):
        move = self.make_invoice(due=40)
        self.make_invoice(due=20)
        self.refresh()
        record = self.hand_over(move)
        self.write_off(move, "leave")
        self.assertEqual(record.state, "registered")
        case = move.reminder_case_id
        self.assertFalse(case._get_open_freezes())
        # That the money is told remains; the loss is no question any more.
        self.assertEqual(
            self.get_reports(record),
            [("payment", 900.0, "waiting"), ("write_off", 100.0, "not_told")],
        )
