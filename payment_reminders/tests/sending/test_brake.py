from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time

from ..tags import takes_long
from .gateway_common import GatewayCommon


class TestBrake(GatewayCommon):
    """A run far out of the usual stops before its first message."""

    def make_run(self, count, **vals):
        """Return approved notices of so many customers, whose window has passed."""
        known = self.env["res.partner"].search_count([])
        partners = self.env["res.partner"].union(
            *(
                self.make_customer(f"Customer{number}", f"customer{number}@x.example")
                for number in range(known, known + count)
            )
        )
        self.make_invoices(partners, due=10, **vals)
        reminders = self.propose().filtered(lambda r: r.state == "proposed")
        self.assertEqual(len(reminders), count)
        self.ripen(reminders)
        return reminders

    @property
    def left(self):
        """To which customers something left; managers are told by e-mail as well."""
        return [
            address
            for address in self.mailed
            if address.endswith(("@x.example", "@nordlys.example"))
        ]

    def run_cron(self, last_run=None):
        self.env["payment.reminder"].with_context(lastcall=last_run)._cron_send()

    def get_halts(self):
        return self.env["payment.reminder.halt"].search(
            [("company_id", "=", self.company.id)]
        )

    def get_activities(self, halt):
        return halt.sudo().activity_ids.filtered(lambda a: a.user_id == self.manager)

    def assertBraked(self, reminders, reason):
        """Nothing left, every notice says why, and one halt stands for all of them."""
        self.assertEqual(self.left, [])
        self.assertEqual(set(reminders.mapped("state")), {"held"})
        for reminder in reminders:
            self.assertIn("send_brake", reminder.verdict)
            self.assertIn("A manager releases it", reminder.held_reason)
            self.assertTrue(reminder.is_held_by_halt)
        halt = self.get_halts().filtered(lambda h: not h.date_end)
        self.assertEqual(halt.reason, reason)
        self.assertEqual(len(self.get_activities(halt)), 1)
        return halt

    # -- what stops ---------------------------------------------------------------

    def test_too_many(self):
        self.company.reminder_brake_floor = 3
        reminders = self.make_run(4)
        with self.gateways():
            self.run_cron()
            halt = self.assertBraked(reminders, "count")
            self.assertIn("4 reminders", halt.description)
            self.run_cron()
            self.propose()
            self.assertEqual(self.get_halts(), halt, "people are told once")
            self.assertBraked(reminders, "count")

    @takes_long
    def test_a_normal_first_day(self):
        with self.gateways():
            reminders = self.make_run(12, amount=1_000_000)
            self.run_cron()
            self.assertEqual(len(self.left), 12)
        self.assertFalse(self.get_halts())
        self.assertEqual(set(reminders.mapped("state")), {"sent"})

    def test_what_left_today_counts(self):
        self.company.reminder_brake_floor = 3
        with self.gateways():
            self.make_run(3)
            self.run_cron()
            self.assertEqual(len(self.left), 3)
            reminders = self.make_run(1)
            self.run_cron()
            self.assertEqual(len(self.left), 3)
        self.assertEqual(reminders.verdict, ["send_brake"])
        self.assertEqual(self.get_halts().figure, 4)

    @takes_long
    def test_many_more_than_usual(self):
        self.company.reminder_brake_floor = 1
        with self.gateways():
            self.make_run(1)
            self.run_cron()
        with freeze_time("2026-09-16 08:00:00"), self.gateways():
            self.make_run(3)
            self.run_cron()
            self.assertEqual(len(self.left), 3, "three times the usual")
        with freeze_time("2026-09-17 08:00:00"), self.gateways():
            reminders = self.make_run(10, amount=100)
            self.run_cron()
            self.assertBraked(reminders, "count")

    @takes_long
    def test_a_much_larger_sum_than_usual(self):
        self.company.reminder_brake_floor = 3
        with self.gateways():
            self.make_run(1)
            self.run_cron()
        with freeze_time("2026-09-16 08:00:00"), self.gateways():
            reminders = self.make_run(1, amount=3000.01)
            self.run_cron()
            halt = self.assertBraked(reminders, "amount")
            self.assertIn("3,000.01", halt.description)

    def test_sums_are_in_the_currency_of_the_company(self):
        self.company.reminder_brake_floor = 3
        yen = self.setup_other_currency("EUR", rates=[("2026-01-01", 100.0)])
        with self.gateways():
            self.make_run(1)
            self.run_cron()
        with freeze_time("2026-09-16 08:00:00"), self.gateways():
            self.make_run(1, amount=100_000, currency_id=yen.id)
            self.run_cron()
            self.assertEqual(len(self.left), 1, "it is a thousand only")

    def test_too_many_to_one_customer(self):
        self.company.reminder_brake_per_customer = 1
        reminder = self.ripe()
        with self.gateways():
            self.run_cron()
            self.assertEqual(len(self.left), 1)
        other = self.setup_other_currency("EUR", rates=[("2026-01-01", 2.0)])
        with freeze_time("2026-09-16 08:00:00"), self.gateways():
            self.make_invoice(due=10, currency_id=other.id)
            second = self.propose() - reminder
            self.ripen(second)
            self.run_cron()
            self.assertBraked(second, "customer")

    @takes_long
    def test_many_changed_since_they_were_proposed(self):
        reminders = self.make_run(12)
        for move in reminders.move_ids[:11]:
            move.button_draft()
            move.invoice_line_ids.price_unit = 5000
            move.action_post()
        self.refresh()
        with self.gateways():
            self.run_cron()
            self.assertEqual(self.left, [])
        self.assertIn("send_brake", reminders[-1].verdict)
        self.assertEqual(self.get_halts().mapped("reason"), ["changed"])

    @takes_long
    def test_payments_are_no_change_to_wonder_about(self):
        reminders = self.make_run(12)
        for move in reminders.move_ids[:11]:
            self.pay(move)
        with self.gateways():
            self.run_cron()
            self.assertEqual(len(self.left), 1)
        self.assertFalse(self.get_halts())

    @takes_long
    def test_clock(self):
        now = fields.Datetime.now()
        for last_run, stops in (
            (now - timedelta(minutes=15), False),
            (now - timedelta(days=8), True),
            (now + timedelta(days=1), True),
        ):
            with self.subTest(last_run=last_run), self.gateways():
                savepoint = self.env.cr.savepoint()
                reminder = self.ripe()
                self.run_cron(last_run)
                if stops:
                    self.assertBraked(reminder, "clock")
                else:
                    self.assertEqual(reminder.state, "sent")
                savepoint.close(rollback=True)
                self.env.invalidate_all()

    def test_sending_by_hand_is_a_run_too(self):
        self.company.reminder_brake_floor = 3
        reminders = self.make_run(4)
        with self.gateways():
            reminders.with_user(self.manager).action_dispatch()
            self.assertBraked(reminders, "count")

    def test_brake_off(self):
        self.company.write({"reminder_brake": False, "reminder_brake_floor": 3})
        self.make_run(4)
        with self.gateways():
            self.run_cron(fields.Datetime.now() - timedelta(days=99))
            self.assertEqual(len(self.left), 4)

    # -- releasing ----------------------------------------------------------------

    def test_release(self):
        self.company.reminder_brake_floor = 3
        reminders = self.make_run(4)
        with self.gateways():
            self.run_cron()
            halt = self.assertBraked(reminders, "count")
            with self.assertRaises(AccessError):
                halt.with_user(self.rep).action_release()
            halt.with_user(self.manager).action_release()
            self.assertEqual(halt.released_by_id, self.manager)
            self.assertFalse(self.get_activities(halt))
            self.assertEqual(set(reminders.mapped("state")), {"approved"})
            self.run_cron()
            self.assertEqual(len(self.left), 4, "it does not stop at once again")
        events = self.env["payment.reminder.event"].search(
            [("chain", "=", f"company:{self.company.id}")]
        )
        told = events.filtered(lambda e: e.kind in ("halted", "halt_ended"))
        self.assertEqual(told.mapped("kind"), ["halt_ended", "halted"])
        self.assertEqual(told[0].payload["by"], self.manager.id)
        self.assertIn("Many more", told[0].details)

    @takes_long
    def test_a_release_is_of_what_was_seen(self):
        self.company.reminder_brake_floor = 3
        self.make_run(4)
        with self.gateways():
            self.run_cron()
            self.get_halts().with_user(self.manager).action_release()
            self.make_run(2)
            self.run_cron()
            self.assertEqual(self.left, [], "six is more than was released")
        self.assertEqual(len(self.get_halts()), 2)

    def test_a_release_ends(self):
        self.company.reminder_brake_floor = 3
        self.make_run(4)
        with self.gateways():
            self.run_cron()
            self.get_halts().with_user(self.manager).action_release()
        with freeze_time("2026-09-21 08:00:00"), self.gateways():
            self.run_cron()
            self.assertEqual(self.left, [])
        self.assertEqual(len(self.get_halts()), 2)

    # -- a stale bank ---------------------------------------------------------------

    def make_bank_line(self, day):
        return self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.company_data["default_journal_bank"].id,
                "date": day,
                "payment_ref": "Transfer",
                "amount": 7,
            }
        )

    @takes_long
    def test_a_stale_bank_is_told_once(self):
        self.company.reminder_bank_stale_days = 2
        self.make_bank_line("2026-09-10")
        reminders = self.make_run(3)
        with self.gateways():
            for _again in range(3):
                self.run_cron()
                self.propose()
            self.assertEqual(self.left, [])
            halt = self.get_halts()
            self.assertEqual(halt.reason, "stale_bank")
            self.assertIn("5 days", halt.description)
            self.assertEqual(len(self.get_activities(halt)), 1)
            for reminder in reminders:
                self.assertIn("5 days", reminder.held_reason)
            with self.assertRaisesRegex(UserError, "by itself"):
                halt.with_user(self.manager).action_release()
            self.make_bank_line("2026-09-14")
            self.propose()
            self.assertTrue(halt.date_end)
            self.assertFalse(halt.released_by_id)
            self.assertFalse(self.get_activities(halt))
            self.run_cron()
            self.assertEqual(len(self.left), 3)
