from odoo import fields
from odoo.tests import freeze_time

from ...models.notice.words import WORDS
from ...rules.verdict import RULES, Code
from .test_case import CaseCommon


class TestOutlook(CaseCommon):
    """Why not, why next: on the case, in the queue, and found by it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls.open_case(invoice_user_id=cls.rep.id)

    def find(self, words):
        return self.env["payment.reminder.case"].search([("next_text", "ilike", words)])

    def test_every_code_has_words_and_a_rule(self):
        case = self.env["payment.reminder.case"]
        labels = dict(case._fields["blocker"].selection)
        self.assertEqual(list(labels), list(RULES))
        lifted = {code for code, words in WORDS.items() if words.lift}
        self.assertEqual(lifted | {"snoozed"}, set(labels))
        told = {code for code, words in WORDS.items() if words.sentence}
        self.assertEqual(told, {code.value for code in Code})

    def test_what_comes_next_and_when(self):
        self.assertEqual(self.case.next_text, "Reminder 1 is due now.")
        self.assertFalse(self.case.blocker)
        ahead = self.open_case(partner=self.make_customer("B", "b@x.example"), due=2)
        self.assertIn("Reminder 1 comes on 09/21/2026", ahead.next_text)
        ahead.action_snooze("2026-09-30")
        self.assertIn("Reminder 1 comes on 09/30/2026", ahead.next_text)

    def test_a_proposal_waits_for_approval_then_for_its_window(self):
        reminder = self.propose()
        self.assertEqual(self.case.blocker, "not_approved")
        self.assertEqual(self.case.blocker_codes, ",not_approved,hold_window,")
        self.assertIn("Reminder 1 is in the queue", self.case.next_text)
        self.assertIn("approve it (a manager)", self.case.next_text)
        reminder.with_user(self.manager).action_approve()
        self.assertEqual(self.case.blocker, "hold_window")

    def test_a_hold_says_since_when_why_and_who(self):
        self.case.with_user(self.rep).action_hold("They called")
        with freeze_time("2026-09-20 08:00:00"):
            self.refresh()
            text = self.case.with_user(self.manager).next_text
        self.assertIn("On hold “They called” since 09/15/2026", text)
        self.assertIn(f"release it ({self.rep.name} or a manager)", text)
        self.case.action_release()
        self.assertFalse(self.case.blocker)

    def test_a_notice_held_by_a_person(self):
        self.propose().with_user(self.rep).action_hold("Wait")
        self.assertEqual(self.case.blocker, "held")
        self.assertIn(f"({self.rep.name} or a manager)", self.case.next_text)

    def test_everything_in_the_way_is_told(self):
        self.case.action_snooze("2026-10-01")
        self.env["payment.reminder.query"].create({"case_id": self.case.id})
        self.customer.email = False
        self.customer.reminder_excluded = True
        self.assertEqual(
            self.case.blocker_codes, ",open_query,snoozed,excluded,no_recipient,"
        )
        for words in ("Open question since", "ends on 10/01/2026", "add an address"):
            self.assertIn(words, self.case.next_text)

    def test_money_that_is_not_matched_is_seen_before_any_proposal(self):
        self.env["account.payment"].create(
            {
                "partner_id": self.customer.id,
                "payment_type": "inbound",
                "amount": 200,
            }
        ).action_post()
        self.refresh()
        self.assertIn(",unallocated_credit,", self.case.blocker_codes)
        self.assertIn("a bookkeeper", self.case.next_text)

    def test_what_the_guard_found_is_in_the_way(self):
        reminder = self.propose()
        self.ripen(reminder)
        self.case.move_ids.action_toggle_block_payment()
        reminder._dispatch()
        self.assertEqual(reminder.blocker, "blocked")
        since = dict(self.case.blockers)["blocked"]
        with freeze_time("2026-09-16 08:00:00"):
            self.propose()
            self.assertEqual(dict(self.case.blockers)["blocked"], since)

    def test_uncertain_comes_first(self):
        reminder = self.propose()
        self.ripen(reminder)
        reminder.sudo()._set_state("sending")
        reminder.sudo()._set_state("uncertain", sent_date=fields.Datetime.now())
        self.assertEqual(self.case.blocker, "uncertain")

    def test_closed(self):
        self.pay(self.case.move_ids)
        self.assertFalse(self.case.blocker)
        self.assertEqual(self.case.next_text, "Closed: Paid.")

    def test_cases_and_notices_are_found_and_grouped(self):
        self.assertEqual(self.find("Reminder 1"), self.case)
        self.assertFalse(self.find("question"))
        self.env["payment.reminder.query"].create({"case_id": self.case.id})
        self.assertEqual(self.find("question"), self.case)
        self.case.query_ids.action_close()
        self.case.action_release()
        reminder = self.propose()
        Reminder = self.env["payment.reminder"].with_user(self.rep)
        self.assertEqual(Reminder.search([("blocker", "=", "not_approved")]), reminder)
        groups = Reminder.formatted_read_group([], ["blocker"], ["__count"])
        self.assertEqual([group["blocker"] for group in groups], ["not_approved"])
