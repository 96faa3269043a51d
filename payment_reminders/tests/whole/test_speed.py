from datetime import date

from odoo.tests import freeze_time, tagged

from .speed_common import SpeedCommon


class SpeedCase(SpeedCommon):
    """The number of queries does not grow with the number of cases."""

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


class TestSpeed(SpeedCase):
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

    def test_refresh_with_other_amounts(self):
        """Each case is paid in part: the trail tells of it, and the case is held."""

        def work(cases):
            self.env.cr.execute(
                "UPDATE account_move_line SET amount_residual_currency ="
                " amount_residual_currency / 2 WHERE id = ANY(%s)",
                [cases.item_ids.move_line_id.ids],
            )
            cases._refresh()
            events = cases.event_ids.filtered(lambda e: e.kind == "payment_seen")
            self.assertEqual(len(events), len(cases))
            self.assertEqual(set(cases.mapped("state")), {"frozen"})

        # Amounts, states, holds, and what is in the way: each of 200 rows.
        self.assertSameCount(lambda: work(self.few), lambda: work(self.many), batches=4)

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

    def test_a_quiet_night(self):
        """Nothing moved: the cases are not read, and neither is a full queue."""
        refresh = self.env["payment.reminder.case"]._cron_refresh
        refresh()
        self.assertLessEqual(self.count(refresh), 34)
        self.env["payment.reminder"]._cron_propose()
        self.assertLessEqual(self.count(refresh), 34)

    def test_a_quiet_day(self):
        """All wait in the queue, and their days move on."""
        refresh = self.env["payment.reminder.case"]._cron_refresh
        self.env["payment.reminder"]._cron_propose()
        refresh()
        with freeze_time("2026-09-16 08:00:00"):
            self.assertLessEqual(self.count(refresh), 42)
            self.cases.invalidate_recordset()
            self.assertEqual(set(self.cases.mapped("next_date")), {date(2026, 9, 16)})

    def test_a_quiet_hour(self):
        """All wait in the queue, and nothing is new."""
        propose = self.env["payment.reminder"]._cron_propose
        propose()
        propose()
        self.assertLessEqual(self.count(propose), 20)

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


@tagged("-standard", "payment_reminders_long")
class TestMoreSpeed(SpeedCase):
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
