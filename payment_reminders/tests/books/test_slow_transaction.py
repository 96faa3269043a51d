from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import freeze_time

from .paying_common import PayingCommon


class TestSlowTransaction(PayingCommon):
    """Who chooses "wire transfer" on the portal is waited for, and not for ever."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.reminder_bank_stale_days = 0
        cls.provider = cls.env["payment.provider"].create(
            {
                "name": "Online",
                "code": "none",
                "state": "test",
                "company_id": cls.company.id,
            }
        )
        cls._create_dummy_payment_method_for_provider(
            provider=cls.provider, journal=cls.company_data["default_journal_bank"]
        )

    def start(self, state, method="wire_transfer", move=None):
        code = method
        method = self.env["payment.method"].search([("code", "=", code)], limit=1)
        if not method:
            method = self.env["payment.method"].create(
                {
                    "name": code,
                    "code": code,
                    "image": self.env.ref("payment.payment_method_unknown").image,
                }
            )
        provider = self.provider
        provider.payment_method_ids |= method
        provider.support_manual_capture = "full_only"
        return self.env["payment.transaction"].create(
            {
                "payment_method_id": method.id,
                "amount": 1000,
                "currency_id": self.currency.id,
                "provider_id": provider.id,
                "reference": f"{code}-{state}",
                "operation": "online_redirect",
                "partner_id": self.customer.id,
                "invoice_ids": [Command.set((move or self.move).ids)],
                "state": state,
                "last_state_change": fields.Datetime.now(),
            }
        )

    def on(self, day):
        return freeze_time(f"{day} 08:00:00")

    def get_asked(self):
        return self.case.activity_ids.filtered(
            lambda activity: "online payment hangs" in activity.summary
        )

    def check(self):
        """Ask about the case anew; return what stops its notice."""
        self.propose()
        notice = self.case.reminder_ids.sorted("id")[-1:]
        return notice, notice._guard()[notice]

    def test_one_payment_of_two_invoices_is_asked_about_once(self):
        other = self.make_invoice(due=9)
        self.refresh()
        self.assertEqual(other.reminder_case_id, self.case)
        self.start("pending", move=self.move | other)
        with self.on("2026-09-23"):
            self.check()
            self.assertEqual(len(self.get_asked()), 1)

    def test_a_transfer_holds_for_five_banking_days_then_asks_once(self):
        for state in ("pending", "authorized"):
            with self.subTest(state=state):
                self.start(state)
        with self.on("2026-09-22"):
            notice, codes = self.check()
            self.assertEqual(codes, ["pending_transaction"])
            self.assertFalse(self.get_asked())
            notice._dispatch()
            self.assertIn("under way since 09/15/2026", notice.held_reason)
            self.assertIn("after 5 banking days", notice.held_reason)
        with self.on("2026-09-23"):
            notice, codes = self.check()
            self.assertIn("pending_transaction", codes, "A person decides")
            self.assertEqual(len(self.get_asked()), 2, "One for each payment")
            self.assertIn("longer than the 5 banking days", notice.held_reason)
        with self.on("2026-09-24"):
            self.check()
            self.assertEqual(len(self.get_asked()), 2, "Asked once")

    def test_a_card_holds_for_less(self):
        self.start("pending", "card")
        with self.on("2026-09-17"):
            self.check()
            self.assertFalse(self.get_asked())
        with self.on("2026-09-18"):
            self.check()
            self.assertEqual(len(self.get_asked()), 1)

    def test_a_manager_lets_it_go(self):
        self.start("pending")
        with self.on("2026-12-21"):
            notice, codes = self.check()
            self.assertEqual(codes, ["pending_transaction"])
            notice._dispatch()
            self.assertTrue(notice.is_held_by_transaction)
            with self.assertRaises(AccessError):
                notice.with_user(self.rep).action_let_transactions_go()
            notice.with_user(self.manager).action_let_transactions_go()
            self.assertEqual(notice._guard()[notice], [])
            self.assertFalse(notice.is_held_by_transaction)
            self.assertIn("transaction_let_go", self.case.event_ids.mapped("kind"))
            notice._dispatch()
            self.assertEqual(notice.state, "sent", notice.held_reason)

    def test_what_goes_on_after_that_holds_again(self):
        transaction = self.start("pending")
        with self.on("2026-09-25"):
            notice, _codes = self.check()
            notice.with_user(self.manager).action_let_transactions_go()
            self.assertEqual(notice._guard()[notice], [])
        with self.on("2026-09-28"):
            self.provider.support_manual_capture = "full_only"
            transaction._set_authorized()
            self.assertEqual(notice._guard()[notice], ["pending_transaction"])
            notice.with_user(self.manager).action_let_transactions_go()
            transaction._set_done()
            self.assertEqual(notice._guard()[notice], ["pending_transaction"])
            notice.with_user(self.manager).action_let_transactions_go()
            self.assertEqual(
                notice._guard()[notice],
                ["pending_transaction"],
                "Money that came in nobody lets go",
            )

    def test_an_override_counts_once_it_hangs(self):
        self.start("pending")
        self.reminder.with_user(self.manager)._override(
            ["pending_transaction"], "They closed the browser"
        )
        self.assertEqual(self.reminder._guard()[self.reminder], ["pending_transaction"])
        with self.on("2026-09-23"):
            self.assertEqual(self.reminder._guard()[self.reminder], [])

    def test_money_that_came_and_is_not_booked_is_told_and_never_passed(self):
        self.start("done")
        with self.on("2026-09-23"):
            self.check()
            summaries = self.case.activity_ids.mapped("summary")
            self.assertIn("not booked", " ".join(filter(None, summaries)))
        self.reminder.with_user(self.manager)._override(["pending_transaction"], "?")
        with self.on("2026-12-21"):
            self.assertEqual(
                self.reminder._guard()[self.reminder], ["pending_transaction"]
            )

    def test_drafts_and_ended_ones_hold_nothing(self):
        for state in ("draft", "cancel", "error"):
            self.start(state)
        other = self.make_customer("Other", "other@x.example")
        self.start("pending", move=self.make_invoice(due=-30, partner=other))
        with self.on("2026-12-21"):
            self.assertEqual(self.check()[1], [])
            self.assertFalse(self.get_asked())
