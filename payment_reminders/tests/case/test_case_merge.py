from odoo.fields import Command
from odoo.tests import freeze_time

from .test_case import CaseCommon


class TestCaseMerge(CaseCommon):
    """A merge of customers loses no place on a ladder, and sends nothing twice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.make_customer("Nordlys", "ap@nordlys.example")

    def merge(self, src, dst):
        wizard = self.env["base.partner.merge.automatic.wizard"].create(
            {
                "partner_ids": [Command.set((src | dst).ids)],
                "dst_partner_id": dst.id,
            }
        )
        wizard.action_merge()
        self.env.invalidate_all()

    def test_only_the_one_that_goes_has_a_case(self):
        case = self.open_case(partner=self.other)
        reminder = self.propose()
        self.merge(self.other, self.customer)
        self.assertEqual(case.partner_id, self.customer)
        self.assertEqual(reminder.partner_id, self.customer)
        self.make_invoice(due=9)
        self.refresh()
        self.assertEqual(self.find_cases(), case, "no second case for the survivor")
        self.assertEqual(len(case.item_ids), 2)

    def test_only_the_one_that_stays_has_a_case(self):
        case = self.open_case()
        self.merge(self.other, self.customer)
        self.assertEqual(self.find_cases(), case)
        self.assertEqual(case.state, "active")

    def test_both_have_open_cases(self):
        mine = self.make_invoice(due=12)
        theirs = self.make_invoice(due=20, partner=self.other, amount=500)
        reminders = self.propose()
        survivor, absorbed = theirs.reminder_case_id, mine.reminder_case_id
        self.merge(self.other, self.customer)
        self.assertEqual(survivor.partner_id, self.customer)
        self.assertEqual(survivor.move_ids, mine | theirs)
        self.assertEqual(survivor.amount_principal, 1500)
        self.assertEqual((absorbed.state, absorbed.close_reason), ("closed", "merged"))
        self.assertFalse(absorbed.item_ids)
        self.assertEqual(survivor.state, "frozen")
        self.assertEqual(survivor._get_open_freezes().reason, "merged")
        self.assertEqual(
            reminders.filtered(lambda r: r.case_id == absorbed).state, "cancelled"
        )
        self.assertIn("merged", survivor.event_ids.mapped("kind"))
        self.assertFalse(
            self.env["payment.reminder.event"]._find_broken(survivor | absorbed)
        )
        survivor.with_user(self.manager).action_release()
        self.assertEqual(self.propose().case_id, survivor)
        self.assertEqual(
            self.find_cases().filtered(lambda c: c.state != "closed"), survivor
        )

    def test_nothing_is_sent_twice_after_a_merge(self):
        theirs = self.make_invoice(due=20, partner=self.other)
        sent = self.propose()
        self.send(sent)
        self.assertEqual(sent.state, "sent")
        with freeze_time("2026-09-17 08:00:00"):
            mine = self.make_invoice(due=12)
            proposed = self.propose()
            self.merge(self.other, self.customer)
            survivor = sent.case_id
            item = theirs.reminder_case_id.item_ids.filtered(
                lambda i: i.move_id == theirs
            )
            self.assertEqual(item.step_id.name, "Reminder 1")
            self.assertEqual(proposed.state, "cancelled")
            survivor = item.case_id
            survivor.with_user(self.manager).action_release()
            self.assertFalse(
                self.propose(), "two days after the last notice to the same customer"
            )
        with freeze_time("2026-09-22 08:00:00"):
            again = self.propose()
            self.assertEqual(again.line_ids.filtered("step_id").move_id, mine)
            self.assertEqual(again.move_ids, mine | theirs)

    def test_history_of_the_absorbed_case_counts(self):
        """The older case survives; the notice was sent on the younger one."""
        mine = self.make_invoice(due=3)
        self.refresh()
        theirs = self.make_invoice(due=20, partner=self.other)
        sent = self.propose()
        self.send(sent)
        self.assertEqual(sent.case_id, theirs.reminder_case_id)
        with freeze_time("2026-09-21 08:00:00"):
            self.merge(self.other, self.customer)
            survivor = mine.reminder_case_id
            self.assertEqual(theirs.reminder_case_id, survivor)
            survivor.with_user(self.manager).action_release()
            self.assertFalse(self.propose(), "spacing holds over the merge")
        with freeze_time("2026-09-22 08:00:00"):
            self.assertEqual(self.propose().case_id, survivor)

    def test_claims_move_along(self):
        self.open_case()
        absorbed = self.open_case(partner=self.other)
        self.env["payment.reminder.claim.line"].create(
            {"case_id": absorbed.id, "kind": "fee", "amount": 100}
        )
        self.merge(self.other, self.customer)
        survivor = self.find_cases().filtered(lambda c: c.state != "closed")
        self.assertEqual(survivor.amount_fees, 100)
        self.assertEqual(absorbed.amount_fees, 0)
        self.assertEqual(absorbed.claim_line_ids.mapped("amount"), [100, -100])

    def test_holds_move_along(self):
        mine = self.open_case()
        absorbed = self.open_case(partner=self.other)
        absorbed._freeze("insolvency", "Says the gazette")
        absorbed.action_snooze("2026-09-20")
        question = self.env["payment.reminder.query"].create({"case_id": absorbed.id})
        plan = self.env["payment.reminder.plan"].create({"case_id": absorbed.id})
        self.merge(self.other, self.customer)
        self.assertEqual(
            sorted(mine._get_open_freezes().mapped("reason")),
            ["insolvency", "merged", "query"],
        )
        self.assertIn("Says the gazette", mine.hold_reason)
        self.assertEqual(str(mine.snoozed_until), "2026-09-20")
        self.assertEqual(question.case_id, mine)
        self.assertEqual(plan.case_id, mine)
        self.assertFalse(absorbed._get_open_freezes())

    def test_cases_on_different_ladders(self):
        """A place is kept by kind and number when the ladders have nothing shared."""
        self.open_case(due=8)
        self.other.reminder_ladder_id = self.make_ladder(name="Theirs")
        theirs = self.make_invoice(due=20, partner=self.other)
        notice = self.propose().filtered(lambda r: r.move_ids == theirs)
        self.send(notice)
        self.merge(self.other, self.customer)
        item = theirs.reminder_case_id.item_ids.filtered(lambda i: i.move_id == theirs)
        self.assertEqual(item.step_id.name, "Reminder 1")
        self.assertEqual(item.step_id.ladder_id, self.ladder)
        self.assertEqual(item.next_step_id.name, "Reminder 2")

    def test_currencies_stay_apart(self):
        euro = self.setup_other_currency("EUR")
        self.open_case()
        self.open_case(partner=self.other, currency_id=euro.id)
        self.merge(self.other, self.customer)
        cases = self.find_cases()
        self.assertEqual(len(cases), 2)
        self.assertEqual(cases.mapped("state"), ["active", "active"])

    def test_closed_cases_merge_too(self):
        mine = self.open_case()
        theirs = self.open_case(partner=self.other)
        self.pay(theirs.move_ids)
        self.merge(self.other, self.customer)
        self.assertEqual(mine.state, "active" if not mine.freeze_ids else "frozen")
        self.make_invoice(due=11)
        self.refresh()
        open_cases = self.find_cases().filtered(lambda c: c.state != "closed")
        self.assertEqual(open_cases, mine)
