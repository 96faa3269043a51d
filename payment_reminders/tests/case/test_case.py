from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import freeze_time

from ..common import ReminderCommon


class CaseCommon(ReminderCommon):
    def find_cases(self, partner=None):
        return self.env["payment.reminder.case"].search(
            [("partner_id", "=", (partner or self.customer).id)]
        )

    @classmethod
    def open_case(cls, due=10, **vals):
        move = cls.make_invoice(due=due, **vals)
        cls.refresh()
        return move.reminder_case_id


class TestCase(CaseCommon):
    """A case opens, follows what is owed, and closes, all by itself."""

    # -- opening ----------------------------------------------------------------

    def test_opens_by_itself(self):
        move = self.make_invoice(due=10)
        self.assertEqual(move.reminder_status, "none")
        self.refresh()
        case = self.find_cases()
        self.assertEqual(case.move_ids, move)
        self.assertEqual(case.state, "active")
        self.assertEqual(case.company_id, self.company)
        self.assertEqual(case.currency_id, self.currency)
        self.assertEqual(case.ladder_id, self.ladder)
        self.assertEqual(case.amount_principal, 1000)
        self.assertEqual(case.days_overdue, 10)
        self.assertEqual(case.next_step_id.name, "Reminder 1")
        self.assertTrue(case.name)

    def test_a_second_look_changes_nothing(self):
        case = self.open_case()
        before = self.read_all(case)
        events = len(case.event_ids)
        self.refresh()
        case.invalidate_recordset()
        self.assertEqual(self.read_all(case), before)
        self.assertEqual(len(case.event_ids), events)
        self.assertEqual(len(self.find_cases()), 1)

    def read_all(self, case):
        """Read all fields but the key, which a case gets the night after it opened."""
        return [
            {name: value for name, value in row.items() if name != "seen_key"}
            for row in case.read() + case.item_ids.read()
        ]

    def test_nudge_before_the_due_date(self):
        move = self.make_invoice(due="2026-09-18")
        self.make_invoice(due="2026-09-19")
        reminder = self.propose()
        self.assertEqual(reminder.step_kind, "nudge")
        self.assertEqual(reminder.move_ids, move)
        self.assertEqual(reminder.case_id.amount_principal, 0)
        self.assertEqual(reminder.case_id.amount_upcoming, 1000)

    def test_far_from_due_is_in_no_case(self):
        self.make_invoice(due="2026-09-30")
        self.refresh()
        self.assertFalse(self.find_cases())

    def test_without_a_ladder_nobody_is_chased(self):
        self.company.reminder_ladder_id = False
        self.make_invoice(due=10)
        self.assertFalse(self.propose())
        self.assertFalse(self.find_cases())

    def test_what_is_never_chased(self):
        self.make_invoice(due=10, move_type="out_refund")
        self.make_invoice(due=10, move_type="in_invoice")
        self.make_invoice(due=10, post=False)
        self.pay(self.make_invoice(due=10))
        self.refresh()
        self.assertFalse(self.find_cases())

    def test_several_invoices_make_one_notice(self):
        moves = self.make_invoice(due=10) | self.make_invoice(due=20, amount=50)
        reminder = self.propose()
        self.assertEqual(len(reminder), 1)
        self.assertEqual(reminder.move_ids, moves)
        self.assertEqual(reminder.amount_principal, 1050)

    def test_invoices_of_contacts_belong_to_the_customer(self):
        desk = self.make_customer("Desk", parent_id=self.customer.id, is_company=False)
        moves = self.make_invoice(due=10) | self.make_invoice(due=20, partner=desk)
        self.refresh()
        self.assertEqual(self.find_cases().move_ids, moves)
        self.assertFalse(self.find_cases(desk))

    def test_currencies_are_never_added_up(self):
        euro = self.setup_other_currency("EUR")
        moves = self.make_invoice(due=10) | self.make_invoice(
            due=12, amount=70, currency_id=euro.id
        )
        reminders = self.propose()
        cases = self.find_cases()
        self.assertEqual(len(cases), 2)
        self.assertEqual(cases.currency_id, self.currency | euro)
        self.assertEqual(len(reminders), 2)
        for reminder in reminders:
            self.assertEqual(reminder.move_ids.currency_id, reminder.currency_id)
        self.assertEqual(
            moves[1].reminder_case_id.amount_principal, 70, "in euro, not converted"
        )

    # -- instalments ------------------------------------------------------------

    def make_instalments(self):
        """Make an invoice of 1000 in two halves: due 26 and 6 days ago."""
        term = self.env["account.payment.term"].create(
            {
                "name": "Two halves",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 50, "nb_days": days}
                    )
                    for days in (0, 20)
                ],
            }
        )
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": "2026-08-20",
                "invoice_payment_term_id": term.id,
                "invoice_line_ids": [
                    Command.create(
                        {"name": "Work", "price_unit": 1000, "tax_ids": False}
                    )
                ],
            }
        )
        move.action_post()
        return move

    def test_each_instalment_has_its_own_place(self):
        move = self.make_instalments()
        reminder = self.propose()
        first, second = move.reminder_case_id.item_ids
        self.assertEqual(
            (first | second).mapped("date_due"),
            [fields.Date.to_date("2026-08-20"), fields.Date.to_date("2026-09-09")],
        )
        self.assertEqual((first | second).mapped("amount_residual"), [500, 500])
        self.assertEqual(reminder.item_ids, first | second)
        self.assertEqual(reminder.amount_principal, 1000)
        self.assertEqual(
            reminder.line_ids.filtered("step_id").item_id, first, "the second is listed"
        )
        self.send(reminder)
        self.assertEqual(first.step_id.name, "Reminder 1")
        self.assertFalse(second.step_id)
        with freeze_time("2026-09-22 08:00:00"):
            reminder = self.propose()
            self.assertEqual(reminder.step_id.name, "Reminder 1")
            self.assertEqual(reminder.line_ids.filtered("step_id").item_id, second)
            self.assertEqual(reminder.item_ids, first | second)

    def test_first_instalment_paid(self):
        move = self.make_instalments()
        reminder = self.propose()
        self.pay(move, 500)
        self.assertEqual(reminder.case_id.item_ids.mapped("amount_residual"), [0, 500])
        self.assertEqual(move.payment_state, "partial")
        self.propose()
        self.assertEqual(reminder.state, "cancelled")

    # -- exclusions and blocks --------------------------------------------------

    def test_excluded_invoice(self):
        move = self.make_invoice(due=10)
        move.write({"reminder_excluded": True, "reminder_excluded_reason": "Gift"})
        self.assertFalse(self.propose())
        self.assertFalse(self.find_cases())

    def test_invoice_excluded_later(self):
        move = self.make_invoice(due=10)
        reminder = self.propose()
        self.ripen(reminder)
        move.reminder_excluded = True
        self.assertFalse(reminder.case_id.next_step_id)
        self.assertIn("excluded", reminder._dispatch()[reminder])
        self.assertEqual(reminder.state, "held")
        self.assertIn(move.name, reminder.held_reason)
        move.reminder_excluded = False
        self.propose()
        self.assertEqual(reminder.state, "approved")

    def test_one_excluded_invoice_does_not_spare_the_others(self):
        self.make_invoice(due=10).reminder_excluded = True
        other = self.make_invoice(due=12)
        self.assertEqual(self.propose().move_ids, other)

    def test_excluded_customer(self):
        self.customer.reminder_excluded = True
        self.make_invoice(due=10)
        self.assertFalse(self.propose())
        self.assertFalse(self.find_cases())

    def test_customer_excluded_later(self):
        self.make_invoice(due=10)
        reminder = self.propose()
        self.ripen(reminder)
        self.customer.reminder_excluded = True
        self.assertIn("excluded", reminder._dispatch()[reminder])
        self.assertEqual(reminder.state, "held")

    def test_blocked_and_no_followup(self):
        for block in (
            lambda move: move.action_toggle_block_payment(),
            lambda move: move.write({"no_followup": not move.no_followup}),
        ):
            move = self.make_invoice(due=10)
            reminder = self.propose()
            self.ripen(reminder)
            block(move)
            self.assertIn("blocked", reminder._dispatch()[reminder])
            self.assertEqual(reminder.state, "held")
            self.assertFalse(reminder.case_id.next_step_id)
            block(move)
            self.propose()
            self.assertEqual(reminder.state, "approved")
            self.assertEqual(reminder.case_id.next_step_id.name, "Reminder 1")
            self.pay(move)

    def test_blocked_from_the_start(self):
        self.make_invoice(due=10).action_toggle_block_payment()
        self.make_invoice(due=10).no_followup = True
        self.assertFalse(self.propose())
        self.assertFalse(self.find_cases())

    # -- grace, moved due dates -------------------------------------------------

    def test_grace_days(self):
        self.customer.reminder_grace_days = 5
        self.make_invoice(due=10)
        self.assertFalse(self.propose())
        self.assertEqual(self.find_cases().next_date, fields.Date.to_date("2026-09-17"))
        self.customer.reminder_grace_days = 3
        self.assertEqual(self.propose().step_id.name, "Reminder 1")

    def test_due_date_moved(self):
        """The customer gets more time: the books say so, the case follows."""
        move = self.make_invoice(due=10)
        reminder = self.propose()
        receivable = move.line_ids.filtered("date_maturity")
        receivable.date_maturity = "2026-09-25"
        self.propose()
        self.assertEqual(reminder.state, "cancelled")
        item = move.reminder_case_id.item_ids
        self.assertEqual(item.date_due, fields.Date.to_date("2026-09-25"))
        self.assertEqual(item.next_step_id.name, "Nudge")
        self.assertEqual(item.next_date, fields.Date.to_date("2026-09-22"))

    # -- closing and starting again ---------------------------------------------

    def test_starts_again_on_a_later_invoice(self):
        first = self.make_invoice(due=10)
        reminder = self.propose()
        self.send(reminder)
        case = reminder.case_id
        self.pay(first)
        self.assertEqual((case.state, case.close_reason), ("closed", "paid"))
        with freeze_time("2026-10-15 08:00:00"):
            second = self.make_invoice(due=8, amount=200)
            again = self.propose()
            self.assertEqual(again.case_id, case)
            self.assertEqual(case.state, "active")
            self.assertFalse(case.close_reason)
            self.assertEqual(again.step_id.name, "Reminder 1")
            self.assertEqual(again.move_ids, second)
            self.assertEqual(again.amount_principal, 200)

    def test_starts_again_on_the_ladder_of_that_day(self):
        case = self.open_case()
        self.pay(case.move_ids)
        self.company.reminder_ladder_id = self.make_ladder(name="New")
        self.make_invoice(due=10)
        self.refresh()
        self.assertEqual(case.ladder_id.name, "New")

    def test_closed_by_hand_stays_closed(self):
        case = self.open_case()
        reminder = self.propose()
        case.with_user(self.manager).action_close("They are friends")
        self.assertEqual((case.state, case.close_reason), ("closed", "manual"))
        self.assertEqual(case.close_note, "They are friends")
        self.assertEqual(reminder.state, "cancelled")
        self.assertFalse(self.propose())
        with freeze_time("2026-10-15 08:00:00"):
            self.assertFalse(self.propose())
        self.assertEqual(case.state, "closed")

    def test_closed_by_hand_starts_again_with_what_is_new(self):
        case = self.open_case()
        case.with_user(self.manager).action_close("They are friends")
        late = self.make_invoice(due=8, amount=70)
        reminder = self.propose()
        self.assertEqual(reminder.case_id, case)
        self.assertEqual(reminder.move_ids, late)
        self.assertEqual(case.amount_principal, 70)

    def test_closing_waives_what_was_claimed(self):
        case = self.open_case(due=30)
        self.env["payment.reminder.claim.line"].create(
            {"case_id": case.id, "kind": "fee", "amount": 100}
        )
        self.assertEqual(case.amount_claim, 1100)
        self.pay(case.move_ids)
        self.assertEqual(case.state, "closed")
        self.assertEqual(case.amount_claim, 0)
        self.assertEqual(case.claim_line_ids.mapped("kind"), ["fee", "waiver"])

    def test_a_case_is_never_deleted(self):
        with self.assertRaisesRegex(UserError, "kept"):
            self.open_case().sudo().unlink()
