from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..sending.gateway_common import GatewayCommon
from ..whole.speed_common import SpeedCommon


class TestPane(GatewayCommon):
    """What the approve desk shows of a notice, and what it offers to do."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.move = cls.make_invoice(due=10, invoice_user_id=cls.rep.id)
        cls.reminder = cls.propose()

    def read(self, reminder=None, user=None):  # pylint: disable=method-required-super
        reminder = (reminder or self.reminder).with_user(user or self.manager)
        return reminder.get_desk_panes()[0]

    def get_labels(self, pane):
        return [fix["label"] for fix in pane["fixes"]]

    # -- what is shown --------------------------------------------------------------

    def test_one_answer_tells_all_that_is_read_before_approving(self):
        self.customer.phone = "+45 33 12 34 56"
        pane = self.read()
        self.assertEqual(pane["customer"], "Nordlys ApS")
        self.assertEqual(pane["phone"], "+45 33 12 34 56")
        self.assertEqual(pane["email"], "ap@nordlys.example")
        self.assertEqual((pane["days"], pane["invoices"]), (10, 1))
        self.assertEqual(pane["channel"], "E-mail, SMS")
        self.assertEqual(pane["step"], "Reminder 1")
        self.assertEqual(pane["message"]["to"], "ap@nordlys.example, +4533123456")
        self.assertIn("You owe", pane["message"]["body"])
        self.assertEqual(pane["obstacles"], [])
        self.assertEqual(pane["fixes"], [])
        self.assertTrue(pane["can_approve"])

    def test_amounts_go_by_the_code_of_their_currency(self):
        """Three countries call theirs "kr"."""
        code = self.currency.name
        pane = self.read()
        self.assertTrue(pane["total"].endswith(f"\N{NO-BREAK SPACE}{code}"))
        self.assertEqual(
            [figure["label"] for figure in pane["figures"]], ["Overdue"], "no empty row"
        )
        self.reminder.sudo().write({"amount_fee": 100, "amount_interest": 7.5})
        labels = [figure["label"] for figure in self.read()["figures"]]
        self.assertEqual(labels, ["Overdue", "Fee", "Interest"])

    def test_the_message_is_that_of_the_ways_that_reach_somebody(self):
        self.customer.write({"email": False, "phone": "+45 20 12 34 56"})
        pane = self.read()
        self.assertEqual(pane["channel"], "SMS")
        self.assertFalse(pane["message"]["body"])
        self.assertIn("You owe", pane["message"]["sms"])
        self.customer.email = "ap@nordlys.example"
        pane = self.read()
        self.assertEqual(pane["channel"], "E-mail, SMS")
        self.assertTrue(pane["message"]["body"])

    def test_the_last_contact_is_told_whoever_wrote(self):
        self.assertEqual(self.read()["contacts"], [])
        with self.gateways():
            self.send(self.reminder)
        case = self.reminder.case_id
        self.assertEqual(self.read()["contacts"], ["Reminder 1 sent on 09/15/2026"])
        self.env["payment.reminder.query"].sudo().create(
            {"case_id": case.id, "kind": "other", "description": "Why?"}
        )
        contacts = self.read()["contacts"]
        self.assertEqual(len(contacts), 2)
        self.assertTrue(any(text.startswith("Question of") for text in contacts))

    # -- what is in the way ---------------------------------------------------------

    def test_the_guard_is_asked_now_and_nothing_is_written(self):
        verdict = self.reminder.verdict
        self.move.action_toggle_block_payment()
        pane = self.read(user=self.bookkeeper())
        self.assertIn("is blocked for payment", pane["obstacles"][0])
        self.assertEqual(self.get_labels(pane), ["Open Invoice"])
        self.assertEqual(self.reminder.verdict, verdict)
        self.assertEqual(self.reminder.state, "proposed")

    def bookkeeper(self):
        return self.make_user(
            "keeper",
            "payment_reminders.group_reminder_manager",
            "account.group_account_user",
        )

    def test_no_address(self):
        self.customer.email = False
        pane = self.read()
        self.assertEqual(self.get_labels(pane), ["Add Address"])
        action = getattr(self.reminder, pane["fixes"][0]["method"])()
        self.assertEqual(action["res_id"], self.customer.id)
        self.customer.email = "new@nordlys.example"
        self.assertEqual(self.read()["obstacles"], [])

    def test_a_hold_of_a_person_says_who_and_why_and_is_released(self):
        self.reminder.with_user(self.rep).action_hold("They call back")
        pane = self.read()
        self.assertEqual(
            pane["obstacles"], [f"Held by {self.rep.name}: They call back"]
        )
        self.assertEqual(self.get_labels(pane), ["Release"])
        self.assertFalse(pane["can_approve"])
        self.assertFalse(pane["can_hold"])

    def test_a_rep_is_offered_what_a_rep_may_do(self):
        pane = self.read(user=self.rep)
        self.assertFalse(pane["can_approve"])
        self.assertFalse(pane["can_word"])
        self.assertTrue(pane["can_hold"])
        self.reminder.action_hold("Ask me")
        self.assertEqual(self.read(user=self.rep)["fixes"], [])

    def test_sent_and_cancelled_notices_offer_nothing(self):
        other = self.make_customer("Two", "two@x.example")
        self.make_invoice(due=12, partner=other)
        second = self.propose() - self.reminder
        second.action_cancel("Not now")
        with self.gateways():
            self.send(self.reminder)
        for notice in (self.reminder, second):
            pane = self.read(notice)
            self.assertEqual((pane["fixes"], pane["leaves"]), ([], ""))
            self.assertEqual(pane["days"], 0, "it may be paid by now")
            self.assertFalse(
                pane["can_approve"] or pane["can_hold"] or pane["can_snooze"]
            )
        self.assertIn("You owe", self.read()["message"]["body"])

    def test_an_uncertain_notice_is_settled_here(self):
        self.ripen(self.reminder)
        self.reminder.sudo()._set_state("sending")
        self.reminder.sudo()._set_state("uncertain", sent_date=fields.Datetime.now())
        pane = self.read()
        self.assertEqual(self.get_labels(pane), ["It Went Out", "It Did Not Go Out"])
        self.assertTrue(all(fix["confirm"] for fix in pane["fixes"]))

    def test_a_snooze_is_told_and_taken_back(self):
        notice = self.reminder.with_user(self.rep)
        self.assertEqual(self.read()["snoozed"], "")
        notice.action_snooze("2026-09-20")
        pane = self.read()
        self.assertEqual(pane["snoozed"], "09/20/2026")
        self.assertEqual(self.get_labels(pane), ["Open Case"])
        notice.action_undo_snooze()
        self.assertEqual(self.read()["obstacles"], [])
        event = self.reminder.case_id.event_ids.sorted("seq")[-1]
        self.assertEqual((event.kind, event.user_id), ("released", self.rep))

    # -- words ----------------------------------------------------------------------

    def test_words_of_this_notice_alone(self):
        self.reminder.with_user(self.manager).action_word("  Dear Anna <script> ")
        pane = self.read()
        self.assertEqual(pane["words"], "Dear Anna <script>")
        self.assertIn("Dear Anna &lt;script&gt;", pane["message"]["body"])
        self.reminder.with_user(self.manager).action_word("")
        self.assertNotIn("Dear Anna", self.read()["message"]["body"])

    def test_who_may_word_and_until_when(self):
        with self.assertRaises(AccessError):
            self.reminder.with_user(self.rep).action_word("Pay!")
        with self.gateways():
            self.send(self.reminder)
        with self.assertRaisesRegex(UserError, "Sent"):
            self.reminder.with_user(self.manager).action_word("Too late")

    # -- the queue beside it --------------------------------------------------------

    def test_the_queue_offers_what_helps(self):
        notice = self.reminder.with_user(self.manager)
        self.assertEqual(notice.fix["label"], "Approve")
        self.assertEqual((notice.days_overdue, notice.invoice_count), (10, 1))
        self.assertFalse(self.reminder.with_user(self.rep).fix)
        notice.action_approve()
        self.assertFalse(notice.fix)
        notice.action_hold("Wait")
        self.assertEqual(notice.fix["label"], "Release")

    def test_two_buttons_for_what_is_selected_and_the_rest_under_actions(self):
        def read(user):
            Reminder = self.env["payment.reminder"].with_user(user)
            arch = Reminder.get_views([(False, "list")])["views"]["list"]["arch"]
            buttons = [
                node.get("string")
                for node in etree.fromstring(arch).iterfind("header/button")
                if node.get("display") != "always"
            ]
            bound = self.env["ir.actions.actions"].with_user(user)
            actions = bound.get_bindings(Reminder._name)["action"]
            return buttons, {action["name"] for action in actions}

        buttons, actions = read(self.manager)
        self.assertEqual(buttons, ["Approve", "Hold…"])
        rest = {"Snooze", "Release", "Cancel Reminder", "Check Now"}
        self.assertLessEqual(rest, actions)
        buttons, actions = read(self.rep)
        self.assertEqual(buttons, ["Hold…"])
        self.assertEqual(rest - actions, {"Cancel Reminder"})

    def test_a_rep_releases_and_checks_several_at_once(self):
        notice = self.reminder.with_user(self.rep)
        notice.action_hold("They call back")
        for name in ("check", "release"):
            action = self.env.ref(f"payment_reminders.payment_reminder_{name}_action")
            action.with_user(self.rep).with_context(
                active_model=notice._name, active_ids=notice.ids, active_id=notice.id
            ).run()
        self.assertEqual(self.reminder.state, "proposed")

    def test_the_counter(self):
        Reminder = self.env["payment.reminder"]
        for number in range(3):
            partner = self.make_customer(f"C{number}", f"c{number}@x.example")
            self.make_invoice(due=12, partner=partner)
        first, second, _third = self.propose() - self.reminder
        self.assertEqual(Reminder.get_desk_count([]), {"left": 4, "fix": 0})
        first.action_approve()
        second.action_hold("Wait")
        self.assertEqual(Reminder.get_desk_count([]), {"left": 3, "fix": 1})
        domain = [("partner_id", "=", self.customer.id)]
        self.assertEqual(Reminder.get_desk_count(domain), {"left": 1, "fix": 0})


@tagged("-standard", "payment_reminders_long")
class TestPaneSpeed(SpeedCommon):
    def test_many_panes_take_the_queries_of_few(self):
        self.env["payment.reminder"]._cron_propose()
        self.assertSameCount(
            lambda: self.few.reminder_ids.get_desk_panes(),
            lambda: self.many.reminder_ids.get_desk_panes(),
        )

    def test_many_held_panes_take_the_queries_of_few(self):
        self.env["payment.reminder"]._cron_propose()
        self.cases.reminder_ids.action_hold("Wait")
        self.cases.partner_id.email = False
        self.assertSameCount(
            lambda: self.few.reminder_ids.get_desk_panes(),
            lambda: self.many.reminder_ids.get_desk_panes(),
        )
