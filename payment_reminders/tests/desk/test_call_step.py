from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from ..books.paying_common import PayingCommon
from ..common import ReminderCommon
from ..whole.test_tours import ToursCommon


class CallCommon(ReminderCommon):
    """A ladder on which somebody calls between two letters."""

    #: Of the step and of the ladder.
    terms, spacing = {}, 0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.phone = "+45 20 12 34 56"
        # Nudge, call on day 7, final notice ten days later.
        _nudge, cls.step, second, cls.final = cls.ladder.step_ids
        second.active = False
        cls.step.write({"name": "Call", "kind": "call", **cls.terms})
        if cls.spacing:
            cls.ladder.spacing_days = cls.spacing
        cls.move = cls.make_invoice(due=10, invoice_user_id=cls.rep.id)
        cls.refresh()
        cls.case = cls.move.reminder_case_id
        cls.today = cls.company._get_reminder_today()

    @classmethod
    def plan(cls):
        """Run what plans calls; return the one of the case."""
        cls.env["payment.reminder.call"]._cron_calls()
        cls.env.flush_all()
        return cls.case.call_id

    def find(self):
        self.env.flush_all()
        return self.env["payment.reminder.case"].search([("is_to_call", "=", True)])

    def get_todo(self, user=None):
        self.env.flush_all()
        Todo = self.env["payment.reminder.todo"].with_user(user or self.manager)
        Todo.invalidate_model()
        return Todo.search([("work", "=", "call")])

    def open_dialog(self, user=None, **vals):
        case = self.case.with_user(user or self.rep)
        action = case.action_call()
        dialog = case.env[action["res_model"]].with_context(**action["context"])
        return dialog.create(vals)

    def get_events(self, *kinds):
        events = self.case.event_ids.sorted("seq")
        return [
            (event.kind, event.payload.get("result") or event.payload.get("codes"))
            for event in events
            if event.kind in kinds
        ]

    @property
    def calls(self):
        return self.env["payment.reminder.call"].search(
            [("case_id", "=", self.case.id)]
        )


@tagged("post_install", "-at_install")
class TestCallStep(CallCommon):
    """A call is due like a letter, and is none."""

    def test_it_is_an_activity_and_no_notice(self):
        self.assertEqual(self.case.next_step_id, self.step)
        self.assertFalse(self.propose(), "no letter is proposed for a call")
        call = self.plan()
        self.assertEqual((call.state, call.step_id), ("open", self.step))
        activity = self.case.activity_ids
        self.assertEqual(activity, call.activity_id)
        self.assertEqual(activity.user_id, self.rep)
        self.assertEqual(
            activity.activity_type_id,
            self.env.ref("payment_reminders.mail_activity_call"),
        )
        self.assertEqual(self.find(), self.case)
        self.assertFalse(self.case.reminder_ids)
        self.assertFalse(self.case.claim_line_ids)
        self.assertIn("Call", self.case.next_text)
        row = self.get_todo()
        self.assertEqual(row.case_id, self.case)
        self.assertEqual(row.phone, "+45 20 12 34 56")
        self.assertEqual(row.amount, 1000)
        self.assertTrue(self.get_todo(self.rep))
        self.assertEqual(self.plan(), call, "planned once")
        self.assertEqual(self.get_events("call_planned"), [("call_planned", None)])

    def test_what_is_owed_is_read_when_it_is_shown(self):
        call = self.plan()
        activity = call.activity_id.with_user(self.rep)
        self.assertNotIn("1,000", activity.note)
        self.assertIn("1,000.00", activity._get_note_of_now())
        self.assertIn("tel:+4520123456", activity._get_note_of_now())
        self.make_invoice(due=9, amount=234.5, invoice_user_id=self.rep.id)
        self.refresh()
        self.env.invalidate_all()
        self.assertIn("1,234.50", activity._get_note_of_now())
        dialog = self.open_dialog()
        self.assertEqual(dialog.amount, 1234.5)
        self.assertIn("1,234.50", dialog.script)
        self.rep.lang = self.get_danish()
        danish = self.case.with_user(self.rep).with_context(lang="da_DK")
        calls = danish.env["payment.reminder.call"]
        self.assertIn("Spørg efter", calls._write_script(danish))
        self.step.call_script = "Say hello"
        self.assertEqual(calls._write_script(danish), "Say hello")

    def get_danish(self):
        self.env["res.lang"]._activate_lang("da_DK")
        return "da_DK"

    def test_who_paid_is_never_on_the_list(self):
        self.plan()
        self.pay(self.move)
        self.env.flush_all()
        self.assertFalse(self.case.activity_ids)
        self.assertFalse(self.find())
        self.assertFalse(self.get_todo())
        self.assertEqual(self.calls.state, "gone")
        self.assertEqual(self.get_events("call_gone"), [("call_gone", ["paid"])])
        said = self.case.message_ids.mapped("body")
        self.assertTrue(any("off the list: Paid" in body for body in said), said)

    def test_the_books_count_before_the_case_has_followed_them(self):
        self.plan()
        self.assertTrue(self.find())
        # As between a payment and the refresh that comes after its commit.
        self.env.flush_all()
        line = self.case.item_ids.move_line_id
        self.env.cr.execute(
            "UPDATE account_move_line SET reconciled = TRUE WHERE id = %s", [line.id]
        )
        self.env.invalidate_all()
        self.assertEqual(self.case.call_id.state, "open")
        self.assertFalse(self.find())
        self.assertFalse(self.get_todo())

    def test_an_invoice_that_is_not_chased_now_is_not_called_about(self):
        self.plan()
        for vals in (
            {"reminder_excluded": True},
            {"reminder_hold_until": "2026-12-01"},
            {"no_followup": True},
        ):
            with self.subTest(vals), self.env.cr.savepoint() as savepoint:
                # Whatever the case has seen of it by now.
                self.move.with_context(tracking_disable=True).write(vals)
                self.assertFalse(self.find())
                savepoint.rollback()
                self.env.invalidate_all()
        self.assertTrue(self.find())

    def test_an_activity_that_somebody_cancels_comes_again(self):
        call = self.plan()
        call.activity_id.with_user(self.rep).unlink()
        self.assertTrue(self.find())
        self.plan()
        self.assertTrue(call.activity_id)

    def test_the_letter_before_it_names_the_letter_after_it(self):
        """What the law wants named is what the next letter costs, not the call."""
        reminder, call, later = self.make_ladder().step_ids[1:]
        call.write({"kind": "call", "fee_amount": 0.0})
        notice = self.env["payment.reminder"].new(
            {"step_id": reminder.id, "step_kind": "reminder"}
        )
        self.assertEqual(notice._get_letter_next_step(), later)

    def test_a_hold_takes_it_off_the_list_and_its_end_brings_it_back(self):
        self.plan()
        self.case.with_user(self.manager).action_hold("Wait")
        self.assertFalse(self.case.activity_ids)
        self.assertFalse(self.find())
        self.assertEqual(self.case.call_id.state, "held")
        self.case.with_user(self.manager).action_release("Go on")
        self.assertEqual(self.case.call_id.state, "open")
        self.assertTrue(self.case.activity_ids)
        self.assertTrue(self.find())
        self.case.with_user(self.manager).action_snooze("2026-09-20")
        self.assertFalse(self.case.activity_ids)
        self.assertFalse(self.find())
        kinds = [kind for kind, _said in self.get_events("call_planned", "call_held")]
        self.assertEqual(kinds, ["call_planned", "call_held"] * 2)
        with freeze_time("2026-09-21 08:00:00"):
            self.refresh()
            self.plan()
            self.assertTrue(self.find())

    def test_what_holds_a_letter_holds_it(self):
        self.company.reminder_require_invoice_sent = "always"
        self.move.is_move_sent = False
        call = self.plan()
        self.assertEqual(call.state, "held")
        self.assertEqual(call.verdict, ["invoice_not_sent"])
        self.assertEqual(self.case.blocker, "invoice_not_sent")
        self.assertFalse(self.case.activity_ids)
        self.assertFalse(self.find())
        self.move.is_move_sent = True
        self.plan()
        self.assertEqual(call.state, "open")
        self.assertTrue(self.find())

    def test_without_an_address_somebody_can_call(self):
        self.customer.email = False
        self.assertEqual(self.plan().state, "open")
        self.customer.phone = False
        self.assertEqual(self.plan().state, "open")
        self.assertIn("no number is known", self.get_todo().text)

    def test_it_cannot_bear_costs(self):
        for vals in (
            {"fee_amount": 100.0},
            {"charge_interest": True},
            {"charge_compensation": True},
        ):
            with (
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
                self.cr.savepoint(),
            ):
                self.step.write(vals)
                self.env.flush_all()
        step = self.env["payment.reminder.step"].create(
            {"ladder_id": self.ladder.id, "kind": "call", "name": "C", "sequence": 9}
        )
        self.assertEqual(step.fee_policy, "none")
        self.assertEqual(step._get_channels(), [])

    def test_after_a_final_notice_a_customer_stays_at_it(self):
        step = self.env["payment.reminder.step"].create(
            {
                "ladder_id": self.ladder.id,
                "kind": "call",
                "name": "Last call",
                "sequence": 9,
                "delay_from": "previous_step",
            }
        )
        self.assertEqual(step.letter_kind, "final_notice")
        self.assertEqual(self.step.letter_kind, "nudge")
        self.assertEqual(self.final.letter_kind, "final_notice")

    def test_a_letter_by_hand_says_that_a_call_comes_next(self):
        self.assertFalse(self.case.can_remind)
        run = self.env["payment.reminder.proposal"]._propose(self.case, ahead=True)
        self.assertFalse(run)


@tagged("post_install", "-at_install")
class TestCallResults(CallCommon):
    """What follows from how a call ends."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.call = cls.plan()

    def test_promised_a_day(self):
        dialog = self.open_dialog(
            result="promised", day=self.today + timedelta(days=3), description="Ida"
        )
        self.assertTrue(dialog.consequence)
        dialog.action_note()
        plan = self.case.plan_ids
        self.assertEqual(
            (plan.state, plan.source, plan.note), ("active", "phone", "Ida")
        )
        self.assertEqual(self.call.state, "done")
        self.assertEqual(self.call.user_id, self.rep)
        self.assertFalse(self.case.activity_ids)
        self.assertFalse(self.find())
        item = self.case.item_ids
        self.assertEqual((item.step_id, item.last_sent_date), (self.step, self.today))
        self.assertEqual(self.case.next_step_id, self.final)
        self.assertEqual(self.case.next_date, self.today + timedelta(days=10))
        self.assertEqual(self.get_events("called"), [("called", "promised")])
        self.assertFalse(self.get_events("call_gone", "call_held"))

    def test_a_promise_that_is_broken_goes_on_with_the_next_step(self):
        self.open_dialog(
            result="promised", day=self.today + timedelta(days=3)
        ).action_note()
        with freeze_time("2026-09-28 08:00:00"):
            self.env["payment.reminder.plan"]._cron_plans()
            self.assertEqual(self.case.plan_ids.state, "broken")
            notice = self.propose()
            self.assertEqual(notice.step_id, self.final)
            self.assertFalse(notice.amount_fee)

    def test_a_question(self):
        self.open_dialog(
            result="question", kind="delivery", description="No goods"
        ).action_note()
        self.assertEqual(self.case.query_ids.description, "No goods")
        self.assertEqual((self.case.state, self.call.state), ("frozen", "done"))
        self.assertFalse(self.find())
        self.assertEqual(self.get_events("called"), [("called", "question")])

    def test_not_reached_again_until_the_tries_are_over(self):
        day = self.today + timedelta(days=2)
        self.open_dialog(result="missed", again_date=day).action_note()
        self.assertEqual((self.call.state, self.call.tries), ("open", 1))
        self.assertEqual(self.call.activity_id.date_deadline, day)
        self.assertFalse(self.find())
        self.assertEqual(self.case.next_step_id, self.step)
        with freeze_time("2026-09-17 08:00:00"):
            self.plan()
            self.assertTrue(self.find())
            self.assertIn("not reached 1 times", self.get_todo().text)
            # A Saturday becomes the Monday.
            self.open_dialog(result="missed", again_date="2026-09-19").action_note()
            self.assertEqual(str(self.call.date_next), "2026-09-21")
        with freeze_time("2026-09-21 08:00:00"):
            self.plan()
            self.case.with_user(self.rep).action_call_missed()
            self.assertEqual((self.call.state, self.call.result), ("done", "missed"))
            self.assertEqual(str(self.case.item_ids.last_sent_date), "2026-09-21")
            self.assertEqual(str(self.case.next_date), "2026-10-01")
            self.assertFalse(self.find())

    def test_a_result_must_be_chosen(self):
        with self.assertRaises(UserError):
            self.open_dialog().action_note()

    def test_a_wrong_number_asks_for_another(self):
        self.open_dialog(result="wrong_number").action_note()
        self.assertEqual(self.call.state, "open")
        self.assertFalse(self.case.contact_phone)
        self.assertEqual(self.find(), self.case)
        self.assertIn("no number is known", self.get_todo().text)
        self.open_dialog(
            result="wrong_number", other_phone="+45 20 65 43 21"
        ).action_note()
        self.assertEqual(self.case.contact_phone, "+45 20 65 43 21")
        self.assertEqual(self.get_todo().phone, "+45 20 65 43 21")
        self.assertEqual(self.case.next_step_id, self.step)

    def test_nobody_called_in_time(self):
        with freeze_time("2026-09-21 08:00:00"):
            self.plan()
            self.assertEqual(self.call.state, "open")
        with freeze_time("2026-09-22 08:00:00"):
            self.plan()
            self.assertEqual((self.call.state, self.call.result), ("done", "late"))
            self.assertFalse(self.case.activity_ids)
            self.assertEqual(self.case.next_step_id, self.final)
            self.assertEqual(str(self.case.next_date), "2026-09-25")

    def test_marked_as_done_where_odoo_shows_it(self):
        self.call.activity_id.with_user(self.rep).action_feedback(feedback="All fine")
        self.assertEqual((self.call.state, self.call.result), ("done", "done"))
        self.assertEqual(self.case.next_step_id, self.final)
        self.assertEqual(self.get_events("called"), [("called", "done")])

    def test_who_paid_meanwhile_loses_nothing_of_what_was_said(self):
        for result, vals in (
            ("promised", {"day": self.today + timedelta(days=3)}),
            ("question", {"kind": "amount"}),
            ("missed", {}),
            ("wrong_number", {}),
        ):
            with self.subTest(result), self.env.cr.savepoint() as savepoint:
                dialog = self.open_dialog(result=result, description="Words", **vals)
                self.pay(self.move)
                told = dialog.action_note()
                self.assertIn("paid", told["params"]["message"])
                self.assertFalse(self.case.query_ids)
                self.assertFalse(self.case.plan_ids)
                self.assertEqual(self.case.state, "closed")
                self.assertEqual(self.get_events("called"), [("called", result)])
                bodies = self.case.message_ids.mapped("body")
                self.assertTrue(any("Words" in body for body in bodies))
                self.assertIn("tag", self.case.with_user(self.rep).action_call())
                savepoint.rollback()
                self.env.invalidate_all()

    def test_a_rep_calls_own_customers_only(self):
        other = self.make_user("other", "payment_reminders.group_reminder_user")
        with self.assertRaises(AccessError):
            self.case.with_user(other).action_call()
        self.assertFalse(self.env["payment.reminder.call"].with_user(other).search([]))
        self.assertTrue(self.call.with_user(self.rep).read(["state"]))

    def test_it_never_counts_as_a_letter(self):
        self.use_danish_law(charge_interest=False)
        self.final.fee_policy = "statutory"
        self.open_dialog(result="missed").action_note()
        self.call.with_user(self.manager).action_skip()
        figures = self.env["payment.reminder.figures"]
        self.assertFalse(figures._read_fee_history(self.case)[self.case.id])
        with freeze_time("2026-10-01 08:00:00"):
            notice = self.propose()
            self.assertEqual(notice.step_id.lineage, self.final.lineage)
            self.assertEqual(notice.step_kind, "final_notice")
        self.assertFalse(self.case.reminder_ids.filtered("counts"))

    def test_a_merge_of_customers_keeps_what_was_called(self):
        self.call.with_user(self.manager).action_skip()
        other = self.make_customer("Other", "o@x.example")
        self.make_invoice(due=10, partner=other)
        self.refresh()
        case = self.env["payment.reminder.case"].search([("partner_id", "=", other.id)])
        self.plan()
        self.assertTrue(case.call_id)
        (self.customer | other).phone = "+45 20 12 34 56"
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.customer | other).ids, self.customer
        )
        self.assertFalse(case.exists().call_id)
        self.assertFalse(case.exists().activity_ids)


@tagged("post_install", "-at_install")
class TestCallMatrix(CallCommon):
    """What holds a letter takes a call off the list; what only looks so does not."""

    make_bank_line = vars(PayingCommon)["make_bank_line"]
    make_credit_note = PayingCommon.make_credit_note
    pay_without_entry = PayingCommon.pay_without_entry

    def get_holds(self):
        """Return {what is in the way: function that makes it so}."""
        case, move, customer = self.case, self.move, self.customer
        manager = case.with_user(self.manager)
        return {
            "paid": lambda: self.pay(move),
            "partial_payment": lambda: self.pay(move, 400),
            "in_payment": lambda: self.pay_without_entry(move, 1000),
            "unallocated_credit": lambda: self.make_credit_note(10),
            "unmatched_bank_line": lambda: self.make_bank_line(
                3, partner_id=customer.id, date="2026-09-10"
            ),
            "not_posted": move.button_draft,
            "blocked": move.action_toggle_block_payment,
            "invoice_held": lambda: move.write({"reminder_hold_until": "2026-12-01"}),
            "excluded": lambda: move.write({"reminder_excluded": True}),
            "customer_excluded": lambda: customer.write({"reminder_excluded": True}),
            "insolvency": lambda: case.sudo()._freeze("insolvency"),
            "snoozed": manager.action_snooze,
            "held": manager.action_hold,
            "handed_over": lambda: manager.action_close("handed_over"),
            "open_query": lambda: self.env["payment.reminder.query"].create(
                {"case_id": case.id}
            ),
            "send_brake": lambda: self.env["payment.reminder.halt"]
            .sudo()
            ._open([(self.company, "count", 500, 100)]),
            "neutralized": lambda: self.env["ir.config_parameter"].set_param(
                "database.is_neutralized", "true"
            ),
        }

    def get_look_alikes(self):
        other = self.make_customer("Fjordby ApS", "f@x.example")
        move = self.make_invoice(due=10, partner=other, amount=77)
        return {
            "somebody else pays": lambda: self.pay(move),
            "a bank line of somebody else": lambda: self.make_bank_line(
                3, partner_id=other.id, date="2026-09-10"
            ),
            "somebody else is let off": lambda: other.write(
                {"reminder_excluded": True}
            ),
            "no address": lambda: self.customer.write({"email": False}),
        }

    @property
    def kind(self):
        return self.env.ref("payment_reminders.mail_activity_call")

    def look_after(self, make):
        """Make something, look again; return what stands on the list and at Odoo."""
        savepoint = self.env.cr.savepoint()
        try:
            make()
            self.env.flush_all()
            self.plan()
            return (
                self.case in self.find(),
                self.case in self.get_todo().case_id,
                self.kind in self.case.activity_ids.activity_type_id,
            )
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all()

    def test_each(self):
        self.assertTrue(self.plan())
        for code, make in self.get_holds().items():
            with self.subTest(code):
                self.assertEqual(self.look_after(make), (False,) * 3)
        for name, make in self.get_look_alikes().items():
            with self.subTest(name):
                self.assertEqual(self.look_after(make), (True,) * 3)


@tagged("post_install", "-at_install")
class TestCallDecided(CallCommon):
    terms = {"call_tries": 1, "call_then": "ask", "call_wait_days": 2}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.call = cls.plan()

    def test_not_reached_so_often_that_a_manager_decides(self):
        dialog = self.open_dialog(result="missed")
        self.assertIn("a manager decides", dialog.consequence)
        dialog.action_note()
        self.assertEqual(self.call.state, "open")
        self.assertTrue(self.call.is_undecided)
        self.assertEqual(len(self.case.activity_ids), 2)
        with self.assertRaises(AccessError):
            self.call.with_user(self.rep).action_skip()
        self.call.with_user(self.manager).action_skip()
        self.assertEqual((self.call.state, self.call.result), ("done", "skipped"))
        self.assertEqual(self.case.next_step_id, self.final)

    def test_who_decides_has_all_the_time(self):
        self.open_dialog(result="missed").action_note()
        with freeze_time("2026-09-25 08:00:00"):
            self.plan()
            self.assertEqual(self.call.state, "open")
            self.assertIn("decide what follows", self.get_todo().text)


@tagged("post_install", "-at_install")
class TestCallSpacing(CallCommon):
    terms, spacing = {"call_tries": 1, "call_wait_days": 0}, 14

    def test_days_between_hold_after_a_call(self):
        call = self.plan()
        with freeze_time("2026-12-16 08:00:00"):
            self.plan()
            self.assertEqual(call.state, "open", "it waits for good")
            self.case.with_user(self.rep).action_call_missed()
            self.assertEqual(call.state, "done")
            self.assertEqual(str(self.case.next_date), "2026-12-30")


@tagged("post_install", "-at_install")
class TestCallBesideLetters(ReminderCommon):
    """Invoices at different steps of one ladder, one of them a call."""

    def test_a_call_takes_no_letter_along(self):
        ladder = self.make_ladder()
        ladder.step_ids[2].write({"kind": "call", "fee_amount": 0.0, "delay_days": 5})
        self.company.reminder_ladder_id = ladder
        first = self.make_invoice(due=30)
        self.refresh()
        case = first.reminder_case_id
        case.ladder_id = ladder
        item = case.item_ids.filtered(lambda i: i.move_id == first)
        item.sudo().write(
            {
                "step_id": ladder.step_ids[1].id,
                "last_sent_date": fields.Date.today() - timedelta(days=6),
            }
        )
        second = self.make_invoice(due=10)
        self.refresh()
        self.assertEqual(case.next_step_id, ladder.step_ids[2])
        self.env["payment.reminder.call"]._cron_calls()
        self.assertEqual(case.call_id.item_ids.move_id, first)
        case.with_user(self.manager).action_call_missed()
        case.call_id.with_user(self.manager).action_skip()
        self.assertEqual(item.step_id, ladder.step_ids[2])
        other = case.item_ids.filtered(lambda i: i.move_id == second)
        self.assertEqual(other.next_step_id, ladder.step_ids[1])
        self.assertFalse(other.step_id)
        self.assertEqual(case.next_step_id, ladder.step_ids[1])

    def test_the_sample_of_the_ladder_shows_it(self):
        ladder = self.make_ladder()
        ladder.step_ids = [
            Command.create(
                {
                    "name": "Call them",
                    "kind": "call",
                    "sequence": 9,
                    "delay_days": 5,
                    "delay_from": "previous_step",
                }
            )
        ]
        rows = {row["name"]: row for row in ladder._get_timeline()}
        self.assertEqual(rows["Call them"]["icon"], "fa-phone")
        self.assertEqual(rows["Call them"]["details"], ["Somebody calls"])
        self.assertEqual(rows["Call them"]["kind"], "call")


@tagged("post_install", "-at_install", "-standard", "payment_reminders_long")
class TestCallTour(ToursCommon):
    """A call with each result, on a phone."""

    browser_size = "390x844"
    touch_enabled = True

    def test_each_result(self):
        step = self.ladder.step_ids[1]
        step.write({"kind": "call", "fee_policy": "none"})
        self.make_debtors(4)
        self.refresh()
        self.env["payment.reminder.call"]._cron_calls()
        calls = self.env["payment.reminder.call"].search([])
        self.assertEqual(len(calls), 4)
        self.env.flush_all()
        with self.gateways():
            self.start_tour(
                "/odoo/payment-reminder-calls",
                "payment_reminders_call_results",
                login="manager",
            )
        self.env.invalidate_all()
        by_name = {call.case_id.partner_id.name: call for call in calls}
        found = [
            (by_name[f"Customer {n}"].result, by_name[f"Customer {n}"].state)
            for n in range(4)
        ]
        self.assertEqual(
            found,
            [
                ("promised", "done"),
                ("question", "done"),
                ("missed", "open"),
                ("wrong_number", "open"),
            ],
        )
        cases = calls.case_id
        self.assertEqual(cases.plan_ids.state, "active")
        self.assertEqual(cases.query_ids.description, "Where are my goods?")
