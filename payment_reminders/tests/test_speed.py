import re
from collections import Counter
from contextlib import contextmanager
from datetime import date

from .common import ReminderCommon

FEW, MANY = 10, 200


class TestSpeed(ReminderCommon):
    """The number of queries does not grow with the number of cases."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        partners = cls.make_debtors(FEW + MANY)
        cls.use_danish_law(
            fee_amount=100.0, charge_interest=True, charge_compensation=True
        )
        # A law in another currency than the company's, with a rate between the two.
        cls.setup_other_currency("DKK", rates=[("2026-01-01", 7.0)])
        cls.refresh()
        cls.cases = cls.env["payment.reminder.case"].search(
            [("partner_id", "in", partners.ids)], order="id"
        )
        assert len(cls.cases) == FEW + MANY
        cls.few, cls.many = cls.cases[:FEW], cls.cases[FEW:]

    def count(self, work):
        """Return how many queries ``work`` and what it left to flush run."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        work()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def assertSameCount(self, few, many, batches=0):
        """``many`` takes no more queries than ``few``; both run once to warm up.

        :param batches: so many UPDATEs more, because Odoo writes 100 rows with one
        """
        savepoint = self.env.cr.savepoint()
        for work in (few, many):
            work()
            savepoint.rollback()
            self.env.invalidate_all()
        counts = []
        for work in (few, many):
            counts.append(self.count(work))
            savepoint.rollback()
            self.env.invalidate_all()
        if counts[0] + batches != counts[1]:
            self.fail(f"{counts[0]} and {counts[1]} queries\n{self.explain(few, many)}")
        savepoint.close(rollback=False)

    def spy(self, queries):
        """Collect the queries in this list."""
        return contextmanager(self._patchExecute)(queries)

    def explain(self, few, many):
        """Return the queries that ``many`` runs more often, for whoever reads this."""
        seen = []
        for work in (few, many):
            queries = []
            savepoint = self.env.cr.savepoint()
            with self.spy(queries):
                work()
                self.env.flush_all()
            savepoint.close(rollback=True)
            self.env.invalidate_all()
            seen.append(Counter(re.sub(r"\s+", " ", query)[:300] for query in queries))
        return "\n".join(
            f"{times} more: {query}" for query, times in (seen[1] - seen[0]).items()
        )

    # -- refresh ----------------------------------------------------------------

    def test_refresh(self):
        self.assertSameCount(self.few._refresh, self.many._refresh)

    def test_refresh_with_a_new_day(self):
        """Every case gets another date."""

        def work(cases):
            self.env.cr.execute("UPDATE res_partner SET reminder_grace_days = 30")
            cases._refresh()
            self.assertEqual(set(cases.mapped("next_date")), {date(2026, 10, 12)})

        self.assertSameCount(lambda: work(self.few), lambda: work(self.many))

    def test_opening(self):
        company = self.company

        def work(cases):
            self.env.cr.execute("DELETE FROM payment_reminder_item")
            self.env.cr.execute(
                "UPDATE res_partner SET reminder_excluded = id NOT IN %s",
                [tuple(cases.partner_id.ids)],
            )
            self.env.invalidate_all()
            opened = self.env["payment.reminder.case"].sudo()._open_due(company)
            self.assertEqual(opened, cases)

        self.assertSameCount(lambda: work(self.few), lambda: work(self.many))

    # -- propose ----------------------------------------------------------------

    def let_sleep(self, cases):
        self.env.cr.execute(
            "UPDATE payment_reminder_case SET snoozed_until = '2027-01-01'"
            " WHERE id IN %s",
            [tuple(cases.ids)],
        )
        cases.invalidate_recordset()

    def propose_for(self, cases):
        self.let_sleep(self.cases - cases)
        self.env["payment.reminder"]._cron_propose()
        reminders = cases.reminder_ids
        self.assertEqual(len(reminders), len(cases))
        self.assertEqual(reminders.mapped("state"), ["proposed"] * len(cases))

    def test_propose(self):
        self.assertSameCount(
            lambda: self.propose_for(self.few),
            lambda: self.propose_for(self.many),
            batches=1,
        )

    def test_propose_under_a_standing_approval(self):
        self.ladder.with_user(self.manager).action_grant_standing_approval()

        def work(cases):
            self.let_sleep(self.cases - cases)
            self.env["payment.reminder"]._cron_propose()
            self.assertEqual(set(cases.reminder_ids.mapped("state")), {"approved"})

        self.assertSameCount(lambda: work(self.few), lambda: work(self.many), batches=2)

    def test_look_again_at_the_queue(self):
        self.env["payment.reminder"]._cron_propose()
        self.assertSameCount(
            lambda: self.few.reminder_ids._recheck(),
            lambda: self.many.reminder_ids._recheck(),
            batches=1,
        )

    # -- guard ------------------------------------------------------------------

    def test_guard(self):
        self.env["payment.reminder"]._cron_propose()
        self.assertSameCount(
            lambda: self.few.reminder_ids._guard(),
            lambda: self.many.reminder_ids._guard(),
        )

    def test_guard_with_doubts(self):
        """Holds, questions, plans, contacts: what the guard reads of each case."""
        self.env["payment.reminder"]._cron_propose()
        self.cases._freeze("manual")
        self.env["payment.reminder.query"].create(
            [{"case_id": case.id} for case in self.cases]
        )
        self.env["res.partner"].create(
            [
                {
                    "name": "Bills",
                    "type": "invoice",
                    "parent_id": partner.id,
                    "email": f"bills{partner.id}@x.example",
                }
                for partner in self.cases.partner_id
            ]
        )
        self.assertSameCount(
            lambda: self.few.reminder_ids._guard(),
            lambda: self.many.reminder_ids._guard(),
        )

    # -- sending ----------------------------------------------------------------

    def test_an_idle_server_looks_once(self):
        """It looks for what a dead sender left, and at the queue: no more."""
        self.env["payment.reminder"]._cron_propose()
        run = self.env["payment.reminder"]._cron_send
        run()
        self.assertLessEqual(self.count(run), 2)

    def test_before_a_run(self):
        """The send brake, and who has a working hour now."""
        self.env["payment.reminder"]._cron_propose()
        sender = self.env["payment.reminder.sender"].sudo()
        halts = self.env["payment.reminder.halt"].sudo()

        def look(cases):
            halts._watch(cases.reminder_ids.sudo())
            sender._filter_sending_time(cases.reminder_ids.sudo())

        self.company.reminder_brake_floor = 1000
        self.assertSameCount(lambda: look(self.few), lambda: look(self.many))

    def test_guard_with_money_in_doubt(self):
        """Bank lines, credits and sent invoices are read for all notices at once."""
        self.env["payment.reminder"]._cron_propose()
        journal = self.company_data["default_journal_bank"]
        self.env["account.bank.statement.line"].create(
            [
                {
                    "journal_id": journal.id,
                    "date": "2026-09-14",
                    "payment_ref": "Transfer",
                    "amount": 5,
                    "partner_id": partner.id,
                }
                for partner in self.cases.partner_id
            ]
        )
        self.assertSameCount(
            lambda: self.few.reminder_ids._guard(),
            lambda: self.many.reminder_ids._guard(),
        )

    # -- what people look at ----------------------------------------------------

    def test_list_of_cases(self):
        names = [
            "name",
            "partner_id",
            "amount_principal",
            "amount_claim",
            "hold_reason",
            "next_text",
            "next_step_id",
            "next_date",
            "reminder_count",
            "invoice_count",
        ]
        self.assertSameCount(
            lambda: self.few.read(names), lambda: self.many.read(names)
        )

    def test_list_of_notices(self):
        self.env["payment.reminder"]._cron_propose()
        names = [
            "name",
            "held_reason",
            "next_text",
            "channel_summary",
            "move_ids",
            "amount_claim",
        ]
        self.assertSameCount(
            lambda: self.few.reminder_ids.read(names),
            lambda: self.many.reminder_ids.read(names),
        )

    def test_list_of_invoices(self):
        names = [
            name
            for name, field in self.env["account.move"]._fields.items()
            if name.startswith("reminder_")
        ]
        self.assertSameCount(
            lambda: self.few.move_ids.read(names),
            lambda: self.many.move_ids.read(names),
        )

    def test_list_of_reminded_invoices(self):
        self.env["payment.reminder"]._cron_propose()
        some = self.few | self.many[:30]
        self.ripen(some.reminder_ids)
        some.reminder_ids._dispatch()
        self.assertEqual(set(some.reminder_ids.mapped("state")), {"sent"})
        names = ["reminder_step_id", "reminder_last_fee", "reminder_last_channel"]
        Move = self.env["account.move"]
        few = Move.browse(self.few.move_ids.ids)
        many = Move.browse(self.many[:30].move_ids.ids)
        self.assertSameCount(lambda: few.read(names), lambda: many.read(names))
        self.assertEqual(set(many.mapped("reminder_last_channel")), {"E-mail"})

    def test_withdrawing(self):
        """Taking back what was sent, with its fees and interest."""
        self.env["payment.reminder"]._cron_propose()
        some = self.few[:5] | self.many[:50]
        self.ripen(some.reminder_ids)
        some.reminder_ids._dispatch()
        for case in some:
            self.assertEqual(case.reminder_ids.state, "sent")
            self.assertEqual(case.item_ids.step_id.name, "Reminder 1")
        few, many = (
            self.env["payment.reminder"].browse(cases.reminder_ids.ids)
            for cases in (self.few[:5], self.many[:50])
        )
        self.assertSameCount(
            lambda: few._undo_sent("withdrawn", "Sent by mistake"),
            lambda: many._undo_sent("withdrawn", "Sent by mistake"),
        )
        deliveries = self.env["payment.reminder.delivery"]
        few, many = (deliveries.browse(n.delivery_ids.ids) for n in (few, many))
        self.assertSameCount(
            lambda: few.reminder_id._mail_withdrawn(few),
            lambda: many.reminder_id._mail_withdrawn(many),
        )

    # -- others -----------------------------------------------------------------

    def test_posting_an_invoice_costs_nothing(self):
        """Not one query of ours, be the customer in a case or not."""
        for partner in (self.customer, self.few.partner_id[0]):
            move = self.make_invoice(due=5, partner=partner, post=False)
            queries = []
            with self.spy(queries):
                move.action_post()
                self.env.flush_all()
            self.assertGreater(len(queries), 5, "the spy works")
            self.assertEqual([q for q in queries if "payment_reminder" in q], [])

    def test_dialog_and_run(self):
        Wizard = self.env["payment.reminder.wizard"]

        def open_dialog(cases):
            action = Wizard._open_cases(cases)
            dialog = Wizard.browse(action["res_id"])
            self.assertEqual(len(dialog._get_chosen_lines()), len(cases))
            dialog.line_ids[:10].read(["obstacle", "step_id", "amount"])

        self.assertSameCount(
            lambda: open_dialog(self.few), lambda: open_dialog(self.many)
        )
