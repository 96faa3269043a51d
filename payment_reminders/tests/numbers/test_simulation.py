import random
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from ...models.numbers import simulation as payment_reminder_simulation
from ..common import ReminderCommon
from ..tags import takes_long

FIRST_DAY = fields.Date.to_date("2026-03-02")  # a Monday
DAYS = 58


class SimulationCommon(ReminderCommon):
    """A ladder played on the past gives what the real thing sent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ladder.step_ids.filtered(lambda s: s.kind != "nudge").write(
            {"charge_interest": True, "charge_compensation": True}
        )
        cls.ladder.jurisdiction_id = cls.env.ref("payment_reminders.jurisdiction_dk")
        cls.setup_other_currency("DKK", rates=[("2026-01-01", 7.0)])

    def make_simulation(self, **vals):
        return (
            self.env["payment.reminder.simulation"]
            .with_user(self.manager)
            .create(
                {
                    "ladder_id": self.ladder.id,
                    "date_from": FIRST_DAY,
                    "date_to": FIRST_DAY + timedelta(days=DAYS),
                    **vals,
                }
            )
        )

    def run_simulation(self, **vals):
        record = self.make_simulation(**vals)
        record.action_run()
        self.env["payment.reminder.simulation"]._cron_simulate()
        self.assertEqual(record.state, "done", record.failure)
        return record

    def credit(self, move, amount, day):
        refund = self.make_invoice(
            due=day,
            amount=amount,
            partner=move.partner_id,
            move_type="out_refund",
            invoice_date=day,
        )
        (refund | move).line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        ).reconcile()

    # -- equal to what was played -----------------------------------------------

    def make_company_of_stories(self):
        """Return {days after the first one: [what happens]}."""
        stories = {
            "Silent": [("2026-03-10", 5000, {})],
            "Late payer": [("2026-03-10", 1000, {17: None})],
            "Quick payer": [("2026-03-05", 1000, {10: None}), ("2026-04-01", 70, {})],
            "Part payer": [("2026-03-04", 900, {9: 400})],
            "Creditor": [("2026-03-06", 800, {20: "credit"})],
            "Many": [("2026-03-04", 100, {}), ("2026-03-11", 200, {30: None})],
            "Anyway": [("2026-03-06", 1000, {15: None})],
        }
        happens = {}
        for name, invoices in stories.items():
            partner = self.make_customer(name, f"{name.replace(' ', '')}@x.example")
            partner.is_company = name != "Many"
            for due, amount, money in invoices:
                move = self.make_invoice(due, amount, partner)
                for day, what in money.items():
                    happens.setdefault(day, []).append((move, what))
        return happens

    def play_for_real(self, happens, days=DAYS):
        """Let the days go by, with a person who releases after two days."""
        self.ladder.with_user(self.manager).action_grant_standing_approval()
        Freeze = self.env["payment.reminder.freeze"]
        for number in range(days + 1):
            day = FIRST_DAY + timedelta(days=number)
            with freeze_time(f"{day} 07:00:00"):
                for move, what in happens.get(number, []):
                    if what == "credit":
                        self.credit(move, 200, day)
                    else:
                        self.pay(move, what, payment_date=day)
                self.refresh()
                old = Freeze.search([("date_end", "=", False)]).filtered(
                    lambda f, day=day: f.date_start.date() <= day - timedelta(days=2)
                )
                old.case_id.with_user(self.manager).action_release()
                self.propose()
            with freeze_time(f"{day} 08:00:00"):
                self.env["payment.reminder"]._cron_send()

    def assert_same(self, played, sent):
        """Every notice: who, when, which step, how many invoices, every amount."""
        names = ("principal", "fee", "interest", "compensation")

        def tell(notice, day, invoices):
            return (
                notice.partner_id.name,
                str(day),
                notice.step_id.name,
                invoices,
                *(round(notice[f"amount_{name}"], 2) for name in names),
            )

        self.assertEqual(
            sorted(tell(n, n.date, n.invoice_count) for n in played),
            sorted(tell(n, n.sent_date.date(), len(n.line_ids)) for n in sent),
        )

    def make_generated_stories(self, count, chance):
        """Return {days after the first one: [what happens]} of made-up customers."""
        happens = {}
        for number in range(count):
            name = f"Generated {number}"
            partner = self.make_customer(name, f"generated{number}@x.example")
            partner.is_company = chance.random() < 0.6
            for _invoice in range(chance.randint(1, 3)):
                due = chance.randint(0, 30)
                amount = chance.choice([80, 700, 4000])
                move = self.make_invoice(
                    FIRST_DAY + timedelta(days=due), amount, partner
                )
                money = chance.choice([[], [], [None], [amount / 4, None]])
                days = sorted(chance.sample(range(due + 1, due + 28), len(money)))
                for day, what in zip(days, money, strict=True):
                    happens.setdefault(day, []).append((move, what))
        return happens


class SimulationCase(SimulationCommon):
    def find_change(self, record, name):
        return record.change_ids.filtered(lambda change: change.step_id.name == name)

    def run_changed(self, **days):
        """Play the ladder, and beside it with other days (None: without the step)."""
        record = self.make_simulation()
        for name, tried in days.items():
            change = self.find_change(record, name)
            change.write({"is_sent": False} if tried is None else {"delay_days": tried})
        record.action_run()
        self.env["payment.reminder.simulation"]._cron_simulate()
        self.assertEqual(record.state, "done", record.failure)
        return record

    def get_days(self, record, variant):
        """Return {step: the first day on which a variant would have sent it}."""
        notices = record.notice_ids.filtered(lambda n: n.variant == variant)
        return {
            notice.step_id.name: str(notice.date)
            for notice in notices.sorted("date", reverse=True)
        }


class TestSimulation(SimulationCase):
    @takes_long
    def test_gives_the_notice_that_was_sent(self):
        with freeze_time(f"{FIRST_DAY - timedelta(days=20)} 08:00:00"):
            self.make_invoice("2026-03-04", 700, self.customer)
        self.play_for_real({}, days=14)
        sent = self.env["payment.reminder"].search([("state", "=", "sent")])
        self.assertTrue(sent)
        last = FIRST_DAY + timedelta(days=14)
        self.assert_same(self.run_simulation(date_to=last).notice_ids, sent)

    # -- two ladders ------------------------------------------------------------

    def test_two_ladders_side_by_side(self):
        self.make_invoice("2026-03-10", partner=self.customer)
        other = self.ladder.copy({"name": "Without a nudge"})
        other.step_ids.filtered(lambda s: s.kind == "nudge").active = False
        record = self.run_simulation(other_ladder_id=other.id)
        found = record._get_comparison()
        self.assertEqual(
            [step["name"] for step in found["first"]["steps"]],
            ["1. Nudge", "2. Reminder 1", "3. Reminder 2", "4. Final notice"],
        )
        self.assertEqual(found["first"]["total"]["notices"], 4)
        self.assertEqual(found["other"]["total"]["notices"], 3)
        self.assertEqual(sum(n for _day, n in found["other"]["weekdays"]), 3)
        self.assertIn("Without a nudge", record.summary)

    def test_other_days_without_another_ladder(self):
        """Reminder 1 goes 14 days after the due date instead of 7; all of it shifts."""
        self.make_invoice("2026-03-10", partner=self.customer)
        ladders = self.env["payment.reminder.ladder"].with_context(active_test=False)
        before = ladders.search_count([])
        record = self.run_changed(**{"Reminder 1": 14})
        first, changed = (self.get_days(record, code) for code in ("first", "changed"))
        self.assertEqual(first["Nudge"], changed["Nudge"])
        self.assertEqual(
            (first["Reminder 1"], changed["Reminder 1"]), ("2026-03-18", "2026-03-25")
        )
        self.assertLess(first["Reminder 2"], changed["Reminder 2"])
        self.assertEqual(ladders.search_count([]), before)
        step = self.ladder.step_ids.filtered(lambda s: s.name == "Reminder 1")
        self.assertEqual(step.delay_days, 7)
        self.assertIn("Reminder 1: 14 days instead of 7", record.summary)

    def test_without_a_step(self):
        self.make_invoice("2026-03-10", partner=self.customer)
        record = self.run_changed(Nudge=None)
        self.assertEqual(
            self.get_days(record, "changed").keys(),
            {"Reminder 1", "Reminder 2", "Final notice"},
        )
        self.assertIn("without Nudge", record.summary)

    def test_an_earlier_nudge_is_looked_for_early_enough(self):
        """The invoice falls due ten days after the last day that is played."""
        last = FIRST_DAY + timedelta(days=DAYS)
        due = last + timedelta(days=10)
        move = self.make_invoice(due, partner=self.customer, post=False)
        move.invoice_date = FIRST_DAY
        move.action_post()
        record = self.run_changed(Nudge=-14)
        self.assertEqual(self.get_days(record, "first"), {})
        self.assertEqual(self.get_days(record, "changed").keys(), {"Nudge"})

    def test_nothing_changed_is_played_once(self):
        self.make_invoice("2026-03-10", partner=self.customer)
        record = self.run_changed(**{"Reminder 1": 7})
        self.assertEqual(record._get_comparison().keys(), {"first"})
        self.assertEqual(set(record.notice_ids.mapped("variant")), {"first"})

    def test_another_question_is_asked_anew(self):
        """What was found does not stand under another question."""
        self.make_invoice("2026-03-10", partner=self.customer)
        record = self.run_changed()
        lines = [Command.update(record.change_ids[1].id, {"delay_days": 30})]
        record.write({"change_ids": lines})
        self.assertEqual(record.state, "draft")
        record.action_run()
        self.env["payment.reminder.simulation"]._cron_simulate()
        self.assertEqual(record._get_comparison().keys(), {"first", "changed"})

    def test_changes_that_cannot_be_are_refused(self):
        record = self.make_simulation()
        with self.assertRaisesRegex(ValidationError, "before the due date"):
            self.find_change(record, "Nudge").delay_days = 2
        with self.assertRaisesRegex(ValidationError, "before the due date"):
            self.find_change(record, "Reminder 1").delay_days = -2
        other = self.ladder.copy({"name": "Other"})
        with self.assertRaisesRegex(ValidationError, "of the ladder that is tried"):
            record.change_ids[0].step_id = other.step_ids[0]

    def test_another_ladder_has_its_own_steps(self):
        record = self.make_simulation()
        other = self.ladder.copy({"name": "Other"})
        record.ladder_id = other
        self.assertEqual(record.change_ids.step_id, other.step_ids)

    def test_only_customers_of_the_ladder(self):
        own = self.ladder.copy({"name": "Own"})
        elsewhere = self.make_customer("Elsewhere", reminder_ladder_id=own.id)
        for partner in (self.customer, elsewhere):
            self.make_invoice("2026-03-10", partner=partner)
        record = self.run_simulation(scope="ladder")
        self.assertEqual(record.notice_ids.partner_id, self.customer)

    def test_who_is_never_chased_is_not_played(self):
        self.make_invoice("2026-03-10").reminder_excluded = True
        self.customer.copy({"reminder_excluded": True})
        self.assertFalse(self.run_simulation().notice_ids)

    # -- running ----------------------------------------------------------------

    def test_goes_on_in_batches_and_can_be_stopped(self):
        partners = [self.make_customer(f"Customer {i}") for i in range(5)]
        self.make_invoices(partners, "2026-03-10")
        record = self.make_simulation()
        record.action_run()
        with patch.object(payment_reminder_simulation, "CUSTOMERS_PER_BATCH", 2):
            self.assertEqual(record.sudo()._play_batch(), 3)
            self.assertEqual((record.customers_done, record.customer_count), (2, 5))
            self.assertEqual(record.progress, 40)
            record.action_stop()
            self.assertEqual(record.sudo()._play_batch(), 0)
            self.assertEqual(len(record.notice_ids.partner_id), 2)
            record.action_run()
            self.assertFalse(record.notice_ids)
            self.env["payment.reminder.simulation"]._cron_simulate()
        self.assertEqual(record.state, "done")
        self.assertEqual(len(record.notice_ids.partner_id), 5)

    def test_says_when_no_scheduler_takes_it_up(self):
        """After half a minute, and not while it goes on."""
        self.make_invoice("2026-03-10")
        record = self.make_simulation()
        record.action_run()
        for moment, waits in (("08:00:20", False), ("08:00:31", True)):
            with freeze_time(f"2026-09-15 {moment}"):
                record.invalidate_recordset()
                self.assertEqual(record.waits_for_scheduler, waits, moment)
        with freeze_time("2026-09-15 08:01:00"):
            record.sudo()._play_batch()
            self.assertFalse(record.waits_for_scheduler)

    def test_writes_on_no_case(self):
        self.make_invoice("2026-03-10")
        self.run_simulation()
        self.assertFalse(self.env["payment.reminder.case"].search([]))
        self.assertFalse(self.env["payment.reminder"].search([]))

    # -- people -----------------------------------------------------------------

    def test_bad_choices_are_explained(self):
        with self.assertRaisesRegex(ValidationError, "two different"):
            self.make_simulation(other_ladder_id=self.ladder.id)
        with self.assertRaisesRegex(ValidationError, "3 years"):
            self.make_simulation(date_from="2020-01-01")
        record = self.make_simulation()
        record.action_run()
        with self.assertRaisesRegex(UserError, "running already"):
            record.action_run()

    def test_is_for_managers(self):
        record = self.make_simulation()
        with self.assertRaises(AccessError):
            record.with_user(self.rep).action_run()
        with self.assertRaises(AccessError):
            self.env["payment.reminder.simulation.notice"].with_user(
                self.manager
            ).create({"simulation_id": record.id})

    @takes_long
    def test_other_companies_see_nothing(self):
        record = self.make_simulation()
        other = self.setup_other_company()["company"]
        stranger = self.make_user(
            "stranger", "payment_reminders.group_reminder_manager"
        )
        stranger.write(
            {"company_ids": [Command.set(other.ids)], "company_id": other.id}
        )
        found = self.env["payment.reminder.simulation"].with_user(stranger).search([])
        self.assertNotIn(record, found)


@tagged("-standard", "payment_reminders_long")
class TestManyCustomers(SimulationCase):
    def test_reads_many_customers_with_as_many_queries_as_few(self):
        stories = self.env["payment.reminder.stories"]
        counts = []
        for number in (2, 2, 20):  # the first time warms up
            partners = self.env["res.partner"].union(
                *(self.make_customer(f"Customer {i}") for i in range(number))
            )
            self.make_invoices(partners, "2026-03-10")
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            stories._read_debtors(
                self.company, partners, FIRST_DAY, fields.Date.to_date("2026-04-01")
            )
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts[1:])


@tagged("-standard", "payment_reminders_long")
class TestSimulationOfMany(SimulationCommon):
    def test_gives_the_notices_that_were_sent(self):
        with freeze_time(f"{FIRST_DAY - timedelta(days=20)} 08:00:00"):
            happens = self.make_company_of_stories()
        self.play_for_real(happens)
        sent = self.env["payment.reminder"].search([("state", "=", "sent")])
        played = self.run_simulation().notice_ids
        self.assert_same(played, sent)
        self.assertGreater(len(sent), 20)
        self.assertEqual(
            set(sent.mapped("step_id.name")), set(self.ladder.step_ids.mapped("name"))
        )
        self.assertTrue(any(sent.mapped("amount_fee")))
        anyway = played.filtered("paid_anyway")
        self.assertEqual(
            set(anyway.partner_id.mapped("name")), {"Anyway", "Late payer"}
        )

    def test_gives_what_was_sent_on_generated_stories(self):
        with freeze_time(f"{FIRST_DAY - timedelta(days=20)} 08:00:00"):
            happens = self.make_generated_stories(10, random.Random(7))
        self.play_for_real(happens)
        sent = self.env["payment.reminder"].search([("state", "=", "sent")])
        self.assertGreater(len(sent), 20)
        self.assert_same(self.run_simulation().notice_ids, sent)
