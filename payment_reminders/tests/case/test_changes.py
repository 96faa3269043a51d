from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.fields import Command
from odoo.tests import freeze_time

from ...rules import guard
from ..books.paying_common import PayingCommon
from ..tags import takes_long
from .outcome import read_in_full, read_outcome


class ChangesCommon(PayingCommon):
    """What the nightly refresh passes over would have stayed as it is."""

    def read_outcome(self):
        return read_outcome(self.env)

    @classmethod
    def find_changed(cls):
        cases = cls.env["payment.reminder.case"].search([])
        return cls.env["payment.reminder.facts"]._find_changed(cases).changed

    @classmethod
    def settle(cls):
        """Run nights until nothing is left to look at."""
        cls.refresh()
        cls.refresh()
        assert not cls.find_changed()

    def read_in_full(self):
        """Return what a refresh of every case gives, and take it back."""
        return read_in_full(self.env, self.refresh)

    def run_sql(self, query, *params):
        self.env.flush_all()
        self.env.cr.execute(query, params)
        self.env.invalidate_all()

    def assertSeen(self, change, moves=True):
        """A night after a change gives what one that reads everything gives.

        :param change: does it
        :param moves: whether anything is another than before
        """
        savepoint = self.env.cr.savepoint()
        before = self.read_outcome()
        change()
        self.env.flush_all()
        self.env.invalidate_all()
        in_full = self.read_in_full()
        self.refresh()
        self.assertEqual(self.read_outcome(), in_full)
        if moves:
            self.assertNotEqual(in_full, before, "the change changes nothing")
        savepoint.close(rollback=True)
        self.env.invalidate_all()


class ChangesCase(ChangesCommon):
    """Each kind of thing that a refresh reads: changed, it is seen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.reminder_bank_stale_days = 0
        cls.receivable = cls.get_receivable(cls.move)
        cls.other = cls.make_customer("Søhus ApS", "ap@soehus.example")
        cls.upcoming = cls.make_invoice(due=-20, partner=cls.other)
        cls.recent = cls.make_invoice(due=1, partner=cls.other)
        cls.settle()
        cls.waiting = cls.recent.reminder_case_id
        assert cls.waiting

    def follow_days(self, count):
        """Live some days, each compared with one on which everything is read."""
        passed_over = 0
        cases = self.env["payment.reminder.case"].search([])
        for day in range(1, count):
            moment = fields.Datetime.now() + timedelta(days=day)
            with freeze_time(moment):
                passed_over += len(cases - self.find_changed())
                in_full = self.read_in_full()
                self.refresh()
                self.assertEqual(self.read_outcome(), in_full, moment)
        return passed_over


class TestChanges(ChangesCase):
    def test_a_quiet_night_looks_at_nothing(self):
        with patch.object(
            type(self.case), "_refresh", side_effect=AssertionError("read in full")
        ):
            self.refresh()

    # -- the books -----------------------------------------------------------------

    def test_payment(self):
        self.assertSeen(lambda: self.pay(self.move))
        self.assertSeen(lambda: self.pay(self.move, 300))
        self.assertSeen(lambda: self.pay_without_entry(self.recent, 1000))
        self.assertSeen(lambda: self.pay_without_entry(self.recent, 400))

    def test_payment_past_odoo(self):
        def pay():
            self.run_sql(
                "UPDATE account_move_line SET amount_residual = 0,"
                " amount_residual_currency = 0, reconciled = TRUE WHERE id = %s",
                self.receivable.id,
            )
            self.run_sql(
                "UPDATE account_move SET payment_state = 'paid', amount_residual = 0"
                " WHERE id = %s",
                self.move.id,
            )

        self.assertSeen(pay)

    def test_row_by_row(self):
        for table, id_, change in (
            ("account_move_line", self.receivable.id, "amount_residual_currency = 400"),
            ("account_move_line", self.receivable.id, "date_maturity = '2026-09-12'"),
            ("account_move_line", self.receivable.id, "no_followup = TRUE"),
            ("account_move", self.move.id, "reminder_excluded = TRUE"),
            ("account_move", self.move.id, "state = 'draft'"),
            ("account_move", self.move.id, "payment_state = 'blocked'"),
            ("account_move", self.move.id, "payment_state = 'in_payment'"),
            ("account_move", self.move.id, "reminder_hold_until = '2026-10-01'"),
            ("res_partner", self.other.id, "reminder_grace_days = 40"),
            ("res_partner", self.other.id, "email = NULL, email_normalized = NULL"),
            ("res_partner", self.other.id, "reminder_excluded = TRUE"),
        ):
            with self.subTest(table=table, change=change):
                query = f"UPDATE {table} SET {change} WHERE id = %s"
                self.assertSeen(lambda q=query, id_=id_: self.run_sql(q, id_))

    def test_credit_note(self):
        def credit():
            self.match(self.move, self.make_credit_note(200))

        self.assertSeen(credit)

    def test_money_on_account(self):
        self.assertSeen(lambda: self.make_credit_note(200))
        self.assertSeen(lambda: self.make_entry(10))

    def test_payment_without_an_invoice(self):
        def pay():
            payment = self.env["account.payment"].create(
                {
                    "amount": 10,
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "partner_id": self.other.id,
                    "journal_id": self.company_data["default_journal_bank"].id,
                }
            )
            payment.outstanding_account_id = False
            payment.action_post()

        self.assertSeen(pay)

    def test_online_payment(self):
        provider = self.env["payment.provider"].search([], limit=1)
        method = self.env["payment.method"].search([], limit=1)

        def pay():
            self.env["payment.transaction"].create(
                {
                    "provider_id": provider.id,
                    "payment_method_id": method.id,
                    "reference": "T1",
                    "amount": 1000,
                    "currency_id": self.currency.id,
                    "partner_id": self.other.id,
                    "state": "pending",
                    "invoice_ids": [Command.set(self.recent.ids)],
                }
            )

        self.assertSeen(pay, moves=False)

    def test_agency(self):
        def split():
            self.env["payment.reminder.agency.part"].create(
                {
                    "move_id": self.move.id,
                    "agency_id": self.make_customer("Agency").id,
                    "amount": 600,
                }
            )

        self.assertSeen(split)

    # -- the customer -----------------------------------------------------------------

    def test_contact(self):
        self.other.email = False
        self.settle()
        self.assertEqual(self.waiting.blocker, "no_recipient")
        self.assertSeen(
            lambda: self.make_customer(
                "Bills", "bills@soehus.example", parent_id=self.other.id, type="invoice"
            )
        )

    def test_dead_end(self):
        for recipient in ("ap@soehus.example", "ap@nordlys.example"):
            with self.subTest(recipient=recipient):
                self.assertSeen(
                    lambda to=recipient: self.run_sql(
                        "INSERT INTO payment_reminder_delivery (company_id, case_id,"
                        " reminder_id, channel, recipient, state, is_dead_end, key)"
                        " VALUES (%s, %s, %s, 'email', %s, 'bounced', TRUE, 'x')",
                        self.company.id,
                        self.case.id,
                        self.reminder.id,
                        to,
                    )
                )

    def test_register(self):
        Status = self.env["payment.reminder.company.status"].sudo()
        check = Status.create(
            {
                "company_id": self.company.id,
                "partner_id": self.other.id,
                "identity": Status._get_identity(self.company.id, self.other.id),
                "country_code": "DK",
                "number": "12345678",
                "status": "active",
                "word": "NORMAL",
                "source": "CVR",
                "checked_at": fields.Datetime.now(),
                "good_at": fields.Datetime.now(),
                "followed_since": fields.Datetime.now(),
            }
        )
        self.settle()
        self.assertSeen(
            lambda: self.run_sql(
                "UPDATE payment_reminder_company_status"
                " SET status = 'bankruptcy', word = 'UNDER KONKURS' WHERE id = %s",
                check.id,
            )
        )

    # -- settings and law --------------------------------------------------------------

    def test_settings(self):
        step = self.ladder.step_ids[1]
        for query, *params in (
            ("UPDATE payment_reminder_step SET delay_days = 30 WHERE id = %s", step.id),
            ("UPDATE payment_reminder_step SET active = FALSE WHERE id = %s", step.id),
            (
                "UPDATE payment_reminder_case SET ladder_id = NULL WHERE id = %s",
                self.waiting.id,
            ),
            (
                "UPDATE res_company SET reminder_start_date = '2026-10-10'"
                " WHERE id = %s",
                self.company.id,
            ),
        ):
            with self.subTest(query=query):
                self.assertSeen(lambda q=query, p=params: self.run_sql(q, *p))

    def test_law(self):
        law = self.env.ref("payment_reminders.jurisdiction_dk")
        self.run_sql(
            "UPDATE payment_reminder_ladder SET jurisdiction_id = %s WHERE id = %s",
            law.id,
            self.waiting.ladder_id.id,
        )
        self.settle()
        self.assertTrue(self.waiting.limitation_date)
        self.assertSeen(
            lambda: self.run_sql(
                "UPDATE payment_reminder_jurisdiction SET limitation_years_company = 9"
                " WHERE id = %s",
                law.id,
            )
        )

    def test_closed_day(self):
        calendar = self.company.resource_calendar_id

        def close():
            self.run_sql(
                "INSERT INTO resource_calendar_leaves (name, company_id, calendar_id,"
                " date_from, date_to, time_type)"
                " VALUES ('Closed', %s, %s, '2026-09-21', '2026-09-23', 'leave')",
                self.company.id,
                calendar.id,
            )

        self.waiting.invalidate_recordset()
        self.assertSeen(close, moves=False)
        self.assertEqual(self.waiting.next_date, fields.Date.to_date("2026-09-21"))
        self.assertSeen(close)

    def test_old_bank(self):
        self.make_bank_line(5)
        self.company.reminder_bank_stale_days = 5
        self.settle()

        def grow_old():
            with freeze_time("2026-09-22 08:00:00"):
                self.refresh()
                self.assertIn("stale_bank", self.waiting.blocker_codes)

        self.assertSeen(grow_old, moves=False)

    # -- our own rows ----------------------------------------------------------------

    def test_own_rows(self):
        for query in (
            "UPDATE payment_reminder_item SET amount_known = 5 WHERE case_id = %s",
            "UPDATE payment_reminder_item SET next_date = '2027-01-01'"
            " WHERE case_id = %s",
            "UPDATE payment_reminder_case SET next_date = '2027-01-01' WHERE id = %s",
            "UPDATE payment_reminder_case SET snoozed_until = '2026-09-15'"
            " WHERE id = %s",
            "UPDATE payment_reminder_case SET case_obstacles = '[\"held\"]'"
            " WHERE id = %s",
            "INSERT INTO payment_reminder_freeze (case_id, reason, date_start)"
            " VALUES (%s, 'manual', '2026-09-15')",
        ):
            with self.subTest(query=query):
                self.assertSeen(
                    lambda q=query: self.run_sql(q, self.waiting.id), moves=False
                )

    @takes_long
    def test_waiting_in_the_queue(self):
        """What is proposed and stands there moves with the days, and no more."""
        lone = self.make_customer("B", "b@b.example")
        self.make_invoice(due=12, partner=lone)
        self.make_invoice(due=9, partner=lone)
        self.propose()
        self.assertTrue(self.env["payment.reminder"].search_count([]) > 1)
        self.settle()
        self.assertGreater(self.follow_days(12), 20)

    def test_a_step_that_waits_comes_today(self):
        """That is read, looked for, ordered and grouped by, and no night writes it."""
        items = self.waiting.item_ids.filtered("next_date")
        first, later = fields.Date.to_date("2026-09-21"), "2026-09-23"
        self.run_sql(
            "UPDATE payment_reminder_case SET next_date = %s WHERE id = %s",
            *("2026-12-01", self.case.id),
        )
        self.assertEqual((self.waiting.next_date, items.next_date), (first, first))
        model = self.waiting.browse()
        mine = [("id", "in", (self.waiting | self.case).ids)]
        with freeze_time(f"{later} 08:00:00"):
            self.env.invalidate_all()
            today = fields.Date.to_date(later)
            self.assertEqual(self.waiting.next_date, today)
            self.assertEqual(items.next_date, today)
            for domain, found in (
                ([("next_date", "=", later)], True),
                ([("next_date", "<=", later)], True),
                ([("next_date", ">=", later)], True),
                ([("next_date", "<", later)], False),
                ([("next_date", "=", first)], False),
                ([("next_date", "=", False)], False),
            ):
                seen = self.waiting in model.search([*mine, *domain])
                self.assertEqual(seen, found, domain)
                self.assertEqual(bool(self.waiting.filtered_domain(domain)), found)
            ordered = model.search(mine, order="next_date desc")
            self.assertEqual(ordered, self.case | self.waiting)
            groups = model._read_group(mine, ["next_date:day"], ["id:recordset"])
            self.assertEqual(dict(groups)[today], self.waiting)
            self.assertEqual(self.recent.reminder_next_date, today)
            # As if it had been planned today.
            self.waiting._refresh()
            self.assertEqual(self.waiting.next_date, today)

    def test_only_a_day_without_sending_is_written(self):
        for moment, stored in (
            ("2026-09-22 08:00:00", "2026-09-21"),
            ("2026-09-25 08:00:00", "2026-09-21"),
            # A Saturday.
            ("2026-09-26 08:00:00", "2026-09-28"),
            ("2026-09-29 08:00:00", "2026-09-28"),
        ):
            with freeze_time(moment), self.subTest(moment=moment):
                self.refresh()
                self.env.flush_all()
                for table, column in (
                    ("payment_reminder_case", "id"),
                    ("payment_reminder_item", "case_id"),
                ):
                    self.env.cr.execute(
                        f"SELECT MIN(next_date) FROM {table} WHERE {column} = %s",
                        [self.waiting.id],
                    )
                    self.assertEqual(str(self.env.cr.fetchone()[0]), stored, table)

    def test_a_holiday_where_the_debtor_is(self):
        """Only the debtor's country has it: that day nothing comes for this one."""
        self.other.country_id = self.env.ref("base.de")
        self.settle()
        with freeze_time("2026-10-02 08:00:00"):
            self.refresh()
            self.assertEqual(str(self.waiting.next_date), "2026-10-02")
        # German Unity Day is a Saturday in 2026; in 2028 a Tuesday.
        for moment in ("2028-10-02 08:00:00", "2028-10-03 08:00:00"):
            with freeze_time(moment), self.subTest(moment=moment):
                in_full = self.read_in_full()
                self.refresh()
                self.assertEqual(self.read_outcome(), in_full)

    def test_hold_window_ends(self):
        lone = self.make_customer("B", "b@b.example")
        move = self.make_invoice(due=12, partner=lone)
        self.propose()
        case = move.reminder_case_id
        self.assertIn("hold_window", case.blocker_codes)
        self.settle()
        with freeze_time("2026-09-17 08:00:00"):
            in_full = self.read_in_full()
            self.refresh()
            self.assertEqual(self.read_outcome(), in_full)
            self.assertEqual(case.blocker_codes, ",not_approved,")


# TMP@tagged("-standard", "payment_reminders_long")
class TestChangesOfDays(ChangesCase):
    @takes_long
    def test_days(self):
        """Nudges, days of the ladder, week-ends and snoozes come by themselves."""
        self.other.reminder_grace_days = 2
        held = self.make_invoice(due=9, partner=self.make_customer("A", "a@a.example"))
        held.reminder_hold_until = "2026-09-24"
        lone = self.make_customer("B", "b@b.example")
        self.make_invoice(due=12, partner=lone)
        self.make_invoice(due=-4, partner=lone)
        self.make_invoice(due=-9, partner=lone)
        snoozed = self.make_invoice(due=9, partner=self.make_customer("C"))
        self.refresh()
        snoozed.reminder_case_id.action_snooze("2026-09-19")
        self.settle()
        self.assertGreater(self.follow_days(25), 40)


class TestSample(ChangesCommon):
    """Some unmoved cases are read in full all the same."""

    def test_a_sample_finds_what_was_passed_over(self):
        self.settle()
        cases = self.env["payment.reminder.case"].search([])
        cases._check_sample()
        self.assertFalse(self.case.activity_ids)
        self.assertTrue(self.case.seen_key)
        # As a key would that does not know of days of grace.
        facts = type(self.env["payment.reminder.facts"])
        with (
            patch.object(facts, "_get_people", self.get_people_without_grace),
            self.assertLogs("odoo.addons.payment_reminders", "ERROR"),
        ):
            cases.search([])._refresh_free()
            self.run_sql(
                "UPDATE res_partner SET reminder_grace_days = 50 WHERE id = %s",
                self.customer.id,
            )
            self.assertFalse(self.find_changed())
            cases._check_sample()
        self.assertEqual(self.case.item_ids.next_date.year, 2026)
        self.assertEqual(self.case.next_date, fields.Date.to_date("2026-11-02"))
        told = self.case.activity_ids.filtered(lambda a: a.user_id == self.manager)
        self.assertTrue(told)
        self.assertFalse(self.case.seen_key, "all are read in full the next night")

    @property
    def get_people_without_grace(self):
        facts = type(self.env["payment.reminder.facts"])
        original = facts._get_people

        def get_people(model):
            made = original(model)
            return type(made)(
                made.code.replace(
                    "SELECT found.case_id, partner.*",
                    "SELECT found.case_id, partner.id, partner.email, partner.phone,"
                    " partner.street",
                ),
                *made.params,
            )

        return get_people

    def test_the_nightly_check_takes_a_sample(self):
        self.settle()
        with patch.object(type(self.case), "_check_sample") as check:
            self.env["payment.reminder.event"]._cron_check_trail()
        check.assert_called_once_with()


class TestAfterPayment(ChangesCommon):
    """What happens in the payer's request, and what a moment later."""

    def setUp(self):
        super().setUp()
        self.other = self.make_invoice(due=9, amount=500)
        self.refresh()
        self.items = {item.move_id: item for item in self.case.item_ids}
        self.assertEqual(set(self.items), {self.move, self.other})

    def pay_and_commit(self, move, amount=None):
        """Pay, and do what follows the commit; return how many queries that took."""
        with patch.object(
            type(self.case), "_refresh_after_commit", lambda *_arguments: None
        ):
            self.pay(move, amount)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.case._refresh_partners({self.customer.id})
        return self.env.cr.sql_log_count - before

    def count_triggers(self, cron):
        self.env.flush_all()
        return self.env["ir.cron.trigger"].search_count(
            [("cron_id", "=", self.env.ref(f"payment_reminders.{cron}").id)]
        )

    def test_one_invoice_of_several(self):
        """The guard holds what is about to leave; the rest is done by the action."""
        # Two of them are the savepoint that stands for a transaction here.
        self.assertLessEqual(self.pay_and_commit(self.move), 8)
        self.assertEqual(self.items[self.move].amount_known, 1000)
        self.assertEqual(self.count_triggers("ir_cron_follow"), 1)
        self.assertEqual(self.count_triggers("ir_cron_refresh"), 0)
        facts = self.reminder.sudo()._read_facts(fields.Datetime.now())
        self.assertTrue(guard.check(facts[self.reminder], fields.Datetime.now()))
        self.case._cron_follow()
        self.assertEqual(self.items[self.move].amount_known, 0)
        self.assertEqual(self.case.state, "active")
        self.assertFalse(self.case.seen_key)
        with patch.object(type(self.case), "_refresh_free") as refresh:
            self.case._cron_follow()
        refresh.assert_not_called()

    def test_the_night_looks_too(self):
        self.settle()
        self.pay_and_commit(self.move)
        self.assertIn(self.case, self.find_changed())
        self.refresh()
        self.assertEqual(self.items[self.move].amount_known, 0)

    def test_all_that_is_owed(self):
        self.pay_and_commit(self.other)
        self.case._cron_follow()
        self.pay_and_commit(self.move)
        self.assertEqual(self.case.state, "closed")
        self.assertEqual(self.reminder.state, "cancelled")
        self.assertEqual(self.count_triggers("ir_cron_follow"), 1)

    def test_a_part(self):
        self.pay_and_commit(self.move, 400)
        self.assertEqual(self.case.state, "frozen")
        self.assertEqual(self.items[self.move].amount_known, 600)
