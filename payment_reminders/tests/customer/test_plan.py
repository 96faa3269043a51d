from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged

from .portal_common import PortalCommon


@tagged("post_install", "-at_install")
class TestPlan(PortalCommon):
    """Plans and promises: proposed by either side, followed by the money."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case.user_id = cls.rep
        cls.today = cls.case.company_id._get_reminder_today()

    def propose_plan(self, count=3, first=10, **vals):
        form = {
            "access_token": self.token,
            "count": count,
            "first": self.today + timedelta(days=first),
            **vals,
        }
        return self.post(f"{self.case.id}/plan", form)

    def promise(self, days=7):
        form = {"access_token": self.token, "day": self.today + timedelta(days=days)}
        return self.post(f"{self.case.id}/promise", form)

    def agree(self, **vals):
        self.propose_plan(**vals)
        plan = self.case.plan_ids[:1]
        plan.with_user(self.manager).action_approve()
        return plan

    def later(self, days):
        return freeze_time(fields.Datetime.now() + timedelta(days=days))

    def run_cron(self):
        self.env["payment.reminder.plan"]._cron_plans()

    def get_reasons(self):
        return sorted(self.case._get_open_freezes().mapped("reason"))

    # -- proposing --------------------------------------------------------------

    def test_a_proposal_waits_for_a_manager(self):
        self.env["payment.reminder.claim.line"].create(
            {"case_id": self.case.id, "kind": "fee", "amount": 100}
        )
        answer = self.propose_plan(note="Slow <b>summer</b>")
        self.assertEqual(answer.status_code, 303)
        plan = self.case.plan_ids
        self.assertEqual((plan.state, plan.source), ("proposed", "page"))
        amounts = plan.instalment_ids.mapped("amount")
        self.assertEqual(amounts, [366.67, 366.67, 366.66])
        self.assertEqual(self.get_reasons(), ["plan"])
        self.assertEqual(plan.activity_ids.user_id, self.rep)
        with self.assertRaises(AccessError):
            plan.with_user(self.rep).action_approve()
        before = self.find_mails()
        plan.with_user(self.manager).action_approve()
        self.assertEqual(plan.state, "active")
        mail = self.find_mails() - before
        self.assertIn("366.67", mail.body_html)
        page = self.get(self.case.id, self.token).text
        self.assertIn("We have a payment plan", page)
        self.assertNotIn("I need more time", page)

    def test_limits_of_the_company(self):
        self.company.reminder_plan_min_amount = 200
        for vals, word in (
            ({"count": 7}, "at most"),
            ({"count": 10**9}, "at most"),
            ({"count": 0}, "another number"),
            ({"count": "x"}, "another number"),
            ({"first": 0}, "after today"),
            ({"first": 190}, "within 190 days"),
            ({"first": 9999}, "earlier day"),
            ({"count": 6}, "at least"),
        ):
            self.assertIn(word, self.propose_plan(**vals).text, vals)
        self.company.reminder_plan_max_parts = 0
        self.assertIn("not offered here", self.propose_plan(count=1).text)
        self.assertFalse(self.case.plan_ids)
        self.assertEqual(self.case.state, "active")

    def test_one_plan_at_a_time(self):
        self.propose_plan()
        self.assertIn("already", self.propose_plan().text)
        self.assertIn("already", self.promise().text)
        self.assertEqual(len(self.case.plan_ids), 1)

    def test_declining_gives_grace(self):
        self.propose_plan()
        before = self.find_mails()
        self.case.plan_ids.with_user(self.manager).action_decline()
        self.assertEqual(self.case.plan_ids.state, "cancelled")
        self.assertEqual(self.case.state, "active")
        self.assertEqual(str(self.case.snoozed_until), "2026-09-22")
        self.assertIn("your proposal", (self.find_mails() - before).subject)

    def test_a_plan_covers_all_that_is_owed(self):
        plan = self.env["payment.reminder.plan"].create({"case_id": self.case.id})
        with self.assertRaisesRegex(UserError, "instalments first"):
            plan.action_approve()
        plan.first_date = False
        with self.assertRaisesRegex(UserError, "first date"):
            plan.action_split()
        plan.write({"first_date": "2026-10-01", "instalment_count": 3})
        plan.action_split()
        self.assertEqual(plan.amount_total, 1000)
        plan.instalment_ids[0].amount = 300
        with self.assertRaisesRegex(UserError, "is to be covered"):
            plan.action_approve()

    def test_the_law_limits_the_fee_of_a_plan(self):
        self.company.reminder_plan_fee = True
        plan = self.env["payment.reminder.plan"].create({"case_id": self.case.id})
        self.assertEqual(plan.amount_fee, 0, "no such fee in Denmark")
        with self.assertRaises(ValidationError):
            plan.amount_fee = 170
        law = self.case.ladder_id.jurisdiction_id
        law.currency_id = self.case.currency_id
        swedish = self.env.ref("payment_reminders.jurisdiction_se_fee_plan")
        swedish.jurisdiction_id = law
        self.assertEqual(self.case._get_plan_fee(), 170)
        plan.write(
            {"amount_fee": 170, "first_date": "2026-10-01", "instalment_count": 2}
        )
        plan.action_split()
        plan.action_approve()
        self.assertEqual(plan.amount_total, 1170)
        self.assertEqual(self.case.amount_fees, 170)

    # -- following --------------------------------------------------------------

    def test_a_plan_that_is_kept(self):
        plan = self.agree()
        self.pay(self.move, amount=333.34)
        self.assertEqual(plan.instalment_ids.mapped("state"), ["paid", "open", "open"])
        self.assertEqual(self.get_reasons(), ["plan"], "a part of the plan, no more")
        self.pay(self.move, amount=200)
        self.assertEqual(plan.instalment_ids[1].amount_paid, 200)
        self.assertEqual(plan.amount_received, 533.34)
        self.pay(self.move)
        self.assertEqual(plan.state, "kept")
        self.assertEqual(self.case.state, "closed")
        self.assertEqual(self.case.promise_memory, "1 kept, 0 broken")

    def test_nothing_is_sent_under_a_plan(self):
        self.agree()
        with self.later(9):
            self.assertFalse(
                self.propose().filtered(
                    lambda r: r.case_id == self.case and r.state == "proposed"
                )
            )

    def test_a_word_before_each_instalment(self):
        plan = self.agree()
        before = self.find_mails()
        with self.later(6):
            self.run_cron()
        self.assertEqual(self.find_mails(), before, "too early")
        with freeze_time("2026-09-22 23:00:00"):
            self.run_cron()
        self.assertEqual(self.find_mails(), before, "at night")
        with self.later(7):
            self.run_cron()
            self.run_cron()
        mail = self.find_mails() - before
        self.assertEqual(len(mail), 1)
        self.assertIn("333.34", mail.body_html)
        self.assertTrue(plan.instalment_ids[0].reminded_date)

    def test_a_broken_plan_waits_for_a_person(self):
        plan = self.agree()
        with self.later(13):
            self.run_cron()
        self.assertEqual(plan.state, "active")
        with self.later(14):
            self.run_cron()
            self.refresh()
        self.assertEqual(plan.state, "broken")
        self.assertEqual(plan.instalment_ids[0].state, "missed")
        self.assertTrue(
            plan.activity_ids.filtered(lambda a: "broken" in (a.summary or ""))
        )
        self.assertEqual(self.get_reasons(), ["plan"])
        self.case.with_user(self.manager).action_release()
        self.assertEqual(self.case.state, "active")

    def test_a_company_lets_one_instalment_pass(self):
        self.company.reminder_plan_max_missed = 1
        plan = self.agree()
        with self.later(14):
            self.run_cron()
        self.assertEqual(plan.state, "active")
        self.assertTrue(
            plan.activity_ids.filtered(lambda a: "missed" in (a.summary or ""))
        )

    def test_a_new_invoice_breaks_no_plan(self):
        plan = self.agree()
        self.make_invoice(due=5, amount=700)
        self.refresh()
        self.pay(self.move)
        self.assertEqual(plan.state, "kept")

    def test_a_plan_ends_with_its_case(self):
        plan = self.agree()
        self.case.with_user(self.manager).action_close("written_off")
        self.run_cron()
        self.assertEqual(plan.state, "cancelled")

    # -- promises ---------------------------------------------------------------

    def test_a_promise_holds_at_once(self):
        self.assertIn("within 14 days", self.promise(days=15).text)
        self.assertEqual(self.promise().status_code, 303)
        promise = self.case.plan_ids
        self.assertEqual((promise.kind, promise.state), ("promise", "active"))
        self.assertFalse(promise.approved_by_id)
        self.assertEqual(self.get_reasons(), ["promise"])
        self.pay(self.move)
        self.assertEqual(promise.state, "kept")

    def test_a_broken_promise_lets_the_ladder_go_on(self):
        self.promise()
        with self.later(11):
            self.run_cron()
        self.assertEqual(self.case.plan_ids.state, "broken")
        self.assertEqual(self.case.state, "active")

    def test_after_the_second_broken_word_nothing_pauses(self):
        for _n in range(2):
            self.promise()
            with self.later(11):
                self.run_cron()
        self.assertEqual(self.case.promise_memory, "0 kept, 2 broken")
        self.promise()
        self.assertEqual(self.case.plan_ids[0].state, "proposed")
        self.assertEqual(self.case.state, "active")
        self.assertTrue(self.case.plan_ids[0].activity_ids)

    # -- on the phone -----------------------------------------------------------

    def note_promise(self, days=7, user=None, **vals):
        wizard = (
            self.env["payment.reminder.promise.wizard"]
            .with_user(user or self.rep)
            .create(
                {
                    "case_id": self.case.id,
                    "day": self.today + timedelta(days=days),
                    **vals,
                }
            )
        )
        wizard.action_promise()
        return self.case.plan_ids.sorted("id")[-1:]

    def test_a_rep_notes_a_promise(self):
        promise = self.note_promise(note="Ms Holm: after the audit")
        self.assertEqual((promise.kind, promise.state), ("promise", "active"))
        self.assertEqual(promise.source, "phone")
        self.assertEqual(promise.amount_total, 1000)
        self.assertEqual(self.get_reasons(), ["promise"])
        event = self.case.event_ids.filtered(lambda e: e.kind == "plan_changed")
        self.assertEqual(event.user_id, self.rep)
        self.assertIn(
            "Thank you for your promise", self.get(self.case.id, self.token).text
        )
        with self.assertRaisesRegex(UserError, "already"):
            self.note_promise()
        with self.later(11):
            self.run_cron()
        self.assertEqual((promise.state, self.case.state), ("broken", "active"))

    def test_the_usual_promise_is_a_week_or_as_far_as_the_company_lets(self):
        wizards = self.env["payment.reminder.promise.wizard"].with_user(self.rep)
        for limit, day in ((14, "2026-09-22"), (3, "2026-09-18")):
            self.company.reminder_promise_days = limit
            wizard = wizards.create({"case_id": self.case.id})
            self.assertEqual(str(wizard.day), day)

    def test_a_promise_on_the_phone_has_the_same_limits(self):
        for days, word in ((15, "within 14 days"), (0, "after today")):
            with self.assertRaisesRegex(UserError, word):
                self.note_promise(days)
        self.company.reminder_promise_days = 0
        with self.assertRaisesRegex(UserError, "not offered"):
            self.note_promise()
        self.company.reminder_promise_days = 14
        self.case.with_user(self.manager).action_close("written_off")
        self.note_promise(note="Ms Holm: next week")
        self.assertFalse(self.case.plan_ids, "nothing of it is in force")
        said = self.case.message_ids[:1]
        self.assertIn("after the case was closed", said.body)
        self.assertIn("Ms Holm: next week", said.body)

    def test_a_third_promise_on_the_phone_pauses_nothing(self):
        for _n in range(2):
            self.note_promise()
            with self.later(11):
                self.run_cron()
        wizard = self.env["payment.reminder.promise.wizard"].with_user(self.rep)
        self.assertIn(
            "a manager has decided", wizard.new({"case_id": self.case.id}).consequence
        )
        self.assertEqual(self.note_promise().state, "proposed")
        self.assertEqual(self.case.state, "active")

    def test_a_rep_notes_promises_of_own_customers_only(self):
        self.case.user_id = self.manager
        with self.assertRaises(AccessError):
            self.note_promise()
        self.assertFalse(self.case.plan_ids)
