from odoo.tests import Form, freeze_time, tagged

from ..common import ReminderCommon
from ..tags import takes_long


class TrifleCommon(ReminderCommon):
    """What rounding, exchange or a bank leaves is no debt to write letters about."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dkk = cls.use_danish_law(fee_policy="statutory")

    def owe(self, amount=1000.25, currency="DKK", **vals):
        currency = self.env.ref(f"base.{currency}")
        currency.active = True
        return self.make_invoice(due=10, amount=amount, currency_id=currency.id, **vals)

    def pay_part(self, move, amount):
        return self.pay(move, amount, currency_id=move.currency_id.id)

    def get_case(self, partner=None):
        return self.env["payment.reminder.case"].search(
            [("partner_id", "=", (partner or self.customer).id)]
        )

    def get_freezes(self, case):
        return case._get_open_freezes().mapped("reason")

    def propose_on(self, day):
        with freeze_time(f"{day} 08:00:00"):
            return self.propose()


class TestTrifle(TrifleCommon):
    @takes_long
    def test_a_rest_that_was_left_after_the_case_opened(self):
        move = self.owe()
        reminder = self.propose()
        self.ripen(reminder)
        self.pay_part(move, 1000)
        reminder._dispatch()
        self.assertEqual(reminder.state, "held")
        case = reminder.case_id
        self.assertEqual(self.get_freezes(case), ["trifle"], "One question, not two")
        self.assertEqual(len(case.activity_ids), 1)
        self.assertFalse(self.propose())

    def test_no_nudge_about_a_rest(self):
        move = self.make_invoice(due=-2, amount=100.10, currency_id=self.dkk.id)
        self.pay_part(move, 100)
        self.assertFalse(self.propose())

    # -- look-alikes ------------------------------------------------------------------

    def test_a_real_rest_goes_out_once_it_was_looked_at(self):
        move = self.owe()
        self.pay_part(move, 900)
        reminder = self.propose()
        self.send(reminder)
        self.assertEqual(reminder.state, "sent", reminder.held_reason)
        self.assertEqual(reminder.amount_fee, 100, "100.25 is owed")

    def test_a_small_invoice_goes_out_without_a_fee(self):
        self.owe(12)
        reminder = self.propose()
        self.send(reminder)
        self.assertEqual(reminder.state, "sent", reminder.held_reason)
        self.assertEqual(reminder.amount_claim, 12)
        self.assertEqual(reminder.remarks, ["fee:over_principal"])
        self.assertIn("more than what is overdue", reminder.remark_text)

    def test_a_rest_beside_an_invoice_goes_along(self):
        self.pay_part(self.owe(), 1000)
        self.owe(500)
        reminder = self.propose()
        self.assertEqual(reminder.amount_principal, 500.25)
        self.assertEqual(reminder.amount_fee, 100)

    def test_no_fee_above_the_principal_without_a_law_either(self):
        self.ladder.jurisdiction_id = False
        self.ladder.step_ids.write({"fee_policy": "amount", "fee_amount": 20})
        self.make_invoice(due=10, amount=19.99)
        self.assertEqual(self.propose().remarks, ["fee:over_principal"])

    # -- ways out -------------------------------------------------------------------

    @takes_long
    def test_whoever_releases_it_has_it_asked_for(self):
        self.pay_part(self.owe(), 1000)
        self.assertFalse(self.propose())
        case = self.get_case()
        case.with_user(self.manager).action_release("They shall pay it")
        reminder = self.propose()
        self.assertEqual(reminder.amount_claim, 0.25)
        self.assertEqual(reminder.amount_fee, 0)

    def test_the_setting_asks_for_trifles(self):
        self.company.reminder_chase_trifles = True
        self.pay_part(self.owe(), 1000)
        reminder = self.propose()
        self.assertEqual((reminder.amount_principal, reminder.amount_fee), (0.25, 100))

    @takes_long
    def test_more_is_owed_meanwhile(self):
        self.pay_part(self.owe(), 1000)
        self.assertFalse(self.propose())
        case = self.get_case()
        other = self.owe(300)
        reminder = self.propose()
        self.assertEqual(reminder.amount_principal, 300.25)
        self.assertFalse(self.get_freezes(case))
        self.pay_part(other, 300)
        self.refresh()
        self.assertFalse(self.propose(), "A trifle by itself again")
        self.assertEqual(self.get_freezes(case), ["trifle"])

    @takes_long
    def test_write_off_in_the_dialog_of_odoo(self):
        move = self.owe()
        self.pay_part(move, 1000)
        self.propose()
        case = self.get_case()
        self.assertTrue(case.is_held_as_trifle)
        action = case.action_write_off()
        self.assertEqual((case.state, case.close_reason), ("closed", "written_off"))
        self.assertFalse(case.activity_ids)
        self.assertEqual(move.amount_residual, 0.25, "Nothing is booked by itself")
        with Form.from_action(self.env, action) as form:
            form.writeoff_account_id = self.company_data["default_account_expense"]
        form.record.action_create_payments()
        self.assertIn(move.payment_state, ("paid", "in_payment"))
        self.assertFalse(self.propose_on("2026-09-28"))

    @takes_long
    def test_write_off_leaves_what_is_not_due_yet(self):
        self.pay_part(self.owe(), 1000)
        later = self.make_invoice(due=-3, amount=400, currency_id=self.dkk.id)
        self.propose()
        case = self.get_case()
        self.assertEqual(case.move_ids & later, later)
        case.with_user(self.manager).action_write_off()
        self.assertEqual(case.state, "active")
        kinds = case.event_ids.mapped("kind")
        self.assertIn("written_off", kinds)
        reminder = self.propose_on("2026-09-28")
        self.assertEqual(reminder.amount_principal, 400)

    @takes_long
    def test_what_was_booked_otherwise_ends_the_hold(self):
        move = self.owe()
        self.pay_part(move, 1000)
        self.propose()
        self.pay_part(move, 0.25)
        self.refresh()
        self.assertEqual(self.get_case().close_reason, "paid")


@tagged("-standard", "payment_reminders_long")
class TestTrifleOfLaws(TrifleCommon):
    def test_rests_that_were_left_before_the_case_opened(self):
        for law, code, paid, rest in (
            ("dk", "DKK", 1000, 0.25),
            ("se", "SEK", 500, 0.40),
            ("fi", "EUR", 80, 0.02),
            ("no", "NOK", 1200, 0.01),
            ("fi", "EUR", 400, 2.50),
        ):
            with self.subTest(code=code, rest=rest):
                self.ladder.jurisdiction_id = self.env.ref(
                    f"payment_reminders.jurisdiction_{law}"
                )
                self.ladder.step_ids.deadline_days = 14
                partner = self.make_customer(f"{law} {rest}", f"{law}{rest}@x.example")
                move = self.owe(paid + rest, code, partner=partner)
                self.pay_part(move, paid)
                self.propose_on("2026-09-15")
                case = self.get_case(partner)
                self.assertFalse(case.reminder_ids)
                self.assertEqual(self.get_freezes(case), ["trifle"])
                self.assertIn(f"{rest:.2f}", case.activity_ids.summary)
                self.propose_on("2026-09-28")
                self.assertEqual(len(case.activity_ids), 1, "Asked once")
