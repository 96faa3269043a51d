from odoo import fields
from odoo.fields import Command
from odoo.tests import freeze_time

from .common import HandoverCommon


class TestHandoverMoney(HandoverCommon):
    """Money and credit notes of an item that a service has are told once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.move = cls.make_invoice(due=40)
        cls.refresh()

    def get_line(self):
        return self.move.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        )

    def match_again(self):
        """Undo what the invoice is matched with, and do it again, in one go."""
        line = self.get_line()
        others = line.matched_credit_ids.credit_move_id
        line.remove_move_reconcile()
        for other in others:
            (line | other).reconcile()

    def test_a_part_payment_is_told_once(self):
        record = self.hand_over(self.move)
        self.pay(self.move, 400.0)
        self.assertEqual(self.get_reports(record), [("payment", 400.0, "waiting")])
        report = record.report_ids
        self.assertEqual(report.matching_id, self.get_line().matched_credit_ids.id)
        self.refresh()
        self.assertEqual(len(record.report_ids), 1)
        # By hand a person tells the service.
        self.assertEqual(len(record.activity_ids), 1)
        report.with_user(self.manager).action_told()
        self.assertEqual(report.state, "told")
        self.assertEqual(report.told_by_id, self.manager)

    def test_undone_and_done_again_is_one_payment(self):
        record = self.hand_over(self.move)
        self.pay(self.move, 400.0)
        record.report_ids.with_user(self.manager).action_told()
        self.match_again()
        live = [state for _k, _a, state in self.get_reports(record)]
        self.assertEqual([s for s in live if s != "dropped"], ["told"])
        # Nor is it, if nobody was told of it before.
        self.pay(self.move, 100.0)
        self.match_again()
        wanted = [("payment", 400.0, "told"), ("payment", 100.0, "waiting")]
        seen = [row for row in self.get_reports(record) if row[2] != "dropped"]
        self.assertEqual(seen, wanted)

    def test_what_stays_undone_is_taken_back(self):
        record = self.hand_over(self.move)
        self.pay(self.move, 400.0)
        record.report_ids.with_user(self.manager).action_told()
        self.get_line().remove_move_reconcile()
        reports = self.get_reports(record)
        self.assertEqual(
            reports, [("payment", 400.0, "told"), ("reversal", 400.0, "waiting")]
        )
        reversal = record.report_ids.filtered(lambda r: r.kind == "reversal")
        self.assertGreater(reversal.not_before, fields.Datetime.now())

    def test_what_was_paid_before_is_known(self):
        self.pay(self.move, 300.0)
        self.move.reminder_case_id._release()
        record = self.hand_over(self.move)
        self.assertEqual(record.amount, 700.0)
        self.assertEqual(self.get_reports(record), [("payment", 300.0, "known")])
        self.pay(self.move, 200.0)
        self.assertEqual(
            self.get_reports(record, "waiting"), [("payment", 200.0, "waiting")]
        )

    def test_a_credit_note_is_one(self):
        record = self.hand_over(self.move)
        refund = self.move._reverse_moves(
            [{"invoice_date": fields.Date.today(), "date": fields.Date.today()}]
        )
        refund.invoice_line_ids.write({"price_unit": 250.0})
        refund.action_post()
        refund_line = refund.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        )
        (refund_line | self.get_line()).reconcile()
        self.assertEqual(self.get_reports(record), [("credit", 250.0, "waiting")])

    def test_the_services_own_money_is_no_news(self):
        record = self.hand_over(self.move)
        payment = self.env["account.payment"].create(
            {
                "amount": 1000.0,
                "partner_id": self.service.id,
                "partner_type": "customer",
                "payment_type": "inbound",
            }
        )
        payment.action_post()
        credit = self.env["account.move"].create(
            {
                "journal_id": self.company_data["default_journal_bank"].id,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": self.get_line().account_id.id,
                            "partner_id": self.service.id,
                            "credit": 600.0,
                        }
                    ),
                    Command.create(
                        {
                            "account_id": self.company_data[
                                "default_account_assets"
                            ].id,
                            "debit": 600.0,
                        }
                    ),
                ],
            }
        )
        credit.action_post()
        (
            credit.line_ids.filtered(lambda line: line.credit) | self.get_line()
        ).reconcile()
        self.refresh()
        self.assertEqual(self.get_reports(record), [("payment", 600.0, "own")])

    def test_a_loss_is_never_silent(self):
        record = self.hand_over(self.move)
        other = self.make_invoice(due=30)
        self.refresh()
        loss = self.env["account.move"].create(
            {
                "line_ids": [
                    Command.create(
                        {
                            "account_id": self.get_line().account_id.id,
                            "partner_id": self.customer.id,
                            "credit": 1000.0,
                        }
                    ),
                    Command.create(
                        {
                            "account_id": self.company_data[
                                "default_account_expense"
                            ].id,
                            "debit": 1000.0,
                        }
                    ),
                ]
            }
        )
        loss.action_post()
        (loss.line_ids.filtered(lambda line: line.credit) | self.get_line()).reconcile()
        self.assertEqual(self.get_reports(record), [("write_off", 1000.0, "not_told")])
        self.assertEqual(len(record.activity_ids), 1)
        case = other.reminder_case_id
        self.assertEqual(case._get_open_freezes().reason, "handover_loss")

    def test_a_difference_in_the_dialog_is_a_loss_and_no_payment(self):
        record = self.hand_over(self.move)
        self.pay(
            self.move,
            900.0,
            payment_difference_handling="reconcile",
            writeoff_account_id=self.company_data["default_account_expense"].id,
        )
        self.assertEqual(
            self.get_reports(record),
            [("payment", 900.0, "waiting"), ("write_off", 100.0, "not_told")],
        )

    def test_a_payment_that_gets_its_entry_late_is_one(self):
        """Without the accounting app a payment has no journal entry."""
        record = self.hand_over(self.move)
        with freeze_time("2026-09-16 08:00:00"):
            self.pay(self.move, 400.0)
        self.assertEqual(len(record.report_ids), 1)
        self.assertEqual(record.report_ids.amount, 400.0)
