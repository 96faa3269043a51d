from odoo import fields
from odoo.tests import HttpCase, tagged

from ..sending.gateway_common import GatewayCommon

MANY = 200


class ToursCommon(GatewayCommon, HttpCase):
    """What people do, clicked through in a browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager.password = "manager-password"
        cls.rep.password = "rep-password"

    def play(self, tour, record=None, login="manager"):
        path = "/odoo/payment-reminders"
        if record:
            places = {
                "payment.reminder": path,
                "payment.reminder.case": "/odoo/payment-reminder-cases",
                "payment.reminder.run": "/odoo/payment-reminder-runs",
            }
            path = f"{places[record._name]}/{record.id}"
        with self.gateways():
            self.start_tour(path, tour, login=login)
            return self.mailed


class TestTours(ToursCommon):
    def test_queue_is_approved_and_read_with_one_key_a_notice(self):
        long_name = self.make_debtors(5)[0]
        long_name.name = f"{long_name.name} and His Brothers of the Northern Harbour"
        reminders = self.propose()
        self.play("payment_reminders_desk_approve")
        self.assertEqual(set(reminders.mapped("state")), {"approved"})
        self.assertEqual(reminders.approved_by_id, self.manager)


@tagged("-standard", "payment_reminders_long")
class TestMoreTours(ToursCommon):
    def test_first_run_to_first_sent_reminder(self):
        self.company.reminder_ladder_id = False
        move = self.make_invoice(due=60)
        mailed = self.play("payment_reminders_first_run")
        self.assertEqual(mailed, ["ap@nordlys.example"])
        self.assertEqual(move.reminder_status, "sent")

    def test_bulk_of_many_with_progress(self):
        self.make_debtors(MANY)
        self.company.reminder_brake_floor = MANY
        self.refresh()
        self.play("payment_reminders_bulk")
        run = self.env["payment.reminder.run"].search([], limit=1)
        self.assertEqual((run.state, run.count_left), ("running", MANY))
        with self.gateways():
            self.env["payment.reminder.run"]._cron_run()
            self.assertEqual(len(self.mailed), MANY)
        self.play("payment_reminders_bulk_done", run)

    def test_day_of_a_rep(self):
        self.make_invoice(due=10, invoice_user_id=self.rep.id)
        reminder = self.propose()
        self.assertEqual(self.play("payment_reminders_day_of_a_rep", login="rep"), [])
        self.assertEqual(reminder.state, "proposed")
        self.assertTrue(reminder.case_id.snoozed_until)

    def test_a_desk_of_1366_pixels_cuts_no_name(self):
        self.manager.group_ids |= self.env.ref("account.group_account_invoice")
        self.customer.name = "Ejerforeningen Kajpladsen 12"
        kroner = self.env.ref("base.DKK") | self.env.ref("base.NOK")
        kroner.write({"active": True, "symbol": "kr"})
        for number, currency in enumerate(kroner):
            self.make_invoice(
                due=10 + number,
                currency_id=currency.id,
                partner=self.customer,
            )
        reminders = self.propose()
        self.env["payment.reminder.query"].create(
            {"case_id": reminders[0].case_id.id, "description": "Why?\n" * 9}
        )
        self.play("payment_reminders_desk")

    def test_whole_desk_by_keyboard(self):
        self.make_debtors(4)
        first, second, third, fourth = self.propose()
        self.play("payment_reminders_desk_keys")
        self.assertEqual(
            (first | second | third | fourth).mapped("state"),
            ["proposed", "held", "proposed", "approved"],
        )
        self.assertEqual(first.personal_text, "Dear Anna")
        self.assertEqual(second.hold_note, "They call back")
        self.assertFalse(third.case_id.snoozed_until)

    def test_override_of_a_manager(self):
        move = self.make_invoice(due=10)
        self.refresh()
        case = move.reminder_case_id
        case.action_snooze("2026-10-01")
        self.assertEqual(
            self.play("payment_reminders_override", case), ["ap@nordlys.example"]
        )
        self.assertEqual(case.reminder_ids.override_note, "They asked for it")

    def test_uncertain_is_settled(self):
        self.make_invoice(due=10)
        reminder = self.propose()
        self.ripen(reminder)
        self.env["payment.reminder.sender"].sudo()._make_deliveries(reminder.sudo())
        reminder.sudo()._set_state("sending")
        reminder.delivery_ids.sudo().write({"state": "uncertain"})
        reminder.sudo()._set_state("uncertain", sent_date=fields.Datetime.now())
        self.play("payment_reminders_uncertain")
        self.assertEqual(reminder.state, "sent")

    def test_the_queue_stands_below_the_bar_of_the_accounts(self):
        self.make_invoice(due=10)
        self.propose()
        self.start_tour("/odoo/discuss", "payment_reminders_bar", login="manager")

    def test_withdraw(self):
        self.make_invoice(due=10)
        reminder = self.propose()
        with self.gateways():
            self.send(reminder)
        self.play("payment_reminders_withdraw", reminder)
        self.assertTrue(reminder.withdrawn)
        self.assertEqual(reminder.withdrawn_by_id, self.manager)
