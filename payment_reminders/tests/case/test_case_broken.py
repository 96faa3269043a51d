from odoo.fields import Command
from odoo.tests import freeze_time

from ..tags import takes_long
from .test_case import CaseCommon


class TestCaseBroken(CaseCommon):
    """Bad input and pulled rugs: a held notice or a clear end, never a traceback."""

    # -- the invoice goes -------------------------------------------------------

    def test_invoice_reset_to_draft(self):
        move = self.make_invoice(due=10)
        reminder = self.propose()
        self.ripen(reminder)
        move.button_draft()
        case = reminder.case_id
        self.assertEqual((case.state, case.close_reason), ("closed", "cancelled"))
        self.assertEqual(reminder.state, "cancelled")
        self.assertFalse(self.propose())

    def test_invoice_reset_to_draft_and_posted_again(self):
        move = self.make_invoice(due=10)
        reminder = self.propose()
        move.button_draft()
        move.action_post()
        self.assertFalse(self.propose())
        case = reminder.case_id
        self.assertEqual(case.state, "frozen")
        case.with_user(self.manager).action_release()
        self.assertEqual(self.propose().move_ids, move)

    def test_invoice_changed_between(self):
        move = self.make_invoice(due=10)
        self.propose()
        move.button_draft()
        move.invoice_line_ids.price_unit = 1500
        move.action_post()
        self.refresh()
        case = move.reminder_case_id
        case.with_user(self.manager).action_release()
        self.assertEqual(self.propose().amount_principal, 1500)

    def test_invoice_cancelled(self):
        move = self.make_invoice(due=10)
        reminder = self.propose()
        move.button_draft()
        move.button_cancel()
        self.assertEqual(reminder.case_id.close_reason, "cancelled")
        self.assertEqual(reminder.state, "cancelled")

    def test_invoice_deleted_while_proposed(self):
        move = self.make_invoice(due=10)
        name = move.name
        reminder = self.propose()
        self.ripen(reminder)
        move.button_draft()
        move.with_context(force_delete=True).unlink()
        self.env.invalidate_all()
        case = reminder.case_id
        self.assertEqual((case.state, case.close_reason), ("closed", "cancelled"))
        self.assertEqual(reminder.state, "cancelled")
        self.assertEqual(reminder.line_ids.name, name, "the notice still names it")
        self.assertFalse(reminder.line_ids.move_id)
        self.assertFalse(case.move_ids)
        self.assertTrue(case.item_ids.display_name)
        self.propose()

    @takes_long
    def test_one_of_two_invoices_deleted(self):
        gone = self.make_invoice(due=10)
        left = self.make_invoice(due=11)
        reminder = self.propose()
        self.ripen(reminder)
        name = gone.name
        gone.button_draft()
        gone.with_context(force_delete=True).unlink()
        self.env.invalidate_all()
        self.assertEqual(reminder._guard()[reminder], ["not_posted"])
        reminder._dispatch()
        self.assertIn(name, reminder.held_reason)
        again = self.propose()
        self.assertEqual(reminder.state, "cancelled")
        self.assertEqual(again.move_ids, left)

    # -- the customer -----------------------------------------------------------

    def assertNoRecipient(self, reminder):
        self.ripen(reminder)
        self.assertEqual(reminder._dispatch(), {reminder: ["no_recipient"]})
        self.assertEqual(reminder.state, "held")
        self.assertIn(self.customer.name, reminder.held_reason)

    @takes_long
    def test_customer_without_address(self):
        self.customer.email = False
        self.make_invoice(due=10)
        reminder = self.propose()
        self.assertNoRecipient(reminder)
        self.customer.email = "found@nordlys.example"
        self.propose()
        self.assertEqual(reminder._dispatch(), {})
        self.assertEqual(reminder.delivery_ids.recipient, "found@nordlys.example")

    def test_email_with_a_typo(self):
        self.make_invoice(due=10)
        reminder = self.propose()
        self.ripen(reminder)
        for typo in ("ap nordlys.example", "ap@nordlys", "@", "ap@@nordlys.example"):
            self.customer.email = typo
            self.assertEqual(reminder._guard(), {reminder: ["no_recipient"]}, typo)

    def test_archived_customer(self):
        self.make_invoice(due=10)
        reminder = self.propose()
        self.customer.active = False
        self.refresh()
        self.ripen(reminder)
        self.assertEqual(reminder._dispatch(), {})
        self.assertEqual(reminder.state, "sent")

    def test_nasty_names(self):
        """What a customer calls itself is text, wherever it ends up."""
        self.customer.name = "{{ 7*7 }} <script>alert(1)</script> %(x)s %s 'x' ; --"
        self.make_invoice(due=10)
        reminder = self.propose()
        self.send(reminder)
        self.assertEqual(reminder.state, "sent")
        self.assertTrue(reminder.display_name)

    # -- the company and its currencies -----------------------------------------

    @takes_long
    def test_archived_company(self):
        data = self.setup_other_company(name="Second")
        company = data["company"]
        ladder = self.make_ladder(company=company)
        company.reminder_ladder_id = ladder
        env = self.env(context=dict(self.env.context, allowed_company_ids=company.ids))
        move = self.make_company_invoice(env, company)
        reminder = self.propose().filtered(lambda r: r.company_id == company)
        self.assertEqual(reminder.move_ids, move)
        reminder.sudo()._approve(self.manager)
        company.active = False
        with freeze_time("2026-09-17 08:00:00"):
            self.propose()
            self.env["payment.reminder"]._cron_send()
            self.assertEqual(reminder.sudo().state, "held")
            self.assertEqual(reminder.sudo().verdict, ["excluded"])

    def make_company_invoice(self, env, company):
        move = env["account.move"].create(
            {
                "move_type": "out_invoice",
                "company_id": company.id,
                "partner_id": self.customer.id,
                "invoice_date": "2026-08-20",
                "invoice_date_due": "2026-09-05",
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    Command.create(
                        {"name": "Work", "price_unit": 300, "tax_ids": False}
                    )
                ],
            }
        )
        move.action_post()
        move.is_move_sent = True
        return move

    def climb(self, move):
        """Send the first reminder of an invoice; return the second, with its fee."""
        self.send(self.propose())
        with freeze_time("2026-09-28 08:00:00"):
            second = self.propose()
            self.assertEqual(second.move_ids, move)
            self.assertEqual(second.step_id.name, "Reminder 2")
        return second

    def test_currency_without_rate(self):
        """No rate: the fee is left off, and the notice says so. Never 1 for 1."""
        yen = self.env.ref("base.JPY")
        yen.active = True
        yen.rate_ids.unlink()
        move = self.make_invoice(due=10, amount=90000, currency_id=yen.id)
        second = self.climb(move)
        self.assertEqual(second.currency_id, yen)
        self.assertEqual(second.amount_principal, 90000)
        self.assertEqual(second.amount_fee, 0)
        self.assertIn("fee:no_exchange_rate", second.remarks)

    def test_currency_with_rate(self):
        yen = self.setup_other_currency("JPY", rates=[("2026-01-01", 150.0)])
        second = self.climb(self.make_invoice(due=10, amount=90000, currency_id=yen.id))
        self.assertEqual(second.amount_fee, 15000)
        self.assertFalse(second.remarks)
