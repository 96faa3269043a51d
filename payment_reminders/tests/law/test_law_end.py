"""A law has an end: who is told, what waits then, and how it goes on."""

from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged

from ...rules import guard
from ..common import ReminderCommon


@tagged("post_install", "-at_install")
class TestLawEnd(ReminderCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.law = cls.env.ref("payment_reminders.jurisdiction_dk")
        cls.use_danish_law(fee_policy="statutory")
        cls.law.reviewed_until = "2026-12-31"
        cls.Law = cls.env["payment.reminder.jurisdiction"]

    def get_told(self):
        return self.law.sudo().activity_ids.filtered(
            lambda activity: activity.user_id == self.manager
        )

    def warn(self):
        companies = self.env["res.company"]._get_reminder_companies()
        self.Law.sudo()._warn_of_ends(companies)

    # -- told before -----------------------------------------------------------------

    def test_managers_are_told_once_60_30_and_7_days_before(self):
        for day, number in (
            ("2026-10-31", 0),
            ("2026-11-01", 1),
            ("2026-11-15", 1),
            ("2026-12-01", 2),
            ("2026-12-24", 3),
            ("2026-12-31", 3),
            ("2027-01-05", 3),
        ):
            with freeze_time(f"{day} 08:00:00"):
                self.warn()
                self.warn()
                self.assertEqual(len(self.get_told()), number, day)
        self.assertIn("12/31/2026", self.get_told()[0].note)
        self.assertFalse(
            self.law.sudo().activity_ids.filtered(lambda a: a.user_id == self.rep)
        )
        self.law.with_user(self.manager).reviewed_until = "2027-12-31"
        self.assertFalse(self.get_told(), "nothing is left to do")

    def test_a_law_that_nobody_uses_is_not_told_of(self):
        norway = self.env.ref("payment_reminders.jurisdiction_no")
        with freeze_time("2026-12-24 08:00:00"):
            self.warn()
        self.assertFalse(norway.sudo().activity_ids)

    def find_problem(self):
        setup = self.env["payment.reminder.setup"].with_user(self.manager).sudo()
        problems = setup._find_problems(self.company.sudo())
        return [one for one in problems if one["code"].startswith("law:")]

    def test_health_has_a_line_with_a_button(self):
        self.assertFalse(self.find_problem())
        with freeze_time("2026-12-10 08:00:00"):
            (soon,) = self.find_problem()
        with freeze_time("2027-01-02 08:00:00"):
            (over,) = self.find_problem()
        self.assertTrue(soon["can_leave"])
        self.assertFalse(over["can_leave"])
        self.assertIn("12/31/2026", over["text"])
        action = over["fixes"][0]["action"]
        self.assertEqual(
            (action["res_model"], action["res_id"]), (self.law._name, self.law.id)
        )

    def test_who_updates_is_told_before_anything_waits(self):
        finland = self.env.ref("payment_reminders.jurisdiction_fi")
        finland.write({"reviewed_until": False, "is_review_set": False})
        self.law.write({"reviewed_until": False, "is_review_set": True})
        days = {"FI": "2026-09-01", "DK": "2026-09-01"}
        self.Law._set_first_review(days)
        self.assertEqual(str(finland.reviewed_until), "2026-11-15")
        self.assertFalse(self.law.reviewed_until, "somebody took the end away")
        self.Law._set_first_review({"FI": "2030-01-01"})
        self.assertEqual(str(finland.reviewed_until), "2026-11-15")

    # -- after it --------------------------------------------------------------------

    def judge(self, notice):
        return [str(code) for code in notice._guard()[notice]]

    def make_ready(self, due=8):
        self.make_invoice(due)
        notice = self.propose()
        self.ripen(notice)
        return notice

    def test_a_notice_with_a_fee_waits_for_a_yes_and_says_why(self):
        self.law.reviewed_until = "2026-09-15"
        notice = self.make_ready()
        self.assertNotIn("law_unsure", self.judge(notice), "its last day")
        self.law.reviewed_until = "2026-09-14"
        self.assertEqual(self.judge(notice), ["law_unsure"])
        notice._dispatch()
        self.assertEqual(notice.state, "held")
        (sentence,) = self.env["payment.reminder.explanation"]._explain(notice)
        self.assertIn("Denmark was reviewed until 09/14/2026 only", sentence)
        labels = [fix["label"] for fix in notice._get_fixes(["law_unsure"])]
        self.assertEqual(labels, ["Review the Law", "Send It by This Law"])
        action = notice.action_open_law()
        self.assertEqual(
            (action["res_model"], action["res_id"]), (self.law._name, self.law.id)
        )

    def test_a_yes_for_one_notice(self):
        self.law.reviewed_until = "2026-09-14"
        notice = self.make_ready()
        with self.assertRaises(AccessError):
            notice.with_user(self.rep).action_send_by_law()
        notice.with_user(self.manager).action_send_by_law()
        self.assertEqual(self.judge(notice), [])
        event = notice.case_id.sudo().event_ids.filtered(
            lambda e: e.kind == "overridden"
        )
        self.assertEqual(event.payload["codes"], ["law_unsure"])
        notice._dispatch()
        self.assertEqual(notice.state, "sent")

    def test_review_lets_all_of_them_go_and_leaves_a_trace(self):
        self.law.reviewed_until = "2026-09-14"
        notice = self.make_ready()
        notice._dispatch()
        with self.assertRaises(AccessError):
            self.law.with_user(self.rep).action_review()
        noted = {"tracking_disable": False, "mail_notrack": False}
        law = self.law.with_user(self.manager).with_context(**noted)
        law.action_review()
        self.assertEqual(str(self.law.reviewed_until), "2027-09-15")
        self.propose()
        self.assertNotEqual(notice.state, "held", "the next hour sees it")
        self.assertNotIn("law_unsure", self.judge(notice))
        self.env.flush_all()
        self.env.cr.precommit.run()  # Who changed what is noted then.
        self.law.invalidate_recordset(["message_ids"])
        message = self.law.sudo().message_ids.filtered("tracking_value_ids")[:1]
        self.assertEqual(message.author_id, self.manager.partner_id)

    def test_the_day_of_the_end_alone_is_seen_by_the_next_hour(self):
        """Nothing moved but the day: what waits for approval says what it will meet."""
        self.law.reviewed_until = "2026-09-15"
        self.make_invoice(8)
        notice = self.propose()
        self.assertNotIn("law_unsure", notice.verdict or [])
        with freeze_time("2026-09-16 08:00:00"):
            self.propose()
            self.assertIn("law_unsure", notice.verdict)

    def test_a_review_goes_no_further_than_a_rule(self):
        self.law.fee_ids[:1].valid_to = "2027-01-31"
        self.law.action_review()
        self.assertEqual(str(self.law.reviewed_until), "2027-01-31")

    def test_what_bears_no_fee_goes_on(self):
        self.law.reviewed_until = "2020-01-01"
        self.ladder.step_ids.fee_policy = "none"
        self.assertEqual(self.judge(self.make_ready()), [])

    def test_no_end_is_no_end(self):
        self.law.reviewed_until = False
        self.assertEqual(self.judge(self.make_ready()), [])

    # -- announced, and forbidden ----------------------------------------------------

    def announce(self, **vals):
        return self.env["payment.reminder.jurisdiction.fee"].create(
            {
                "jurisdiction_id": self.law.id,
                "valid_from": "2026-09-01",
                "kind": "reminder",
                "basis": "forbidden",
                "is_signalled": True,
                "source": "Act of tomorrow § 20",
                **vals,
            }
        )

    def test_what_is_announced_waits_for_a_yes(self):
        row = self.announce(valid_from="2026-09-16")
        notice = self.make_ready()
        self.assertEqual(self.judge(notice), [])
        row.valid_from = "2026-09-15"
        self.assertEqual(self.judge(notice), ["law_unsure"])
        notice._dispatch()
        (sentence,) = self.env["payment.reminder.explanation"]._explain(notice)
        self.assertIn("announced that the law of Denmark will not allow", sentence)
        self.assertIn("from 09/15/2026", sentence)
        notice.with_user(self.manager).action_send_by_law()
        self.assertEqual(self.judge(notice), [])
        facts = guard.Facts.from_json(notice.facts)
        self.assertEqual(str(facts.law_announced_from), "2026-09-15")

    def test_what_is_in_force_is_not_offered_any_more(self):
        row = self.announce()
        notice = self.make_ready(due=40)
        case = notice.case_id
        row.is_signalled = False
        self.assertEqual(self.judge(notice), ["not_allowed"])
        notice._dispatch()
        self.propose()
        self.assertEqual(notice.state, "cancelled")
        self.assertEqual(self.propose().step_kind, "final_notice")
        self.announce(kind="final_notice", is_signalled=False)
        self.propose()._dispatch()
        self.refresh()
        self.assertFalse(case.next_step_id)

    def test_another_debtor_or_kind_is_not_meant(self):
        self.announce(debtor="person")
        self.announce(kind="final_notice")
        self.assertEqual(self.judge(self.make_ready()), [])

    def test_norway_ends_as_it_ships(self):
        norway = self.env.ref("payment_reminders.jurisdiction_no")
        self.assertEqual(str(norway.reviewed_until), "2026-12-31")
        self.assertEqual(norway.answer_days, 7)
        self.assertIn(
            "Final notice",
            norway.with_context(tz="UTC")._describe_announced(norway.reviewed_until)[0],
        )
        self.assertEqual(
            norway._get_ban("final_notice", "person", norway.reviewed_until), {}
        )

    def test_a_new_database_in_norway_on_the_second_of_january(self):
        """Says in the first hour what is the matter, each with a button."""
        norway = self.env.ref("payment_reminders.ladder_no")
        with freeze_time("2027-01-02 08:00:00"):
            problems = self.env["payment.reminder.setup"]._find_problems(
                self.company.sudo(), norway
            )
        told = {
            one["code"].split(":")[0]: one
            for one in problems
            if "NO" in one["code"].split(":")
        }
        self.assertEqual(set(told), {"law", "law_announced"})
        self.assertIn("were reviewed until 12/31/2026 only", told["law"]["text"])
        self.assertIn("from 01/01/2027", told["law_announced"]["text"])
        for problem in told.values():
            self.assertEqual(
                problem["fixes"][0]["action"]["res_id"], norway.jurisdiction_id.id
            )

    def test_a_question_is_answered_as_soon_as_the_law_wants(self):
        self.company.reminder_answer_days = 20
        self.law.answer_days = 7
        self.make_invoice(8)
        case = self.propose().case_id
        query = self.env["payment.reminder.query"].create(
            {"case_id": case.id, "description": "Why?"}
        )
        query._set_deadlines()
        self.assertEqual(str(query.date_deadline), "2026-09-22")
