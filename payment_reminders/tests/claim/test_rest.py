from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import freeze_time

from ..common import ReminderCommon
from ..tags import takes_long


class TestRest(ReminderCommon):
    """Fees that stay open when the invoices are paid: the ladder decides."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ladder.step_ids.filtered(lambda s: s.name == "Reminder 1").write(
            {"fee_policy": "amount", "fee_amount": 100}
        )

    def remind_and_pay(self, policy, **vals):
        self.ladder.write({"rest_policy": policy, **vals})
        self.move = self.make_invoice(due=10)
        self.reminder = self.propose()
        self.send(self.reminder)
        self.assertEqual(self.reminder.amount_claim, 1100)
        # A payer never waits for this: the refresh comes after the commit.
        with patch.object(
            self.registry["payment.reminder.case"], "_refresh_after_commit"
        ):
            self.pay(self.move)
        self.refresh()
        return self.reminder.case_id

    def decide(self, case, choice, note="because"):
        return (
            self.env["payment.reminder.rest.wizard"]
            .with_user(self.manager)
            .create({"case_id": case.id, "choice": choice, "note": note})
            .action_confirm()
        )

    def get_kinds(self, case):
        return case.event_ids.sorted("seq").mapped("kind")

    def get_rest_notice(self, case):
        return case.reminder_ids.filtered("is_rest").sorted("id")[-1:]

    def choose_accounts(self):
        account = self.company_data["default_account_revenue"]
        self.company.write(
            {
                "reminder_fee_account_id": account.id,
                "reminder_interest_account_id": account.id,
            }
        )

    # -- waive, keep --------------------------------------------------------------

    def test_waive(self):
        case = self.remind_and_pay("waive")
        self.assertEqual(case.state, "closed")
        self.assertEqual(case.amount_costs, 0)
        waiver = case.claim_line_ids.filtered(lambda line: line.kind == "waiver")
        self.assertEqual(waiver.amount, -100)
        self.assertTrue(waiver.note)
        event = case.event_ids.filtered(lambda e: e.kind == "costs_waived")
        self.assertEqual(event.payload, {"amount": "100.00", "reason": "ladder"})

    @takes_long
    def test_keep_for_the_next_notice(self):
        case = self.remind_and_pay("keep")
        self.assertEqual(case.state, "closed")
        self.assertEqual(case.amount_costs, 100)
        self.assertIn("costs_kept", self.get_kinds(case))
        with freeze_time("2026-11-10 08:00:00"):
            self.make_invoice(due=10, amount=150)
            again = self.propose()
            self.assertEqual(again.case_id, case)
            self.assertEqual(again.amount_costs_before, 100)
            self.assertEqual(again.amount_claim, 150 + 100 + 100)

    def test_a_small_rest_is_waived_whatever_the_policy(self):
        case = self.remind_and_pay("ask", rest_limit=100)
        self.assertEqual((case.state, case.amount_costs), ("closed", 0))

    @takes_long
    def test_credit_note_waives(self):
        self.ladder.rest_policy = "keep"
        move = self.make_invoice(due=10)
        reminder = self.propose()
        self.send(reminder)
        self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({"journal_id": move.journal_id.id}).modify_moves()
        case = reminder.case_id
        self.assertEqual((case.state, case.close_reason), ("closed", "credited"))
        self.assertEqual(case.amount_costs, 0)

    def test_collection_takes_the_costs_along(self):
        self.make_invoice(due=10)
        reminder = self.propose()
        self.send(reminder)
        case = reminder.case_id
        case.with_user(self.manager).action_close("handed_over")
        self.assertEqual((case.state, case.amount_costs), ("closed", 100))

    # -- ask ------------------------------------------------------------------------

    @takes_long
    def test_ask(self):
        case = self.remind_and_pay("ask")
        self.assertEqual(case.state, "frozen")
        self.assertEqual(case._get_open_freezes().reason, "rest")
        self.assertEqual(len(case.activity_ids), 1)
        self.refresh()
        self.assertEqual(case.state, "frozen")
        self.assertEqual(len(case.activity_ids), 1)
        self.assertEqual(self.get_kinds(case).count("frozen"), 1)
        with self.assertRaises(UserError):
            self.decide(case, "waive", note=False)
        self.decide(case, "waive", note="An old friend")
        self.assertEqual((case.state, case.amount_costs), ("closed", 0))
        waiver = case.claim_line_ids.filtered(lambda line: line.kind == "waiver")
        self.assertEqual(waiver.note, "An old friend")

    def test_ask_and_keep(self):
        case = self.remind_and_pay("ask")
        self.decide(case, "keep")
        self.assertEqual((case.state, case.amount_costs), ("closed", 100))
        self.refresh()
        self.assertEqual((case.state, case.amount_costs), ("closed", 100))

    @takes_long
    def test_ask_and_paid(self):
        case = self.remind_and_pay("ask")
        self.decide(case, "paid", note="Came in cash")
        self.assertEqual((case.state, case.amount_costs), ("closed", 0))
        self.assertIn("payment", case.claim_line_ids.mapped("kind"))
        self.assertIn("costs_paid", self.get_kinds(case))

    @takes_long
    def test_ask_while_something_new_falls_due(self):
        case = self.remind_and_pay("ask")
        self.make_invoice(due=10, amount=70)
        self.refresh()
        self.assertEqual(case.state, "frozen")
        with self.assertRaises(UserError):
            self.decide(case, "keep")
        self.decide(case, "waive")
        self.assertEqual((case.state, case.amount_principal), ("active", 70))

    def test_kept_costs_can_be_asked_for_later(self):
        case = self.remind_and_pay("keep")
        self.decide(case, "notice")
        notice = self.get_rest_notice(case)
        self.assertEqual((case.state, notice.state), ("active", "proposed"))
        self.refresh()
        self.assertEqual(notice.state, "proposed")

    # -- notice -----------------------------------------------------------------------

    @takes_long
    def test_notice_of_the_rest(self):
        case = self.remind_and_pay("notice")
        notice = self.get_rest_notice(case)
        self.assertEqual((case.state, notice.state), ("active", "proposed"))
        self.assertFalse(notice.line_ids)
        self.assertEqual((notice.amount_principal, notice.amount_fee), (0, 0))
        self.assertEqual(notice.amount_claim, 100)
        self.assertFalse(self.propose() - notice)
        with freeze_time("2026-09-29 08:00:00"):
            self.send(notice)
            self.assertEqual(notice.state, "sent", notice.held_reason)
            self.assertIn("are paid", notice.delivery_ids.mail_mail_id.body_html or "")
            self.assertEqual(case.state, "active")
            self.assertEqual(case.amount_costs, 100, "It costs nothing itself")
            self.refresh()
            self.assertEqual(case.state, "active", "Its deadline runs")
        with freeze_time("2026-11-02 08:00:00"):
            self.refresh()
            self.assertEqual(case.state, "frozen")
            self.assertEqual(case._get_open_freezes().reason, "rest")
            self.assertEqual(len(case.reminder_ids.filtered("is_rest")), 1)

    @takes_long
    def test_notice_of_the_rest_waits_for_its_spacing(self):
        case = self.remind_and_pay("notice")
        notice = self.get_rest_notice(case)
        self.ripen(notice)
        self.assertEqual(notice._dispatch(), {notice: ["spacing"]})

    def test_notice_is_obsolete_when_the_costs_are_paid(self):
        case = self.remind_and_pay("notice")
        notice = self.get_rest_notice(case)
        self.ripen(notice)
        case._settle_costs("payment", "cash")
        self.assertIn("nothing_due", notice._guard()[notice])
        self.env["payment.reminder"]._cron_propose()
        self.assertEqual(notice.state, "cancelled")
        self.refresh()
        self.assertEqual(case.state, "closed")

    def test_notice_is_proposed_anew_when_a_part_is_paid(self):
        case = self.remind_and_pay("notice")
        notice = self.get_rest_notice(case)
        case._settle_costs("payment", "cash", {"fee": 40})
        self.env["payment.reminder"]._cron_propose()
        self.assertEqual(notice.state, "cancelled")
        self.refresh()
        again = self.get_rest_notice(case)
        self.assertNotEqual(again, notice)
        self.assertEqual(again.amount_claim, 60)

    @takes_long
    def test_notice_that_a_person_cancels_is_not_proposed_again(self):
        case = self.remind_and_pay("notice")
        notice = self.get_rest_notice(case)
        notice.with_user(self.manager).action_cancel("Leave them")
        self.refresh()
        self.assertEqual(self.get_rest_notice(case), notice)
        self.assertEqual(case._get_open_freezes().reason, "rest")

    def test_payment_undone_ends_the_notice_of_the_rest(self):
        case = self.remind_and_pay("notice")
        notice = self.get_rest_notice(case)
        self.move.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        ).remove_move_reconcile()
        self.move.reminder_case_id.with_user(self.manager).action_release()
        self.env["payment.reminder"]._cron_propose()
        self.assertEqual(notice.state, "cancelled")
        self.assertEqual(case.state, "active")

    # -- draft invoice -----------------------------------------------------------------

    def test_draft_invoice(self):
        self.choose_accounts()
        case = self.remind_and_pay("invoice")
        self.assertEqual((case.state, case.amount_costs), ("closed", 0))
        invoice = self.env["account.move"].search(
            [("reminder_cost_case_id", "=", case.id)]
        )
        self.assertEqual((invoice.state, invoice.amount_total), ("draft", 100))
        self.assertFalse(invoice.invoice_line_ids.tax_ids)
        self.assertEqual(
            case.claim_line_ids.filtered(lambda line: line.kind == "transfer").move_id,
            invoice,
        )
        invoice.invoice_date = "2026-09-15"
        invoice.action_post()
        with freeze_time("2027-01-12 08:00:00"):
            self.assertFalse(self.propose(), "It is not chased")

    def test_deleted_draft_gives_the_costs_back(self):
        self.choose_accounts()
        case = self.remind_and_pay("invoice")
        self.env["account.move"].search(
            [("reminder_cost_case_id", "=", case.id)]
        ).unlink()
        self.assertEqual(case.amount_costs, 100)

    def test_without_accounts_a_person_is_asked(self):
        case = self.remind_and_pay("invoice")
        self.assertEqual(case._get_open_freezes().reason, "rest")
        self.assertIn("Choose the accounts", case.hold_reason)
        with self.assertRaises(UserError):
            self.decide(case, "invoice")
        self.choose_accounts()
        self.decide(case, "invoice")
        self.assertEqual((case.state, case.amount_costs), ("closed", 0))
