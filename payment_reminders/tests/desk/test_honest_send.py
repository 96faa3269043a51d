from odoo.exceptions import UserError
from odoo.tests import freeze_time

from ..sending.gateway_common import GatewayCommon


class HonestCommon(GatewayCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager.tz = cls.rep.tz = "Europe/Copenhagen"
        cls.move = cls.make_invoice(due=10, invoice_user_id=cls.rep.id)
        cls.reminder = cls.propose().with_user(cls.manager)
        cls.case = cls.reminder.case_id

    def read(self, action):  # pylint: disable=method-required-super
        """Return what the message of an act says; Undo of it is ``self.undo()``."""
        self.assertEqual(action["tag"], "payment_reminder_toast")
        self.last = action["params"]["undo"]
        return action["params"]["message"]

    def undo(self, user=None):
        """Press Undo."""
        records = self.env[self.last["model"]].browse(self.last["ids"])
        return getattr(records.with_user(user or self.manager), self.last["method"])()

    def get_trail(self, kind):
        return self.case.event_ids.filtered(lambda event: event.kind == kind)


class TestHonestSend(HonestCommon):
    """What a button says is what happens."""

    def test_approving_says_when_it_leaves(self):
        self.assertEqual(
            self.reminder.approve_text, "Approve: leaves Wed, Sep 16 10:00 AM"
        )
        told = self.read(self.reminder.action_approve())
        self.assertEqual(told, "Nordlys ApS: approved. Leaves: Wed, Sep 16 10:00 AM.")

    def test_sending_is_offered_when_it_would_send(self):
        self.reminder.action_approve()
        self.assertFalse(self.reminder.can_send_now)
        self.assertTrue(self.reminder.can_skip_window)
        for moment, can in (
            ("2026-09-16 07:59:00", False),
            ("2026-09-16 08:00:00", True),
            ("2026-09-16 20:00:00", False),
            ("2026-09-19 09:00:00", False),
        ):
            with freeze_time(moment):
                self.reminder.invalidate_recordset()
                self.assertEqual(self.reminder.can_send_now, can, moment)
        with freeze_time("2026-09-16 08:00:00"), self.gateways():
            told = self.read(self.reminder.action_dispatch())
            self.assertEqual(self.mailed, ["ap@nordlys.example"])
        self.assertEqual(told, "Nordlys ApS: sent.")
        self.assertFalse(self.last, "what has left has left")

    def test_sending_at_once_without_waiting(self):
        with self.gateways():
            with self.assertRaisesRegex(UserError, "Say why"):
                self.reminder.action_send_without_waiting()
            told = self.read(self.reminder.action_send_without_waiting("They asked"))
            self.assertEqual(self.mailed, ["ap@nordlys.example"])
        self.assertEqual(told, "Nordlys ApS: sent.")
        self.assertEqual(self.reminder.approved_by_id, self.manager)
        event = self.get_trail("window_waived")
        self.assertEqual((event.user_id, event.note), (self.manager, "They asked"))

    def test_the_dialog_asks_why_and_sends(self):
        self.reminder.action_approve()
        dialog = (
            self.env["payment.reminder.hold.wizard"]
            .with_user(self.manager)
            .with_context(active_model="payment.reminder", active_ids=self.reminder.ids)
            .create({"action": "send", "reason": "I know them"})
        )
        with self.gateways():
            self.assertIn("sent", self.read(dialog.action_confirm()))
            self.assertEqual(len(self.mailed), 1)

    def test_at_night_it_waits_for_the_morning_and_says_so(self):
        with freeze_time("2026-09-15 20:00:00"), self.gateways():
            told = self.read(self.reminder.action_send_without_waiting("Now, please"))
            self.assertEqual(self.mailed, [])
            self.assertIn("not sent yet. Leaves: Wed, Sep 16 8:00 AM.", told)
            self.undo()
        self.assertEqual(self.reminder.state, "proposed")
        self.assertEqual(str(self.reminder.hold_until), "2026-09-16 08:00:00")

    def test_the_guard_is_asked_as_always(self):
        self.move.action_toggle_block_payment()
        with self.gateways():
            told = self.read(self.reminder.action_send_without_waiting("Now"))
            self.assertEqual(self.mailed, [])
        self.assertEqual(self.reminder.state, "proposed")
        self.assertFalse(self.get_trail("window_waived"))
        self.assertIn("when solved: Invoice blocked", told)
        self.assertIn("Lift that on the invoice", told)

    def test_sending_now_never_holds_without_a_word(self):
        self.reminder.action_approve()
        self.move.action_toggle_block_payment()
        with freeze_time("2026-09-16 09:00:00"), self.gateways():
            told = self.read(self.reminder.action_dispatch())
            self.assertEqual(self.mailed, [])
            self.assertEqual(self.reminder.state, "approved", "nobody held it")
            self.assertIn("Invoice blocked", told)
            self.move.action_toggle_block_payment()
            self.assertIn("sent", self.read(self.reminder.action_dispatch()))
            self.assertEqual(len(self.mailed), 1)

    def test_approving_what_something_is_in_the_way_of_says_so(self):
        self.move.is_move_sent = False
        self.company.reminder_require_invoice_sent = "always"
        told = self.read(self.reminder.action_approve())
        self.assertIn("when solved: Invoice never sent", told)
        self.assertTrue(self.reminder.is_held_by_invoice, "the button that mends it")
        self.assertFalse(self.reminder.can_send_now or self.reminder.can_skip_window)
        self.move.is_move_sent = True
        self.propose()
        self.reminder.invalidate_recordset()
        self.assertEqual(self.reminder.leaves_text, "Wed, Sep 16 10:00 AM")

    def test_a_new_proposal_knows_what_is_in_the_way(self):
        other = self.make_customer("B", "b@x.example")
        self.company.reminder_require_invoice_sent = "always"
        self.make_invoice(due=9, partner=other, sent=False)
        with freeze_time("2026-09-15 09:00:00"):
            reminder = self.propose().filtered(lambda r: r.partner_id == other)
            self.assertEqual(reminder.verdict, ["invoice_not_sent"])

    def test_many_are_approved_and_the_rest_is_told(self):
        customers = self.env["res.partner"].union(
            *(self.make_customer(f"C{n}", f"c{n}@x.example") for n in range(3))
        )
        for customer in customers:
            self.make_invoice(due=10, partner=customer)
        held = self.propose().filtered(lambda r: r.partner_id == customers[0])
        self.ripen(held)
        customers[0].email = customers[1].email = False
        held._dispatch()
        self.assertEqual(held.state, "held")
        everything = held.search([]).with_user(self.manager)
        told = self.read(everything.action_approve())
        self.assertEqual(
            told,
            "3 approved, 1 does not leave yet: No usable address, "
            "1 skipped: No usable address",
        )
        self.assertEqual(len(self.last["ids"]), 3)
        self.undo()
        self.assertEqual(
            sorted(everything.mapped("state")), ["held", *["proposed"] * 3]
        )

    def test_release_is_offered_where_it_helps(self):
        self.ripen(self.reminder)
        self.customer.email = False
        self.reminder._dispatch()
        self.assertEqual(self.reminder.state, "held")
        self.assertFalse(self.reminder.can_release)
        told = self.read(self.reminder.action_release())
        self.assertIn("when solved: No usable address", told)
        self.customer.email = "ap@nordlys.example"
        self.reminder.action_hold("Wait")
        self.assertTrue(self.reminder.can_release)


class TestUndo(HonestCommon):
    """What was done by mistake is taken back as long as nothing has left."""

    def test_approve(self):
        self.read(self.reminder.action_approve())
        self.undo()
        self.assertEqual(self.reminder.state, "proposed")
        self.assertFalse(self.reminder.approved_by_id or self.reminder.approved_date)
        event = self.get_trail("undone")
        self.assertEqual(event.user_id, self.manager)
        self.assertEqual(event.payload["act"], "approve")
        with freeze_time("2026-09-17 08:00:00"), self.gateways():
            self.env["payment.reminder"]._cron_send()
            self.assertEqual(self.mailed, [])

    def test_not_what_has_left(self):
        self.read(self.reminder.action_approve())
        with freeze_time("2026-09-16 09:00:00"), self.gateways():
            self.env["payment.reminder"]._cron_send()
            self.assertEqual(self.reminder.state, "sent")
            with self.assertRaisesRegex(UserError, "Sent"):
                self.undo()

    def test_hold(self):
        self.reminder.action_approve()
        self.read(self.reminder.action_hold("The wrong one"))
        self.undo()
        self.assertEqual(self.reminder.state, "approved", "as before")
        self.read(self.reminder.with_user(self.rep).action_hold("Mine"))
        self.undo(self.rep)
        self.assertEqual(self.reminder.state, "approved")

    def test_a_rep_takes_back_their_own_hold_only(self):
        self.read(self.reminder.action_hold("Ask me"))
        with self.assertRaisesRegex(UserError, "yourself"):
            self.undo(self.rep)
        self.read(self.reminder.action_release())
        with self.assertRaisesRegex(UserError, "yourself"):
            self.undo(self.rep)
        self.assertEqual(self.reminder.state, "proposed")

    def test_release(self):
        self.company.reminder_rep_days = 5
        self.reminder.with_user(self.rep).action_hold("They called")
        end = self.reminder.hold_end_date
        self.assertTrue(end)
        self.read(self.reminder.action_release())
        self.undo()
        self.assertEqual(self.reminder.state, "held")
        self.assertEqual(self.reminder.held_by_id, self.rep)
        self.assertEqual(self.reminder.hold_note, "They called")
        self.assertEqual(self.reminder.hold_end_date, end)
